"""What follows when a conflict makes ballots void: who gets the work instead, and whether the quorum still holds."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from contest.accounts.models import Person
from contest.db import db
from contest.judging.models import Assignment, PanelMember, Round
from contest.judging.queries.conflicts import LIVE, Ground, Pair, ground_of, live_assignments


@dataclass(frozen=True, kw_only=True)
class Loss:
    """A ballot that becomes void, and what the work has then."""

    assignment: Assignment
    instead: Person | None  # who gets the work
    seats: int  # ballots given or still to be given, once this is done
    quorum: int

    @property
    def is_short(self) -> bool:
        return self.seats < self.quorum


def rounds_touched(round_: Round, judge_id: int, *, only_here: bool = False) -> list[Round]:
    """The rounds whose ballots a conflict of this judge can touch, in the order in which they are held."""
    if only_here:
        return [round_]
    sits = sa.exists().where(PanelMember.round_id == Round.id, PanelMember.judge_id == judge_id)
    found = sa.select(Round).where(Round.edition_id == round_.edition_id, sits).order_by(Round.id)
    return sorted({round_, *db.session.scalars(found)}, key=lambda one: one.id)


def losses_by(round_: Round, pairs: Iterable[Pair]) -> list[Loss]:
    """What barring these pairs takes out of the round, in the order of code names."""
    barred = set(pairs)
    lost = sorted(live_assignments(round_, barred), key=lambda one: (str(one.entry.code), one.judge_id))
    if not lost:
        return []
    ground = ground_of(round_)
    instead = stand_ins(round_, lost, ground=ground, barred=barred)
    seats = Counter(_live_entries(round_))
    seats.subtract(one.entry_id for one in lost)
    seats.update(one.entry_id for one in lost if instead[one.id] is not None)
    return [
        Loss(assignment=one, instead=instead[one.id], seats=seats[one.entry_id], quorum=round_.quorum) for one in lost
    ]


def stand_ins(
    round_: Round, lost: Iterable[Assignment], *, ground: Ground, barred: Iterable[Pair] = ()
) -> dict[int, Person | None]:
    """By the lost assignment: the judge of the panel with the least to do who may have the work and never had it.

    Reserve judges come after the others. In a closed round nobody scores any more, so nobody is found.
    """
    lost = list(lost)
    if not round_.is_open:
        return dict.fromkeys((one.id for one in lost), None)
    closed_to = ground.barred | ground.suggested | set(barred)
    load, had = Counter[int](), defaultdict[int, set[int]](set)
    gone = {one.id for one in lost}
    every = sa.select(Assignment.id, Assignment.judge_id, Assignment.entry_id, Assignment.state)
    for key, judge_id, entry_id, state in db.session.execute(every.where(Assignment.round_id == round_.id)):
        load[judge_id] += state in LIVE and key not in gone
        had[entry_id].add(judge_id)
    members = [member for member in round_.judges if member.letter is not None]
    chosen: dict[int, Person | None] = {}
    for one in lost:
        free = [
            member
            for member in members
            if member.judge_id not in had[one.entry_id] and (member.judge_id, one.entry_id) not in closed_to
        ]
        best = min(free, key=lambda m: (m.role == "reserve", load[m.judge_id], str(m.letter)), default=None)
        chosen[one.id] = best.judge if best else None
        if best is not None:
            load[best.judge_id] += 1
            had[one.entry_id].add(best.judge_id)
    return chosen


def _live_entries(round_: Round) -> list[int]:
    found = sa.select(Assignment.entry_id).where(Assignment.round_id == round_.id, Assignment.state.in_(LIVE))
    return list(db.session.scalars(found))
