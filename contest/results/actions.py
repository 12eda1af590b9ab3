"""What happens to results: computed, awarded, published, taken back. Nothing that counted is ever overwritten."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from contest.accounts.models import Person
from contest.audit.actions import record
from contest.db import db, lock
from contest.errors import Refused
from contest.jobs.actions import enqueue
from contest.jobs.models import Job
from contest.judging.models import Round
from contest.judging.registry import objects_to_reopening
from contest.ranking.engines import ENGINE_OF, NoOrder
from contest.ranking.record import fingerprint, lines_of
from contest.results import queries, rules
from contest.results.models import Award, Publication, ResultAnalysis, ResultRow, ResultSnapshot
from contest.results.queries import Choice, analysis_key, compute_key
from contest.results.words import refusal


@objects_to_reopening
def _while_public(round_: Round) -> str | None:
    return rules.why_not_reopen(queries.live_publication(round_))


def compute_result(
    round_: Round, *, choice: Choice | None = None, reason: str = "", by: Person | None, at: datetime
) -> ResultSnapshot:
    """Freeze what a closed round gives, by the method it declared or by `choice`. The same marks give the newest result
    again; other ones a further version, with a reason, beside the old one, whose prizes are taken back."""
    lock(round_)
    if complaint := rules.why_not_compute(round_, live=queries.live_publication(round_)):
        raise Refused(complaint)
    latest = queries.latest_snapshot(round_)
    chosen = choice or (queries.choice_of(latest) if latest else Choice(queries.declared(round_)))
    if complaint := rules.choice_complaint(chosen.method, chosen.because, declared=queries.declared(round_)):
        raise Refused(complaint, status=422)
    if latest is not None and queries.choice_of(latest) == chosen and queries.is_current(round_, latest):
        return latest
    try:
        body = queries.record_of(round_, chosen)
    except NoOrder as refused:
        raise Refused(" ".join(refusal(refused.why))) from refused
    if latest is not None:
        if complaint := rules.reason_complaint(reason):
            raise Refused(complaint, status=422)
        for award in queries.live_awards(latest):
            _take_back(award, reason=reason, by=by, at=at)
    snapshot = ResultSnapshot(
        round_id=round_.id,
        version=latest.version + 1 if latest else 1,
        reason=reason,
        engine=ENGINE_OF[chosen.method],
        body=body,
        sha256=fingerprint(body),
        created_at=at,
        created_by_id=by.id if by else None,
    )
    snapshot.rows = _rows(round_, body)
    db.session.add(snapshot)
    record(
        "result.computed",
        by=by,
        on=snapshot,
        at=at,
        edition_id=round_.edition_id,
        version=snapshot.version,
        sha256=snapshot.sha256,
        method=chosen.method.value,
        reason=reason or chosen.because,
    )
    _have_analysed(snapshot, at=at)
    return snapshot


def compute_later(round_: Round, *, choice: Choice, reason: str, by: Person, at: datetime) -> Job:
    """Have a worker compute what needs a model of judges."""
    args = {
        "round_id": round_.id,
        "method": choice.method.value,
        "because": choice.because,
        "reason": reason,
        "by": by.id,
    }
    return enqueue("results.compute", args, key=compute_key(round_.id), at=at)


def analyse_later(snapshot: ResultSnapshot, *, at: datetime) -> Job:
    """Have a worker find out how sure the result is."""
    return _have_analysed(snapshot, at=at)


def _have_analysed(snapshot: ResultSnapshot, *, at: datetime) -> Job:
    db.session.flush()
    return enqueue("results.analyse", {"snapshot_id": snapshot.id}, key=analysis_key(snapshot.id), at=at)


def keep_analysis(snapshot: ResultSnapshot, found: Mapping[str, Any], *, at: datetime) -> None:
    """Put what was found in the place of what was known before."""
    kept = db.session.get(ResultAnalysis, snapshot.id) or ResultAnalysis(snapshot_id=snapshot.id)
    kept.sha256, kept.seats, kept.body, kept.computed_at = found["sha256"], found["seats"], dict(found), at
    db.session.add(kept)


def _rows(round_: Round, body: str) -> list[ResultRow]:
    ids = queries.entry_ids(round_)
    return [
        ResultRow(
            entry_id=ids[line.entry],
            position=position,
            place=line.place,
            shared=line.shared,
            mean_hundredths=line.mean_hundredths,
            spread_hundredths=line.spread_hundredths,
            ballots=line.ballots,
        )
        for position, line in enumerate(lines_of(json.loads(body)), start=1)
    ]


def give_awards(snapshot: ResultSnapshot, tiers: Mapping[int, int | None], *, by: Person, at: datetime) -> None:
    """The prizes of these entries are to be these: a tier, or None for no prize. Entries not named keep theirs."""
    round_ = lock(snapshot.round)
    if reason := rules.why_not_change_awards(
        snapshot, latest=queries.latest_snapshot(round_), live=queries.live_publication(round_)
    ):
        raise Refused(reason)
    held = {award.entry_id: award for award in queries.live_awards(snapshot)}
    before = {entry_id: award.tier for entry_id, award in held.items()}
    changed = {entry_id: tier for entry_id, tier in tiers.items() if before.get(entry_id) != tier}
    if not changed:
        return
    _check(snapshot, [entry_id for entry_id, tier in changed.items() if tier is not None])
    for entry_id in changed.keys() & held.keys():
        held[entry_id].revoked_at, held[entry_id].revoked_reason = at, "changed before publication"
    db.session.flush()  # at most one live prize for a work
    for entry_id, tier in changed.items():
        if tier is not None:
            db.session.add(_award(snapshot, entry_id, tier, by=by, at=at))
    after = {**before, **changed}
    record(
        "awards.given",
        by=by,
        on=snapshot,
        at=at,
        edition_id=round_.edition_id,
        before={str(key): tier for key, tier in sorted(before.items())},
        after={str(key): tier for key, tier in sorted(after.items()) if tier is not None},
    )
    _have_analysed(snapshot, at=at)


def _check(snapshot: ResultSnapshot, entry_ids: list[int]) -> None:
    rows = {row.entry_id: row for row in queries.rows_of(snapshot)}
    elsewhere = queries.awards_elsewhere(snapshot, entry_ids)
    for entry_id in entry_ids:
        row = rows.get(entry_id)
        if row is None:
            raise Refused(rules.unknown_work(), status=422)
        if reason := rules.why_not_award(row.entry, row, elsewhere.get(entry_id)):
            raise Refused(reason, status=422)


def _award(snapshot: ResultSnapshot, entry_id: int, tier: int, *, by: Person, at: datetime) -> Award:
    return Award(
        edition_id=snapshot.round.edition_id,
        snapshot_id=snapshot.id,
        entry_id=entry_id,
        tier=tier,
        given_at=at,
        given_by_id=by.id,
    )


def revoke_award(award: Award, *, reason: str, by: Person, at: datetime) -> None:
    """Take one prize back, also when it is public: its page and media are gone for the public at once."""
    lock(award)
    if award.revoked_at is not None:
        return
    if complaint := rules.reason_complaint(reason):
        raise Refused(complaint, status=422)
    _take_back(award, reason=reason, by=by, at=at)


def _take_back(award: Award, *, reason: str, by: Person | None, at: datetime) -> None:
    award.revoked_at, award.revoked_reason = at, reason
    record("award.revoked", by=by, on=award, at=at, tier=award.tier, entry_id=award.entry_id, reason=reason)


def publish(snapshot: ResultSnapshot, *, by: Person, at: datetime) -> Publication:
    """Let everybody see the prizes that stand on this result. Publishing what is public changes nothing."""
    round_ = lock(snapshot.round)
    live = queries.live_publication(round_)
    if live is not None and live.snapshot_id == snapshot.id:
        return live
    awards = queries.live_awards(snapshot)
    if reason := rules.why_not_publish(
        snapshot,
        latest=queries.latest_snapshot(round_),
        live=live,
        awards=awards,
        is_whole=queries.is_whole(snapshot),
    ):
        raise Refused(reason)
    publication = Publication(
        edition_id=round_.edition_id,
        round_id=round_.id,
        snapshot_id=snapshot.id,
        published_at=at,
        published_by_id=by.id,
    )
    db.session.add(publication)
    record("result.published", by=by, on=publication, at=at, sha256=snapshot.sha256, awards=len(awards))
    return publication


def unpublish(publication: Publication, *, reason: str, by: Person, at: datetime) -> None:
    """Nobody outside sees it any more. Result and prizes stay, so that publishing again shows the very same."""
    lock(publication)
    if publication.ended_at is not None:
        return
    if complaint := rules.reason_complaint(reason):
        raise Refused(complaint, status=422)
    publication.ended_at, publication.ended_reason = at, reason
    record("result.unpublished", by=by, on=publication, at=at, reason=reason)
