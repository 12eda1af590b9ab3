"""What organisers see of rounds: progress, and what would follow from closing or from taking a judge off.

Marks are not among it while judging runs: who steers a round must not know where it is going.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from contest.accounts.models import Invitation, Person, RoleGrant
from contest.db import db
from contest.editions.models import Edition
from contest.entries.models import Entry
from contest.judging.models import COUNTED, TO_DO, Assignment, PanelMember, Round
from contest.judging.queries.conflicts import barred_assignments
from contest.judging.queries.works import of_round


def _count(*states: str) -> sa.ColumnElement[int]:
    return sa.func.count(sa.case((Assignment.state.in_(states), 1)))


@dataclass(frozen=True, kw_only=True)
class Progress:
    """Ballots of a round, a judge or a work: submitted, begun, not begun, recused."""

    submitted: int = 0
    begun: int = 0
    open: int = 0
    recused: int = 0

    @property
    def due(self) -> int:
        """How many there are to be, recused ones left out."""
        return self.submitted + self.begun + self.open

    @property
    def waiting(self) -> int:
        return self.begun + self.open


_COUNTS = (_count(*COUNTED), _count("draft"), _count("open"), _count("recused"))


def _progress(row: Sequence[Any]) -> Progress:
    """From the last four columns, which are _COUNTS."""
    submitted, begun, open_, recused = row[-4:]
    return Progress(submitted=submitted, begun=begun, open=open_, recused=recused)


def _allowed(round_: Round) -> sa.ColumnElement[bool]:
    """That no conflict of interest was found since the ballot was assigned."""
    return Assignment.id.not_in(barred_assignments(round_))


def _of_works_in_the_contest() -> sa.ColumnElement[bool]:
    """Ballots for withdrawn works are kept, and are nobody's duty."""
    return sa.exists().where(Entry.id == Assignment.entry_id, Entry.state == "passed")


@dataclass(frozen=True, kw_only=True)
class RoundLine:
    round: Round
    judges: int
    progress: Progress


def rounds_of(edition: Edition) -> list[RoundLine]:
    """The edition's rounds with their progress, in two queries however many there are."""
    rounds = sa.select(Round).where(Round.edition_id == edition.id).order_by(Round.category_id, Round.number)
    rounds = rounds.options(joinedload(Round.category), selectinload(Round.panel))
    counted = (
        sa.select(Assignment.round_id, *_COUNTS)
        .join(Round)
        .where(Round.edition_id == edition.id, _of_works_in_the_contest())
        .group_by(Assignment.round_id)
    )
    by_round = {row[0]: _progress(row) for row in db.session.execute(counted)}
    return [
        RoundLine(round=one, judges=len(one.judges), progress=by_round.get(one.id, Progress()))
        for one in db.session.scalars(rounds)
    ]


def earlier_rounds(edition: Edition, *, before: Round | None) -> list[Round]:
    """Rounds that a further one may take its works from: those of the category with a lower number."""
    found = sa.select(Round).where(Round.edition_id == edition.id).options(joinedload(Round.category))
    if before is not None:
        found = found.where(Round.category_id == before.category_id, Round.number < before.number)
    return list(db.session.scalars(found.order_by(Round.category_id, Round.number)))


def round_of(edition_id: int, round_id: int) -> Round | None:
    """A round of that edition, with its rubric and panel."""
    found = sa.select(Round).where(Round.id == round_id, Round.edition_id == edition_id)
    options = (
        joinedload(Round.category),
        joinedload(Round.edition),
        selectinload(Round.criteria),
        selectinload(Round.panel).joinedload(PanelMember.judge).joinedload(Person.unit),
    )
    return db.session.scalar(found.options(*options))


def member_of(round_: Round, member_id: int) -> PanelMember | None:
    return next((member for member in round_.judges if member.id == member_id), None)


def assignment_in(round_: Round, assignment_id: int) -> Assignment | None:
    found = sa.select(Assignment).where(Assignment.id == assignment_id, Assignment.round_id == round_.id)
    return db.session.scalar(found.options(joinedload(Assignment.entry), joinedload(Assignment.judge)))


def waiting_ballots(round_: Round) -> int:
    """How many ballots of works in the contest are not submitted."""
    waiting = sa.select(sa.func.count()).where(
        Assignment.round_id == round_.id,
        Assignment.state.in_(TO_DO),
        _of_works_in_the_contest(),
        _allowed(round_),
    )
    return db.session.scalar(waiting) or 0


def progress_by_judge(round_: Round) -> dict[int, Progress]:
    """By person id; judges who left are in it as long as anything of theirs counts."""
    counted = (
        sa.select(Assignment.judge_id, *_COUNTS)
        .where(Assignment.round_id == round_.id, _of_works_in_the_contest(), _allowed(round_))
        .group_by(Assignment.judge_id)
    )
    return {row[0]: _progress(row) for row in db.session.execute(counted)}


def total_of(parts: Iterable[Progress]) -> Progress:
    """All of them together."""
    found = list(parts)
    return Progress(
        submitted=sum(part.submitted for part in found),
        begun=sum(part.begun for part in found),
        open=sum(part.open for part in found),
        recused=sum(part.recused for part in found),
    )


@dataclass(frozen=True, kw_only=True)
class WorkLine:
    """A work in a round, as its organisers see it."""

    entry_id: int
    code: str
    title: str
    progress: Progress

    def is_under(self, quorum: int) -> bool:
        return self.progress.submitted < quorum


def works_in(round_: Round) -> list[WorkLine]:
    """The works of the round with their ballots; also those that nobody was given yet."""
    counted = (
        sa.select(Entry.id, Entry.code, Entry.title, *_COUNTS)
        .outerjoin(
            Assignment,
            sa.and_(Assignment.entry_id == Entry.id, Assignment.round_id == round_.id, _allowed(round_)),
        )
        .where(of_round(round_))
        .group_by(Entry.id, Entry.code, Entry.title)
        .order_by(Entry.code)
    )
    return [
        WorkLine(entry_id=row[0], code=str(row[1]), title=row[2], progress=_progress(row))
        for row in db.session.execute(counted)
    ]


def submitted_in(round_: Round) -> list[Assignment]:
    """Submitted ballots, which an organiser may give back one by one; without their marks."""
    found = sa.select(Assignment).where(Assignment.round_id == round_.id, Assignment.state == "submitted")
    found = found.where(_allowed(round_))
    options = (joinedload(Assignment.entry), joinedload(Assignment.judge))
    ordered = found.join(Assignment.entry).order_by(Assignment.judge_id, Entry.code).options(*options)
    return list(db.session.scalars(ordered))


def recusals_in(round_: Round) -> list[Assignment]:
    found = sa.select(Assignment).where(Assignment.round_id == round_.id, Assignment.state == "recused")
    options = (joinedload(Assignment.entry), joinedload(Assignment.judge))
    return list(db.session.scalars(found.options(*options).order_by(Assignment.id)))


def judges_to_choose(round_: Round) -> list[Person]:
    """People who are judges of the edition and not on this panel, by name."""
    on = sa.select(PanelMember.judge_id).where(PanelMember.round_id == round_.id, PanelMember.removed_at.is_(None))
    found = (
        sa.select(Person)
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .where(
            RoleGrant.edition_id == round_.edition_id,
            RoleGrant.role == "judge",
            RoleGrant.revoked_at.is_(None),
            Person.blocked_at.is_(None),
            Person.id.not_in(on),
        )
        .order_by(Person.name, Person.id)
    )
    return list(db.session.scalars(found.options(joinedload(Person.unit))).unique())


def open_invitations(round_: Round, at: datetime) -> list[Invitation]:
    """Invitations to this panel that can still be accepted."""
    found = sa.select(Invitation).where(
        Invitation.round_id == round_.id,
        Invitation.accepted_at.is_(None),
        Invitation.declined_at.is_(None),
        Invitation.cancelled_at.is_(None),
        Invitation.expires_at > at,
    )
    return list(db.session.scalars(found.order_by(Invitation.id)))


def under_quorum_without(round_: Round, judge_id: int) -> list[str]:
    """Codes of works that would not reach the quorum if the judge's open ballots were never submitted."""
    can_still = _count(*COUNTED) + sa.func.count(
        sa.case((sa.and_(Assignment.state.in_(TO_DO), Assignment.judge_id != judge_id), 1))
    )
    found = (
        sa.select(Entry.code)
        .join(Assignment, sa.and_(Assignment.entry_id == Entry.id, Assignment.round_id == round_.id))
        .where(Entry.state == "passed", _allowed(round_))
        .group_by(Entry.code)
        .having(can_still < round_.quorum)
        .order_by(Entry.code)
    )
    return [str(code) for code in db.session.scalars(found)]
