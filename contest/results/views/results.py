"""The list of results, one round's ranking, and the prizes given on it."""

from typing import Any

from flask import Response, abort, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from contest.accounts.access import auditor_required, me, organiser_required
from contest.clock import now
from contest.db import transaction
from contest.editions.queries import edition_or_404
from contest.judging.models import Round
from contest.judging.queries.desk import round_of
from contest.results import actions, queries
from contest.results.forms import ComputeForm, QuotaForm, ReasonForm, awards_form
from contest.results.models import ResultSnapshot
from contest.results.rules import why_not_change_awards, why_not_compute
from contest.results.views.blueprint import bp

RESULT = "/editions/<int:edition_id>/desk/results/<int:round_id>"


def round_or_404(edition_id: int, round_id: int) -> Round:
    return round_of(edition_id, round_id) or abort(404)


def latest_or_404(round_: Round) -> ResultSnapshot:
    return queries.latest_snapshot(round_) or abort(404)


def to_result(round_: Round) -> ResponseReturnValue:
    return redirect(url_for("results.result_page", edition_id=round_.edition_id, round_id=round_.id))


@bp.route("/editions/<int:edition_id>/desk/results")
@auditor_required
def result_list(edition_id: int) -> ResponseReturnValue:
    """Every round, and how far its result is."""
    edition = edition_or_404(edition_id)
    return render_template("results/result_list.html", edition=edition, lines=queries.results_of(edition))


@bp.route(RESULT)
@auditor_required
def result_page(edition_id: int, round_id: int) -> ResponseReturnValue:
    """The ranking of a closed round, its prizes, and where it stands."""
    return show(round_or_404(edition_id, round_id))


@bp.route(f"{RESULT}/snapshots", methods=["POST"])
@organiser_required
def snapshots(edition_id: int, round_id: int) -> ResponseReturnValue:
    """Compute the result, or a further version of it."""
    round_, form = round_or_404(edition_id, round_id), ComputeForm()
    if not form.validate_on_submit():
        return show(round_, compute=form), 422
    before = queries.latest_snapshot(round_)
    if before is not None and before.body != queries.record_of(round_) and not form.reason.data:
        form.reason.errors = [_("Write the reason; it is kept in the record.")]
        return show(round_, compute=form), 422
    with transaction():
        made = actions.compute_result(round_, reason=form.reason.data or "", by=me(), at=now())
    same = before is not None and before.id == made.id
    flash(_("Nothing has changed: the result is the same, byte for byte.") if same else _("The result is computed."))
    return to_result(round_)


@bp.route(f"{RESULT}/record")
@auditor_required
def record_file(edition_id: int, round_id: int) -> ResponseReturnValue:
    """The record itself, exactly the bytes that were hashed."""
    snapshot = latest_or_404(round_or_404(edition_id, round_id))
    name = f"result-{round_id}-v{snapshot.version}.json"
    return Response(
        snapshot.body, mimetype="application/json", headers={"Content-Disposition": f"attachment; filename={name}"}
    )


@bp.route(f"{RESULT}/awards", methods=["POST"])
@organiser_required
def awards(edition_id: int, round_id: int) -> ResponseReturnValue:
    """Give the prizes as they are chosen in the table."""
    round_ = round_or_404(edition_id, round_id)
    snapshot = latest_or_404(round_)
    rows = queries.rows_of(snapshot)
    form = awards_form(rows, queries.live_awards(snapshot))
    if not form.validate_on_submit():
        return show(round_, awards=form), 422
    with transaction():
        actions.give_awards(snapshot, form.tiers(rows), by=me(), at=now())
    flash(_("The prizes are saved. Nobody outside sees them until you publish."))
    return to_result(round_)


@bp.route(f"{RESULT}/quota", methods=["POST"])
@organiser_required
def quota(edition_id: int, round_id: int) -> ResponseReturnValue:
    """Give so many of each prize, from the top."""
    round_, form = round_or_404(edition_id, round_id), QuotaForm()
    snapshot = latest_or_404(round_)
    if not form.validate_on_submit():
        return show(round_, quota=form), 422
    with transaction():
        tiers = queries.by_quota(queries.rows_of(snapshot), form.counts())
        actions.give_awards(snapshot, tiers, by=me(), at=now())
    flash(_("The prizes are saved. Nobody outside sees them until you publish."))
    return to_result(round_)


@bp.route(f"{RESULT}/awards/<int:award_id>/revocation", methods=["GET", "POST"])
@organiser_required
def revocation(edition_id: int, round_id: int, award_id: int) -> ResponseReturnValue:
    """Take one public prize back."""
    round_, form = round_or_404(edition_id, round_id), ReasonForm()
    award = queries.award_of(latest_or_404(round_), award_id) or abort(404)
    if form.validate_on_submit():
        with transaction():
            actions.revoke_award(award, reason=form.reason.data, by=me(), at=now())
        flash(_("The prize is taken back."))
        return to_result(round_)
    page = render_template(
        "results/revocation.html",
        edition=round_.edition,
        round=round_,
        award=award,
        form=form,
        live=queries.live_publication(round_),
    )
    return page, 422 if form.errors else 200


def show(round_: Round, **forms: Any) -> str:
    """The page of a result; `forms` holds the one that was posted and could not be accepted."""
    g.edition = round_.edition
    snapshot, live = queries.latest_snapshot(round_), queries.live_publication(round_)
    rows = queries.rows_of(snapshot) if snapshot else []
    given = queries.live_awards(snapshot) if snapshot else []
    return render_template(
        "results/result.html",
        edition=round_.edition,
        round=round_,
        snapshot=snapshot,
        live=live,
        placed=[row for row in rows if row.place is not None],
        under=[row for row in rows if row.place is None],
        prizes={award.entry_id: award for award in given},
        gaps=queries.distance_to_next(rows),
        older=queries.older_snapshots(round_, snapshot) if snapshot else [],
        is_current=snapshot is not None and round_.is_closed and snapshot.body == queries.record_of(round_),
        is_whole=snapshot is not None and queries.is_whole(snapshot),
        why_not_compute=why_not_compute(round_, live=live),
        why_fixed=why_not_change_awards(snapshot, latest=snapshot, live=live) if snapshot else None,
        awards=forms.get("awards") or awards_form(rows, given),
        quota=forms.get("quota") or QuotaForm(formdata=None, data=_counts([award.tier for award in given])),
        compute=forms.get("compute") or ComputeForm(formdata=None),
        form=next(iter(forms.values()), None),
        may_change=me().has_role("organiser", edition_id=round_.edition_id),
    )


def _counts(tiers: list[int]) -> dict[str, int]:
    names = ("first", "second", "third", "merit")
    return {name: tiers.count(tier) for tier, name in enumerate(names, start=1)}
