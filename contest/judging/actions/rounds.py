"""Making a round, opening and closing it, and giving one ballot back."""

import secrets
from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from flask_babel import gettext as _

from contest.accounts.models import Person
from contest.audit.actions import record
from contest.db import db, lock
from contest.editions.models import Category
from contest.errors import Refused
from contest.judging import rules
from contest.judging.actions.assigning import assign
from contest.judging.actions.conflicts import settle
from contest.judging.models import Assignment, Criterion, Round
from contest.judging.queries.desk import waiting_ballots
from contest.judging.queries.plan import plan_of
from contest.judging.rubrics import SUGGESTED, RubricLine, Terms
from contest.judging.words import said_text

USUAL = Terms()


def create_round(
    category: Category,
    *,
    name: str,
    rubric: Sequence[RubricLine] = SUGGESTED,
    quorum: int = 1,
    closes_at: datetime | None = None,
    terms: Terms = USUAL,
    by: Person,
    at: datetime,
) -> Round:
    """A draft round of `category`, numbered after those that exist."""
    _check_rubric(rubric)
    _check_terms(terms, category)
    lock(category)
    last = db.session.scalar(sa.select(sa.func.max(Round.number)).where(Round.category_id == category.id))
    round_ = Round(
        edition_id=category.edition_id,
        category_id=category.id,
        number=(last or 0) + 1,
        name=name,
        quorum=quorum,
        closes_at=closes_at,
        seed=secrets.token_hex(16),
        created_at=at,
        **terms.columns(),
    )
    round_.criteria = _criteria(rubric)
    db.session.add(round_)
    about = terms.told()
    record("round.created", by=by, on=round_, at=at, name=name, rubric=_written(rubric), quorum=quorum, **about)
    return round_


def set_rubric(
    round_: Round,
    rubric: Sequence[RubricLine],
    *,
    name: str,
    quorum: int,
    closes_at: datetime | None,
    terms: Terms = USUAL,
    by: Person,
    at: datetime,
) -> None:
    """Everything a draft round says. Refused once it is open, because marks rest on it."""
    lock(round_)
    if reason := rules.why_not_change_basis(round_):
        raise Refused(reason)
    _check_rubric(rubric)
    _check_terms(terms, round_.category)
    for column, value in terms.columns().items():
        setattr(round_, column, value)
    round_.name, round_.quorum, round_.closes_at = name, quorum, closes_at
    round_.criteria.clear()
    db.session.flush()  # the old positions must be gone before the new ones come
    round_.criteria.extend(_criteria(rubric))
    about = terms.told()
    record("round.changed", by=by, on=round_, at=at, name=name, rubric=_written(rubric), quorum=quorum, **about)


def adjust_round(
    round_: Round, *, closes_at: datetime | None, quorum: int, reason: str, by: Person, at: datetime
) -> None:
    """Another deadline or quorum while judging runs; nothing that marks rest on changes by it."""
    lock(round_)
    if not round_.is_open:
        raise Refused(rules.why_not_close(round_, waiting=0, anyway=True) or "")
    if complaint := rules.reason_complaint(reason):
        raise Refused(complaint, status=422)
    before = {"closes_at": _iso(round_.closes_at), "quorum": round_.quorum}
    round_.closes_at, round_.quorum = closes_at, quorum
    after = {"closes_at": _iso(closes_at), "quorum": quorum}
    record("round.adjusted", by=by, on=round_, at=at, before=before, after=after, reason=reason)


def open_round(round_: Round, *, looked_at: str = "", by: Person, at: datetime) -> int:
    """Make the assignments and fix what the marks will rest on; says how many ballots there are to fill.

    `looked_at`: the fingerprint of the plan that was shown; another one by now is refused, to be looked at first.
    """
    lock(round_)
    plan = plan_of(round_)
    if plan.refused:
        raise Refused(said_text(plan.refused))
    if reason := rules.why_not_open(round_, judges=len(round_.judges), works=len(plan.works)):
        raise Refused(reason)
    if objection := plan.objection:
        raise Refused(said_text(objection))
    if looked_at and looked_at != plan.fingerprint:
        raise Refused(
            _("Something has changed since the preview was shown. Look at it again before you open the round.")
        )
    round_.method = plan.method.value
    made = assign(round_, plan=plan, at=at)
    round_.state, round_.opened_at = "open", at
    record(
        "round.opened",
        by=by,
        on=round_,
        at=at,
        judges=len(round_.judges),
        ballots=made,
        method=round_.method,
        seed=round_.seed,
    )
    return made


def redraw(round_: Round, *, by: Person, at: datetime) -> None:
    """Another lot for who scores what, before anybody scores. How often it was drawn stays in the record."""
    lock(round_)
    if reason := rules.why_not_change_basis(round_):
        raise Refused(reason)
    before, round_.seed = round_.seed, secrets.token_hex(16)
    record("round.redrawn", by=by, on=round_, at=at, before=before, after=round_.seed)


def take_in(round_: Round, *, by: Person, at: datetime) -> int:
    """Assign what came after the round was opened: works passed late, judges who joined late."""
    lock(round_)
    if reason := rules.why_not_take_in(round_):
        raise Refused(reason)
    made = assign(round_, at=at) if round_.is_open else 0
    if made:
        record("round.took_in", by=by, on=round_, at=at, ballots=made)
    return made


def close_round(round_: Round, *, anyway: bool = False, by: Person, at: datetime) -> None:
    """Nobody scores any more. Submitted ballots are locked and count; the others stay where they are and do not."""
    lock(round_)
    if round_.is_open:
        settle(round_, hand_on=False, by=by, at=at)  # what counts was looked at last of all
    waiting = waiting_ballots(round_)
    if reason := rules.why_not_close(round_, waiting=waiting, anyway=anyway):
        raise Refused(reason)
    round_.state, round_.closed_at = "closed", at
    _move(round_, "submitted", "locked")
    record("round.closed", by=by, on=round_, at=at, unsubmitted=waiting)


def reopen_round(round_: Round, *, reason: str, by: Person, at: datetime) -> None:
    """Closed too early: judges go on where they were. What was computed before stays as it was."""
    lock(round_)
    if complaint := rules.why_not_reopen_round(round_, reason=reason):
        raise Refused(complaint, status=422)
    round_.state, round_.closed_at = "open", None
    if round_.closes_at is not None and round_.closes_at <= at:
        round_.closes_at = None
    _move(round_, "locked", "submitted")
    record("round.reopened", by=by, on=round_, at=at, reason=reason)


def reopen_ballot(assignment: Assignment, *, reason: str, by: Person, at: datetime) -> None:
    """Give a submitted ballot back to its judge, with the marks as they are."""
    lock(assignment)
    if complaint := rules.why_not_reopen_ballot(assignment, reason=reason):
        raise Refused(complaint, status=422)
    assignment.state = "draft"
    if assignment.ballot:
        assignment.ballot.submitted_at = None
    record("ballot.reopened", by=by, on=assignment, at=at, reason=reason)


def _move(round_: Round, before: str, after: str) -> None:
    moved = sa.update(Assignment).where(Assignment.round_id == round_.id, Assignment.state == before)
    db.session.execute(moved.values(state=after))


def _check_rubric(rubric: Sequence[RubricLine]) -> None:
    if reason := rules.rubric_complaint([line.weight_bp for line in rubric]):
        raise Refused(reason, status=422)


def _check_terms(terms: Terms, category: Category) -> None:
    if reason := rules.terms_complaint(terms.columns()):
        raise Refused(reason, status=422)
    earlier = db.session.get(Round, terms.based_on_id) if terms.based_on_id else None
    if earlier is not None and earlier.category_id != category.id:
        raise Refused(_("The earlier round is one of another category."), status=422)


def _criteria(rubric: Sequence[RubricLine]) -> list[Criterion]:
    return [
        Criterion(
            position=position,
            name=line.name,
            name_en=line.name_en,
            description=line.description,
            description_en=line.description_en,
            weight_bp=line.weight_bp,
            max_hundredths=line.max_hundredths,
            step_hundredths=line.step_hundredths,
        )
        for position, line in enumerate(rubric, start=1)
    ]


def _written(rubric: Sequence[RubricLine]) -> list[list[str | int]]:
    return [[line.name, line.weight_bp, line.max_hundredths, line.step_hundredths] for line in rubric]


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
