"""Marks being given. A save is short: one locked row, a handful of statements, no audit line until it counts."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import cast

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from contest.accounts.models import Person
from contest.audit.actions import record
from contest.db import db
from contest.editions.models import Edition
from contest.entries.models import Entry
from contest.errors import Refused
from contest.judging import rules
from contest.judging.models import Assignment, Ballot, BallotRevision, Round, Score, Viewing


@dataclass(frozen=True)
class Saved:
    """What is kept now. `conflict`: another tab or device saved in between, so that nothing was changed by this."""

    revision: int
    saved_at: datetime | None
    marks: Mapping[int, int]
    comment: str
    note: str = ""
    conflict: bool = False


def save_ballot(
    assignment: Assignment,
    *,
    marks: Mapping[int, int],
    comment: str,
    note: str | None = None,
    revision: int,
    at: datetime,
) -> Saved:
    """Keep the whole state of a ballot, given that the judge last saw `revision`; `note` is for the judge alone.

    The same content again is the answer to a repeated request and changes nothing. Something else on the ground of an
    old revision is a conflict: both are shown to the judge, who decides.
    """
    comment = _clean(comment)
    hold(assignment)
    ballot = assignment.ballot
    kept = _kept(assignment)
    note = kept.note if note is None else _clean(note)
    if kept.marks == dict(marks) and kept.comment == comment and kept.note == note:
        return kept
    if reason := rules.why_not_mark(assignment, at):
        raise Refused(reason)
    if reason := rules.marks_complaint(assignment.round.criteria, marks, comment) or rules.note_complaint(note):
        raise Refused(reason, status=422)
    if kept.revision != revision:
        return replace(kept, conflict=True)
    if ballot is None:
        ballot = Ballot(assignment_id=assignment.id, revision=0, saved_at=at)
        assignment.ballot = ballot
        assignment.state = "draft"
    if note != kept.note:
        viewing_of(assignment, at=at).note = note
    _write(ballot, marks, comment, at)
    return _kept(assignment)


def viewing_of(assignment: Assignment, *, at: datetime) -> Viewing:
    """What the bench remembers of this work, begun when there is nothing yet; the row is held."""
    if assignment.viewing is None:
        assignment.viewing = Viewing(assignment_id=assignment.id, note="", watched=[], watched_share=0)
    assignment.viewing.saved_at = at
    return assignment.viewing


def submit_ballot(assignment: Assignment, *, by: Person, at: datetime) -> None:
    """Hand the ballot in. A second time changes nothing."""
    hold(assignment)
    if assignment.is_submitted:
        return
    if reason := rules.why_not_mark(assignment, at):
        raise Refused(reason)
    marks = assignment.ballot.marks if assignment.ballot else {}
    comment = assignment.ballot.comment if assignment.ballot else ""
    criteria = assignment.round.criteria
    if reason := rules.why_not_submit(criteria, marks) or rules.why_not_without_comment(criteria, marks, comment):
        raise Refused(reason, status=422)
    assignment.state, assignment.deferred_at = "submitted", None
    if assignment.ballot:
        assignment.ballot.submitted_at = at
        record("ballot.submitted", by=by, on=assignment, at=at, revision=assignment.ballot.revision)


def submit_all(assignments: list[Assignment], *, by: Person, at: datetime) -> int:
    """Hand in every ballot of the list that is complete and not put off; says how many were."""
    ready = [one for one in assignments if not (one.is_submitted or one.is_deferred) and _is_complete(one)]
    for assignment in ready:
        submit_ballot(assignment, by=by, at=at)
    return len(ready)


def defer(assignment: Assignment, *, by: Person, at: datetime) -> None:
    """Put a work off, to come back to it; marks stay as they are. A second time changes nothing."""
    hold(assignment)
    if assignment.is_deferred:
        return
    if complaint := rules.why_not_mark(assignment, at):
        raise Refused(complaint)
    assignment.deferred_at = at
    record("ballot.deferred", by=by, on=assignment, at=at)


def take_up(assignment: Assignment, *, by: Person, at: datetime) -> None:
    """A work that was put off is like the others again."""
    hold(assignment)
    if not assignment.is_deferred:
        return
    if complaint := rules.why_not_mark(assignment, at):
        raise Refused(complaint)
    assignment.deferred_at = None
    record("ballot.taken-up", by=by, on=assignment, at=at)


def recuse(assignment: Assignment, *, reason: str, kind: str = "other", by: Person, at: datetime) -> None:
    """The judge steps back from this work. Marks already given are kept and never counted.

    `kind` is one of RECUSAL_KINDS: a conflict of interest, an abstention (no tie, and no judgement), or anything else.
    """
    hold(assignment)
    if assignment.state == "recused":
        return
    if complaint := rules.why_not_recuse(assignment, at):
        raise Refused(complaint)
    if complaint := rules.reason_complaint(reason):
        raise Refused(complaint, status=422)
    before = assignment.state
    assignment.state, assignment.recusal_kind, assignment.recusal_reason = "recused", kind, reason
    assignment.deferred_at = None
    if kind == "abstained":
        record("ballot.abstained", by=by, on=assignment, at=at, before=before, reason=reason)
    else:
        record("ballot.recused", by=by, on=assignment, at=at, before=before, reason=reason)


def hold(assignment: Assignment) -> None:
    """The ballot against other tabs, and the round against being closed in between; judges do not stop one another.

    First the locks, then the reading: PostgreSQL reads what is joined to a locked row as it was before the wait. On
    SQLite the transaction is the only writer already.
    """
    assignment_id = cast(tuple[int], sa.inspect(assignment).identity)[0]
    if db.engine.dialect.name == "postgresql":
        mine = sa.select(Assignment.id).where(Assignment.id == assignment_id)
        of_round = sa.select(Round.id).where(
            Round.id == sa.select(Assignment.round_id).where(Assignment.id == assignment_id).scalar_subquery()
        )
        db.session.execute(of_round.with_for_update(read=True))
        db.session.execute(mine.with_for_update())
    db.session.scalars(_all_of_it(), {"assignment_id": assignment_id}).unique().one()


@cache
def _all_of_it() -> sa.Select[Assignment]:
    """An assignment read anew, with what a mark and its answer depend on. Written once: it is asked at every save."""
    round_ = joinedload(Assignment.round, innerjoin=True)
    everything = (
        round_.selectinload(Round.criteria),
        round_.joinedload(Round.edition, innerjoin=True).load_only(Edition.time_zone),
        joinedload(Assignment.entry, innerjoin=True).load_only(Entry.state),
        joinedload(Assignment.ballot).joinedload(Ballot.scores),
        joinedload(Assignment.viewing),
    )
    fresh = sa.select(Assignment).where(Assignment.id == sa.bindparam("assignment_id"))
    return fresh.options(*everything).execution_options(populate_existing=True)


def _is_complete(assignment: Assignment) -> bool:
    marks = assignment.ballot.marks if assignment.ballot else {}
    return all(criterion.id in marks for criterion in assignment.round.criteria)


def _clean(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\x00", "").strip()


def _kept(assignment: Assignment) -> Saved:
    ballot, note = assignment.ballot, assignment.viewing.note if assignment.viewing else ""
    if ballot is None:
        return Saved(0, None, {}, "", note)
    return Saved(ballot.revision, ballot.saved_at, ballot.marks, ballot.comment, note)


def _write(ballot: Ballot, marks: Mapping[int, int], comment: str, at: datetime) -> None:
    rows = {score.criterion_id: score for score in ballot.scores}
    for criterion_id in rows.keys() - marks.keys():
        ballot.scores.remove(rows[criterion_id])
    for criterion_id, value in marks.items():
        if criterion_id in rows:
            rows[criterion_id].value_hundredths = value
        else:
            ballot.scores.append(Score(criterion_id=criterion_id, value_hundredths=value))
    ballot.revision, ballot.comment, ballot.saved_at = ballot.revision + 1, comment, at
    if ballot.revision == 1:
        db.session.flush()  # the first save of all has to learn the number of its row
    body = {"scores": {str(key): value for key, value in sorted(marks.items())}, "comment": comment}
    db.session.add(BallotRevision(ballot_id=ballot.id, revision=ballot.revision, body=body, saved_at=at))
