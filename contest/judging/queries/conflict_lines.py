"""What organisers and auditors read about the conflicts of a round: every row, and what the rules find besides."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from contest.accounts.models import Area, Person, Unit
from contest.accounts.queries import names_of
from contest.db import db
from contest.editions.models import Edition
from contest.entries.models import Entry
from contest.judging.models import Assignment, ConflictOfInterest, Round, UnitAlias
from contest.judging.queries.conflicts import LIVE, Ground, Pair, ground_of
from contest.judging.relations import Tie, Work, folded

STATES = ("stands", "question", "lifted")


@dataclass(frozen=True, kw_only=True)
class Line:
    """One conflict. Without `row` the rules find it now and nobody has written it down.

    `works`: how many works of the round it leads to; `served`: how many of its ballots are still with the judge.
    """

    judge_id: int
    judge: str
    kind: str
    state: str
    work: Work | None
    row: ConflictOfInterest | None
    declared_by: str = ""
    lifted_by: str = ""
    area: str = ""
    works: int = 0
    served: int = 0
    voided: int = 0

    @property
    def role(self) -> str:
        return self.row.declared_by_role if self.row else "rule"

    @property
    def at(self) -> datetime | None:
        return self.row.at if self.row else None


def lines_of(round_: Round) -> list[Line]:
    """Questions first, then what stands, then what was lifted; by judge and code name."""
    ground = ground_of(round_)
    served, voided = _ballots(round_)
    people = names_of({key for row in ground.rows for key in (row.declared_by_id, row.lifted_by_id) if key})
    areas = {row[0]: row[1] for row in db.session.execute(sa.select(Area.id, Area.name))}
    written = [_of_row(row, ground, people, areas, served, voided) for row in ground.rows]
    lines = [line for line in written if line is not None]
    lines += [_of_tie(tie, ground, served, settled=round_.is_closed) for tie in _unwritten(round_, ground)]
    order = {"question": 0, "stands": 1, "lifted": 2}
    return sorted(lines, key=lambda one: (order[one.state], one.judge, one.work.code if one.work else "", one.kind))


def _unwritten(round_: Round, ground: Ground) -> list[Tie]:
    """What is found and not pinned yet; in a closed round nothing is found any more."""
    if round_.is_closed:
        return []
    pinned = {(row.judge_id, row.entry_id) for row in ground.rows if row.stands and row.entry_id is not None}
    return [tie for tie in ground.ties if tie.relation is None and (tie.judge_id, tie.entry_id) not in pinned]


def _of_row(
    row: ConflictOfInterest,
    ground: Ground,
    people: dict[int, str],
    areas: dict[int, str],
    served: Collection[Pair],
    voided: Counter[int],
) -> Line | None:
    """None when the row is about a work that this round does not judge."""
    work = ground.works.all.get(row.entry_id or 0)
    judge = ground.judges.get(row.judge_id)
    if judge is None or (row.entry_id is not None and work is None):
        return None
    led = {(tie.judge_id, tie.entry_id) for tie in ground.ties if tie.relation == row.id}
    return Line(
        judge_id=judge.id,
        judge=judge.name,
        kind=row.kind,
        state="stands" if row.stands else "lifted",
        work=work,
        row=row,
        declared_by=people.get(row.declared_by_id or 0, ""),
        lifted_by=people.get(row.lifted_by_id or 0, ""),
        area=areas.get(row.area_id or 0, ""),
        works=len(led),
        served=len(led & set(served)),
        voided=voided[row.id],
    )


def _of_tie(tie: Tie, ground: Ground, served: Collection[Pair], *, settled: bool) -> Line:
    pair = tie.judge_id, tie.entry_id
    return Line(
        judge_id=tie.judge_id,
        judge=ground.judges[tie.judge_id].name,
        kind=tie.kind,
        state="stands" if tie.is_sure else "question",
        work=ground.works.all[tie.entry_id],
        row=None,
        works=1,
        served=int(pair in served and not settled),
    )


def _ballots(round_: Round) -> tuple[set[Pair], Counter[int]]:
    """Pairs whose ballot is served or counted, and how many ballots each conflict made void."""
    found = sa.select(Assignment.judge_id, Assignment.entry_id, Assignment.state, Assignment.conflict_id)
    served: set[Pair] = set()
    voided: Counter[int] = Counter()
    for judge_id, entry_id, state, conflict_id in db.session.execute(found.where(Assignment.round_id == round_.id)):
        if state in LIVE:
            served.add((judge_id, entry_id))
        if conflict_id is not None:
            voided[conflict_id] += 1
    return served, voided


@dataclass(frozen=True, kw_only=True)
class Meeting:
    """A judge and a work, and everything between them."""

    judge: Person
    work: Work
    ties: tuple[Tie, ...]
    assignment: Assignment | None

    @property
    def is_question(self) -> bool:
        """Whether only a name is in common, and nobody has said whether it is the same person."""
        return bool(self.ties) and not any(tie.is_sure for tie in self.ties)

    @property
    def kinds(self) -> list[str]:
        return sorted({tie.kind for tie in self.ties})


def meeting_of(round_: Round, judge_id: int, entry_id: int) -> Meeting | None:
    """None when that judge is not of this panel, or the work not of this round."""
    judge = next((member.judge for member in round_.panel if member.judge_id == judge_id), None)
    ground = ground_of(round_, judge_id=judge_id, entry_id=entry_id)
    work = ground.works.all.get(entry_id)
    entry = db.session.get(Entry, entry_id)
    if judge is None or work is None or entry is None or entry.category_id != round_.category_id:
        return None
    found = sa.select(Assignment).where(
        Assignment.round_id == round_.id, Assignment.judge_id == judge_id, Assignment.entry_id == entry_id
    )
    return Meeting(judge=judge, work=work, ties=tuple(ground.ties), assignment=db.session.scalar(found))


def conflict_in(round_: Round, conflict_id: int) -> ConflictOfInterest | None:
    """A conflict that concerns the round."""
    found = sa.select(ConflictOfInterest).where(
        ConflictOfInterest.id == conflict_id,
        ConflictOfInterest.edition_id == round_.edition_id,
        sa.or_(ConflictOfInterest.round_id.is_(None), ConflictOfInterest.round_id == round_.id),
    )
    return db.session.scalar(found)


def is_still_so(row: ConflictOfInterest, round_: Round) -> bool:
    """Whether the rules would find a unit again because the judge's account or role says so."""
    if row.entry_id is not None or row.unit_id is None or not row.is_found:
        return False
    judge = ground_of(round_, judge_id=row.judge_id).judges.get(row.judge_id)
    return judge is not None and row.unit_id in judge.units


def relations_of(judge: Person, edition: Edition) -> list[ConflictOfInterest]:
    """What the judge declared; never to which works it leads."""
    found = sa.select(ConflictOfInterest).where(
        ConflictOfInterest.edition_id == edition.id,
        ConflictOfInterest.judge_id == judge.id,
        ConflictOfInterest.declared_by_role == "judge",
        ConflictOfInterest.lifted_at.is_(None),
    )
    return list(db.session.scalars(found.order_by(ConflictOfInterest.id)))


def has_begun(judge: Person, edition: Edition) -> bool:
    """Whether works were ever assigned to the judge in this edition."""
    given = sa.exists().where(
        Assignment.judge_id == judge.id, Assignment.round_id == Round.id, Round.edition_id == edition.id
    )
    return bool(db.session.scalar(sa.select(given)))


def unit_called(name: str) -> Unit | None:
    """The registered unit of this name or alias, however it is written."""
    key = folded(name)
    if not key:
        return None
    by_alias = sa.select(Unit).join(UnitAlias, UnitAlias.unit_id == Unit.id).where(UnitAlias.key == key)
    units = db.session.scalars(sa.select(Unit).order_by(Unit.id))
    return next((unit for unit in units if folded(unit.name) == key), None) or db.session.scalar(by_alias)


def area_called(name: str) -> Area | None:
    return next((area for area in db.session.scalars(sa.select(Area)) if folded(area.name) == folded(name)), None)


def unit_names() -> list[str]:
    """All registered units, whether or not anybody of them takes part: the list tells nothing about works."""
    return list(db.session.scalars(sa.select(Unit.name).order_by(Unit.name)))


def aliases() -> list[UnitAlias]:
    found = sa.select(UnitAlias).join(UnitAlias.unit).order_by(Unit.name, UnitAlias.name)
    return list(db.session.scalars(found.options(sa.orm.contains_eager(UnitAlias.unit))))


def entry_called(round_: Round, code: str) -> int | None:
    """The work of the round with this code name."""
    found = sa.select(Entry.id, Entry.code).where(
        Entry.category_id == round_.category_id, Entry.state == "passed", Entry.code.is_not(None)
    )
    return next((key for key, said in db.session.execute(found) if folded(said) == folded(code)), None)
