"""A judge's own assignments: which there are, how far each is, and which comes next."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from contest.accounts.models import Person, RoleGrant
from contest.db import db
from contest.entries.models import Entry
from contest.judging.models import COUNTED, TO_DO, Assignment, Ballot, Criterion, PanelMember, Round, Score
from contest.judging.queries.blind import BlindWork, blind_view, with_files
from contest.judging.queries.conflicts import barred_assignments, is_barred
from contest.ranking.mean import Criterion as Weighted
from contest.ranking.mean import partial_total
from contest.ranking.numbers import half_up


def _mine(judge_id: "int | sa.BindParameter[int]") -> sa.Select[Assignment]:
    """Assignments of a judge who is on the panel and still a judge of the edition; void ones do not exist."""
    still_judge = sa.exists().where(
        RoleGrant.person_id == judge_id,
        RoleGrant.edition_id == Round.edition_id,
        RoleGrant.role == "judge",
        RoleGrant.revoked_at.is_(None),
    )
    return (
        sa.select(Assignment)
        .join(Round, Round.id == Assignment.round_id)
        .join(PanelMember, sa.and_(PanelMember.round_id == Round.id, PanelMember.judge_id == Assignment.judge_id))
        .where(
            Assignment.judge_id == judge_id,
            Assignment.state != "void",
            PanelMember.removed_at.is_(None),
            still_judge,
        )
    )


def assignment_of(judge: Person, assignment_id: int) -> Assignment | None:
    """The judge's own assignment, with all that scoring it needs; None when it is somebody else's or over for good."""
    found = db.session.scalar(_mine(judge.id).where(Assignment.id == assignment_id).options(*_with_ballot()))
    return None if found is None or is_barred(found) else found


def held_assignment(judge: Person, assignment_id: int) -> Assignment | None:
    """The same without what hangs on it, for a save, which reads all that once it holds the lock."""
    found = db.session.scalar(_one_of_mine(), {"judge_id": judge.id, "assignment_id": assignment_id})
    return None if found is None or is_barred(found) else found


@cache
def _one_of_mine() -> sa.Select[Assignment]:
    """Written once: it is asked at every save."""
    mine = _mine(sa.bindparam("judge_id", type_=sa.Integer))
    return mine.where(Assignment.id == sa.bindparam("assignment_id")).options(contains_eager(Assignment.round))


def _with_ballot() -> list[sa.orm.interfaces.ORMOption]:
    return [
        joinedload(Assignment.round).selectinload(Round.criteria),
        joinedload(Assignment.round).joinedload(Round.edition),
        joinedload(Assignment.entry).joinedload(Entry.category),
        joinedload(Assignment.ballot).selectinload(Ballot.scores),
        joinedload(Assignment.viewing),
    ]


@dataclass(frozen=True, kw_only=True)
class Place:
    """A line of the judge's list, as little of it as finding the way needs: there may be thousands."""

    assignment_id: int
    code: str
    state: str
    is_deferred: bool
    is_abstained: bool
    scored: int
    criteria: int
    total_hundredths: int | None  # of what is marked

    @property
    def is_complete(self) -> bool:
        return self.scored == self.criteria

    @property
    def is_to_do(self) -> bool:
        return self.state in TO_DO

    @property
    def standing(self) -> str:
        """What this is to its judge, in one word; zero is a mark, so it is not among these."""
        if self.state == "recused":
            return "abstained" if self.is_abstained else "recused"
        if self.state in COUNTED:
            return "submitted"
        if self.is_deferred:
            return "deferred"
        if self.is_complete:
            return "ready"
        return "begun" if self.state == "draft" else "open"


@dataclass(frozen=True, kw_only=True)
class Bench:
    """A round as one of its judges sees it: own works in the own order."""

    round: Round
    places: tuple[Place, ...]

    def of(self, *standings: str) -> list[Place]:
        return [place for place in self.places if place.standing in standings]

    @property
    def to_do(self) -> list[Place]:
        return [place for place in self.places if place.is_to_do]

    @property
    def done(self) -> list[Place]:
        return self.of("submitted")

    @property
    def recused(self) -> list[Place]:
        """Without marks for whatever reason; an abstention is among them."""
        return self.of("recused", "abstained")

    @property
    def deferred(self) -> list[Place]:
        return self.of("deferred")

    @property
    def complete(self) -> list[Place]:
        """Scored in full, not submitted, and not put off."""
        return self.of("ready")

    @property
    def missing(self) -> list[Place]:
        """What handing in now would leave behind."""
        return self.of("open", "begun", "deferred")

    @property
    def to_score(self) -> int:
        """How many ballots there are, recused ones left out."""
        return len(self.places) - len(self.recused)

    @property
    def next_place(self) -> Place | None:
        """Half-scored works first, since the judge was just there; what was put off comes when nothing else is left."""
        order = ("begun", "open", "deferred")
        return min(self.of(*order), key=lambda place: order.index(place.standing), default=None)

    def around(self, assignment_id: int) -> tuple[Place | None, Place | None, int]:
        """The nearest before and after that can be opened, and the place from 1."""
        here = next(n for n, place in enumerate(self.places) if place.assignment_id == assignment_id)
        before = (place for place in reversed(self.places[:here]) if place.state != "recused")
        after = (place for place in self.places[here + 1 :] if place.state != "recused")
        return next(before, None), next(after, None), here + 1

    def after(self, assignment_id: int) -> Place | None:
        """The next work to score, searching onwards and then from the start; put-off ones when only they are left."""
        here = next((n for n, place in enumerate(self.places) if place.assignment_id == assignment_id), -1)
        onwards = [*self.places[here + 1 :], *self.places[: max(here, 0)]]
        for standings in (("begun", "open"), ("deferred",)):
            if found := next((place for place in onwards if place.standing in standings), None):
                return found
        return None

    def totals(self, *, without: int = 0) -> list[int]:
        """Own totals of the works that are scored in full, in hundredths: what this judge's habit is read from."""
        return [
            place.total_hundredths
            for place in self.places
            if place.is_complete and place.total_hundredths is not None and place.assignment_id != without
            if place.state != "recused"
        ]


def queue(judge: Person, *, round_id: int | None = None) -> list[Bench]:
    """The judge's rounds, open ones first; works that left the contest are not in them."""
    benches: dict[int, list[Place]] = {}
    rounds = {one.id: one for one in db.session.scalars(_rounds(judge, round_id))}
    barred = {number for one in rounds.values() for number in barred_assignments(one, judge_id=judge.id)}
    for row in db.session.execute(_places(judge, rounds.keys())):
        if row.id in barred:
            continue
        benches.setdefault(row.round_id, []).append(_place(row, len(rounds[row.round_id].criteria)))
    made = [Bench(round=rounds[number], places=tuple(places)) for number, places in benches.items()]
    return sorted(made, key=lambda bench: (not bench.round.is_open, -bench.round.id))


def _rounds(judge: Person, round_id: int | None) -> sa.Select[Round]:
    mine = _mine(judge.id).with_only_columns(Assignment.round_id)
    found = sa.select(Round).where(Round.id.in_(mine), Round.state.in_(("open", "closed")))
    if round_id is not None:
        found = found.where(Round.id == round_id)
    return found.options(selectinload(Round.criteria), joinedload(Round.edition), joinedload(Round.category))


def _places(judge: Person, round_ids: Collection[int]) -> sa.Select[sa.Row]:  # type: ignore[type-arg]
    """One row for each work. The total is for lists and pictures; what counts is computed in exact fractions."""
    share = Score.value_hundredths * Criterion.weight_bp * 1.0 / Criterion.max_hundredths
    marks = (
        sa.select(Ballot.assignment_id, sa.func.count().label("scored"), sa.func.sum(share).label("total"))
        .join(Assignment, Assignment.id == Ballot.assignment_id)
        .join(Score, Score.ballot_id == Ballot.id)
        .join(Criterion, Criterion.id == Score.criterion_id)
        .where(Assignment.judge_id == judge.id, Assignment.round_id.in_(round_ids))
        .group_by(Ballot.assignment_id)
        .subquery()
    )
    return (
        _mine(judge.id)
        .where(Assignment.round_id.in_(round_ids))
        .join(Assignment.entry)
        .where(Entry.state == "passed")
        .outerjoin(marks, marks.c.assignment_id == Assignment.id)
        .order_by(Assignment.round_id, Assignment.position)
        .with_only_columns(
            Assignment.id,
            Assignment.round_id,
            Entry.code,
            Assignment.state,
            Assignment.deferred_at,
            Assignment.recusal_kind,
            marks.c.scored,
            marks.c.total,
        )
    )


def _place(row: sa.Row, criteria: int) -> Place:  # type: ignore[type-arg]
    return Place(
        assignment_id=row.id,
        code=str(row.code),
        state=row.state,
        is_deferred=row.deferred_at is not None and row.state in TO_DO,
        is_abstained=row.recusal_kind == "abstained",
        scored=row.scored or 0,
        criteria=criteria,
        total_hundredths=round(row.total) if row.scored else None,
    )


def works_at(judge: Person, places: Sequence[Place]) -> dict[int, BlindWork]:
    """The works of some lines, by the number of the assignment, to show them."""
    found = _mine(judge.id).where(Assignment.id.in_([place.assignment_id for place in places]))
    found = found.options(joinedload(Assignment.entry).joinedload(Entry.category), *with_files())
    return {one.id: blind_view(one) for one in db.session.scalars(found)}


def marks_at(judge: Person, round_: Round) -> dict[int, dict[int, int]]:
    """The judge's own marks in a round: hundredths by criterion, by the number of the assignment."""
    found = (
        sa.select(Ballot.assignment_id, Score.criterion_id, Score.value_hundredths)
        .join(Ballot, Ballot.id == Score.ballot_id)
        .join(Assignment, Assignment.id == Ballot.assignment_id)
        .where(Assignment.judge_id == judge.id, Assignment.round_id == round_.id)
    )
    marks: dict[int, dict[int, int]] = {}
    for assignment_id, criterion_id, value in db.session.execute(found):
        marks.setdefault(assignment_id, {})[criterion_id] = value
    return marks


def assignments_at(judge: Person, places: Sequence[Place]) -> list[Assignment]:
    """The rows behind some lines, in their order."""
    found = _mine(judge.id).where(Assignment.id.in_([place.assignment_id for place in places]))
    return list(db.session.scalars(found.options(*_with_ballot()).order_by(Assignment.position)))


def total_so_far(assignment: Assignment) -> int:
    """The weighted total of what is marked, in hundredths."""
    return total_of(assignment.round, assignment.ballot.marks if assignment.ballot else {})


def total_of(round_: Round, marks: Mapping[int, int]) -> int:
    """The weighted total of these marks, in hundredths."""
    weighted = [Weighted(str(c.id), c.weight_bp, c.max_hundredths) for c in round_.criteria]
    return half_up(partial_total({str(key): value for key, value in marks.items()}, weighted))
