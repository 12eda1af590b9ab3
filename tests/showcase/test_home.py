"""The home page says where in the calendar we are and what can be done now."""

from datetime import timedelta

import pytest
from flask import Flask

from contest import clock
from contest.db import db
from tests.browser import Browser
from tests.factories import an_edition
from tests.page import text_of
from tests.showcase.factories import a_work


@pytest.fixture
def visitor(app: Flask) -> Browser:
    return Browser(app, language="en")


def lit(visitor: Browser) -> list[str]:
    """The phases that glow on the page that is open."""
    return [text_of(step) for step in visitor.page.all("li") if step.get("aria-current") == "step"]


@pytest.mark.parametrize(
    ("phase", "words"),
    [
        ("submission", "Now: Submissions"),
        ("review", "Now: Eligibility review"),
        ("judging", "Now: Judging"),
        ("notice", "Now: Public notice"),
        ("showcase", "Now: Showcase"),
    ],
)
def test_exactly_the_present_phase_is_lit(visitor: Browser, phase: str, words: str) -> None:
    an_edition(phase=phase)

    visitor.open("/")

    assert words in visitor.text
    assert len(lit(visitor)) == 1


def test_between_two_phases_nothing_is_lit_and_the_next_one_is_named(visitor: Browser) -> None:
    edition = an_edition(phase="review")
    review = edition.phase("review")
    review.starts_at, review.ends_at = clock.now() + timedelta(days=2), clock.now() + timedelta(days=3)
    db.session.commit()

    visitor.open("/")

    assert lit(visitor) == []
    assert "Next: Eligibility review" in visitor.text


def test_before_the_first_phase_it_says_when_it_begins(visitor: Browser) -> None:
    an_edition(phase="submission")

    with clock.shifted(timedelta(days=-30)):
        visitor.open("/")

    assert "Soon: Submissions" in visitor.text
    assert lit(visitor) == []


def test_on_the_last_day_of_submission_it_says_so(visitor: Browser) -> None:
    edition = an_edition(phase="submission")

    with clock.frozen(edition.phase("submission").ends_at - timedelta(hours=5)):
        visitor.open("/")

    assert "Now: Submissions (last day)" in visitor.text
    assert "5 hours" in visitor.text


def test_without_a_calendar_or_texts_the_page_still_stands(visitor: Browser) -> None:
    an_edition(phase=None, theme="", theme_en="", organisers="")

    visitor.open("/")

    assert "The calendar is being made" in visitor.text


def test_without_any_edition_the_page_is_calm(visitor: Browser) -> None:
    visitor.open("/")

    assert "No contest is running just now." in visitor.text


def test_winners_of_an_earlier_edition_are_shown_until_there_are_new_ones(visitor: Browser) -> None:
    a_work(an_edition(phase="showcase", is_current=False), title="Old film")
    current = an_edition(phase="submission")

    assert "Old film" in visitor.open("/").text
    assert "Earlier light" in visitor.text

    a_work(current, title="New film")

    assert "New film" in visitor.open("/").text
    assert "Old film" not in visitor.text


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_state_reads_in_both_languages(app: Flask, language: str) -> None:
    visitor = Browser(app, language=language)
    for phase in ("submission", "notice", None):
        a_work(an_edition(phase=phase, is_current=False), kind="photo")
    visitor.open("/").open("/showcase")

    an_edition(phase="submission")

    visitor.open("/").open("/showcase")


def test_a_signed_out_visitor_gets_no_cookie(visitor: Browser) -> None:
    a_work(an_edition(phase="showcase"))

    assert "Set-Cookie" not in visitor.open("/").response.headers
    assert "Set-Cookie" not in visitor.open("/showcase").response.headers


@pytest.mark.parametrize(("phase", "asked"), [("submission", True), ("review", False), ("showcase", False)])
def test_nobody_is_asked_to_enter_once_submissions_have_closed(visitor: Browser, phase: str, asked: bool) -> None:
    an_edition(phase=phase)

    visitor.open("/")

    assert ("Four steps to enter" in visitor.text) is asked
    assert ("Enter your work" in visitor.text) is asked
    assert ("See your own entries" in visitor.text) is not asked


def test_while_a_later_phase_runs_already_works_can_still_be_entered(visitor: Browser) -> None:
    edition = an_edition(phase="review")
    edition.phase("submission").ends_at = clock.now() + timedelta(days=2)
    db.session.commit()

    visitor.open("/")

    assert "Now: Eligibility review" in visitor.text
    assert "Works can still be entered until" in visitor.text
    assert "Enter your work" in visitor.text
