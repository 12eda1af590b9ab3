"""The organisers' desk about people: who takes part, invitations, links for new passwords, blocking."""

from datetime import timedelta
from typing import Any

from flask import abort, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from contest.accounts.access import me, organiser_required
from contest.accounts.actions import (
    block_person,
    cancel_invitation,
    grant_role,
    invite,
    issue_reset,
    unblock_person,
)
from contest.accounts.forms import ROLE_WORDS, BlockForm, GrantForm, InviteForm, clean
from contest.accounts.logins import Login, folded_login
from contest.accounts.models import Person
from contest.accounts.queries import (
    edition_by,
    invitation_in,
    invitations_in,
    people_in,
    person_in,
)
from contest.accounts.rules import why_not_manage
from contest.accounts.views.blueprint import bp
from contest.accounts.views.current import settings
from contest.clock import now
from contest.db import transaction
from contest.errors import Refused
from contest.web.pagination import paginate

ONCE = "link_shown_once"  # in the session: a link that the next page shows, and no page after it
MOST_WORDS = 200


@bp.route("/editions/<int:edition_id>/desk/people")
@organiser_required
def people(edition_id: int) -> ResponseReturnValue:
    """Everybody with a part in the edition, and the invitations that wait."""
    words, role = clean(request.args.get("q"))[:MOST_WORDS], request.args.get("role", "")
    if role not in ROLE_WORDS:
        role = ""
    return render_template(
        "accounts/people.html",
        edition=edition_by(edition_id),
        page=paginate(people_in(edition_id, words=words, role=role), per_page=30),
        invitations=paginate(invitations_in(edition_id), page=1, per_page=50),
        words=words,
        role=role,
        role_words=ROLE_WORDS,
        at=now(),
        fresh=session.pop(ONCE, None),
    )


@bp.route("/editions/<int:edition_id>/desk/people/invitation", methods=["GET", "POST"])
@organiser_required
def invitation_new(edition_id: int) -> ResponseReturnValue:
    """Make an invitation; its link is shown once, on the page after."""
    form = InviteForm(role=request.args.get("role"))
    if not form.validate_on_submit():
        page = render_template("accounts/invitation_new.html", form=form, edition=edition_by(edition_id))
        return page, 422 if form.errors else 200
    login = folded_login(form.contact.data or "") or Login()
    with transaction():
        _invitation, token = invite(
            edition_id=edition_id,
            role=form.role.data,
            name=form.name.data,
            email=login.email,
            phone=login.phone,
            expires_at=now() + timedelta(days=form.days.data),
            at=now(),
            by=me(),
        )
    link = url_for(".invitation", token=token, _external=True)
    session[ONCE] = {"kind": "invitation", "name": form.name.data, "link": public_link(link)}
    return redirect(url_for(".people", edition_id=edition_id))


@bp.route("/editions/<int:edition_id>/desk/invitations/<int:invitation_id>/cancellation", methods=["POST"])
@organiser_required
def invitation_cancellation(edition_id: int, invitation_id: int) -> ResponseReturnValue:
    """Make an invitation's link worthless."""
    row = invitation_in(edition_id, invitation_id) or abort(404)
    with transaction():
        cancel_invitation(row, by=me(), at=now())
    flash(_("The invitation of %(name)s is withdrawn; its link no longer works.", name=row.name))
    return redirect(url_for(".people", edition_id=edition_id))


@bp.route("/editions/<int:edition_id>/desk/people/<int:person_id>")
@organiser_required
def person(edition_id: int, person_id: int) -> ResponseReturnValue:
    """One person: contact, roles, and what may be done about them."""
    return person_page(edition_id, seen(edition_id, person_id), GrantForm(), BlockForm(), 200)


@bp.route("/editions/<int:edition_id>/desk/people/<int:person_id>/roles", methods=["POST"])
@organiser_required
def person_roles(edition_id: int, person_id: int) -> ResponseReturnValue:
    """Give one more role to somebody who has an account."""
    row = seen(edition_id, person_id)
    form = GrantForm()
    if not form.validate_on_submit():
        return person_page(edition_id, row, form, BlockForm(), 422)
    with transaction():
        grant_role(row, role=form.role.data, edition_id=edition_id, by=me(), at=now())
    flash(_("%(name)s now has the role: %(role)s.", name=row.name, role=ROLE_WORDS[form.role.data]))
    return redirect(url_for(".person", edition_id=edition_id, person_id=person_id))


@bp.route("/editions/<int:edition_id>/desk/people/<int:person_id>/password-reset", methods=["POST"])
@organiser_required
def person_reset(edition_id: int, person_id: int) -> ResponseReturnValue:
    """Make a link for a new password; it is shown once, on the page after."""
    row = managed(edition_id, person_id)
    with transaction():
        _reset, token = issue_reset(row, by=me(), at=now(), edition_id=edition_id)
    link = url_for(".password_reset", token=token, _external=True)
    session[ONCE] = {"kind": "reset", "name": row.name, "link": public_link(link)}
    return redirect(url_for(".person", edition_id=edition_id, person_id=person_id, contact=contact()))


@bp.route("/editions/<int:edition_id>/desk/people/<int:person_id>/block", methods=["POST"])
@organiser_required
def person_block(edition_id: int, person_id: int) -> ResponseReturnValue:
    """Shut somebody out at once."""
    row = managed(edition_id, person_id)
    form = BlockForm()
    if not form.validate_on_submit():
        return person_page(edition_id, row, GrantForm(), form, 422)
    with transaction():
        block_person(row, reason=form.reason.data, by=me(), at=now(), edition_id=edition_id)
    flash(_("%(name)s is blocked and signed out everywhere.", name=row.name))
    return redirect(url_for(".person", edition_id=edition_id, person_id=person_id, contact=contact()))


@bp.route("/editions/<int:edition_id>/desk/people/<int:person_id>/unblock", methods=["POST"])
@organiser_required
def person_unblock(edition_id: int, person_id: int) -> ResponseReturnValue:
    """Let somebody in again."""
    row = managed(edition_id, person_id)
    with transaction():
        unblock_person(row, by=me(), at=now(), edition_id=edition_id)
    flash(_("%(name)s can sign in again.", name=row.name))
    return redirect(url_for(".person", edition_id=edition_id, person_id=person_id, contact=contact()))


def person_page(edition_id: int, row: Person, grant: GrantForm, block: BlockForm, status: int) -> ResponseReturnValue:
    values: dict[str, Any] = {
        "edition": edition_by(edition_id),
        "person": row,
        "grants": [one for one in row.grants if one.edition_id == edition_id and one.revoked_at is None],
        "former": [one for one in row.grants if one.edition_id == edition_id and one.revoked_at is not None],
        "grant_form": grant,
        "block_form": block,
        "role_words": ROLE_WORDS,
        "why_not": why_not_manage(row, by=me(), edition_id=edition_id),
        "contact": contact(),
        "fresh": session.pop(ONCE, None),
        "form": block if block.errors else grant,
    }
    return render_template("accounts/person.html", **values), status


def seen(edition_id: int, person_id: int) -> Person:
    """The person, if this organiser may see them; else there is no such page."""
    return person_in(edition_id, person_id, contact=request.args.get("contact", "")) or abort(404)


def managed(edition_id: int, person_id: int) -> Person:
    """The person, if this organiser may block them or reset their password."""
    row = seen(edition_id, person_id)
    if reason := why_not_manage(row, by=me(), edition_id=edition_id):
        raise Refused(reason, status=403)
    return row


def contact() -> str | None:
    """What shows that the organiser knows the person, carried along from the search."""
    return request.args.get("contact") or None


def public_link(link: str) -> str:
    """`link` with the address under which people reach the service, when it is set."""
    own = settings().public_url
    return own.rstrip("/") + link.removeprefix(request.host_url.rstrip("/")) if own else link
