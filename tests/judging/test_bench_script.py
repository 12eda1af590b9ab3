"""What the bench's script adds, in a real Chromium: saving by itself, and believing nobody but the server."""

from collections.abc import Callable, Iterator
from threading import Thread

import pytest
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from playwright.sync_api import Browser, Page, Route, expect
from werkzeug.serving import make_server

from contest import clock
from contest.accounts.actions import start_session
from contest.accounts.models import Person
from contest.db import db, transaction
from contest.judging.models import Assignment, Round
from tests.chromium import DESKTOP, PHONE
from tests.judging.factories import a_round, assignments_of, judges_of, marks_for

pytestmark = [pytest.mark.e2e, pytest.mark.one_database]


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    app.config["SESSION_COOKIE_SECURE"] = False
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


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
