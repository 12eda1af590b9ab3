"""Who is to score what: what opening a round, or filling it up, would give. Nothing is made by asking.

Without a number of ballots for each work everybody on the panel scores everything. With one, the lot decides, from the
stored seed: the same draw until somebody draws again.
"""

import hashlib
import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING

import sqlalchemy as sa

from contest.db import db
from contest.entries.models import Entry
from contest.judging.models import Assignment, PanelMember, Round
from contest.judging.queries.conflicts import LIVE, Pair, held_pairs
from contest.judging.queries.works import of_round, time_needed
from contest.judging.registry import shortlist_of
from contest.ranking.exact import Ballot, Exact
from contest.ranking.situation import Method, Proposal, Said, Situation, proposed, warnings, why_not

if TYPE_CHECKING:
    from contest.ranking.design import Design

LOOSE_GAP = 0.4  # below it judges are so loosely joined that their habits are hard to tell from their works


@dataclass(frozen=True, kw_only=True)
class Plan:
    """All seats that there would be, those that exist included. `refused`: why there is no such assignment."""

    round: Round
    works: Mapping[int, str]  # code names by id
    seats: tuple[Pair, ...]  # (judge, work) by id
    before: frozenset[Pair]
    barred: int
    refused: Said | None = None
    short: tuple[str, ...] = ()
    design: "Design | None" = None

    @property
    def new(self) -> list[Pair]:
        return [seat for seat in self.seats if seat not in self.before]

    @cached_property
    def loads(self) -> Mapping[int, int]:
        """Works by judge; those without any are not in it."""
        return Counter(judge for judge, _ in self.seats)

    @cached_property
    def situation(self) -> Situation:
        return Situation.of(Exact.of(Ballot(str(work), str(judge), Fraction(0)) for judge, work in self.seats))

    @cached_property
    def proposal(self) -> Proposal:
        return proposed(self.situation, at_random=self.round.per_entry is not None)

    @property
    def method(self) -> Method:
        """By which the round will be ranked."""
        return Method(self.round.method) if self.round.method else self.proposal.method

    @property
    def objection(self) -> Said | None:
        """Why this must not be opened: there is no assignment, or no common ranking could come of it."""
        return self.refused or why_not(self.method, self.situation, trim=self.round.trim)

    @property
    def advice(self) -> list[Said]:
        return [] if self.objection else warnings(self.method, self.situation)

    @cached_property
    def times(self) -> Mapping[int, int]:
        """Milliseconds by judge: the running time of the works, and two minutes for the marks of each."""
        needed, found = time_needed(self.works), Counter[int]()
        for judge, work in self.seats:
            found[judge] += needed[work]
        return found

    @property
    def is_loose(self) -> bool:
        return self.design is not None and self.design.components == 1 and self.design.spectral_gap < LOOSE_GAP

    @property
    def fingerprint(self) -> str:
        """To notice that something else would be made than what was looked at."""
        listed = "\n".join(f"{judge} {work}" for judge, work in sorted(self.seats))
        return hashlib.sha256(f"{self.round.seed}\n{self.method}\n{listed}".encode()).hexdigest()[:16]


def plan_of(round_: Round, *, held: Collection[Pair] | None = None) -> Plan:
    """What would be assigned now. Seats that exist stay, whoever joined or left since."""
    barred = frozenset(held_pairs(round_) if held is None else held)
    found = sa.select(Entry.id, Entry.code).where(of_round(round_)).order_by(Entry.code)
    works = {row[0]: str(row[1]) for row in db.session.execute(found)}
    mine = sa.select(Assignment.judge_id, Assignment.entry_id, Assignment.state)
    existing = {
        (row[0], row[1]): row[2]
        for row in db.session.execute(mine.where(Assignment.round_id == round_.id))
        if row[1] in works
    }
    panel = [member for member in round_.judges if member.role != "reserve"]
    plan = Plan(
        round=round_,
        works=works,
        seats=(),
        before=frozenset(existing),
        barred=sum((member.judge_id, work) in barred for member in panel for work in works),
    )
    if round_.is_draft and _waits_for_its_shortlist(round_):
        return replace(plan, refused=Said("no_shortlist"))
    if round_.per_entry is not None:
        return _drawn(plan, existing, barred)
    live = {pair for pair, state in existing.items() if state in LIVE}
    new = {(member.judge_id, work) for member in panel for work in works} - barred - existing.keys()
    return replace(plan, seats=tuple(sorted(live | new)))


def _waits_for_its_shortlist(round_: Round) -> bool:
    return round_.based_on is not None and shortlist_of(round_.based_on, best=1, least=None) is None


def _drawn(plan: Plan, existing: Mapping[Pair, str], barred: frozenset[Pair]) -> Plan:
    """By the lot; `existing` seats that are void or recused are not drawn again, and their works need somebody else."""
    # NumPy stays out of a web process until somebody really draws.
    from contest.ranking import assign as drawing

    judges = plan.round.judges
    ids = {code: key for key, code in plan.works.items()}
    live = [pair for pair, state in existing.items() if state in LIVE]
    gone = [pair for pair, state in existing.items() if state not in LIVE]

    def named(pairs: Iterable[Pair]) -> list[tuple[str, str]]:
        return [(plan.works[work], _name(judge)) for judge, work in pairs if work in plan.works]

    wanted = drawing.Wanted(
        entries=list(ids),
        judges=[_name(one.judge_id) for one in judges],
        each=plan.round.per_entry or 1,
        seed=plan.round.seed,
        conflicts=named([*barred, *gone]),
        caps={_name(one.judge_id): cap for one in judges if (cap := cap_of(one)) is not None},
        reserves=[_name(one.judge_id) for one in judges if one.role == "reserve"],
        kept=named(live),
    )
    try:
        found = drawing.assign(wanted)
    except drawing.Impossible as no:
        return replace(plan, seats=tuple(sorted(live)), refused=no.why, short=no.entries)
    seats = tuple(sorted((int(judge), ids[work]) for work, judge in found.pairs))
    return replace(plan, seats=seats, design=found.design)


def _name(judge_id: int) -> str:
    """So that the order of texts is that of the numbers."""
    return f"{judge_id:09}"


@dataclass(frozen=True, kw_only=True)
class LoadLine:
    """What a judge of the panel would get."""

    name: str
    reserve: bool
    works: int
    ms: int

    @property
    def hours(self) -> str:
        """Rounded up to quarters of an hour: it is an estimate."""
        return f"{math.ceil(self.ms / 900_000) / 4:g}"


def load_lines(plan: Plan) -> list[LoadLine]:
    """In the order of the panel."""
    return [
        LoadLine(
            name=member.judge.name,
            reserve=member.role == "reserve",
            works=plan.loads.get(member.judge_id, 0),
            ms=plan.times.get(member.judge_id, 0),
        )
        for member in plan.round.judges
    ]


def cap_of(member: PanelMember) -> int | None:
    """How many works a judge may get; only where the lot decides who scores what."""
    return member.cap or member.round.cap


def seats_wanting(round_: Round) -> list[str]:
    """Code names of works in an open round that have fewer ballots given or to come than the round promises."""
    if not round_.is_open or round_.per_entry is None:
        return []
    live = sa.select(sa.func.count()).where(
        Assignment.round_id == round_.id, Assignment.entry_id == Entry.id, Assignment.state.in_(LIVE)
    )
    short = sa.select(Entry.code).where(of_round(round_), live.scalar_subquery() < round_.per_entry)
    return [str(code) for code in db.session.scalars(short.order_by(Entry.code))]
