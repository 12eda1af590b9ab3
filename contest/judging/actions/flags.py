"""What judges tell the organisers about works without stopping, and what becomes of it."""

from datetime import datetime

import sqlalchemy as sa

from contest.accounts.models import Person
from contest.audit.actions import record
from contest.db import db, lock
from contest.errors import Refused
from contest.judging import rules
from contest.judging.actions.ballots import hold
from contest.judging.models import Assignment, Flag


def raise_flag(assignment: Assignment, *, kind: str, note: str, by: Person, at: datetime) -> Flag:
    """Tell the organisers. The same again while it waits is no second flag, so that a form sent twice does no harm."""
    hold(assignment)
    if complaint := rules.why_not_flag(assignment, kind=kind, note=note):
        raise Refused(complaint, status=422)
    waiting = sa.select(Flag).where(
        Flag.assignment_id == assignment.id, Flag.kind == kind, Flag.note == note, Flag.closed_at.is_(None)
    )
    if flag := db.session.scalar(waiting):
        return flag
    flag = Flag(assignment_id=assignment.id, kind=kind, note=note, raised_at=at)
    db.session.add(flag)
    record("flag.raised", by=by, on=flag, at=at, flag=kind, note=note, round_id=assignment.round_id)
    return flag


def close_flag(flag: Flag, *, answer: str, by: Person, at: datetime) -> None:
    """The organisers have seen to it. Only the judge who raised it reads the answer."""
    lock(flag)
    if not flag.is_open:
        return
    if complaint := rules.answer_complaint(answer):
        raise Refused(complaint, status=422)
    flag.closed_at, flag.closed_by_id, flag.answer = at, by.id, answer
    record("flag.closed", by=by, on=flag, at=at, note=answer)
