"""What the bench's script adds, in a real Chromium: saving by itself, and believing nobody but the server."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from flask import Flask, current_app, g
from flask.sessions import SecureCookieSessionInterface
from playwright.sync_api import Browser, Page, Route, expect

from contest import clock
from contest.accounts.actions import start_session
from contest.accounts.models import Person
from contest.db import db, transaction
from contest.judging import actions
from contest.judging.models import Assignment, Round
from contest.web.filters import clock_time
from tests.chromium import DESKTOP, PHONE, TABLET
from tests.judging.factories import a_round, assignments_of, judges_of, marks_for, organiser_of
from tests.servers import serving

pytestmark = [pytest.mark.e2e, pytest.mark.one_database]


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    app.config["SESSION_COOKIE_SECURE"] = False
    with serving(app) as address:
        yield address


@pytest.fixture
def bench(app: Flask, address: str, chromium: Browser) -> Iterator[Callable[..., Page]]:
    """`bench(assignment)` is the judge's page for it; pages opened later share the browser's storage."""
    contexts = []

    def cookie(judge: Person) -> str:
        with transaction():
            token = start_session(judge, at=clock.now(), ip="127.0.0.1", user_agent="Tests")
        signer = SecureCookieSessionInterface().get_signing_serializer(app)
        assert signer is not None
        return str(signer.dumps({"sid": token, "locale": "en"}))

    def opened(assignment: Assignment, size: dict[str, int] = DESKTOP) -> Page:
        if not contexts:
            contexts.append(chromium.new_context(base_url=address, viewport=size))
            name = app.config["SESSION_COOKIE_NAME"]
            contexts[0].add_cookies([{"name": name, "value": cookie(assignment.judge), "url": address}])
            contexts[0].set_default_timeout(15_000)
        page = contexts[0].new_page()
        page.on("pageerror", lambda error: pytest.fail(f"script error: {error}"))
        db.session.rollback()
        page.goto(f"/judging/assignments/{assignment.id}")
        return page

    yield opened
    for context in contexts:
        context.close()


def first(round_: Round) -> Assignment:
    return assignments_of(round_, judges_of(round_)[0])[0]


def kept(assignment: Assignment) -> dict[int, int]:
    db.session.rollback()
    ballot = db.session.get_one(Assignment, assignment.id).ballot
    return ballot.marks if ballot else {}


def state(page: Page, name: str) -> None:
    expect(page.locator("[data-saved]")).to_have_attribute("data-state", name, timeout=15_000)


def test_marks_are_saved_by_themselves_and_an_untouched_criterion_stays_unset(bench: Callable[..., Page]) -> None:
    assignment = first(a_round())
    page = bench(assignment)
    theme, craft = page.locator(".crit").all()
    expect(craft.locator(".rng")).to_have_attribute("aria-valuetext", "not scored")

    theme.locator("[data-step='1']").click()
    theme.locator("[data-step='1']").click()
    state(page, "saved")

    assert kept(assignment) == marks_for(assignment.round, 3050)
    expect(page.locator("[data-left]")).to_have_text("1 of 2 criteria not scored")
    page.reload()
    expect(page.locator(".crit__n").first).to_have_value("30.5")
    expect(page.locator(".crit__n").last).to_have_value("")


def test_keys_lead_through_the_rubric_and_are_off_while_typing(bench: Callable[..., Page]) -> None:
    assignment = first(a_round())
    page = bench(assignment)

    page.keyboard.press("2")
    page.keyboard.press("ArrowUp")
    expect(page.locator(".crit").last).to_have_class("crit is-now")
    page.keyboard.press("n")
    page.keyboard.type("12 ]?")

    expect(page.locator("textarea[name=comment]")).to_have_value("12 ]?")
    state(page, "saved")
    assert kept(assignment) == {assignment.round.criteria[1].id: 2050}


def test_a_page_from_the_hotels_network_is_no_save_and_the_marks_go_out_later(bench: Callable[..., Page]) -> None:
    assignment = first(a_round())
    page = bench(assignment)

    def portal(route: Route) -> None:
        route.fulfill(status=200, content_type="text/html", body="<html><body>Welcome to our hotel</body></html>")

    page.route("**/ballot", portal)
    page.locator(".crit__n").first.fill("42")
    state(page, "kept")
    assert kept(assignment) == {}
    expect(page.locator("[data-saved-text]")).to_have_text("Not saved, kept on this device")
    page.unroute("**/ballot", portal)
    state(page, "saved")

    assert kept(assignment) == marks_for(assignment.round, 4200)


def test_marks_given_offline_survive_closing_the_page(bench: Callable[..., Page]) -> None:
    assignment = first(a_round())
    page = bench(assignment)
    page.route("**/ballot", lambda route: route.abort())
    page.locator(".crit__n").first.fill("17.5")
    state(page, "kept")
    page.close()

    page = bench(assignment)
    expect(page.locator(".crit__n").first).to_have_value("17.5")
    state(page, "saved")

    assert kept(assignment) == marks_for(assignment.round, 1750)


def test_two_tabs_show_both_marks_and_the_judge_decides(bench: Callable[..., Page]) -> None:
    assignment = first(a_round())
    one, two = bench(assignment), bench(assignment)
    two.locator(".crit__n").first.fill("16")
    state(two, "saved")

    one.locator(".crit__n").first.fill("18")
    state(one, "conflict")

    expect(one.locator("[data-conflict-rows] td").all()[0]).to_have_text("18")
    expect(one.locator("[data-conflict-rows] td").all()[1]).to_have_text("16")
    assert kept(assignment) == marks_for(assignment.round, 1600)
    one.get_by_role("button", name="Keep what is here").click()
    state(one, "saved")
    assert kept(assignment) == marks_for(assignment.round, 1800)


def test_submitting_right_after_typing_loses_nothing(bench: Callable[..., Page]) -> None:
    round_ = a_round(judges=1, works=1)
    assignment = first(round_)
    page = bench(assignment)

    page.locator(".crit__n").first.fill("60")
    page.locator(".crit__n").last.fill("0")
    page.get_by_role("button", name="Submit and see the next work").click()
    page.wait_for_url("**/signature")

    assert kept(assignment) == marks_for(round_, 6000, 0)
    assert db.session.get_one(Assignment, assignment.id).state == "submitted"


def test_on_a_phone_the_player_stays_in_sight_while_the_ballot_scrolls(bench: Callable[..., Page]) -> None:
    assignment = first(a_round())
    page = bench(assignment, PHONE)

    page.evaluate("window.scrollTo(0, 600)")
    page.wait_for_timeout(200)

    box = page.locator("[data-player]").bounding_box()
    assert box is not None
    assert box["y"] == 0
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


def waiting(assignment: Assignment) -> str:
    return f"localStorage.getItem('ballot-{assignment.id}')"


def test_marks_typed_when_time_runs_out_stay_on_the_device_and_go_out_when_more_is_given(
    bench: Callable[..., Page],
) -> None:
    round_ = a_round(closes_at=clock.now() + timedelta(hours=1))
    assignment = first(round_)
    page = bench(assignment)
    with transaction():
        round_.closes_at = clock.now() - timedelta(minutes=1)  # while the page is open

    page.locator(".crit__n").first.fill("33")
    state(page, "refused")
    expect(page.locator("[data-saved-text]")).to_contain_text("What you typed is kept on this device.")
    page.reload()
    expect(page.locator("[data-left-here]")).to_contain_text("Theme: 33")
    assert kept(assignment) == {}
    with transaction():
        round_.closes_at = clock.now() + timedelta(hours=1)
    page.reload()
    state(page, "saved")

    assert kept(assignment) == marks_for(round_, 3300)
    assert page.evaluate(waiting(assignment)) is None


def test_a_judge_taken_off_while_typing_is_told_and_loses_nothing_on_the_device(bench: Callable[..., Page]) -> None:
    round_ = a_round()
    assignment = first(round_)
    page = bench(assignment)
    with transaction():
        actions.remove_judge(round_.panel[0], reason="ill", by=organiser_of(round_), at=clock.now())

    page.locator(".crit__n").first.fill("12")
    state(page, "refused")

    expect(page.locator("[data-saved-text]")).to_contain_text("This work is no longer yours to score.")
    assert '"12"' in page.evaluate(waiting(assignment))
    assert kept(assignment) == {}


def test_what_waits_for_the_network_goes_out_from_any_page_of_the_desk(bench: Callable[..., Page]) -> None:
    round_ = a_round(works=2)
    one, two = assignments_of(round_, judges_of(round_)[0])
    page = bench(one)
    page.route("**/ballot", lambda route: route.abort())
    page.locator(".crit__n").first.fill("21")
    state(page, "kept")
    other = bench(two)  # while the first page is still there, it alone answers for its marks
    other.wait_for_timeout(600)
    assert kept(one) == {}
    page.close()

    other.goto("/judging")
    expect(other.locator("[data-outbox]")).to_contain_text("Marks kept on this device have been saved")

    assert kept(one) == marks_for(round_, 2100)
    assert other.evaluate(waiting(one)) is None


def test_a_clock_that_jumps_on_the_device_changes_nothing(bench: Callable[..., Page]) -> None:
    assignment = first(a_round())
    page = bench(assignment)
    page.evaluate("() => { const real = Date; window.Date = class extends real { static now() { return 0; } }; }")

    page.locator(".crit__n").first.fill("7")
    state(page, "saved")
    page.evaluate("() => { Date.now = () => 4e12; }")
    page.locator(".crit__n").first.fill("8")
    expect(page.locator("input[name=revision]")).to_have_value("2")

    assert kept(assignment) == marks_for(assignment.round, 800)
    ballot = assignment.ballot
    assert ballot is not None
    with clock_of(assignment):
        expect(page.locator("[data-saved-text]")).to_have_text(f"Saved at {clock_time(ballot.saved_at)}")


@contextmanager
def clock_of(assignment: Assignment) -> Iterator[None]:
    """Times as the edition's zone writes them."""
    with current_app.test_request_context("/?lang=en"):
        g.edition = assignment.round.edition
        yield


def test_a_whole_ballot_by_keyboard_and_by_what_a_screen_reader_hears(bench: Callable[..., Page]) -> None:
    round_ = a_round(judges=1, works=2)
    one, two = assignments_of(round_, judges_of(round_)[0])
    page = bench(one, TABLET)
    page.evaluate("localStorage.setItem('zg-size', 'large')")
    page.reload()

    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("1")
    expect(page.get_by_role("slider", name="Theme")).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("slider", name="Theme")).to_have_attribute("aria-valuetext", "30.5 / 60")
    page.get_by_role("textbox", name="Craft").focus()
    page.keyboard.type("20")
    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("textbox", name="Craft")).to_have_value("20.5")
    page.keyboard.press("Enter")  # on to what comes next, and never a button
    page.keyboard.type("clear")
    expect(page.get_by_role("textbox", name="Comment")).to_have_value("clear")
    page.get_by_role("textbox", name="Private notes").fill("1:06 the master's word")
    expect(page.get_by_role("button", name="Go to 1:06")).to_be_visible()
    expect(page.locator("[data-left]")).to_have_text("All criteria are scored")
    state(page, "saved")
    assert page.evaluate("document.documentElement.scrollWidth") == TABLET["width"]
    page.keyboard.press("Control+Enter")
    page.wait_for_url(f"**/assignments/{two.id}")

    assert kept(one) == marks_for(round_, 3050, 2050)
    assert one.state == "submitted"
    assert one.viewing is not None
    assert one.viewing.note == "1:06 the master's word"
    page.keyboard.press("d")
    expect(page.get_by_role("button", name="Put off, come back later")).to_be_focused()
