"""The gallery shows the works by tier, filters them by links, and says when there is nothing yet."""

import re

import pytest
import sqlalchemy as sa
from flask import Flask

from contest.db import db
from tests.browser import Browser
from tests.factories import an_edition
from tests.showcase.factories import a_work, address_of


@pytest.fixture
def visitor(app: Flask) -> Browser:
    return Browser(app, language="en")


def titles(visitor: Browser) -> list[str]:
    return re.findall(r'class="work__t"><a [^>]*>([^<]+)<', visitor.response.text)


def queries_of(visitor: Browser, path: str) -> int:
    """How many statements the page takes."""
    asked: list[str] = []

    def count(_connection, _cursor, statement, *_rest) -> None:
        asked.append(statement)

    sa.event.listen(db.engine, "before_cursor_execute", count)
    try:
        visitor.open(path)
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", count)
    return len(asked)


def test_works_stand_by_tier_and_in_a_tier_by_category_and_place(visitor: Browser) -> None:
    edition = an_edition(phase="showcase")
    a_work(edition, tier=2, title="Second film")
    a_work(edition, tier=1, kind="photo", title="First photo")
    a_work(edition, tier=3, title="Third film")
    a_work(edition, tier=1, title="First film")

    visitor.open("/showcase")

    assert titles(visitor) == ["First film", "First photo", "Second film", "Third film"]
    assert re.findall(r'id="tier-(\d)"', visitor.response.text) == ["1", "2", "3"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("category=B", ["Photo one"]),
        ("tier=1", ["Film one"]),
        ("tier=2", ["Photo one"]),
        ("category=A&tier=2", []),
        ("category=Z&tier=9&page=99", ["Film one", "Photo one"]),
        ("category=%00&tier=x&page=-1", ["Film one", "Photo one"]),
    ],
)
def test_links_filter_by_category_and_tier(visitor: Browser, query: str, expected: list[str]) -> None:
    edition = an_edition(phase="showcase")
    a_work(edition, tier=1, title="Film one")
    a_work(edition, tier=2, kind="photo", title="Photo one")

    visitor.open(f"/showcase?{query}")

    assert titles(visitor) == expected
    assert ("Clear the filters" in visitor.text) == (not expected)


def test_an_edition_without_works_says_when_they_come(visitor: Browser) -> None:
    an_edition(phase="judging")

    visitor.open("/showcase")

    assert "The winning works go on show from" in visitor.text


def test_without_any_edition_the_gallery_is_calm(visitor: Browser) -> None:
    visitor.open("/showcase")

    assert "No winning works have been published yet" in visitor.text


def test_works_of_an_earlier_edition_can_still_be_watched(visitor: Browser) -> None:
    earlier = an_edition(phase="showcase", is_current=False, name_en="Edition 2025")
    award = a_work(earlier, title="Old film")
    a_work(an_edition(phase="showcase", name_en="Edition 2026"), title="New film")

    assert titles(visitor.open("/showcase")) == ["New film"]
    assert titles(visitor.open(f"/showcase?edition={earlier.slug}")) == ["Old film"]
    visitor.open(address_of(award))
    visitor.open("/showcase?edition=nothing", expect=404)


def test_a_long_gallery_has_pages(visitor: Browser) -> None:
    edition = an_edition(phase="showcase")
    for number in range(26):
        a_work(edition, tier=3, title=f"Film {number}")

    assert len(titles(visitor.open("/showcase"))) == 24
    assert len(titles(visitor.open("/showcase?page=2"))) == 2


@pytest.mark.parametrize("path", ["/", "/showcase"])
def test_three_works_take_as_many_queries_as_one(visitor: Browser, path: str) -> None:
    edition = an_edition(phase="showcase")
    a_work(edition)
    with_one = queries_of(visitor, path)
    for kind in ("video", "photo", "photo"):
        a_work(edition, kind=kind, files=2 if kind == "photo" else 1)

    assert queries_of(visitor, path) == with_one


def test_the_work_page_takes_as_many_queries_with_three_photos_as_with_one(visitor: Browser) -> None:
    edition = an_edition(phase="showcase")
    one, three = a_work(edition, kind="photo"), a_work(edition, kind="photo", files=3)

    assert queries_of(visitor, address_of(three)) == queries_of(visitor, address_of(one))
