"""The office is told which works look alike, and nobody else is. A hint: nothing is refused for it."""

import secrets
from dataclasses import replace
from typing import Any

from flask import Flask

from contest.db import db
from contest.editions.models import Edition
from contest.entries.models import Entry
from contest.entries.queries import entries_that_look_alike
from tests.browser import Browser
from tests.entries.factories import (
    PHOTO_FACTS,
    VIDEO_FACTS,
    a_passed_entry,
    a_submitted_entry,
    an_asset,
    an_entry,
    put_file,
)
from tests.entries.test_review_desk import queries_of
from tests.factories import a_judge, a_person, an_auditor, an_edition, an_organiser

TITLE = "It looks like another work"


def prints(count: int) -> tuple[str, ...]:
    return tuple(secrets.token_hex(8) for _ in range(count))


def a_film(edition: Edition, likeness: tuple[str, ...], **options: Any) -> Entry:
    asset = an_asset(a_person(), facts=replace(VIDEO_FACTS, likeness=likeness))
    return a_submitted_entry(edition, asset=asset, **options)


def photos(edition: Edition, *likenesses: tuple[str, ...], **options: Any) -> Entry:
    entry = a_submitted_entry(edition, kind="photo", with_asset=False, **options)
    for position, likeness in enumerate(likenesses):
        asset = an_asset(entry.entrant, kind="photo", facts=replace(PHOTO_FACTS, likeness=likeness))
        put_file(entry, asset, position=position)
    return entry


def found(entry: Entry) -> list[tuple[str, int, int]]:
    return [(one.entry.title, one.alike, one.of) for one in entries_that_look_alike(entry)]


def near(likeness: tuple[str, ...], bits: int) -> tuple[str, ...]:
    """The same, but for so many bits in each."""
    return tuple(f"{int(one, 16) ^ (2**bits - 1):016x}" for one in likeness)


def test_films_that_share_pictures_are_found_the_likest_first(app: Flask) -> None:
    last_year, edition = an_edition(is_current=False), an_edition()
    mine = prints(12)
    entry = a_film(edition, mine)
    a_film(edition, (*mine[:5], *prints(7)), title="A part")
    a_film(last_year, near(mine, 10), title="Last year's")
    a_film(edition, near(mine, 11), title="Too far")
    a_film(edition, (*mine[:3], *prints(9)), title="The same title and credits")
    a_film(edition, (), title="Nothing to be seen")

    assert found(entry) == [("Last year's", 12, 12), ("A part", 5, 12)]


def test_of_a_series_each_photo_is_looked_for(app: Flask) -> None:
    edition = an_edition()
    first, second, third = prints(8), prints(8), prints(8)
    entry = photos(edition, first, second, third)
    photos(edition, near(third, 6), prints(8), near(second, 6), title="Two of them")
    photos(edition, near(first, 7), title="Too far")
    a_film(edition, first, title="A film")

    (hint,) = entries_that_look_alike(entry)

    assert (hint.entry.title, hint.alike, hint.of) == ("Two of them", 2, 3)
    assert (hint.mine.position, hint.theirs.position) == (1, 2)


def test_drafts_replaced_files_and_the_very_same_bytes_are_left_out(app: Flask) -> None:
    edition, mine = an_edition(), prints(8)
    entry = photos(edition, mine)
    an_entry(edition, kind="photo", asset=an_asset(a_person(), kind="photo", facts=replace(PHOTO_FACTS, likeness=mine)))
    replaced, same = photos(edition, mine), photos(edition, mine)
    replaced.current_files[0].state = "replaced"
    same.current_files[0].asset.sha256 = entry.current_files[0].asset.sha256
    db.session.commit()

    assert found(entry) == []


def test_files_checked_before_there_were_fingerprints_say_nothing(app: Flask) -> None:
    edition = an_edition()
    old, new = a_film(edition, ()), a_film(edition, prints(12))
    old.current_files[0].asset.facts = {
        name: fact for name, fact in VIDEO_FACTS.to_json().items() if name != "likeness"
    }
    db.session.commit()

    assert (found(old), found(new)) == ([], [])


def test_the_office_sees_them_side_by_side_and_pictures_only_of_its_own_editions(browser: Browser) -> None:
    last_year, edition = an_edition(is_current=False), an_edition()
    mine = prints(12)
    entry = a_film(edition, mine)
    near_by = a_film(edition, (*mine[:7], *prints(5)), title="This year's")
    far = a_film(last_year, mine, title="Last year's")

    office = browser.sign_in(an_organiser(edition)).open(f"/editions/{edition.id}/desk/entries/{entry.id}?lang=en")

    assert TITLE in office.text
    assert "Pictures that look alike: 7 of 12." in office.text
    assert f"/entries/{near_by.id}/files/{near_by.files[0].id}" in office.response.text
    assert f"/editions/{edition.id}/desk/entries/{near_by.id}" in office.response.text
    assert "Last year's" in office.text
    assert f"/entries/{far.id}" not in office.response.text

    auditor = browser.sign_in(an_auditor(edition))
    assert TITLE in auditor.open(f"/editions/{edition.id}/desk/entries/{entry.id}?lang=en").text
    chinese = auditor.open(f"/editions/{edition.id}/desk/entries/{entry.id}?lang=zh-CN").text
    assert "与另一件作品画面相似" in chinese
    assert "相似画面：7 / 12。" in chinese


def test_neither_entrants_nor_judges_ever_see_it(browser: Browser) -> None:
    edition, mine = an_edition(), prints(12)
    asset = an_asset(a_person(), facts=replace(VIDEO_FACTS, likeness=mine))
    entry = a_passed_entry(edition, with_asset=False, asset=asset)
    a_film(edition, mine, title="Another")

    pages = [f"/entries/{entry.id}", f"/entries/{entry.id}/check"]
    for person, expect in ((entry.entrant, 200), (a_judge(edition), 404)):
        browser.sign_in(person).open(f"/editions/{edition.id}/desk/entries/{entry.id}", expect=403)
        for page in pages:
            shown = browser.open(f"{page}?lang=en", expect=expect)
            assert TITLE not in shown.text
            assert mine[0] not in shown.response.text


def test_the_page_asks_the_database_as_often_for_three_as_for_one(browser: Browser) -> None:
    edition, mine = an_edition(), prints(12)
    entry = a_film(edition, mine)
    a_film(edition, mine)
    browser.sign_in(an_organiser(edition))
    address = f"/editions/{edition.id}/desk/entries/{entry.id}"
    one = queries_of(browser, address)

    a_film(edition, mine)
    a_film(edition, mine)

    assert queries_of(browser, address) == one
