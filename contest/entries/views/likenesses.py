"""Works that look or sound alike, two and two, for a person of the office to look at, listen to, and decide."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from contest.accounts.access import auditor_required, me, organiser_required
from contest.clock import now
from contest.db import transaction
from contest.editions.models import Edition
from contest.editions.queries import edition_or_404
from contest.entries.actions.resembling import judge_resemblance
from contest.entries.forms import ResemblanceForm
from contest.entries.queries import Pair, pair_in, pairs_in
from contest.entries.views.blueprint import bp


@bp.route("/editions/<int:edition_id>/desk/likenesses")
@auditor_required
def likeness_list(edition_id: int) -> ResponseReturnValue:
    """All pairs of the edition, those first that nobody has looked at."""
    edition = edition_or_404(edition_id)
    return render_template("entries/likeness_list.html", edition=edition, pairs=pairs_in(edition))


@bp.route("/editions/<int:edition_id>/desk/likenesses/<int:resemblance_id>")
@auditor_required
def likeness(edition_id: int, resemblance_id: int) -> ResponseReturnValue:
    """Both side by side, each to be played from where they agree."""
    edition = edition_or_404(edition_id)
    pair: Pair = pair_in(edition, resemblance_id) or abort(404)
    form = ResemblanceForm(formdata=None, data={"verdict": pair.row.verdict, "note": pair.row.note})
    return _page(edition, pair, form)


@bp.route("/editions/<int:edition_id>/desk/likenesses/<int:resemblance_id>/verdict", methods=["POST"])
@organiser_required
def likeness_verdict(edition_id: int, resemblance_id: int) -> ResponseReturnValue:
    """Keep what was found; nothing follows from it by itself."""
    edition, form = edition_or_404(edition_id), ResemblanceForm()
    pair: Pair = pair_in(edition, resemblance_id) or abort(404)
    if not form.validate():
        return _page(edition, pair, form), 422
    with transaction():
        judge_resemblance(pair.row, edition, verdict=form.verdict.data, note=form.note.data or "", by=me(), at=now())
    flash(_("Your decision is kept in the record; nothing else has changed."))
    return redirect(url_for(".likeness_list", edition_id=edition.id))


def _page(edition: Edition, pair: Pair, form: ResemblanceForm) -> str:
    return render_template(
        "entries/likeness.html",
        edition=edition,
        pair=pair,
        form=form,
        may_see=me().has_role("organiser", "auditor", edition_id=pair.theirs.entry.edition_id),
        may_decide=me().has_role("organiser", edition_id=edition.id),
    )
