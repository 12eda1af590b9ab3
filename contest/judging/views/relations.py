"""What a judge declares before works are assigned: units and people to whom they are tied.

Nothing here says whether such a unit or person takes part, or to which works it leads.
"""

from flask import abort, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from contest.accounts.access import judge_required, me
from contest.clock import now
from contest.db import transaction
from contest.editions.models import Edition
from contest.editions.queries import edition_or_404
from contest.judging import rules
from contest.judging.actions import conflicts as actions
from contest.judging.forms import RelationForm
from contest.judging.queries import conflict_lines as lines
from contest.judging.relations import Target, folded
from contest.judging.views.blueprint import bp
from contest.web.forms import Form


@bp.route("/editions/<int:edition_id>/judging/relations", methods=["GET", "POST"])
@judge_required
def relations(edition_id: int) -> ResponseReturnValue:
    """The judge's own declarations, and a form for another one until works are assigned."""
    edition, form = edition_or_404(edition_id), RelationForm()
    g.edition = edition
    if form.validate_on_submit():
        if not folded(form.name.data):
            form.name.errors = [_("Write the name with letters or characters.")]
        else:
            with transaction():
                actions.declare_relation(
                    edition,
                    me(),
                    _target(form),
                    reason=form.reason.data,
                    has_begun=lines.has_begun(me(), edition),
                    at=now(),
                )
            flash(_("Declared. Works of this unit or person will not be given to you."))
            return redirect(url_for(".relations", edition_id=edition_id))
    page = render_template(
        "judging/relations.html",
        edition=edition,
        form=form,
        rows=lines.relations_of(me(), edition),
        units=lines.unit_names(),
        closed=rules.why_not_declare_relations(has_begun=lines.has_begun(me(), edition)),
    )
    return page, 422 if form.errors else 200


@bp.route("/editions/<int:edition_id>/judging/relations/<int:conflict_id>/withdrawal", methods=["POST"])
@judge_required
def relation_withdrawal(edition_id: int, conflict_id: int) -> ResponseReturnValue:
    """A slip is taken back, as long as nothing rests on it."""
    edition, form = edition_or_404(edition_id), Form()
    g.edition = edition
    row = next((one for one in lines.relations_of(me(), edition) if one.id == conflict_id), None) or abort(404)
    if form.validate_on_submit():
        with transaction():
            actions.withdraw_relation(row, has_begun=lines.has_begun(me(), edition), by=me(), at=now())
        flash(_("The declaration is taken back."))
    return redirect(url_for(".relations", edition_id=edition_id))


def judged_editions() -> list[Edition]:
    """The editions that the signed-in person judges in, for the navigation."""
    return [grant.edition for grant in me().grants if grant.role == "judge" and grant.revoked_at is None]


def _target(form: RelationForm) -> Target:
    if form.about.data == "person":
        return Target(person_name=form.name.data)
    unit = lines.unit_called(form.name.data)
    return Target(unit_id=unit.id if unit else None, unit_name=form.name.data)
