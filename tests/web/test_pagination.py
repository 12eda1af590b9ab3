"""Long lists in pages."""

import pytest
import sqlalchemy as sa
from flask import Flask

from contest.accounts.models import Person
from contest.web.pagination import Page, paginate
from tests.factories import a_person


def people(count: int) -> list[str]:
    return [a_person(name=f"Person {number:02d}").name for number in range(count)]


BY_NAME = sa.select(Person).order_by(Person.name)


def test_a_page_has_its_rows_and_knows_of_the_others(app: Flask) -> None:
    names = people(7)

    page = paginate(BY_NAME, page=2, per_page=3)

    assert [person.name for person in page] == names[3:6]
    assert (page.total, page.pages, page.first, page.last) == (7, 3, 4, 6)
    assert (page.has_previous, page.has_next) == (True, True)


def test_an_empty_list_is_one_page_with_no_rows(app: Flask) -> None:
    page = paginate(BY_NAME, page=1)

    assert (list(page), page.total, page.pages, page.first, page.last, page.has_next) == ([], 0, 1, 0, 0, False)


def test_a_number_past_the_end_gives_the_last_page(app: Flask) -> None:
    names = people(5)

    page = paginate(BY_NAME, page=99, per_page=2)

    assert (page.number, [person.name for person in page]) == (3, names[4:])


def test_a_select_of_several_columns_gives_rows(app: Flask) -> None:
    people(2)

    page = paginate(sa.select(Person.name, Person.id).order_by(Person.id), page=1)

    assert [name for name, _id in page] == ["Person 00", "Person 01"]


@pytest.mark.parametrize(("asked", "number"), [("2", 2), ("0", 1), ("-3", 1), ("abc", 1), ("", 1), ("99999999999", 2)])
def test_the_address_says_which_page_and_nonsense_is_the_first(app: Flask, asked: str, number: int) -> None:
    people(4)

    with app.test_request_context(f"/?page={asked}"):
        assert paginate(BY_NAME, per_page=2).number == number


def test_links_keep_the_filters(app: Flask) -> None:
    page: Page[int] = Page(rows=[1], number=1, per_page=1, total=3)

    with app.test_request_context("/robots.txt?state=ready&tag=a&tag=b&page=1"):
        assert page.url(3) == "/robots.txt?state=ready&tag=a&tag=b&page=3"


@pytest.mark.parametrize(
    ("number", "total", "numbers"),
    [
        (1, 1, [1]),
        (1, 3, [1, 2, 3]),
        (4, 7, [1, 2, 3, 4, 5, 6, 7]),
        (1, 20, [1, 2, 3, None, 20]),
        (10, 20, [1, None, 8, 9, 10, 11, 12, None, 20]),
        (5, 20, [1, 2, 3, 4, 5, 6, 7, None, 20]),
    ],
)
def test_only_the_numbers_nearby_are_shown(number: int, total: int, numbers: list[int | None]) -> None:
    assert Page(rows=[], number=number, per_page=1, total=total).numbers() == numbers
