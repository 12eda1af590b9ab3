"""Coming in and going out: sign-in, registration, sign-out."""

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from contest.accounts import passwords, registry
from contest.accounts.access import me, me_or_none, public
from contest.accounts.actions import count_registration, count_try, end_session, register_person, try_succeeded
from contest.accounts.actions.tries import TriesTooFast, waiting_minutes
from contest.accounts.forms import RegisterForm, SignInForm
from contest.accounts.logins import Login, folded_login
from contest.accounts.models import Person
from contest.accounts.queries import person_by_login, session_of
from contest.accounts.views.blueprint import bp
from contest.accounts.views.current import address_of_request, enter, leave, my_session_id, own_path
from contest.clock import now
from contest.db import db, transaction
from contest.errors import Refused
from contest.web.context import home_url


@bp.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> ResponseReturnValue:
    """The name and the password; the answer never tells which of the two is wrong."""
    form = SignInForm(next=request.args.get("next"))
    if request.method == "GET" and me_or_none():
        return redirect(way_on(me(), form.next.data))
    if not form.validate_on_submit():
        return page(form, 422 if form.errors else 200)
    try:
        with transaction():
            attempt_id = count_try(form.login.data, ip=address_of_request(), at=now())
    except TriesTooFast as wait:
        return wait_page(form, wait)

    person = person_by_login(folded_login(form.login.data))
    verified_hash = person.password_hash if person else None
    if not passwords.fits(verified_hash, form.password.data) or person is None or verified_hash is None:
        form.password.errors = [_("The name or the password is not right. Check both and try again")]
        return page(form, 422)
    if not person.is_active:
        form.form_errors.append(_("This account has been blocked. Ask the organisers."))
        return page(form, 403)
    fresh_hash = passwords.hash_of(form.password.data) if passwords.is_old(verified_hash) else None
    try:
        with transaction():
            try_succeeded(attempt_id, person=person, verified_hash=verified_hash, fresh_hash=fresh_hash)
            enter(person)
    except Refused as refused:
        form.password.errors = [refused.reason]
        return page(form, 422)
    return redirect(way_on(person, form.next.data))


def page(form: SignInForm, status: int, *, minutes: int = 0) -> ResponseReturnValue:
    return render_template("accounts/sign_in.html", form=form, next=own_path(form.next.data), minutes=minutes), status


def wait_page(form: SignInForm, wait: TriesTooFast) -> ResponseReturnValue:
    response = make_response(page(form, 429, minutes=waiting_minutes(wait.wait_s)))
    response.headers["Retry-After"] = str(wait.wait_s)
    return response


def way_on(person: Person, target: str | None) -> str:
    """Where somebody goes who has just come in: where they were going, to their work, or home."""
    return own_path(target) or registry.landing_of(person) or home_url()


@bp.route("/register", methods=["GET", "POST"])
@public
def register() -> ResponseReturnValue:
    """A new account for somebody who wants to take part."""
    form = RegisterForm(next=request.args.get("next"))
    if request.method == "GET" and me_or_none():
        return redirect(way_on(me(), form.next.data))
    if not form.validate_on_submit():
        return register_page(form, 422 if form.errors else 200)
    login = folded_login(form.login.data) or Login()
    if person_by_login(login):
        return taken_page(form)

    password_hash = passwords.hash_of(form.password.data)
    try:
        with transaction():
            count_registration(ip=address_of_request(), at=now())
            person = register_person(
                name=form.name.data, login=login, password_hash=password_hash, at=now(), locale=str(get_locale())
            )
            enter(person)
    except TriesTooFast as wait:
        response = make_response(register_page(form, 429, minutes=waiting_minutes(wait.wait_s)))
        response.headers["Retry-After"] = str(wait.wait_s)
        return response
    except Refused:
        return taken_page(form)
    flash(_("Welcome. Your account is ready."))
    return redirect(way_on(person, form.next.data))


def register_page(form: RegisterForm, status: int, *, minutes: int = 0, taken: bool = False) -> ResponseReturnValue:
    values = {"form": form, "next": own_path(form.next.data), "minutes": minutes, "taken": taken}
    return render_template("accounts/register.html", **values), status


def taken_page(form: RegisterForm) -> ResponseReturnValue:
    """Somebody has this name, most likely the same person: the page shows the way to sign in and to a new password."""
    form.login.errors = [_("There is already an account with this phone number or e-mail address")]
    return register_page(form, 409, taken=True)


@bp.route("/sign-out", methods=["POST"])
@public
def sign_out() -> ResponseReturnValue:
    """End this session. Signing out twice is the same as once."""
    person = me_or_none()
    if person:
        with transaction():
            session = session_of(person, my_session_id() or 0)
            if session:
                end_session(session, by=person, at=now())
    leave()
    db.session.rollback()
    flash(_("You are signed out."))
    return redirect(home_url())


@bp.route("/password-help")
@public
def password_help() -> ResponseReturnValue:
    """What to do about a forgotten password: there is no mail server, organisers hand a link over."""
    return render_template("accounts/password_help.html", back=url_for(".sign_in"))
