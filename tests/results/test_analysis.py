"""What organisers and auditors learn about a result, and nobody else."""

import pytest
import sqlalchemy as sa
from flask import Flask

from contest import clock
from contest.db import db, transaction
from contest.jobs.models import Job
from contest.results import actions, queries
from contest.results.models import ResultSnapshot
from contest.results.views.charts import interval_chart
from tests.browser import Browser
from tests.factories import an_auditor
from tests.judging.factories import judges_of, organiser_of
from tests.results.juries import a_jury, analysed, computed


def page_of(snapshot: ResultSnapshot, *rest: str) -> str:
    round_ = snapshot.round
    return "/".join([f"/editions/{round_.edition_id}/desk/results/{round_.id}", *rest])


def test_an_analysis_says_how_sure_the_order_is_and_how_each_judge_judged(app: Flask, browser: Browser) -> None:
    snapshot = computed(a_jury())
    with transaction():
        tiers = queries.by_quota(queries.rows_of(snapshot), {1: 1, 2: 2})
        actions.give_awards(snapshot, tiers, by=organiser_of(snapshot.round), at=clock.now())

    kept = analysed(app, snapshot)

    assert kept.seats == [1, 3]
    assert (kept.body["recomputes"], kept.body["sha256"]) == (True, snapshot.sha256)
    best, worst = kept.body["entries"][0], kept.body["entries"][-1]
    assert best["chances"][1] > 0.9 > 0.1 > worst["chances"][1]
    browser.language = "en"
    for person in (an_auditor(snapshot.round.edition), organiser_of(snapshot.round)):
        browser.sign_in(person).open(page_of(snapshot, "analysis"))
        assert browser.page.source.count('<svg class="chart') == 3
        assert "More generous than the panel by" in browser.text
        assert "of the differences between the works' scores are real" in browser.text


def test_an_analysis_is_made_anew_for_other_prizes(app: Flask, browser: Browser) -> None:
    snapshot = computed(a_jury())
    analysed(app, snapshot)
    organiser = organiser_of(snapshot.round)
    first, second = (row.entry_id for row in queries.rows_of(snapshot)[:2])
    with transaction():
        actions.give_awards(snapshot, {first: 1, second: 1}, by=organiser, at=clock.now())
    browser.language = "en"

    browser.sign_in(organiser).open(page_of(snapshot, "analysis"))
    assert "The analysis is being made" in browser.text
    analysed(app, snapshot)

    browser.open(page_of(snapshot, "analysis"))
    assert "Award line" in browser.text


def test_too_few_works_are_told_instead_of_guessed_about(app: Flask, browser: Browser) -> None:
    snapshot = computed(a_jury(works=2, judges=2))
    analysed(app, snapshot)
    browser.language = "en"

    browser.sign_in(organiser_of(snapshot.round)).open(page_of(snapshot, "analysis"))

    assert "Only 2 works have ballots; a model of the judges needs 8." in browser.text


def test_judges_and_other_editions_see_neither_analysis_nor_decision(app: Flask, browser: Browser) -> None:
    snapshot = computed(a_jury(works=2, judges=2))
    work = queries.rows_of(snapshot)[0].entry_id

    browser.sign_in(judges_of(snapshot.round)[0])

    for rest in ("analysis", f"entries/{work}", "record/public"):
        browser.open(page_of(snapshot, rest), expect=403)


def test_a_result_of_before_is_analysed_when_somebody_asks(app: Flask, browser: Browser) -> None:
    snapshot = computed(a_jury(works=2, judges=2))
    with transaction():
        db.session.execute(sa.delete(Job))
    browser.language = "en"
    browser.sign_in(an_auditor(snapshot.round.edition)).open(page_of(snapshot, "analysis"))
    assert "No analysis of this result yet" in browser.text
    assert browser.page.all("form", action=page_of(snapshot, "analysis")) == []

    browser.sign_in(organiser_of(snapshot.round)).open(page_of(snapshot, "analysis"))
    browser.submit("Make the analysis")

    assert "The analysis is being made" in browser.text
    analysed(app, snapshot)


@pytest.mark.parametrize(("seats", "close", "shown"), [(1, (), 4), (3, ("A-3", "A-4"), 7), (100, (), 36)])
def test_a_chart_shows_the_works_around_its_line(seats: int, close: tuple[str, ...], shown: int) -> None:
    entries = [{"entry": f"A-{at}", "place": at, "low": max(1, at - 1), "high": at + 2} for at in range(1, 201)]
    near = [one["entry"] for one in entries[80:140]] if seats == 100 else list(close)

    chart = interval_chart(entries, seats=seats, close=[str(one) for one in near], label="Places")

    assert chart is not None
    assert len(chart.rows) == shown
    assert all(row.bar_x >= 0 and row.bar_x + row.bar_width <= 480 for row in chart.rows)
    assert (chart.band is not None) == bool(near)
