"""A film in two copies: judged without names, shown with credits."""

import secrets

import pytest
from flask import Flask
from flask_babel import force_locale

from contest import clock
from contest.db import db, transaction
from contest.editions.models import Edition
from contest.entries import rules
from contest.entries.actions import place_file, remove_file
from contest.entries.models import Entry, EntryFile
from contest.entries.queries import entries_with_the_same_file, pairs_of
from contest.errors import Refused
from contest.uploads.models import Asset
from tests.browser import Browser
from tests.entries.factories import a_category, a_submitted_entry, an_asset, an_entry, put_file
from tests.entries.test_lookalikes import compare
from tests.factories import a_person, an_edition, an_organiser, save
from tests.page import text_of


def asking(copy: str) -> Edition:
    """An edition whose film category asks for a showcase copy so."""
    edition = an_edition()
    a_category(edition).further_limits = {"showcase_copy": copy}
    return save(edition)


def give_copy(entry: Entry, asset: Asset | None = None, **columns: object) -> EntryFile:
    asset = asset or an_asset(entry.entrant, filename="with credits.mp4")
    with transaction():
        return place_file(entry, asset.upload, asset, position=0, role="showcase", at=clock.now())


def lacking(entry: Entry) -> list[str]:
    with force_locale("en"):
        return [one.text for one in rules.missing(entry) if one.step == "file"]


@pytest.mark.parametrize(
    ("asked", "said"), [("off", []), ("optional", []), ("required", ["Upload the showcase copy with the credits"])]
)
def test_an_entry_lacks_its_showcase_copy_only_where_it_is_required(app: Flask, asked: str, said: list[str]) -> None:
    entry = an_entry(asking(asked), with_asset=True)

    assert lacking(entry) == said


def test_the_copy_stands_beside_the_judged_film_and_replaces_only_a_copy(app: Flask) -> None:
    entry = an_entry(asking("required"), with_asset=True)
    first = give_copy(entry)

    second = give_copy(entry)

    assert (first.state, second.state, len(entry.judged_files)) == ("replaced", "current", 1)
    assert entry.current_files == [*entry.judged_files, second]
    assert entry.shown_files == [second]


def test_taking_the_copy_out_leaves_the_judged_film_where_it_was(app: Flask) -> None:
    entry = an_entry(asking("optional"), with_asset=True)
    copy = give_copy(entry)

    with transaction():
        remove_file(copy, by=entry.entrant, at=clock.now())

    assert entry.shown_files == entry.judged_files == entry.current_files
    assert [file.position for file in entry.judged_files] == [0]


def test_no_copy_is_taken_where_none_is_asked_for(app: Flask) -> None:
    entry = an_entry(asking("off"), with_asset=True)

    with force_locale("en"), pytest.raises(Refused, match="asks for no showcase copy"):
        give_copy(entry)


def test_no_copy_is_asked_of_photos_or_of_several_films(app: Flask) -> None:
    edition = asking("required")
    film, photo = a_category(edition), a_category(edition, "photo")
    photo.further_limits = {"showcase_copy": "required"}
    film.max_files = 2

    assert [rules.showcase_copy_of(film), rules.showcase_copy_of(photo)] == ["off", "off"]


def test_the_very_same_file_cannot_be_both_copies(app: Flask) -> None:
    entry = an_entry(asking("optional"), with_asset=True)
    sha256 = entry.judged_files[0].asset.sha256

    give_copy(entry, an_asset(entry.entrant, sha256=sha256))

    assert lacking(entry) == [
        "Replace one of the two copies: they are the very same file, and only one of them may name people"
    ]


def test_a_copy_that_misses_the_rules_holds_the_entry_back(app: Flask) -> None:
    entry = an_entry(asking("required"), with_asset=True)
    copy = put_file(entry, an_asset(entry.entrant), outcome="must_fix", role="showcase")

    assert (entry.check, copy.check) == ("must_fix", "must_fix")
    assert [one.step for one in rules.missing(entry)][:1] == ["check"]


def test_the_two_copies_of_one_work_do_not_look_alike_to_the_office(app: Flask) -> None:
    pictures = secrets.token_bytes(8 * 40)
    edition = asking("required")
    works = [a_submitted_entry(edition, with_asset=False) for _ in range(2)]
    for entry in works:
        for role in ("", "showcase"):
            compare(put_file(entry, an_asset(entry.entrant), role=role), pictures)

    pairs = pairs_of(works[0])

    assert {pair.theirs.entry_id for pair in pairs} == {works[1].id}
    assert list(entries_with_the_same_file(works[0])) == []


def test_the_page_has_two_explained_places_and_takes_the_copy_out(app: Flask) -> None:
    entry = an_entry(asking("required"), with_asset=True)
    browser = Browser(app, language="en").sign_in(entry.entrant)

    page = browser.open(f"/entries/{entry.id}/file").page

    titles = [text_of(page.one("h2", id=f"copy-{number}")) for number in (1, 2)]
    assert titles == ["Judging copy: without names", "Showcase copy: with credits"]
    assert [one.get("id") for one in page.all("input", type="file")] == ["upload-file", "upload-showcase"]


def test_a_script_finds_a_place_for_each_copy(app: Flask) -> None:
    entry = an_entry(asking("optional"), title="Fen")
    browser = Browser(app, language="en").sign_in(entry.entrant)

    places = browser.open("/uploads/places").json["places"]

    assert [place["title"] for place in places] == ["Fen (Short video)", "Fen (Short video): Showcase copy"]


def test_the_entrant_takes_the_copy_out_again(app: Flask) -> None:
    entry = an_entry(asking("required"), with_asset=True)
    give_copy(entry)
    browser = Browser(app, language="en").sign_in(entry.entrant).open(f"/entries/{entry.id}/file")

    browser.submit("Take out: with credits.mp4")

    db.session.expire_all()
    assert (entry.showcase_copy, len(entry.judged_files)) == (None, 1)


def test_the_office_asks_for_it_on_the_page_of_rules(app: Flask) -> None:
    edition = asking("off")
    category = a_category(edition)
    browser = (
        Browser(app, language="en")
        .sign_in(an_organiser(edition))
        .open(f"/editions/{edition.id}/desk/categories/{category.id}/rules")
    )

    browser.submit("Save rules", showcase_copy="required")

    db.session.expire_all()
    assert rules.showcase_copy_of(category) == "required"


def test_office_and_entrant_see_both_copies_named(app: Flask) -> None:
    edition = asking("required")
    entry = a_submitted_entry(edition, entrant=a_person())
    put_file(entry, an_asset(entry.entrant), role="showcase")

    page = (
        Browser(app, language="en")
        .sign_in(an_organiser(edition))
        .open(f"/editions/{edition.id}/desk/entries/{entry.id}")
        .page
    )

    assert "Showcase copy (with credits; judges do not see it)" in page.text
    assert "Judging copy (the showcase does not show it)" in page.text
