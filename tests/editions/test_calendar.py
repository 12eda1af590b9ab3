"""Where in its calendar a moment is, and what the calendar forbids."""

from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask_babel import force_locale

from contest.clock import frozen, now
from contest.editions.models import Edition, Phase
from contest.editions.queries import calendar, next_phase, phase_at
from contest.editions.rules import calendar_complaint, why_not_correct, why_not_submit
from tests.factories import an_edition

SECOND = timedelta(seconds=1)


def end_of(edition: Edition, kind: str) -> datetime:
    phase = edition.phase(kind)
    assert phase is not None
    assert phase.ends_at is not None
    return phase.ends_at


def test_a_phase_includes_its_first_moment_and_not_its_last(app: Flask) -> None:
    edition = an_edition()
    closes_at = end_of(edition, "submission")

    before, at = phase_at(edition, closes_at - timedelta(microseconds=1)), phase_at(edition, closes_at)

    assert (before and before.kind, at and at.kind) == ("submission", "review")


def test_the_showcase_stays_open(app: Flask) -> None:
    edition = an_edition(phase="showcase")

    far = phase_at(edition, now() + timedelta(days=10_000))

    assert far is not None
    assert far.kind == "showcase"
    assert next_phase(edition, now()) is None


def test_before_the_calendar_begins_nothing_is_now(app: Flask) -> None:
    edition = an_edition()
    opening = edition.phases[0].starts_at

    stretches = calendar(edition, opening - SECOND)

    assert [stretch.state for stretch in stretches] == ["next"] * 5
    coming = next_phase(edition, opening - SECOND)
    assert coming is not None
    assert coming.kind == "submission"


def test_of_two_phases_that_overlap_the_later_one_is_now(app: Flask) -> None:
    edition = an_edition()
    review = edition.phases[1]
    review.starts_at = now() - timedelta(hours=1)

    states = [stretch.state for stretch in calendar(edition, now())]

    assert states == ["done", "now", "next", "next", "next"]


@pytest.mark.parametrize(("late", "open_"), [(-SECOND, True), (timedelta(), False), (SECOND, False)])
def test_submissions_close_exactly_at_the_second(app: Flask, late: timedelta, open_: bool) -> None:
    edition = an_edition()
    at = end_of(edition, "submission") + late

    assert (why_not_submit(edition, edition.categories[0], at) is None) is open_


def test_an_upload_begun_in_time_has_the_grace_of_the_edition(app: Flask) -> None:
    edition = an_edition(upload_grace_min=30)
    category, closed_at = edition.categories[0], end_of(edition, "submission")
    in_time, late = closed_at - SECOND, closed_at

    def may(at: datetime, began_at: datetime) -> bool:
        return why_not_submit(edition, category, at, began_at) is None

    assert may(closed_at + timedelta(minutes=30) - SECOND, in_time)
    assert not may(closed_at + timedelta(minutes=30), in_time)
    assert not may(closed_at + SECOND, late)


def test_what_is_said_when_it_is_closed_names_the_moment(app: Flask) -> None:
    edition = an_edition()
    closed_at = end_of(edition, "submission")

    with app.test_request_context("/?lang=en"), frozen(closed_at):
        reason = why_not_submit(edition, None, closed_at)

    assert reason is not None
    assert reason.startswith("Submissions closed on ")
    assert reason.endswith("What you entered is kept.")


def test_an_edition_that_is_a_draft_or_has_no_dates_takes_nothing(app: Flask) -> None:
    draft, dateless = an_edition(state="draft", is_current=False), an_edition(phase=None)

    assert why_not_submit(draft, None, now())
    assert why_not_submit(dateless, None, now())


def test_a_category_of_another_edition_is_refused(app: Flask) -> None:
    edition, other = an_edition(), an_edition(is_current=False)

    assert why_not_submit(edition, other.categories[0], now())


def test_corrections_are_possible_until_the_review_ends(app: Flask) -> None:
    edition = an_edition()
    closes_at = end_of(edition, "review")

    assert why_not_correct(edition, closes_at - SECOND) is None
    assert why_not_correct(edition, closes_at)


def test_the_phases_must_come_one_after_the_other(app: Flask) -> None:
    at = now()
    good = [
        Phase(kind="submission", starts_at=at, ends_at=at + SECOND),
        Phase(kind="review", starts_at=at, ends_at=None),
    ]
    backwards = [good[0], Phase(kind="review", starts_at=at - SECOND, ends_at=None)]
    empty = [Phase(kind="submission", starts_at=at, ends_at=at)]

    with app.test_request_context("/?lang=en"), force_locale("en"):
        assert calendar_complaint(good) is None
        assert calendar_complaint(backwards) == ("review", "This cannot begin before the step above it does.")
        assert calendar_complaint(empty) == ("submission", "This must end after it begins.")
