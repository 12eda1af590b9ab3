"""Conflicts of interest: pinned, declared, confirmed, lifted, and what becomes of ballots by it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from contest.accounts.models import Person, Unit
from contest.audit.actions import record
from contest.db import db, lock
from contest.editions.models import Edition
from contest.errors import Refused
from contest.judging import rules
from contest.judging.models import Assignment, ConflictOfInterest, Round, UnitAlias
from contest.judging.queries.conflicts import Ground, Pair, ground_of, live_assignments
from contest.judging.queries.stand_ins import rounds_touched, stand_ins
from contest.judging.relations import Target, Tie, folded


@dataclass(frozen=True, kw_only=True)
class Settled:
    """What a conflict did to the ballots of a round."""

    voided: tuple[Assignment, ...] = ()
    given: tuple[Assignment, ...] = ()


def settle(round_: Round, *, hand_on: bool = True, by: Person | None, at: datetime) -> Settled:
    """Pin what the rules find, and make void what is assigned against any conflict; the works go to other judges.

    Called whenever somebody is assigned and when the round closes, so that what counts was looked at last of all; then
    there is nobody left to `hand_on` to. The round is held by the caller.
    """
    ground = ground_of(round_)
    _pin(round_, ground, at=at)
    return _void(round_, ground, ground.barred, hand_on=hand_on, by=by, at=at)


def declare_conflict(
    round_: Round,
    judge: Person,
    target: Target,
    *,
    kind: str = "declared",
    reason: str,
    only_here: bool = False,
    by: Person,
    at: datetime,
) -> Settled:
    """An organiser says that a judge has a tie; ballots given against it are void, here and in the edition's other
    rounds, unless it is to hold in this round alone."""
    if complaint := rules.reason_complaint(reason):
        raise Refused(complaint, status=422)
    touched = [lock(one) for one in rounds_touched(round_, judge.id, only_here=only_here)]
    row = _declared(round_.edition_id, judge, target, kind=kind, reason=reason, role="organiser", by=by, at=at)
    row.round_id = round_.id if only_here else None
    _keep(row, by=by, at=at)
    done = [_after(one, row, by=by, at=at) for one in touched if not one.is_draft]
    voided = tuple(one for settled in done for one in settled.voided)
    return Settled(voided=voided, given=tuple(one for settled in done for one in settled.given))


def _after(round_: Round, row: ConflictOfInterest, *, by: Person, at: datetime) -> Settled:
    """In a closed round only this very conflict is acted on: nothing else is found there any more."""
    if round_.is_open:
        return settle(round_, by=by, at=at)
    ground = ground_of(round_, judge_id=row.judge_id)
    led = {(tie.judge_id, tie.entry_id) for tie in ground.ties if tie.relation == row.id}
    return _void(round_, ground, led, by=by, at=at)


def declare_relation(
    edition: Edition, judge: Person, target: Target, *, reason: str, has_begun: bool, at: datetime
) -> ConflictOfInterest:
    """A judge says beforehand to whom they are tied. Later it would tell the judge which works are whose."""
    if complaint := rules.why_not_declare_relations(has_begun=has_begun) or rules.reason_complaint(reason):
        raise Refused(complaint, status=422)
    row = _declared(edition.id, judge, target, kind="relation", reason=reason, role="judge", by=judge, at=at)
    return _keep(row, by=judge, at=at)


def withdraw_relation(row: ConflictOfInterest, *, has_begun: bool, by: Person, at: datetime) -> None:
    """A judge takes back what was declared by mistake, as long as it could not tell which works are whose."""
    if complaint := rules.why_not_declare_relations(has_begun=has_begun):
        raise Refused(complaint)
    lift_conflict(row, reason=_("Taken back by the judge before works were assigned"), still_so=False, by=by, at=at)


def lift_conflict(row: ConflictOfInterest, *, reason: str, still_so: bool, by: Person, at: datetime) -> None:
    """It is none, or none any more. Ballots it made void stay void: nothing comes back unseen.

    `still_so`: the rules would find it again at once. What was pinned through a unit goes with the unit's own row.
    """
    lock(row)
    if not row.stands:
        return
    if complaint := rules.why_not_lift(row, still_so=still_so) or rules.reason_complaint(reason):
        raise Refused(complaint, status=422)
    also = [] if row.entry_id or not row.is_found else _pinned_through(row)
    for one in (row, *also):
        one.lifted_at, one.lifted_by_id, one.lifted_reason = at, by.id, reason
        about: dict[str, Any] = {"entry_id": one.entry_id} if one.entry_id else {}
        record(
            "conflict.lifted", by=by, on=one, at=at, judge_id=one.judge_id, conflict=one.kind, reason=reason, **about
        )


def clear_pair(round_: Round, judge_id: int, entry_id: int, *, reason: str, by: Person, at: datetime) -> None:
    """An organiser looked at this judge and this work and found no tie: another person of that name, another school."""
    lock(round_)
    ground = ground_of(round_, judge_id=judge_id, entry_id=entry_id)
    if complaint := rules.why_not_clear(ground.ties) or rules.reason_complaint(reason):
        raise Refused(complaint, status=422)
    rows = {row.id: row for row in ground.rows}
    for tie in ground.ties:
        pinned = rows.get(tie.relation or 0)
        if pinned is not None and pinned.entry_id is not None:
            lift_conflict(pinned, reason=reason, still_so=False, by=by, at=at)
        elif (judge_id, entry_id, tie.kind) not in ground.lifted:
            ground.lifted.add((judge_id, entry_id, tie.kind))
            row = _of_tie(round_, tie, ground, at=at)
            db.session.add(row)
            db.session.flush()
            lift_conflict(row, reason=reason, still_so=False, by=by, at=at)


def set_area_rule(round_: Round, *, bars: bool, by: Person, at: datetime) -> None:
    """Whether the same area is a conflict; fixed once works are assigned."""
    lock(round_)
    if complaint := rules.why_not_change_basis(round_):
        raise Refused(complaint)
    if round_.area_bars != bars:
        round_.area_bars = bars
        record("round.area-rule", by=by, on=round_, at=at, area_bars=bars)


def add_unit_alias(unit: Unit, *, name: str, taken: Unit | None, by: Person, at: datetime) -> UnitAlias | None:
    """Another name of a unit. The same again changes nothing; None then."""
    if complaint := rules.alias_complaint(name, unit, taken=taken):
        raise Refused(complaint, status=422)
    if taken is not None:
        return None
    alias = UnitAlias(unit_id=unit.id, name=name, key=folded(name), added_at=at)
    db.session.add(alias)
    record("unit.alias-added", by=by, on=alias, at=at, name=name, unit=unit.name)
    return alias


def _declared(
    edition_id: int,
    judge: Person,
    target: Target,
    *,
    kind: str,
    reason: str,
    role: str,
    by: Person | None,
    at: datetime,
) -> ConflictOfInterest:
    return ConflictOfInterest(
        edition_id=edition_id,
        judge_id=judge.id,
        kind=kind,
        entry_id=target.entry_id,
        unit_id=target.unit_id,
        unit_name=target.unit_name,
        area_id=target.area_id,
        person_name=target.person_name,
        reason=reason,
        declared_by_role=role,
        declared_by_id=by.id if by else None,
        at=at,
    )


def _keep(row: ConflictOfInterest, *, by: Person | None, at: datetime) -> ConflictOfInterest:
    db.session.add(row)
    about = {"unit": row.unit_name, "person": row.person_name, "entry_id": row.entry_id, "area_id": row.area_id}
    details: dict[str, Any] = {key: value for key, value in about.items() if value}
    record(
        "conflict.declared",
        by=by,
        on=row,
        at=at,
        judge_id=row.judge_id,
        conflict=row.kind,
        reason=row.reason,
        **details,
    )
    return row


def _pin(round_: Round, ground: Ground, *, at: datetime) -> None:
    """Write down what is found: the units of each judge, and every pair that follows from them."""
    known = {(row.judge_id, row.unit_id) for row in ground.rows if row.entry_id is None}
    names: dict[int, str] = {}
    wanted = {unit for judge in ground.judges.values() for unit in judge.units}
    if wanted:
        found = sa.select(Unit.id, Unit.name).where(Unit.id.in_(wanted))
        names = {row[0]: row[1] for row in db.session.execute(found)}
    rows = [
        _row(round_, judge.id, "unit", Target(unit_id=unit, unit_name=names[unit]), at=at)
        for judge in ground.judges.values()
        for unit in sorted(judge.units)
        if (judge.id, unit) not in known
    ]
    pinned = {(row.judge_id, row.entry_id, row.kind) for row in ground.rows if row.stands and row.entry_id is not None}
    for tie in ground.ties:
        key = tie.judge_id, tie.entry_id, tie.kind
        if tie.relation is None and tie.is_sure and key not in pinned:
            pinned.add(key)
            rows.append(_of_tie(round_, tie, ground, at=at))
    if rows:
        db.session.add_all(rows)
        db.session.flush()
        record("conflicts.found", on=round_, at=at, found=len(rows))  # one line: there can be thousands
        ground.rows.extend(rows)


def _of_tie(round_: Round, tie: Tie, ground: Ground, *, at: datetime) -> ConflictOfInterest:
    """What the rules find between a judge and a work, as a row."""
    work = ground.works.all[tie.entry_id]
    target = Target(entry_id=tie.entry_id, unit_name=work.unit_name if tie.kind == "unit" else "")
    return _row(round_, tie.judge_id, tie.kind, target, at=at)


def _row(round_: Round, judge_id: int, kind: str, target: Target, *, at: datetime) -> ConflictOfInterest:
    """The reason of what rules find is the kind, in whatever language it is read."""
    return ConflictOfInterest(
        edition_id=round_.edition_id,
        judge_id=judge_id,
        kind=kind,
        entry_id=target.entry_id,
        unit_id=target.unit_id,
        unit_name=target.unit_name,
        reason=kind,
        declared_by_role="rule",
        at=at,
    )


def _pinned_through(row: ConflictOfInterest) -> list[ConflictOfInterest]:
    found = sa.select(ConflictOfInterest).where(
        ConflictOfInterest.edition_id == row.edition_id,
        ConflictOfInterest.judge_id == row.judge_id,
        ConflictOfInterest.kind == row.kind,
        ConflictOfInterest.declared_by_role == "rule",
        ConflictOfInterest.entry_id.is_not(None),
        ConflictOfInterest.lifted_at.is_(None),
    )
    mine = folded(row.unit_name)
    return [one for one in db.session.scalars(found) if folded(one.unit_name) == mine]


def _void(
    round_: Round,
    ground: Ground,
    pairs: Collection[Pair],
    *,
    hand_on: bool = True,
    by: Person | None,
    at: datetime,
) -> Settled:
    lost = live_assignments(round_, pairs)
    if not lost:
        return Settled()
    if complaint := rules.why_not_void(round_):
        raise Refused(complaint)
    instead = stand_ins(round_, lost, ground=ground) if hand_on else {}
    for assignment in lost:
        conflict_id = _because_of(ground, assignment)
        before, assignment.state, assignment.conflict_id = assignment.state, "void", conflict_id
        assignment.deferred_at = None
        record(
            "ballot.voided",
            by=by,
            on=assignment,
            at=at,
            before=before,
            judge_id=assignment.judge_id,
            entry_id=assignment.entry_id,
        )
    db.session.flush()
    given = [_hand_on(one, instead.get(one.id), by=by, at=at) for one in lost]
    return Settled(voided=tuple(lost), given=tuple(one for one in given if one is not None))


def _because_of(ground: Ground, assignment: Assignment) -> int | None:
    """The row that bars the pair; of several the one that names the very work."""
    rows = {row.id: row for row in ground.rows}
    named = [row.id for row in ground.rows if row.stands and _names(row, assignment)]
    led = [tie.relation for tie in ground.of_pair(assignment.judge_id, assignment.entry_id) if tie.relation in rows]
    return next(iter([*named, *led]), None)


def _names(row: ConflictOfInterest, assignment: Assignment) -> bool:
    return (row.judge_id, row.entry_id) == (assignment.judge_id, assignment.entry_id)


def _hand_on(lost: Assignment, judge: Person | None, *, by: Person | None, at: datetime) -> Assignment | None:
    """The work at the end of another judge's list, where nothing tells why it came."""
    if judge is None:
        return None
    last = sa.select(sa.func.max(Assignment.position)).where(
        Assignment.round_id == lost.round_id, Assignment.judge_id == judge.id
    )
    made = Assignment(
        round_id=lost.round_id,
        judge_id=judge.id,
        entry_id=lost.entry_id,
        position=(db.session.scalar(last) or 0) + 1,
        state="open",
        created_at=at,
    )
    db.session.add(made)
    db.session.flush()
    record("ballot.handed-on", by=by, on=made, at=at, judge_id=judge.id, entry_id=lost.entry_id)
    return made
