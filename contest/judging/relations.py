"""What ties a judge to a work: names and units compared as people mean them, whatever way they are written.

Nothing here asks the database. A match of units is a fact; a match of people's names is only a hint, since many people
share a name.
"""

import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

SURE = ("own", "unit", "area", "relation", "declared")  # kinds that bar; a name alone only suggests


@lru_cache(maxsize=32_768)
def folded(name: str) -> str:
    """`name` as it is compared: full and half width, case, spaces and punctuation make no difference.

    Empty when nothing is left, and then it is like no other.
    """
    wide = unicodedata.normalize("NFKC", name).casefold()
    return "".join(letter for letter in unicodedata.normalize("NFKC", wide) if unicodedata.category(letter)[0] in "LNM")


@dataclass(frozen=True, kw_only=True)
class Work:
    """What of a work can tie it to somebody."""

    id: int
    code: str
    title: str
    entrant_id: int
    units: frozenset[int]
    unit_keys: frozenset[str]
    areas: frozenset[int]
    names: frozenset[str]  # of entrant, contact and authors, folded
    unit_name: str = ""  # as it is written on the work


@dataclass(frozen=True, kw_only=True)
class Judge:
    """What of a judge can tie to a work."""

    id: int
    name: str
    units: frozenset[int]
    unit_keys: frozenset[str]
    areas: frozenset[int]


@dataclass(frozen=True, kw_only=True)
class Target:
    """What somebody says that a judge has a relation to: a work, a unit, an area or a person."""

    entry_id: int | None = None
    unit_id: int | None = None
    unit_name: str = ""
    area_id: int | None = None
    person_name: str = ""


@dataclass(frozen=True, kw_only=True)
class Relation:
    """One thing that a judge has a relation to, by anybody's declaration or pinned from what the rules found."""

    id: int
    judge_id: int
    kind: str
    entry_id: int | None = None
    unit_id: int | None = None
    unit_keys: frozenset[str] = frozenset()
    area_id: int | None = None
    person_key: str = ""


@dataclass(frozen=True, kw_only=True)
class Tie:
    """That a judge is tied to a work. `relation`: the row it comes from; None: the rules find it now."""

    judge_id: int
    entry_id: int
    kind: str
    relation: int | None = None

    @property
    def is_sure(self) -> bool:
        """Whether it bars; a name that the rules find is a question for the organisers."""
        return self.kind in SURE or self.relation is not None


@dataclass
class Works:
    """Works by everything that can tie to them: many judges are compared with thousands of works."""

    all: dict[int, Work] = field(default_factory=dict)
    by_entrant: defaultdict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    by_unit: defaultdict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    by_unit_key: defaultdict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    by_area: defaultdict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    by_name: defaultdict[str, set[int]] = field(default_factory=lambda: defaultdict(set))

    @classmethod
    def of(cls, works: Iterable[Work]) -> "Works":
        made = cls()
        for work in works:
            made.all[work.id] = work
            made.by_entrant[work.entrant_id].add(work.id)
            _file(made.by_unit, work.units, work.id)
            _file(made.by_unit_key, work.unit_keys - {""}, work.id)
            _file(made.by_area, work.areas, work.id)
            _file(made.by_name, work.names - {""}, work.id)
        return made

    def of_units(self, units: Collection[int], keys: Collection[str]) -> set[int]:
        return _gathered(self.by_unit, units) | _gathered(self.by_unit_key, keys)


def found_ties(judge: Judge, works: Works, *, area_bars: bool) -> Iterator[Tie]:
    """What the rules find, from accounts and works as they are now."""
    own = _gathered(works.by_entrant, [judge.id])
    by_kind = {
        "own": own,
        "unit": works.of_units(judge.units, judge.unit_keys) - own,
        "area": _gathered(works.by_area, judge.areas) - own if area_bars else set(),
        "name": _gathered(works.by_name, [folded(judge.name)]) - own,
    }
    for kind, entries in by_kind.items():
        for entry_id in sorted(entries):
            yield Tie(judge_id=judge.id, entry_id=entry_id, kind=kind)


def related_ties(relation: Relation, works: Works) -> Iterator[Tie]:
    """The works that a relation leads to."""
    if relation.entry_id is not None:
        entries = {relation.entry_id} & works.all.keys()
    else:
        units = [] if relation.unit_id is None else [relation.unit_id]
        entries = works.of_units(units, relation.unit_keys) | _gathered(works.by_name, [relation.person_key])
        entries |= _gathered(works.by_area, [] if relation.area_id is None else [relation.area_id])
    for entry_id in sorted(entries):
        yield Tie(judge_id=relation.judge_id, entry_id=entry_id, kind=relation.kind, relation=relation.id)


Key = str | int


def _file(shelves: defaultdict[Any, set[int]], keys: Collection[Key], work_id: int) -> None:
    for key in keys:
        shelves[key].add(work_id)


def _gathered(shelves: Mapping[Any, set[int]], keys: Collection[Key]) -> set[int]:
    """Without making empty shelves for what is not there."""
    return {entry_id for key in keys for entry_id in shelves.get(key, ())}
