"""All of a judge's ballots on one page, to look over and hand in together."""

from flask import abort, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import ngettext

from contest.accounts.access import judge_required, me
from contest.clock import now
from contest.db import transaction
from contest.judging import actions
from contest.judging.forms import SignatureForm
from contest.judging.queries import bench
from contest.judging.rules import is_unusual, why_over
from contest.judging.views.blueprint import bp


@bp.route("/judging/rounds/<int:round_id>/signature", methods=["GET", "POST"])
@judge_required
def signature(round_id: int) -> ResponseReturnValue:
    """Every mark of the judge's own, what is missing, and one button for all that is complete."""
    mine = next(iter(bench.queue(me(), round_id=round_id)), None) or abort(404)
    g.edition, form, unusual = mine.round.edition, SignatureForm(), _unusual(mine)
    if not unusual:
        del form.meant
    if form.validate_on_submit():
        with transaction():
            ready = bench.assignments_at(me(), mine.complete)
            done = actions.submit_all(ready, by=me(), at=now())
        flash(ngettext("%(num)s ballot is submitted.", "%(num)s ballots are submitted.", done))
        return redirect(url_for(".signature", round_id=round_id))
    page = render_template(
        "judging/signature.html",
        bench=mine,
        round=mine.round,
        marks=bench.marks_at(me(), mine.round),
        unusual=unusual,
        form=form,
        reason=why_over(mine.round, now()),
    )
    return page, 422 if form.errors else 200


def _unusual(mine: bench.Bench) -> list[bench.Place]:
    """Ballots about to be handed in whose total is far from the judge's own habit."""
    return [
        place
        for place in mine.complete
        if place.total_hundredths is not None
        and is_unusual(place.total_hundredths, mine.totals(without=place.assignment_id))
    ]
