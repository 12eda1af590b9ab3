"""One's own account: details, password, signed-in devices."""

from flask import abort, flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from contest.accounts import passwords
from contest.accounts.access import me, signed_in
from contest.accounts.actions import (
    change_details,
    change_password,
    count_try,
    end_other_sessions,
    end_session,
    try_succeeded,
)
from contest.accounts.actions.tries import TriesTooFast
from contest.accounts.forms import ROLE_WORDS, ChangePasswordForm, DetailsForm
from contest.accounts.logins import folded_email, folded_phone
from contest.accounts.queries import session_of, sessions_of
from contest.accounts.views.blueprint import bp
from contest.accounts.views.current import address_of_request, my_session_id, settings
from contest.accounts.views.devices import device_of
from contest.clock import now
from contest.db import transaction
from contest.errors import Refused
from contest.web.i18n import keep_language


@bp.route("/account", methods=["GET", "POST"])
@signed_in
def account() -> ResponseReturnValue:
    """Name, contact and language; what else there is about the person."""
    person = me()
    form = DetailsForm(obj=person)
    status = 200
    if form.validate_on_submit():
        try:
            with transaction():
                change_details(
                    person,
                    name=form.name.data,
                    email=folded_email(form.email.data or ""),
                    phone=folded_phone(form.phone.data or ""),
                    locale=form.locale.data,
                    by=person,
                    at=now(),
                )
        except Refused as refused:
            form.form_errors.append(refused.reason)
            status = 409
        else:
            keep_language(form.locale.data)
            flash(_("Your details are saved."))
            return redirect(url_for(".account"))
    status = 422 if form.errors and status == 200 else status
    grants = [grant for grant in person.grants if grant.revoked_at is None]
    return render_template(
        "accounts/account.html", form=form, person=person, grants=grants, role_words=ROLE_WORDS
    ), status


@bp.route("/account/password", methods=["GET", "POST"])
@signed_in
def password() -> ResponseReturnValue:
    """A new password; the present one is asked for, and tries are counted as at sign-in."""
    person = me()
    form = ChangePasswordForm()
    form.known = [person.name, person.email or "", person.phone or ""]
    if not form.validate_on_submit():
        return render_template("accounts/password.html", form=form), 422 if form.errors else 200
    try:
        with transaction():
            attempt_id = count_try(person.email or person.phone or "", ip=address_of_request(), at=now())
    except TriesTooFast as wait:
        form.current.errors = [wait.reason]
        return render_template("accounts/password.html", form=form), 429
    verified_hash = person.password_hash
    if not passwords.fits(verified_hash, form.current.data) or verified_hash is None:
        form.current.errors = [_("This is not your present password")]
        return render_template("accounts/password.html", form=form), 422
    password_hash = passwords.hash_of(form.password.data)
    try:
        with transaction():
            try_succeeded(attempt_id, person=person, verified_hash=verified_hash, fresh_hash=None)
            change_password(person, password_hash=password_hash, keep_session=my_session_id(), by=person, at=now())
    except Refused as refused:
        form.current.errors = [refused.reason]
        return render_template("accounts/password.html", form=form), 409
    flash(changed_words(form.password.data))
    return redirect(url_for(".account"))


def changed_words(password: str) -> str:
    """That it worked, and how strong the password is, in words."""
    return {
        "fair": _("Your password is changed and everybody else is signed out. It is fair: longer would be safer."),
        "good": _("Your password is changed and everybody else is signed out. It is good."),
        "strong": _("Your password is changed and everybody else is signed out. It is strong."),
    }[passwords.strength(password)]


@bp.route("/account/sessions")
@signed_in
def sessions() -> ResponseReturnValue:
    """Where the person is signed in."""
    rows = sessions_of(me(), at=now(), settings=settings())
    devices = [(row, device_of(row.user_agent), row.id == my_session_id()) for row in rows]
    return render_template("accounts/sessions.html", devices=devices, others=len(rows) > 1)


@bp.route("/account/sessions/<int:session_id>/end", methods=["POST"])
@signed_in
def session_end(session_id: int) -> ResponseReturnValue:
    """Sign one of the person's browsers out."""
    row = session_of(me(), session_id) or abort(404)
    is_this = row.id == my_session_id()
    with transaction():
        end_session(row, by=me(), at=now())
    if is_this:
        session.pop("sid", None)
        flash(_("You are signed out."))
        return redirect(url_for(".sign_in"))
    flash(_("That device is signed out."))
    return redirect(url_for(".sessions"))


@bp.route("/account/other-sessions/end", methods=["POST"])
@signed_in
def other_sessions_end() -> ResponseReturnValue:
    """Sign every other browser of the person out."""
    with transaction():
        end_other_sessions(me(), keep=my_session_id(), by=me(), at=now())
    flash(_("All other devices are signed out."))
    return redirect(url_for(".sessions"))
