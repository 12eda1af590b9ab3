"""How the place of one work came about: its ballots by letter, what the method made of them, what was done to it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import sqlalchemy as sa

from contest.audit.models import AuditLine
from contest.db import db
from contest.judging.models import Assignment, PanelMember
from contest.ranking.engines import method_of
from contest.ranking.mean import Criterion, total
from contest.ranking.numbers import hundredths
from contest.ranking.record import criteria_of
from contest.ranking.situation import Method
from contest.results.models import Award, Publication, ResultAnalysis, ResultRow, ResultSnapshot


@dataclass(frozen=True, kw_only=True)
class Counted:
    """One ballot: marks as written, exact points of each criterion, the total, and what the method made of it.

    `left_out`: by trimming. `severity`: points above (+) or below (-) the panel, taken out. `value`: the score as
    it counts; `weight`: its share, of 1 altogether with `Decision.pull`.
    """

    judge: str
    marks: list[str]
    points: list[Fraction]
    total: Fraction
    left_out: bool = False
    severity: float | None = None
    value: float | None = None
    weight: float | None = None


@dataclass(frozen=True, kw_only=True)
class Decision:
    """All that is known about one line of a result. `pull`: the middle of all works and its weight, in calibration."""

    row: ResultRow
    said: Mapping[str, Any]
    method: Method
    rules: Mapping[str, Any]
    criteria: Sequence[Mapping[str, Any]]
    ballots: list[Counted]
    others: list[tuple[str, str]]  # letter and state of assignments without a counted ballot
    pull: tuple[float, float] | None = None
    is_explained: bool = True


def decision_of(snapshot: ResultSnapshot, row: ResultRow) -> Decision:
    """From the record alone, and from what a worker noted of the model behind it."""
    document = json.loads(snapshot.body)
    code = row.entry.code
    method = method_of(snapshot.engine)
    said = next(one for one in document["result"] if one["entry"] == code)
    criteria = criteria_of(document)
    ballots = [_ballot(one, criteria) for one in document["ballots"] if one["entry"] == code]
    model, pull = _model(snapshot), None
    if method is Method.TRIMMED:
        ballots = _trimmed(ballots, document["rules"].get("trim", 1))
    elif method is Method.ADJUSTED and model:
        ballots = [_adjusted(one, model) for one in ballots]
    elif method is Method.CALIBRATED and model and model.get("width"):
        ballots, pull = _calibrated(ballots, model)
    counted = {one.judge for one in ballots}
    return Decision(
        row=row,
        said=said,
        method=method,
        rules=document["rules"],
        criteria=document["criteria"],
        ballots=ballots,
        others=[
            (one["judge"], one["state"])
            for one in document["assignments"]
            if one["entry"] == code and one["judge"] not in counted
        ],
        pull=pull,
        is_explained=method in (Method.MEAN, Method.TRIMMED) or bool(model),
    )


def _ballot(given: Mapping[str, Any], criteria: Sequence[Criterion]) -> Counted:
    values = {key: hundredths(mark) for key, mark in given["marks"].items()}
    return Counted(
        judge=given["judge"],
        marks=[given["marks"][one.key] for one in criteria],
        points=[total(values, [one]) for one in criteria],
        total=total(values, criteria),
    )


def _model(snapshot: ResultSnapshot) -> dict[str, Any] | None:
    kept = db.session.get(ResultAnalysis, snapshot.id)
    found: dict[str, Any] | None = kept.body.get("model") if kept and kept.sha256 == snapshot.sha256 else None
    return found


def _trimmed(ballots: list[Counted], trim: int) -> list[Counted]:
    """Mark what is left out; of equal scores it does not matter which."""
    ordered = sorted(ballots, key=lambda one: (one.total, one.judge))
    out = {one.judge for one in [*ordered[:trim], *ordered[len(ordered) - trim :]]}
    return [replace(one, left_out=one.judge in out) for one in ballots]


def _adjusted(one: Counted, model: Mapping[str, Any]) -> Counted:
    severity = model["judges"][one.judge]["severity"]
    return replace(one, severity=severity, value=float(one.total) - severity)


def _calibrated(ballots: Sequence[Counted], model: Mapping[str, Any]) -> tuple[list[Counted], tuple[float, float]]:
    """Each score on the panel's scale, and its share; a little goes to the middle of all works."""
    judges = model["judges"]
    centre = sum(one["base"] for one in judges.values()) / len(judges)
    powers = {one.judge: judges[one.judge]["slope"] ** 2 / judges[one.judge]["noise"] for one in ballots}
    whole = sum(powers.values()) + 1.0
    found = []
    for one in ballots:
        judge = judges[one.judge]
        quality = (float(one.total) - judge["base"]) / judge["slope"]
        value = model["middle"] + model["width"] * (quality - model["centre"])
        found.append(replace(one, severity=judge["base"] - centre, value=value, weight=powers[one.judge] / whole))
    return found, (model["middle"] - model["width"] * model["centre"], 1.0 / whole)


def row_of(snapshot: ResultSnapshot, entry_id: int) -> ResultRow | None:
    found = sa.select(ResultRow).where(ResultRow.snapshot_id == snapshot.id, ResultRow.entry_id == entry_id)
    return db.session.scalar(found)


def letters_of(snapshot: ResultSnapshot) -> dict[int, str]:
    """The letter of each judge of the round, by person."""
    found = sa.select(PanelMember.judge_id, PanelMember.letter).where(
        PanelMember.round_id == snapshot.round_id, PanelMember.letter.is_not(None)
    )
    return {judge_id: str(letter) for judge_id, letter in db.session.execute(found)}


def events_of(snapshot: ResultSnapshot, entry_id: int) -> list[AuditLine]:
    """All lines of the audit trail that touch the work in this round: itself, its ballots, the results, its prizes."""
    ids: dict[str, sa.Select[int]] = {
        "assignment": sa.select(Assignment.id).where(
            Assignment.round_id == snapshot.round_id, Assignment.entry_id == entry_id
        ),
        "result_snapshot": sa.select(ResultSnapshot.id).where(ResultSnapshot.round_id == snapshot.round_id),
        "award": sa.select(Award.id).where(Award.entry_id == entry_id),
        "publication": sa.select(Publication.id).where(Publication.round_id == snapshot.round_id),
    }
    touched = [
        sa.and_(AuditLine.object_kind == "entry", AuditLine.object_id == str(entry_id)),
        sa.and_(AuditLine.object_kind == "round", AuditLine.object_id == str(snapshot.round_id)),
    ]
    for kind, select in ids.items():
        numbers = [str(number) for number in db.session.scalars(select)]
        if numbers:
            touched.append(sa.and_(AuditLine.object_kind == kind, AuditLine.object_id.in_(numbers)))
    return list(db.session.scalars(sa.select(AuditLine).where(sa.or_(*touched)).order_by(AuditLine.id)))
