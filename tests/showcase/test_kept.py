"""A page kept for some seconds is never older than the last thing that anybody did."""

import time

import pytest
import sqlalchemy as sa
from flask import Flask, request

from contest import clock
from contest.db import db, transaction
from contest.results.actions import revoke_award
from contest.showcase.kept import MOST, Kept, Page
from tests.browser import Browser
from tests.factories import a_person, an_edition, an_organiser
from tests.showcase.factories import a_work, address_of


@pytest.fixture
def visitor(app: Flask) -> Browser:
    app.extensions["showcase.kept"] = Kept(10.0)
    return Browser(app, language="en")


def queries_of(visitor: Browser, path: str) -> int:
    asked: list[str] = []

    def count(_connection, _cursor, statement, *_rest) -> None:
        asked.extend([] if statement.startswith("BEGIN") else [statement])

    sa.event.listen(db.engine, "before_cursor_execute", count)
    try:
        visitor.open(path)
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", count)
    return len(asked)


def test_a_kept_page_takes_one_query_and_is_the_same(visitor: Browser) -> None:
    award = a_work(an_edition(phase="showcase"))

    for path in ("/", "/showcase", address_of(award)):
        drawn = visitor.open(path).response.text
        assert queries_of(visitor, path) == 1
        assert visitor.response.text == drawn


def test_it_is_drawn_anew_the_moment_something_is_taken_back(visitor: Browser) -> None:
    edition = an_edition(phase="showcase")
    award, organiser = a_work(edition), an_organiser(edition)
    visitor.open("/").open("/showcase").open(address_of(award))

    with transaction():
        revoke_award(award, reason="Copied", by=organiser, at=clock.now())

    assert award.entry.title not in visitor.open("/").text
    assert award.entry.title not in visitor.open("/showcase").text
    visitor.open(address_of(award), expect=404)


def test_each_language_is_kept_apart(app: Flask, visitor: Browser) -> None:
    an_edition(phase="submission")
    english = visitor.open("/").response.text

    assert Browser(app, language="zh").open("/").response.text != english


def test_who_is_signed_in_sees_their_own_page(app: Flask, visitor: Browser) -> None:
    an_edition(phase="submission")
    visitor.open("/")

    assert "Zhang Xiaolan" in Browser(app, language="en").sign_in(a_person(name="Zhang Xiaolan")).open("/").text
    assert "Zhang Xiaolan" not in visitor.open("/").text


def test_only_so_many_pages_are_kept() -> None:
    kept = Kept(10.0)
    page = Page(b"page", stamp=1, until=time.monotonic() + 10)
    for number in range(MOST + 5):
        kept.keep(("en", str(number)), page)

    assert kept.find(("en", "0"), 1) is None
    assert kept.find(("en", str(MOST)), 1) == page
    assert kept.find(("en", str(MOST)), 2) is None


def test_a_page_is_good_only_for_so_long() -> None:
    kept = Kept(10.0)
    kept.keep("home", Page(b"page", stamp=1, until=time.monotonic() - 1))

    assert kept.find("home", 1) is None


def test_without_a_cookie_it_comes_with_all_its_headers_and_flask_is_not_asked(app: Flask) -> None:
    app.extensions["showcase.kept"] = Kept(10.0)
    an_edition(phase="submission")
    drawn = app.test_client().get("/")
    asked: list[str] = []
    app.before_request_funcs.setdefault(None, []).append(lambda: asked.append(request.path))

    again = app.test_client().get("/")

    assert (again.status, list(again.headers), again.text) == (drawn.status, list(drawn.headers), drawn.text)
    assert asked == []


def test_a_page_that_sets_a_cookie_is_given_to_nobody_else(app: Flask) -> None:
    app.extensions["showcase.kept"] = Kept(10.0)
    an_edition(phase="submission")
    first = app.test_client().get("/?lang=en")

    assert first.headers["Set-Cookie"]
    assert app.test_client().get("/?lang=en").headers["Set-Cookie"]


def test_a_cookie_that_says_who_you_are_goes_past_what_is_kept(app: Flask) -> None:
    app.extensions["showcase.kept"] = Kept(10.0)
    an_edition(phase="submission")
    app.test_client().get("/")

    mine = Browser(app, language="en").sign_in(a_person(name="Zhang Xiaolan")).open("/").text
    theirs = app.test_client().get("/").text

    assert "Zhang Xiaolan" in mine
    assert "Zhang Xiaolan" not in theirs


def test_a_host_that_somebody_made_up_is_in_nobody_elses_page(visitor: Browser) -> None:
    an_edition(phase="submission")
    visitor.client.get("/", headers={"Host": "evil.example"})

    assert "evil.example" not in visitor.open("/").response.text
