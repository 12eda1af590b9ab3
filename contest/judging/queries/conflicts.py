"""Which judge must not score which work. One answer for assigning, serving, counting and the record.

What rules find is asked of rows as they are now, as long as the round is not closed; what is pinned holds for good.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

import sqlalchemy as sa

from contest.accounts.models import Person, RoleGrant, Unit
from contest.db import db
from contest.entries.models import Entry, EntryAuthor
from contest.judging.models import (
    COUNTED,
    TO_DO,
    Assignment,
    ConflictOfInterest,
    PanelMember,
    Round,
    UnitAlias,
)
from contest.judging.relations import (
    Judge,
    Relation,
    Target,
    Tie,
    Work,
    Works,
    folded,
    found_ties,
    related_ties,
)

Pair = tuple[int, int]  # id of the judge, id of the entry
LIVE = (*TO_DO, *COUNTED)  # assignments that are served or counted


@dataclass
class Ground:
    """What ties judges to works in a round: everything is read in a handful of queries, however many there are."""

    works: Works
    judges: dict[int, Judge]
    ties: list[Tie] = field(default_factory=list)
    lifted: set[tuple[int, int, str]] = field(default_factory=set)  # judge, entry and kind that were looked at
    rows: list[ConflictOfInterest] = field(default_factory=list)

    @property
    def barred(self) -> frozenset[Pair]:
        """(judge, entry) that must never be assigned, served or counted, by id."""
        return frozenset((tie.judge_id, tie.entry_id) for tie in self.ties if tie.is_sure)

    @property
    def suggested(self) -> frozenset[Pair]:
        """Pairs with nothing but a name in common that nobody has looked at."""
        return frozenset((tie.judge_id, tie.entry_id) for tie in self.ties) - self.barred

    def of_pair(self, judge_id: int, entry_id: int) -> list[Tie]:
        return [tie for tie in self.ties if (tie.judge_id, tie.entry_id) == (judge_id, entry_id)]


def held_pairs(round_: Round) -> frozenset[Pair]:
    """Pairs that are not assigned: barred ones, and those whose names still wait for the organisers' word."""
    ground = ground_of(round_)
    return ground.barred | ground.suggested


def barred_assignments(round_: Round, *, judge_id: int | None = None) -> list[int]:
    """Ids of assignments that a conflict found just now takes out of every list and count; usually none.

    Conflicts that somebody declared have made their assignments void already. In a closed round nothing is found any
    more: what its result rests on does not change because a judge changes jobs later.
    """
    if not round_.is_open:
        return []
    barred = ground_of(round_, judge_id=judge_id, hints=False).barred
    if not barred:
        return []
    return [row[0] for row in db.session.execute(_live(round_, judge_id)) if (row[1], row[2]) in barred]


def is_barred(assignment: Assignment) -> bool:
    """Whether this judge may not even see this work; asked for every page and file of it."""
    if assignment.round.is_closed:
        return assignment.conflict_id is not None
    pair = assignment.judge_id, assignment.entry_id
    return pair in ground_of(assignment.round, judge_id=pair[0], entry_id=pair[1], hints=False).barred


def pairs_of(round_: Round, judge_id: int, target: Target) -> frozenset[Pair]:
    """What would be barred if the judge were said to have a relation to this."""
    ground, units = ground_of(round_, judge_id=judge_id), _Units.read()
    row = ConflictOfInterest(id=0, judge_id=judge_id, kind="declared", **asdict(target))
    ties = related_ties(_relation(row, units), ground.works)
    return frozenset((tie.judge_id, tie.entry_id) for tie in ties)


def live_assignments(round_: Round, pairs: Iterable[Pair]) -> list[Assignment]:
    """Assignments of these pairs that are still served or counted."""
    wanted = set(pairs)
    if not wanted:
        return []
    found = [row[0] for row in db.session.execute(_live(round_, None)) if (row[1], row[2]) in wanted]
    rows = sa.select(Assignment).where(Assignment.id.in_(found)).order_by(Assignment.id)
    return list(db.session.scalars(rows))


def _live(round_: Round, judge_id: int | None) -> sa.Select[int, int, int]:
    found = sa.select(Assignment.id, Assignment.judge_id, Assignment.entry_id)
    found = found.where(Assignment.round_id == round_.id, Assignment.state.in_(LIVE))
    return found if judge_id is None else found.where(Assignment.judge_id == judge_id)


def ground_of(round_: Round, *, judge_id: int | None = None, entry_id: int | None = None, hints: bool = True) -> Ground:
    """Everything that ties this judge (None: each of the panel) to this work (None: each of the round).

    Without `hints` names in common are left out, and of the works all that can have no tie: a judge's list is asked
    for it at every step, with thousands of works.
    """
    rows = rows_of(round_, judge_id=judge_id)
    people = _judges(round_, judge_id)
    units, recusals = _Units.read(), _recusals(round_, judge_id)
    judges = {
        key: Judge(
            id=key, name=name if hints else "", units=frozenset(of), unit_keys=units.keys(of), areas=units.areas(of)
        )
        for key, (name, of) in people.items()
    }
    which = _which(round_, entry_id)
    loose = round_.area_bars or any(row.stands and (row.area_id or row.person_name) for row in rows)
    if not hints and not loose and entry_id is None:
        which = sa.and_(which, _near(judges.values(), rows, recusals, units, which))
    names = hints or loose
    ground = Ground(works=Works.of(_works(_entries(round_, which, names=names), units)), judges=judges, rows=rows)
    _tie(ground, units, recusals, area_bars=round_.area_bars)
    return ground


def _which(round_: Round, entry_id: int | None) -> sa.ColumnElement[bool]:
    if entry_id is not None:
        return Entry.id == entry_id
    return sa.and_(Entry.category_id == round_.category_id, Entry.state == "passed")


def _near(
    judges: Iterable[Judge],
    rows: list[ConflictOfInterest],
    recusals: list[Pair],
    units: "_Units",
    which: sa.ColumnElement[bool],
) -> sa.ColumnElement[bool]:
    """That a work may have a tie to one of the judges, as far as SQL can tell; names of units are compared here."""
    standing = [_relation(row, units) for row in rows if row.stands]
    keys = {key for judge in judges for key in judge.unit_keys} | {key for row in standing for key in row.unit_keys}
    ids = {one for judge in judges for one in judge.units} | {row.unit_id for row in standing if row.unit_id}
    ids |= {one for key in keys for one in units.called(key)}
    keys |= units.keys(ids)
    written = list(db.session.scalars(sa.select(Entry.unit_name).where(which).distinct()))
    entries = {row.entry_id for row in standing if row.entry_id} | {entry for _judge, entry in recusals}
    return sa.or_(
        Entry.id.in_(entries),
        Entry.entrant_id.in_([judge.id for judge in judges]),
        Entry.unit_name.in_([text for text in written if folded(text) in keys]),
        Entry.entrant_id.in_(sa.select(Person.id).where(Person.unit_id.in_(ids))),
        Entry.entrant_id.in_(sa.select(RoleGrant.person_id).where(RoleGrant.unit_id.in_(ids))),
    )


def rows_of(round_: Round, *, judge_id: int | None = None) -> list[ConflictOfInterest]:
    """All rows that concern the round, lifted ones too, oldest first."""
    found = sa.select(ConflictOfInterest).where(
        ConflictOfInterest.edition_id == round_.edition_id,
        sa.or_(ConflictOfInterest.round_id.is_(None), ConflictOfInterest.round_id == round_.id),
        ConflictOfInterest.judge_id.in_(_panel(round_))
        if judge_id is None
        else ConflictOfInterest.judge_id == judge_id,
    )
    return list(db.session.scalars(found.order_by(ConflictOfInterest.id)))


def _tie(ground: Ground, units: "_Units", recusals: list[Pair], *, area_bars: bool) -> None:
    standing = [row for row in ground.rows if row.stands and row.judge_id in ground.judges]
    ground.lifted = {
        (row.judge_id, row.entry_id, row.kind) for row in ground.rows if not row.stands and row.entry_id is not None
    }
    ties = [tie for judge in ground.judges.values() for tie in found_ties(judge, ground.works, area_bars=area_bars)]
    ties += [
        Tie(judge_id=judge, entry_id=entry, kind="relation")
        for judge, entry in recusals
        if entry in ground.works.all and judge in ground.judges
    ]
    ties += [
        tie for row in standing if row.entry_id is None for tie in related_ties(_relation(row, units), ground.works)
    ]
    pinned = [tie for row in standing if row.entry_id for tie in related_ties(_relation(row, units), ground.works)]
    # A pair that was looked at and lifted is not found again; a row that names the very pair came later and holds.
    open_ = [tie for tie in ties if (tie.judge_id, tie.entry_id, tie.kind) not in ground.lifted]
    ground.ties = [*pinned, *open_]


def _relation(row: ConflictOfInterest, units: "_Units") -> Relation:
    keys = {folded(row.unit_name)} | (units.keys([row.unit_id]) if row.unit_id else frozenset())
    return Relation(
        id=row.id,
        judge_id=row.judge_id,
        kind=row.kind,
        entry_id=row.entry_id,
        unit_id=row.unit_id,
        unit_keys=frozenset(keys - {""}),
        area_id=row.area_id,
        person_key=folded(row.person_name),
    )


def _panel(round_: Round) -> sa.Select[int]:
    """Also who left: what they submitted still counts."""
    return sa.select(PanelMember.judge_id).where(PanelMember.round_id == round_.id)


def _judges(round_: Round, judge_id: int | None) -> dict[int, tuple[str, set[int]]]:
    """Name and units of each: of the account, and of the role in this edition."""
    found = sa.select(Person.id, Person.name, Person.unit_id, RoleGrant.unit_id).outerjoin(
        RoleGrant, _in_edition(round_)
    )
    chosen = found.where(Person.id.in_(_panel(round_)) if judge_id is None else Person.id == judge_id)
    people: dict[int, tuple[str, set[int]]] = {}
    for key, name, unit_id, granted in db.session.execute(chosen.order_by(Person.id)):
        people.setdefault(key, (name, set()))[1].update(one for one in (unit_id, granted) if one is not None)
    return people


def _in_edition(round_: Round) -> sa.ColumnElement[bool]:
    return sa.and_(
        RoleGrant.person_id == Person.id,
        RoleGrant.edition_id == round_.edition_id,
        RoleGrant.unit_id.is_not(None),
    )


def _entries(round_: Round, which: sa.ColumnElement[bool], *, names: bool) -> list[tuple[Any, set[int], set[str]]]:
    """A row of each work, the units of its entrant, and the names on it, if those are asked for."""
    columns = (Entry.id, Entry.code, Entry.title, Entry.entrant_id, Entry.unit_name, Entry.contact_name)
    found = sa.select(*columns, Person.name, Person.unit_id, RoleGrant.unit_id.label("granted"))
    found = found.join(Person, Person.id == Entry.entrant_id).outerjoin(RoleGrant, _in_edition(round_))
    authors: defaultdict[int, set[str]] = defaultdict(set)
    if names:
        written = sa.select(EntryAuthor.entry_id, EntryAuthor.name).join(Entry, Entry.id == EntryAuthor.entry_id)
        for key, name in db.session.execute(written.where(which)):
            authors[key].add(name)
    entries: dict[int, tuple[Any, set[int], set[str]]] = {}
    for row in db.session.execute(found.where(which).order_by(Entry.code)):
        on_it = {row.name, row.contact_name, *authors[row.id]} if names else set()
        of = entries.setdefault(row.id, (row, set(), on_it))[1]
        of.update(one for one in (row.unit_id, row.granted) if one is not None)
    return list(entries.values())


def _works(entries: list[tuple[Any, set[int], set[str]]], units: "_Units") -> Iterable[Work]:
    for row, of_entrant, names in entries:
        key = folded(row.unit_name)
        of = frozenset(of_entrant | units.called(key))
        yield Work(
            id=row.id,
            code=row.code or "",
            title=row.title,
            entrant_id=row.entrant_id,
            units=of,
            unit_keys=(units.keys(of) | {key}) - {""},
            areas=units.areas(of),
            names=frozenset(map(folded, names)),
            unit_name=row.unit_name,
        )


def _recusals(round_: Round, judge_id: int | None) -> list[Pair]:
    """Who stepped back from which work of the edition because of a tie: it holds in every round."""
    found = (
        sa.select(Assignment.judge_id, Assignment.entry_id)
        .join(Round, Round.id == Assignment.round_id)
        .where(
            Round.edition_id == round_.edition_id,
            Assignment.state == "recused",
            Assignment.recusal_kind == "conflict",
            Assignment.judge_id.in_(_panel(round_)) if judge_id is None else Assignment.judge_id == judge_id,
        )
    )
    return [(row[0], row[1]) for row in db.session.execute(found)]


@dataclass
class _Units:
    """Names and areas of units."""

    names: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    area: dict[int, int] = field(default_factory=dict)
    by_key: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))

    @classmethod
    def read(cls) -> "_Units":
        """All that are registered: some hundreds in a city."""
        made = cls()
        for unit_id, name, area_id in db.session.execute(sa.select(Unit.id, Unit.name, Unit.area_id)):
            made._call(unit_id, folded(name))
            if area_id is not None:
                made.area[unit_id] = area_id
        for unit_id, key in db.session.execute(sa.select(UnitAlias.unit_id, UnitAlias.key)):
            made._call(unit_id, key)
        return made

    def _call(self, unit_id: int, key: str) -> None:
        self.names[unit_id].add(key)
        self.by_key[key].add(unit_id)

    def keys(self, ids: Iterable[int]) -> frozenset[str]:
        return frozenset(key for one in ids for key in self.names.get(one, ()) if key)

    def areas(self, ids: Iterable[int]) -> frozenset[int]:
        return frozenset(self.area[one] for one in ids if one in self.area)

    def called(self, key: str) -> set[int]:
        return self.by_key.get(key, set()) if key else set()
