"""The page behind a link for a new password."""

from flask import abort, flash, redirect, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from contest.accounts import passwords
from contest.accounts.access import public
from contest.accounts.actions import use_reset
from contest.accounts.forms import NewPasswordForm
from contest.accounts.queries import reset_by
from contest.accounts.rules import why_not_reset
from contest.accounts.views.blueprint import bp
from contest.accounts.views.current import enter, leave
from contest.accounts.views.sign_in import way_on
from contest.clock import now
from contest.db import transaction
from contest.errors import Refused

HEADERS = {"Referrer-Policy": "no-referrer"}


@bp.route("/password-resets/<token>", methods=["GET", "POST"])
@public
def password_reset(token: str) -> ResponseReturnValue:
    """Opening shows for whom it is; a POST sets the password, once, and signs in."""
    row = reset_by(token) or abort(404)
    if reason := why_not_reset(row, now()):
        return over(reason)
    person = row.person
    if not person.is_active:
        return over(_("This account has been blocked. Ask the organisers."))
    form = NewPasswordForm()
    form.known = [person.name, person.email or "", person.phone or ""]
    if not form.validate_on_submit():
        page = render_template("accounts/password_reset.html", form=form, person=person, until=row.expires_at)
        return page, 422 if form.errors else 200, HEADERS
    password_hash = passwords.hash_of(form.password.data)
    try:
        with transaction():
            use_reset(row, password_hash=password_hash, at=now())
            leave()
            enter(person)
    except Refused as refused:
        return over(refused.reason)
    flash(_("Your new password is set, and you are signed in. Every other device is signed out."))
    return redirect(way_on(person, None))


def over(reason: str) -> ResponseReturnValue:
    title = _("This link can no longer be used")
    return render_template("accounts/link_over.html", reason=reason, title=title, edition=None), 410, HEADERS
