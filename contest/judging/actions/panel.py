"""Who sits on the panel."""

from datetime import datetime

import sqlalchemy as sa

from contest.accounts.models import Invitation, Person
from contest.audit.actions import record
from contest.db import db, lock
from contest.errors import Refused
from contest.judging import rules
from contest.judging.actions.assigning import assign, hand_over
from contest.judging.models import TO_DO, Assignment, Ballot, PanelMember, Round


def add_judge(
    round_: Round, judge: Person, *, role: str = "main", cap: int | None = None, by: Person | None, at: datetime
) -> PanelMember:
    """Put a judge on the panel, or back on it; in an open round the works are assigned at once.

    Adding somebody who is already there changes nothing, so that a form sent twice does no harm.
    """
    lock(round_)
    if reason := rules.why_not_take_in(round_):
        raise Refused(reason)
    member = db.session.scalar(
        sa.select(PanelMember).where(PanelMember.round_id == round_.id, PanelMember.judge_id == judge.id)
    )
    if member is not None and member.is_on:
        return member
    if member is None:
        member = PanelMember(judge_id=judge.id, role=role, cap=cap, added_at=at)
        round_.panel.append(member)
    else:
        member.removed_at, member.removed_reason, member.role, member.cap = None, "", role, cap
        if round_.per_entry is None:
            _revive(member)  # elsewhere others have the works by now
    record("panel.joined", by=by, on=member, at=at, round_id=round_.id, judge_id=judge.id)
    _fill(member, at=at)
    return member


def seat_judge(member: PanelMember, *, role: str, cap: int | None, by: Person, at: datetime) -> None:
    """Make a judge a reserve or bring one in, and limit how many works the judge gets."""
    round_ = lock(member.round)
    if complaint := rules.why_not_seat(member, role=role):
        raise Refused(complaint, status=422)
    before = {"role": member.role, "cap": member.cap}
    if before == (after := {"role": role, "cap": cap}):
        return
    member.role, member.cap = role, cap
    record("panel.seated", by=by, on=member, at=at, before=before, after=after, round_id=round_.id)
    if before["role"] == "reserve":
        _fill(member, at=at)


def _fill(member: PanelMember, *, at: datetime) -> None:
    """In an open round a judge who comes gets works at once: those that wait for somebody, then some of the others'."""
    if not member.round.is_open:
        return
    db.session.flush()
    assign(member.round, at=at)
    if member.round.per_entry is not None and member.role != "reserve":
        hand_over(member, at=at)


def join_panel(invitation: Invitation, person: Person, *, at: datetime) -> None:
    """An invitation was accepted: its bearer sits on the panel it names, unless that round is over by now."""
    if invitation.role != "judge" or invitation.round_id is None:
        return
    round_ = db.session.get(Round, invitation.round_id)
    if round_ is None or rules.why_not_take_in(round_):
        return
    add_judge(round_, person, by=person, at=at)


def remove_judge(member: PanelMember, *, reason: str = "", by: Person, at: datetime) -> None:
    """Take a judge off. What was submitted stays and counts; what was not is void and goes from the judge's list."""
    lock(member.round)
    if complaint := rules.why_not_remove(member, reason=reason):
        raise Refused(complaint, status=422)
    member.removed_at, member.removed_reason = at, reason
    void = sa.update(Assignment).where(
        Assignment.round_id == member.round_id, Assignment.judge_id == member.judge_id, Assignment.state.in_(TO_DO)
    )
    voided = db.session.execute(void.values(state="void")).rowcount  # type: ignore[attr-defined]
    filled = 0
    if member.round.is_open and member.round.per_entry is not None:
        db.session.flush()
        filled = assign(member.round, at=at)
    record(
        "panel.left",
        by=by,
        on=member,
        at=at,
        round_id=member.round_id,
        judge_id=member.judge_id,
        reason=reason,
        voided=voided,
        handed_on=filled,
    )


def _revive(member: PanelMember) -> None:
    """Void assignments become what they were: begun when there are marks, else open."""
    mine = sa.and_(
        Assignment.round_id == member.round_id,
        Assignment.judge_id == member.judge_id,
        Assignment.state == "void",
        Assignment.conflict_id.is_(None),  # what a conflict made void never comes back by itself
    )
    begun = sa.exists().where(Ballot.assignment_id == Assignment.id)
    state = sa.case((begun, "draft"), else_="open")
    db.session.execute(
        sa.update(Assignment).where(mine).values(state=state).execution_options(synchronize_session=False)
    )
    db.session.expire_all()
