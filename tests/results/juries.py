"""Juries whose judges have habits, and the worker's part."""

import random
from typing import Any

from flask import Flask

from contest import clock
from contest.audit.actions import record
from contest.db import db, transaction
from contest.judging.models import Assignment, Ballot, Round, Score
from contest.results import actions, queries
from contest.results.models import ResultAnalysis, ResultSnapshot
from contest.results.queries import Choice
from tests.judging.factories import a_round, assignments_of, close, judges_of, marks_for, organiser_of
from tests.uploads.working import work


def a_jury(*, judges: int = 3, works: int = 8, skip: int = 0, method: str = "mean", **values: Any) -> Round:
    """A closed round: works differ, so do judges. Each judge leaves out every `skip`-th work."""
    chance = random.Random(7)
    round_ = a_round(judges=judges, works=works, quorum=2, **values)
    codes = sorted({str(one.entry.code) for one in round_.assignments})
    with transaction():
        round_ = db.session.get_one(Round, round_.id)
        for at, judge in enumerate(judges_of(round_)):
            for one in assignments_of(round_, judge):
                number = codes.index(str(one.entry.code))
                if skip and number % skip == at % skip:
                    continue
                level = 4500 - 150 * number - 300 * (at - judges // 2)
                theme, craft = (level + 50 * chance.randint(-8, 8) for _ in range(2))
                _hand_in(one, max(0, min(6000, theme)), max(0, min(4000, craft * 2 // 3 // 50 * 50)))
        round_.method = method
    close(round_)
    return round_


def _hand_in(assignment: Assignment, *marks: int) -> None:
    """What the desk does, without a transaction for every ballot."""
    at = clock.now()
    ballot = Ballot(revision=1, saved_at=at, submitted_at=at)
    ballot.scores = [
        Score(criterion_id=key, value_hundredths=value) for key, value in marks_for(assignment.round, *marks).items()
    ]
    assignment.ballot, assignment.state = ballot, "submitted"
    record("ballot.submitted", by=assignment.judge, on=assignment, at=at, revision=1)


def computed(round_: Round, *, choice: Choice | None = None, reason: str = "") -> ResultSnapshot:
    with transaction():
        return actions.compute_result(round_, choice=choice, reason=reason, by=organiser_of(round_), at=clock.now())


def analysed(app: Flask, snapshot: ResultSnapshot) -> ResultAnalysis:
    """The analysis, made by a worker."""
    work(app, lanes=["check", "housekeeping"])
    found = queries.analysis_of(snapshot, queries.lines_of(queries.live_awards(snapshot), queries.rows_of(snapshot)))
    assert found is not None
    return found
