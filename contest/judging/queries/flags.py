"""What judges told the organisers about works."""

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from contest.db import db
from contest.editions.models import Edition
from contest.judging.models import Assignment, Flag, Round


def flags_of(assignment: Assignment) -> list[Flag]:
    """What the judge of this assignment told, oldest first; nobody else's."""
    return list(db.session.scalars(sa.select(Flag).where(Flag.assignment_id == assignment.id).order_by(Flag.id)))


def flags_in(round_: Round) -> list[Flag]:
    """Those of a round, the ones that wait first."""
    found = sa.select(Flag).join(Flag.assignment).where(Assignment.round_id == round_.id)
    return list(db.session.scalars(found.options(*_with_work()).order_by(Flag.closed_at.is_not(None), Flag.id)))


def flag_in(round_: Round, flag_id: int) -> Flag | None:
    found = sa.select(Flag).join(Flag.assignment).where(Assignment.round_id == round_.id, Flag.id == flag_id)
    return db.session.scalar(found.options(*_with_work()))


def open_flags(edition: Edition) -> int:
    """How many wait for an answer in the edition."""
    waiting = sa.select(sa.func.count(Flag.id)).join(Flag.assignment).join(Assignment.round)
    return db.session.scalar(waiting.where(Round.edition_id == edition.id, Flag.closed_at.is_(None))) or 0


def _with_work() -> list[sa.orm.interfaces.ORMOption]:
    given = joinedload(Flag.assignment, innerjoin=True)
    return [given.joinedload(Assignment.entry), given.joinedload(Assignment.judge), joinedload(Flag.closed_by)]
