"""Secrets for one's own scripts: what there is, a new one, an end."""

from flask import abort, flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from contest.accounts.access import me, signed_in
from contest.accounts.actions import end_token, make_access_token
from contest.accounts.forms import TokenForm
from contest.accounts.queries import token_of, tokens_of
from contest.accounts.views.blueprint import bp
from contest.clock import now
from contest.db import transaction
from contest.errors import Refused
from contest.web.forms import Form

ONCE = "fresh_token"  # in the cookie until the next page shows it


@bp.route("/account/access-tokens", methods=["GET", "POST"])
@signed_in
def access_tokens() -> ResponseReturnValue:
    """All of them; a POST makes one."""
    form, status = TokenForm(), 200
    if form.validate_on_submit():
        try:
            with transaction():
                token, secret = make_access_token(me(), name=form.name.data, days=form.days.data, at=now())
                session[ONCE] = {"id": token.id, "name": token.name, "secret": secret}
            return redirect(url_for(".access_tokens"))
        except Refused as refused:
            form.form_errors.append(refused.reason)
            status = 409
    status = 422 if form.errors and status == 200 else status
    fresh = session.pop(ONCE, None)
    return render_template(
        "accounts/access_tokens.html", form=form, tokens=tokens_of(me()), fresh=fresh, at=now()
    ), status


@bp.route("/account/access-tokens/<int:token_id>/end", methods=["GET", "POST"])
@signed_in
def access_token_end(token_id: int) -> ResponseReturnValue:
    """What ending it means; a POST does it."""
    token = token_of(me(), token_id) or abort(404)
    form = Form()
    if not form.validate_on_submit():
        return render_template("accounts/access_token_end.html", form=form, token=token)
    with transaction():
        end_token(token, by=me(), at=now())
    flash(_("The token is ended; what still holds it is refused."))
    return redirect(url_for(".access_tokens"))
