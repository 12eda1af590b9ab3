"""Opening the next work of a judge who has 2,000 of them, half of them scored, and a page of the list."""

import time
from collections.abc import Callable
from unittest.mock import patch

from flask import Flask
from flask.testing import FlaskClient

from contest import clock
from contest.db import Base, db, transaction
from contest.judging import actions
from contest.judging.models import Assignment, Ballot, Round, Score
from contest.judging.rubrics import SUGGESTED
from tests.benchmarks.load import table
from tests.benchmarks.world import cookie_of, instance
from tests.factories import a_person, an_edition
from tests.judging.factories import a_round, a_work, assignments_of, judges_of, organiser_of

WORKS = 2_000
OPENED = 60


def a_long_round() -> Round:
    """Two judges and all the works; the first judge has scored every other one of them."""
    edition, entrant = an_edition(phase="judging"), a_person()
    with transaction(), patch("tests.judging.factories.save", add):
        for _ in range(WORKS):
            a_work(edition, entrant=entrant)
    round_ = a_round(edition, judges=2, works=0, rubric=SUGGESTED, state="draft")
    with transaction():
        actions.open_round(round_, by=organiser_of(round_), at=clock.now())
    with transaction():
        for number, assignment in enumerate(assignments_of(round_, judges_of(round_)[0])):
            if number % 2 == 0:
                _score(assignment, 20 + number % 60)
    return round_


def add(row: Base) -> Base:
    """Instead of a transaction for each row, of which there are thousands."""
    db.session.add(row)
    db.session.flush()
    return row


def _score(assignment: Assignment, share: int) -> None:
    ballot = Ballot(revision=1, saved_at=clock.now(), submitted_at=clock.now(), comment="")
    for criterion in assignment.round.criteria:
        given = criterion.max_hundredths * share // 100 // criterion.step_hundredths * criterion.step_hundredths
        ballot.scores.append(Score(criterion_id=criterion.id, value_hundredths=given))
    assignment.ballot, assignment.state = ballot, "submitted"


def timed(call: Callable[[int], int], ids: list[int]) -> list[float]:
    """Milliseconds of processor time that each took, the slowest last; RuntimeError for anything but a page."""
    took = []
    for number in ids:
        began = time.process_time()
        status = call(number)
        took.append((time.process_time() - began) * 1000)
        if status != 200:
            raise RuntimeError(f"assignment {number} answered {status}")
    return sorted(took)


def opening(client: FlaskClient) -> Callable[[int], int]:
    return lambda number: client.get(f"/judging/assignments/{number}").status_code


def rows(app: Flask, round_: Round) -> list[list[str]]:
    judge = judges_of(round_)[0]
    ids = [assignment.id for assignment in assignments_of(round_, judge)]
    client, cookie = app.test_client(), cookie_of(app, judge)
    client.set_cookie(*cookie.split("=", 1), domain="localhost")
    db.session.remove()
    open_one = opening(client)
    timed(open_one, ids[:5])  # templates are compiled
    took = timed(open_one, ids[5 : 5 + OPENED * 30 : 30])
    lists = timed(lambda page: client.get(f"/judging?page={page}").status_code, list(range(1, 11)))
    return [
        [f"opening a work of {WORKS}, median", f"{took[len(took) // 2]:.0f} ms", ""],
        ["95 of 100 within", f"{took[len(took) * 95 // 100]:.0f} ms", "100 ms"],
        ["a page of the list, median", f"{lists[len(lists) // 2]:.0f} ms", ""],
    ]


def main() -> None:
    with instance() as (_made, app):
        found = rows(app, a_long_round())
    table("Opening the next work, processor time on SQLite", ["what", "measured", "goal"], found)


if __name__ == "__main__":
    main()
