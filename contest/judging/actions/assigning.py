"""Who scores what. Every judge of the panel scores every passed work of the category, in an order of their own."""

import secrets
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from contest.accounts.models import Person
from contest.db import db
from contest.entries.models import Entry
from contest.judging.models import Assignment, PanelMember, Round
from contest.judging.rules import in_conflict
from contest.ranking.order import own_order


def works_of(round_: Round) -> list[Entry]:
    """The passed works that the round judges, with what the conflict rule reads."""
    found = (
        sa.select(Entry).where(Entry.category_id == round_.category_id, Entry.state == "passed").order_by(Entry.code)
    )
    return list(db.session.scalars(found.options(joinedload(Entry.entrant))))


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


def assign(round_: Round, *, at: datetime) -> int:
    """Make the assignments that are missing, and say how many; those that exist keep their place."""
    draw_letters(round_)
    db.session.flush()
    works = works_of(round_)
    given: dict[int, list[Assignment]] = {}
    for assignment in db.session.scalars(sa.select(Assignment).where(Assignment.round_id == round_.id)):
        given.setdefault(assignment.judge_id, []).append(assignment)
    made = [
        assignment
        for member in round_.judges
        for assignment in _missing(member, works, given.get(member.judge_id, []), at=at)
    ]
    db.session.add_all(made)
    db.session.flush()
    return len(made)


def _missing(member: PanelMember, works: list[Entry], given: list[Assignment], *, at: datetime) -> list[Assignment]:
    """In the judge's own order, so that neither ids nor positions tell the order in which works came in."""
    has = {assignment.entry_id for assignment in given}
    open_to = {str(work.code): work for work in works if work.id not in has and not in_conflict(member.judge, work)}
    order = own_order(open_to, seed=member.round.seed, judge=str(member.letter))
    first = 1 + max((assignment.position for assignment in given), default=0)
    return [
        Assignment(
            round_id=member.round_id,
            judge_id=member.judge_id,
            entry_id=open_to[code].id,
            position=position,
            state="open",
            created_at=at,
        )
        for position, code in enumerate(order, start=first)
    ]


def pairs(round_: Round) -> tuple[int, int]:
    """How many ballots opening the round would make, and how many pairs a conflict of interest leaves out."""
    works, judges = works_of(round_), [member.judge for member in round_.judges]
    barred = sum(in_conflict(judge, work) for judge in judges for work in works)
    return len(works) * len(judges) - barred, barred


def conflicts_of(judge: Person, works: list[Entry]) -> int:
    return sum(in_conflict(judge, work) for work in works)
