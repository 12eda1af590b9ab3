"""Who scores what becomes rows, in an order of each judge's own."""

import secrets
from datetime import datetime

import sqlalchemy as sa

from contest.db import db
from contest.judging.actions.conflicts import settle
from contest.judging.models import Assignment, PanelMember, Round
from contest.judging.queries.conflicts import held_pairs
from contest.judging.queries.plan import Plan, cap_of, plan_of
from contest.ranking.order import own_order


def draw_letters(round_: Round) -> None:
    """Give every member without one a letter by lot: it must tell nobody who came first on the panel.

    The lot is not drawn from the seed, which is public with the record and would undo it.
    """
    waiting = [member for member in round_.panel if member.letter is None]
    free = [letter for letter in _letters(len(round_.panel)) if letter not in {m.letter for m in round_.panel}]
    secrets.SystemRandom().shuffle(free)
    for member, letter in zip(waiting, free, strict=True):
        member.letter = letter


def _letters(count: int) -> list[str]:
    """A, B ... Z, A2, B2 ..."""
    alphabet = [chr(ord("A") + number) for number in range(26)]
    return [alphabet[n % 26] + (str(n // 26 + 1) if n >= 26 else "") for n in range(count)]


def assign(round_: Round, *, plan: Plan | None = None, at: datetime) -> int:
    """Make the assignments that are missing, and say how many; those that exist keep their place.

    `plan`: what was looked at already, when nothing has changed since.
    """
    draw_letters(round_)
    db.session.flush()
    settle(round_, by=None, at=at)
    plan = plan or plan_of(round_)
    given = _last_positions(round_)
    members = {member.judge_id: member for member in round_.judges}
    new: dict[int, dict[str, int]] = {}
    for judge_id, entry_id in plan.new:
        new.setdefault(judge_id, {})[plan.works[entry_id]] = entry_id
    made = [
        assignment
        for judge_id, works in new.items()
        for assignment in _in_own_order(members[judge_id], works, given.get(judge_id, 0) + 1, at=at)
    ]
    db.session.add_all(made)
    db.session.flush()
    return len(made)


def _last_positions(round_: Round) -> dict[int, int]:
    last = sa.select(Assignment.judge_id, sa.func.max(Assignment.position)).where(Assignment.round_id == round_.id)
    return {row[0]: row[1] for row in db.session.execute(last.group_by(Assignment.judge_id))}


def _in_own_order(member: PanelMember, works: dict[str, int], first: int, *, at: datetime) -> list[Assignment]:
    """So that neither ids nor positions tell the order in which works came in."""
    order = own_order(works, seed=member.round.seed, judge=str(member.letter))
    return [
        Assignment(
            round_id=member.round_id,
            judge_id=member.judge_id,
            entry_id=works[code],
            position=position,
            state="open",
            created_at=at,
        )
        for position, code in enumerate(order, start=first)
    ]


def hand_over(member: PanelMember, *, at: datetime) -> int:
    """Works that nobody has begun go from the judges with the most to one who joined, until the loads are even.

    Only where the lot decides who scores what. Who had a work keeps it as void, so that it is not drawn again.
    """
    round_ = member.round
    plan = plan_of(round_)
    barred = held_pairs(round_) | {pair for pair in plan.before if pair[0] == member.judge_id}
    load, most = dict(plan.loads), cap_of(member)
    share = len(plan.seats) // max(len([one for one in round_.judges if one.role != "reserve"]), 1)
    mine: dict[str, int] = {}
    for one in _not_begun(round_):
        if len(mine) >= (share if most is None else min(share, most)):
            break
        pair = (member.judge_id, one.entry_id)
        if pair in barred or one.judge_id == member.judge_id or load.get(one.judge_id, 0) <= share:
            continue
        load[one.judge_id] -= 1
        one.state = "void"
        barred = barred | {pair}
        mine[plan.works[one.entry_id]] = one.entry_id
    made = _in_own_order(member, mine, _last_positions(round_).get(member.judge_id, 0) + 1, at=at)
    db.session.add_all(made)
    db.session.flush()
    return len(made)


def _not_begun(round_: Round) -> list[Assignment]:
    """From the end of each judge's own order: what would have come last."""
    found = sa.select(Assignment).where(Assignment.round_id == round_.id, Assignment.state == "open")
    return list(db.session.scalars(found.order_by(Assignment.position.desc(), Assignment.judge_id)))


def pairs(round_: Round) -> tuple[int, int]:
    """How many ballots opening the round would make, and how many pairs a conflict of interest leaves out."""
    plan = plan_of(round_)
    return len(plan.new), plan.barred
