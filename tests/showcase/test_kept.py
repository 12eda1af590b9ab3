"""A page kept for some seconds is never older than the last thing that anybody did."""

import io
import time

import pytest
import sqlalchemy as sa
from flask import Flask, request

from contest import clock
from contest.db import db, transaction
from contest.results.actions import revoke_award
from contest.results.models import Award
from contest.showcase.kept import MOST, Kept, Page
from contest.storage import storage
from contest.uploads.serving import files_shown
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
    page = Page(body=b"page", stamp=1, until=time.monotonic() + 10)
    for number in range(MOST + 5):
        kept.keep(("en", str(number)), page)

    assert kept.find(Page, ("en", "0"), 1) is None
    assert kept.find(Page, ("en", str(MOST)), 1) == page
    assert kept.find(Page, ("en", str(MOST)), 2) is None


def test_a_page_is_good_only_for_so_long() -> None:
    kept = Kept(10.0)
    kept.keep("home", Page(body=b"page", stamp=1, until=time.monotonic() - 1))

    assert kept.find(Page, "home", 1) is None


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


@pytest.fixture
def film(app: Flask) -> str:
    """The address of the place where the files of a public film are."""
    app.extensions["showcase.kept"] = Kept(10.0)
    award = a_work(an_edition(phase="showcase"))
    for file in files_shown(award.entry.files[0].asset).values():
        storage().put(file.key, io.BytesIO(b"0123456789"))
    return f"{address_of(award)}/media/0"


def asked_of_flask(app: Flask) -> list[str]:
    asked: list[str] = []
    app.before_request_funcs.setdefault(None, []).append(lambda: asked.append(request.path))
    return asked


@pytest.mark.parametrize("headers", [{}, {"Range": "bytes=2-4"}, {"Range": "bytes=90-"}, {"If-None-Match": '"{etag}"'}])
def test_the_second_part_of_a_film_is_sent_as_the_first_and_flask_is_not_asked(
    app: Flask, film: str, headers: dict[str, str]
) -> None:
    etag = app.test_client().get(f"{film}/video.mp4").headers["ETag"]
    told = {name: value.replace('"{etag}"', etag) for name, value in headers.items()}
    app.extensions["showcase.kept"] = Kept(10.0)
    by_flask = app.test_client().get(f"{film}/video.mp4", headers=told)
    app.test_client().get(f"{film}/poster.jpg")
    asked = asked_of_flask(app)

    kept = app.test_client().get(f"{film}/video.mp4", headers=told)

    assert (kept.status, kept.data, sorted(kept.headers)) == (by_flask.status, by_flask.data, sorted(by_flask.headers))
    assert asked == []


def test_no_part_of_a_film_is_sent_after_its_prize_was_taken_back(app: Flask, film: str) -> None:
    award = db.session.scalars(sa.select(Award)).one()
    app.test_client().get(f"{film}/video.mp4")
    app.test_client().get(f"{film}/video.mp4")

    with transaction():
        revoke_award(award, reason="Copied", by=an_organiser(award.edition), at=clock.now())

    assert app.test_client().get(f"{film}/video.mp4").status_code == 404


@pytest.mark.parametrize(
    "name", ["secret.mp4", "../video.mp4", "%2e%2e/%2e%2e/secret_key", "video.mp4/", "video.mp4%00"]
)
def test_nothing_else_can_be_had_by_way_of_what_is_kept(app: Flask, film: str, name: str) -> None:
    app.test_client().get(f"{film}/video.mp4")

    assert app.test_client().get(f"{film}/{name}").status_code == 404


def test_a_kept_file_whose_bytes_are_gone_is_not_there(app: Flask, film: str) -> None:
    app.test_client().get(f"{film}/video.mp4")
    asset = db.session.scalars(sa.select(Award)).one().entry.files[0].asset
    storage().delete(files_shown(asset)["video.mp4"].key)

    assert app.test_client().get(f"{film}/video.mp4").status_code == 404
