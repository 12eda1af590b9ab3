"""Taking a role back, after its consequences were shown."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from contest.accounts import registry
from contest.accounts.access import me, organiser_required
from contest.accounts.actions import revoke_role
from contest.accounts.forms import ROLE_WORDS
from contest.accounts.models import RoleGrant
from contest.accounts.queries import edition_by, grant_in
from contest.accounts.rules import why_not_revoke
from contest.accounts.views.blueprint import bp
from contest.clock import now
from contest.db import transaction


@bp.route("/editions/<int:edition_id>/desk/roles/<int:grant_id>/revocation", methods=["GET", "POST"])
@organiser_required
def revocation(edition_id: int, grant_id: int) -> ResponseReturnValue:
    """What follows from taking the role back; a POST does it."""
    grant = grant_in(edition_id, grant_id) or abort(404)
    if request.method == "POST":
        name = grant.person.name
        with transaction():
            revoke_role(grant, by=me(), at=now())
        flash(_("%(name)s no longer has the role: %(role)s.", name=name, role=ROLE_WORDS[grant.role]))
        if me().has_role("organiser", edition_id=edition_id):
            return redirect(url_for(".people", edition_id=edition_id))
        return redirect(url_for(".account"))  # they gave up their own role
    return render_template(
        "accounts/revocation.html",
        edition=edition_by(edition_id),
        grant=grant,
        role=ROLE_WORDS[grant.role],
        why_not=why_not_revoke(grant),
        consequences=[*consequences(grant), *registry.told_consequences(grant)],
    )


def consequences(grant: RoleGrant) -> list[str]:
    """What follows whatever the role; features add what only they know."""
    own = {
        "organiser": _("The person can no longer open the organisers' pages of this edition."),
        "judge": _("The person can no longer open the judges' pages. Marks that were given stay and keep counting."),
        "auditor": _("The person can no longer read the audit trail of this edition."),
        "unit_officer": _("The person can no longer act for the unit in this edition."),
        "entrant": _("Entries that were submitted stay in the contest."),
    }[grant.role]
    return [own, _("The account itself stays, and so does the record of what was done in this role.")]
