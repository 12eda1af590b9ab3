"""Making a result public, and taking it back."""

from flask import abort, flash, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from contest.accounts.access import me, organiser_required
from contest.clock import now
from contest.db import transaction
from contest.results import actions, queries
from contest.results.forms import PublishForm, ReasonForm
from contest.results.rules import why_not_publish
from contest.results.views.blueprint import bp
from contest.results.views.results import RESULT, latest_or_404, round_or_404, to_result


@bp.route(f"{RESULT}/publication", methods=["GET", "POST"])
@organiser_required
def publication(edition_id: int, round_id: int) -> ResponseReturnValue:
    """What will be public, what should be looked at first, and the signature."""
    round_, form = round_or_404(edition_id, round_id), PublishForm()
    form.person = me()
    snapshot = latest_or_404(round_)
    awards, rows = queries.live_awards(snapshot), queries.rows_of(snapshot)
    is_whole, live = queries.is_whole(snapshot), queries.live_publication(round_)
    reason = why_not_publish(snapshot, latest=snapshot, live=live, awards=awards, is_whole=is_whole)
    if reason is None and form.validate_on_submit():
        with transaction():
            actions.publish(snapshot, by=me(), at=now())
        flash(_("The result is public."))
        return to_result(round_)
    page = render_template(
        "results/publication.html",
        edition=round_.edition,
        round=round_,
        snapshot=snapshot,
        awards=awards,
        without_consent=[award for award in awards if not award.entry.showcase_consent],
        withdrawn=[award for award in awards if award.entry.state != "passed"],
        under=[row for row in rows if row.place is None],
        split=queries.split_ties(rows, awards),
        is_current=queries.is_current(round_, snapshot),
        is_whole=is_whole,
        live=live,
        reason=reason,
        form=form,
    )
    return page, 422 if form.errors else 200


@bp.route(f"{RESULT}/publication/end", methods=["GET", "POST"])
@organiser_required
def publication_end(edition_id: int, round_id: int) -> ResponseReturnValue:
    """Take the result back from the public."""
    round_, form = round_or_404(edition_id, round_id), ReasonForm()
    live = queries.live_publication(round_) or abort(404)
    if form.validate_on_submit():
        with transaction():
            actions.unpublish(live, reason=form.reason.data, by=me(), at=now())
        flash(_("The result is no longer public."))
        return to_result(round_)
    page = render_template(
        "results/publication_end.html",
        edition=round_.edition,
        round=round_,
        live=live,
        awards=queries.live_awards(live.snapshot),
        form=form,
    )
    return page, 422 if form.errors else 200
