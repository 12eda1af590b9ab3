"""The office is told which works look or sound alike, and nobody else is. A hint: nothing is refused for it."""

import secrets
from typing import Any

import numpy as np
from flask import Flask

from contest.audit.models import AuditLine
from contest.clock import now
from contest.db import db, transaction
from contest.editions.models import Edition
from contest.entries.actions.resembling import note_fingerprint, note_resemblances, what_is_like
from contest.entries.models import Entry, EntryFile, Resemblance
from contest.entries.queries import pairs_in, pairs_of, without_fingerprint
from contest.media.fingerprints import Prints
from tests.browser import Browser
from tests.entries.factories import a_passed_entry, a_submitted_entry, an_asset, an_entry, put_file
from tests.entries.test_review_desk import queries_of
from tests.factories import a_judge, a_person, an_auditor, an_edition, an_organiser

TITLE = "It is like another work"


def prints(count: int) -> bytes:
    return secrets.token_bytes(8 * count)


def a_sound(seconds: int, seed: int = 1) -> bytes:
    return np.random.default_rng(seed).integers(0, 2**32, seconds * 8, dtype=np.uint32).tobytes()


def compare(file: EntryFile, pictures: bytes, sound: bytes = b"") -> None:
    """What the worker does once a work was handed in."""
    made = Prints(pictures=pictures, sound=sound)
    found = what_is_like(file.asset, made)
    with transaction():
        note_fingerprint(file.asset, made, at=now())
        note_resemblances(file.asset, found, at=now())


def a_film(edition: Edition, pictures: bytes, sound: bytes = b"", **options: Any) -> Entry:
    entry = a_submitted_entry(edition, asset=an_asset(a_person()), **options)
    compare(entry.files[0], pictures, sound)
    return entry


def photos(edition: Edition, *pictures: bytes, **options: Any) -> Entry:
    entry = a_submitted_entry(edition, kind="photo", with_asset=False, **options)
    for position, one in enumerate(pictures):
        compare(put_file(entry, an_asset(entry.entrant, kind="photo"), position=position), one)
    return entry


def found(entry: Entry) -> list[tuple[str, str, int, int]]:
    return [(pair.theirs.entry.title, pair.row.what, pair.row.alike, pair.row.of) for pair in pairs_of(entry)]


def near(pictures: bytes, bits: int) -> bytes:
    """The same, but for so many bits in each."""
    return (np.frombuffer(pictures, dtype=np.uint64) ^ np.uint64(2**bits - 1)).tobytes()


def test_films_that_share_pictures_are_found_the_likest_first(app: Flask) -> None:
    last_year, edition = an_edition(is_current=False), an_edition()
    mine = prints(12)
    entry = a_film(edition, mine)
    a_film(edition, mine[:40] + prints(7), title="A part")
    a_film(last_year, near(mine, 10), title="Last year's")
    a_film(edition, near(mine, 11), title="Too far")
    a_film(edition, mine[:24] + prints(9), title="The same title and credits")
    a_film(edition, bytes(96), title="Nothing to be seen")

    assert found(entry) == [("Last year's", "pictures", 12, 12), ("A part", "pictures", 5, 12)]


def test_where_two_films_agree_is_told_from_the_side_of_each(app: Flask) -> None:
    edition, mine, sound = an_edition(), prints(20), a_sound(60)
    entry = a_film(edition, mine, sound)
    other = a_film(edition, mine[40:], sound[160 * 4 :])

    here = [(pair.row.what, pair.mine_at_ms, pair.theirs_at_ms) for pair in pairs_of(entry)]
    there = [(pair.row.what, pair.mine_at_ms, pair.theirs_at_ms) for pair in pairs_of(other)]

    assert here == [("pictures", 10_000, 0), ("sound", 19_800, 0)]
    assert there == [("pictures", 0, 10_000), ("sound", 0, 19_800)]


def test_each_photo_of_a_series_is_looked_for(app: Flask) -> None:
    edition = an_edition()
    first, second, third = prints(8), prints(8), prints(8)
    entry = photos(edition, first, second, third)
    photos(edition, near(third, 6), prints(8), near(second, 6), title="Two of them")
    photos(edition, near(first, 7), title="Too far")
    a_film(edition, first, title="A film")

    assert {(pair.mine.position, pair.theirs.position) for pair in pairs_of(entry)} == {(1, 2), (2, 0)}


def test_drafts_replaced_files_and_the_very_same_bytes_are_left_out(app: Flask) -> None:
    edition, mine = an_edition(), prints(8)
    entry = photos(edition, mine)
    draft = an_entry(edition, kind="photo", asset=an_asset(a_person(), kind="photo"))
    compare(draft.files[0], mine)
    replaced, same = photos(edition, mine), photos(edition, mine)
    replaced.current_files[0].state = "replaced"
    same.current_files[0].asset.sha256 = entry.current_files[0].asset.sha256
    db.session.commit()

    assert found(entry) == []


def test_looking_again_finds_no_pair_twice_and_keeps_what_was_decided(app: Flask) -> None:
    edition, mine = an_edition(), prints(12)
    a_film(edition, mine)
    entry = a_film(edition, mine)
    row = pairs_of(entry)[0].row
    row.verdict, row.decided_at, row.note = "copy", now(), "Both were there."
    db.session.commit()

    compare(entry.files[0], mine)
    compare(entry.files[0], prints(12))

    assert [(one.verdict, one.note) for one in db.session.query(Resemblance)] == [("copy", "Both were there.")]


def test_what_lacks_a_fingerprint_is_known_the_newest_first(app: Flask) -> None:
    edition = an_edition()
    old, new = (a_submitted_entry(edition, asset=an_asset(a_person())) for _ in range(2))
    a_film(edition, prints(12))
    a_submitted_entry(edition, asset=an_asset(a_person(), ready=False))
    an_entry(edition, asset=an_asset(a_person()))

    lacking = db.session.scalars(without_fingerprint(version=1, can_know_sounds=True)).all()

    assert [asset.id for asset in lacking] == [new.files[0].asset_id, old.files[0].asset_id]
    assert len(db.session.scalars(without_fingerprint(version=2, can_know_sounds=True)).all()) == 3


def test_the_office_sees_them_side_by_side_and_pictures_only_of_its_own_editions(browser: Browser) -> None:
    last_year, edition = an_edition(is_current=False), an_edition()
    mine = prints(12)
    entry = a_film(edition, mine)
    near_by = a_film(edition, mine[:56] + prints(5), title="This year's")
    far = a_film(last_year, mine, title="Last year's")

    office = browser.sign_in(an_organiser(edition)).open(f"/editions/{edition.id}/desk/entries/{entry.id}?lang=en")

    assert TITLE in office.text
    assert "Pictures that look alike: 7 of 12, first at 0:00 in this work and 0:00 in the other." in office.text
    assert f"/entries/{near_by.id}/files/{near_by.files[0].id}" in office.response.text
    assert "Last year's" in office.text
    assert f"/entries/{far.id}" not in office.response.text

    (abroad,) = [pair.row.id for pair in pairs_of(entry) if pair.theirs.entry_id == far.id]
    page = browser.open(f"/editions/{edition.id}/desk/likenesses/{abroad}?lang=en")
    assert "ask its office to look" in page.text
    assert f"/entries/{far.id}" not in page.response.text

    auditor = browser.sign_in(an_auditor(edition))
    chinese = auditor.open(f"/editions/{edition.id}/desk/entries/{entry.id}?lang=zh-CN").text
    assert "与另一件作品相似" in chinese


def test_the_office_says_what_it_found_and_the_record_keeps_it(browser: Browser) -> None:
    edition, sound = an_edition(), a_sound(60)
    a_film(edition, prints(12), sound)
    a_film(edition, prints(12), sound)
    (pair,) = pairs_in(edition)
    address = f"/editions/{edition.id}/desk/likenesses/{pair.row.id}"
    organiser = an_organiser(edition)
    browser.sign_in(organiser)

    page = browser.open(f"{address}?lang=en")
    words = "0:00–1:02 of this work sounds like 0:00–1:02 of the other. Same music or the same sound: listen to both."
    assert words in page.text
    browser.submit(f"{address}/verdict", fields={"note": "?"}, expect=422)
    browser.submit(f"{address}/verdict", fields={"verdict": "not-a-copy", "note": "The same song"})

    db.session.refresh(pair.row)
    assert (pair.row.verdict, pair.row.note, pair.row.decided_by_id) == ("not-a-copy", "The same song", organiser.id)
    line = db.session.query(AuditLine).filter_by(verb="resemblance.judged").one()
    assert line.edition_id == edition.id
    assert line.details["after"] == {"verdict": "not-a-copy", "note": "The same song"}


def test_an_auditor_reads_and_a_strange_office_finds_nothing(browser: Browser) -> None:
    edition, elsewhere, mine = an_edition(), an_edition(is_current=False), prints(12)
    a_film(edition, mine)
    a_film(edition, mine)
    (pair,) = pairs_in(edition)

    browser.sign_in(an_auditor(edition)).open(f"/editions/{edition.id}/desk/likenesses")
    page = browser.open(f"/editions/{edition.id}/desk/likenesses/{pair.row.id}?lang=en")
    assert "Nobody has decided yet." in page.text
    assert "Your decision" not in page.text
    browser.sign_in(an_organiser(elsewhere)).open(f"/editions/{elsewhere.id}/desk/likenesses")
    browser.open(f"/editions/{elsewhere.id}/desk/likenesses/{pair.row.id}", expect=404)


def test_neither_entrants_nor_judges_ever_see_it(browser: Browser) -> None:
    edition, mine = an_edition(), prints(12)
    entry = a_passed_entry(edition, with_asset=False, asset=an_asset(a_person()))
    compare(entry.files[0], mine)
    a_film(edition, mine, title="Another")

    pages = [f"/entries/{entry.id}", f"/entries/{entry.id}/check"]
    for person, expect in ((entry.entrant, 200), (a_judge(edition), 404)):
        browser.sign_in(person).open(f"/editions/{edition.id}/desk/likenesses", expect=403)
        for page in pages:
            assert TITLE not in browser.open(f"{page}?lang=en", expect=expect).text


def test_the_page_asks_the_database_as_often_for_three_as_for_one(browser: Browser) -> None:
    edition, mine = an_edition(), prints(12)
    entry = a_film(edition, mine)
    a_film(edition, mine)
    browser.sign_in(an_organiser(edition))
    addresses = [f"/editions/{edition.id}/desk/entries/{entry.id}", f"/editions/{edition.id}/desk/likenesses"]
    one = [queries_of(browser, address) for address in addresses]

    a_film(edition, mine)
    a_film(edition, mine)

    assert [queries_of(browser, address) for address in addresses] == one
