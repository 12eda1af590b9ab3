"""The list of results, one round's ranking, and the prizes given on it."""

from typing import Any

from flask import Response, abort, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from contest.accounts.access import auditor_required, me, organiser_required
from contest.clock import now
from contest.db import transaction
from contest.editions.queries import edition_or_404
from contest.errors import Refused
from contest.jobs.models import Job
from contest.jobs.rules import reason_shown
from contest.judging.models import Round
from contest.judging.queries.desk import round_of
from contest.ranking.engines import ARITHMETIC, ENGINE_OF
from contest.ranking.record import public_of
from contest.ranking.situation import Method
from contest.results import actions, queries
from contest.results.forms import ComputeForm, QuotaForm, ReasonForm, awards_form
from contest.results.models import ResultSnapshot
from contest.results.rules import choice_complaint, why_not_change_awards, why_not_compute
from contest.results.views.blueprint import bp
from contest.results.words import method_name, method_plain, refusal, remark, tie_rule

RESULT = "/editions/<int:edition_id>/desk/results/<int:round_id>"


def round_or_404(edition_id: int, round_id: int) -> Round:
    return round_of(edition_id, round_id) or abort(404)


def latest_or_404(round_: Round) -> ResultSnapshot:
    return queries.latest_snapshot(round_) or abort(404)


def to(endpoint: str, round_: Round) -> ResponseReturnValue:
    return redirect(url_for(endpoint, edition_id=round_.edition_id, round_id=round_.id))


def to_result(round_: Round) -> ResponseReturnValue:
    return to("results.result_page", round_)


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
    """Compute the result, or a further version of it: at once where that is arithmetic, else by a worker."""
    round_, form = round_or_404(edition_id, round_id), ComputeForm()
    before = queries.latest_snapshot(round_)
    form.name_methods({method: method_name(method) for method in Method}, _standing(round_, before).method)
    if not form.validate_on_submit():
        return show(round_, compute=form), 422
    choice = form.choice(_standing(round_, before).method)
    if _complaints(round_, form, choice, before):
        return show(round_, compute=form), 422
    with transaction():
        if ENGINE_OF[choice.method] not in ARITHMETIC:
            actions.compute_later(round_, choice=choice, reason=form.reason.data or "", by=me(), at=now())
            return to_result(round_)
        made = actions.compute_result(round_, choice=choice, reason=form.reason.data or "", by=me(), at=now())
    same = before is not None and before.id == made.id
    flash(_("Nothing has changed: the result is the same, byte for byte.") if same else _("The result is computed."))
    return to_result(round_)


def _standing(round_: Round, latest: ResultSnapshot | None) -> queries.Choice:
    """The method that is taken unless another one is chosen."""
    return queries.choice_of(latest) if latest else queries.Choice(queries.declared(round_))


def _complaints(round_: Round, form: ComputeForm, choice: queries.Choice, before: ResultSnapshot | None) -> bool:
    """Say at the fields what does not do; True when something does not."""
    if why := why_not_compute(round_, live=queries.live_publication(round_)):
        raise Refused(why)
    refused = queries.outset_of(round_).refused.get(choice.method)
    if refused:
        form.method.errors = [" ".join(refusal(refused))]
    if complaint := choice_complaint(choice.method, choice.because, declared=queries.declared(round_)):
        form.because.errors = [complaint]
    is_new = before is not None and (queries.choice_of(before) != choice or not queries.is_current(round_, before))
    if is_new and not (form.reason.data or "").strip():
        form.reason.errors = [_("Write the reason; it is kept in the record.")]
    return bool(form.errors)


@bp.route(f"{RESULT}/record")
@auditor_required
def record_file(edition_id: int, round_id: int) -> ResponseReturnValue:
    """The record itself, exactly the bytes that were hashed."""
    snapshot = latest_or_404(round_or_404(edition_id, round_id))
    name = f"result-{round_id}-v{snapshot.version}.json"
    return Response(
        snapshot.body, mimetype="application/json", headers={"Content-Disposition": f"attachment; filename={name}"}
    )


@bp.route(f"{RESULT}/record/public")
@auditor_required
def public_file(edition_id: int, round_id: int) -> ResponseReturnValue:
    """What of the record anybody may have: the result recomputes from it, and nobody can be told from it."""
    snapshot = latest_or_404(round_or_404(edition_id, round_id))
    name = f"result-{round_id}-v{snapshot.version}-public.json"
    return Response(
        public_of(snapshot.body),
        mimetype="application/json",
        headers={"Content-Disposition": f"attachment; filename={name}"},
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
    standing = _standing(round_, snapshot)
    compute = forms.get("compute") or ComputeForm(formdata=None)
    compute.name_methods({method: method_name(method) for method in Method}, standing.method)
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
        is_current=snapshot is not None and round_.is_closed and queries.is_current(round_, snapshot),
        is_whole=snapshot is not None and queries.is_whole(snapshot),
        why_not_compute=why_not_compute(round_, live=live),
        why_fixed=why_not_change_awards(snapshot, latest=snapshot, live=live) if snapshot else None,
        awards=forms.get("awards") or awards_form(rows, given),
        quota=forms.get("quota") or QuotaForm(formdata=None, data=_counts([award.tier for award in given])),
        compute=compute,
        form=next(iter(forms.values()), None),
        may_change=me().has_role("organiser", edition_id=round_.edition_id),
        method=method_name(standing.method),
        because=standing.because,
        is_mean=standing.method in (Method.MEAN, Method.TRIMMED),
        decided=_decided(snapshot),
        outset=_outset_words(round_) if round_.is_closed and not live else None,
        job=job_words(queries.compute_job(round_), snapshot),
    )


def _decided(snapshot: ResultSnapshot | None) -> dict[str, str]:
    """By code name what parted a work from its equals, where the score alone did not."""
    found = queries.decided_by(snapshot) if snapshot else {}
    return {code: tie_rule(rule) for code, rule in found.items() if rule != "score"}


def _outset_words(round_: Round) -> dict[str, Any]:
    """The declared method, what suits, and what each method is refused for, in words."""
    outset = queries.outset_of(round_)
    return {
        "declared": method_name(outset.declared),
        "refused": refusal(outset.refused[outset.declared]) if outset.declared in outset.refused else None,
        "proposed": method_name(outset.proposal.method),
        "why": remark(outset.proposal.why),
        "fits": outset.proposal.method is outset.declared,
        "nothing": outset.proposal.method in outset.refused,
        "others": [
            (method_name(method), method_plain(method, trim=round_.trim), outset.refused.get(method))
            for method in Method
        ],
    }


def job_words(job: Job | None, newer: ResultSnapshot | None = None) -> dict[str, Any] | None:
    """How far a worker is, or why it gave up; nothing once it is done, or something newer is there."""
    if job is None or job.state == "done" or (newer and job.created_at < newer.created_at):
        return None
    return {"is_running": not job.is_finished, "progress": job.progress, "reason": reason_shown(job)}


def _counts(tiers: list[int]) -> dict[str, int]:
    names = ("first", "second", "third", "merit")
    return {name: tiers.count(tier) for tier, name in enumerate(names, start=1)}
