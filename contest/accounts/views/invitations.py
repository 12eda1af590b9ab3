"""The page behind an invitation's link. Opening it changes nothing: mail and chat programs open links too."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from contest.accounts import passwords
from contest.accounts.access import me_or_none, public
from contest.accounts.actions import accept_invitation, decline_invitation, register_person
from contest.accounts.forms import ROLE_MEANINGS, ROLE_WORDS, AcceptAsNewForm, AcceptForm
from contest.accounts.logins import Login, folded_login
from contest.accounts.models import Invitation, Person
from contest.accounts.queries import invitation_by, person_by_login
from contest.accounts.rules import why_not_invitation
from contest.accounts.views.blueprint import bp
from contest.accounts.views.current import enter
from contest.accounts.views.sign_in import way_on
from contest.clock import now
from contest.db import transaction
from contest.errors import Refused


@bp.route("/invitations/<token>", methods=["GET", "POST"])
@public
def invitation(token: str) -> ResponseReturnValue:
    """Who invites whom to what, until when; a POST accepts."""
    row = invitation_by(token) or abort(404)
    person = me_or_none()
    if row.accepted_by_id is not None and person and row.accepted_by_id == person.id:
        return redirect(way_on(person, None))
    if reason := why_not_invitation(row, now()):
        return over(row, reason)
    if person:
        return accept_as(person, row, token)
    return accept_as_new(row, token)


def accept_as(person: Person, row: Invitation, token: str) -> ResponseReturnValue:
    """Somebody who is signed in accepts for that account."""
    form = AcceptForm(role=row.role)
    if not form.validate_on_submit():
        return invitation_page(row, form, token, 422 if form.errors else 200)
    try:
        with transaction():
            accept_invitation(row, person, at=now())
    except Refused as refused:
        return over(row, refused.reason)
    flash(welcome(row))
    return redirect(way_on(person, None))


def accept_as_new(row: Invitation, token: str) -> ResponseReturnValue:
    """Somebody without an account makes one by accepting, in one step."""
    form = AcceptAsNewForm(role=row.role, name=row.name, login=row.phone or row.email)
    if not form.validate_on_submit():
        return invitation_page(row, form, token, 422 if form.errors else 200)
    login = folded_login(form.login.data) or Login()
    if person_by_login(login):
        return taken(row, form, token)
    password_hash = passwords.hash_of(form.password.data)
    try:
        with transaction():
            person = register_person(
                name=form.name.data,
                login=login,
                password_hash=password_hash,
                at=now(),
                locale=str(get_locale()),
                unit_id=row.unit_id,
            )
            accept_invitation(row, person, at=now())
            enter(person)
    except Refused as refused:
        return over(row, refused.reason) if refused.status == 410 else taken(row, form, token)
    flash(welcome(row))
    return redirect(way_on(person, None))


@bp.route("/invitations/<token>/refusal", methods=["POST"])
@public
def invitation_refusal(token: str) -> ResponseReturnValue:
    """The invited person cannot take part."""
    row = invitation_by(token) or abort(404)
    try:
        with transaction():
            decline_invitation(row, by=me_or_none(), at=now())
    except Refused as refused:
        return over(row, refused.reason)
    return redirect(url_for(".invitation", token=token))


def taken(row: Invitation, form: AcceptAsNewForm, token: str) -> ResponseReturnValue:
    """The name typed has an account: sign in with it, then accept."""
    form.login.errors = [_("There is already an account with this phone number or e-mail address")]
    return invitation_page(row, form, token, 409, is_taken=True)


def invitation_page(
    row: Invitation, form: AcceptForm, token: str, status: int, *, is_taken: bool = False
) -> ResponseReturnValue:
    response = render_template(
        "accounts/invitation.html",
        form=form,
        invitation=row,
        token=token,
        is_taken=is_taken,
        role=ROLE_WORDS[row.role],
        meaning=ROLE_MEANINGS[row.role],
        here=request.script_root + request.path,
    )
    return response, status, {"Referrer-Policy": "no-referrer"}


def over(row: Invitation, reason: str) -> ResponseReturnValue:
    """The link no longer works; why, and what to do. A link just declined is no error."""
    page = render_template("accounts/link_over.html", reason=reason, title=over_title(row), edition=row.edition)
    return page, 410, {"Referrer-Policy": "no-referrer"}


def over_title(row: Invitation) -> str:
    if row.state_at(now()) == "declined":
        return _("You have declined")
    return _("This invitation can no longer be used")


def welcome(row: Invitation) -> str:
    return _("Thank you. You now take part as: %(role)s.", role=ROLE_WORDS[row.role])
