"""Texts are saved before and apart from the file, and nothing typed is lost."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from contest.clock import frozen, now
from contest.db import db, transaction
from contest.entries.actions import Changed, Details, save_details
from contest.entries.actions.drafting import details_of
from contest.entries.models import Entry
from contest.entries.rules import SYNOPSIS_MAX
from contest.errors import Refused
from tests.browser import Browser
from tests.entries.factories import a_submitted_entry, an_entry
from tests.factories import a_person, an_edition, an_organiser


def started(browser: Browser, edition: Any, *, kind: str = "video") -> Entry:
    category = next(one for one in edition.categories if one.kind == kind)
    browser.open("/entries/new?lang=en").submit(category=category.id, group=edition.groups[0].id)
    return db.session.scalars(sa.select(Entry).order_by(Entry.id.desc())).first()  # type: ignore[return-value]


def test_choosing_a_category_makes_the_draft_at_once(browser: Browser) -> None:
    edition, person = an_edition(), a_person(name="张晓岚", phone="13803540000")

    entry = started(browser.sign_in(person), edition)

    assert browser.url == f"/entries/{entry.id}/file"
    assert (entry.state, entry.category.code, entry.entrant_id) == ("draft", "A", person.id)
    assert (entry.contact_name, entry.contact_phone) == ("张晓岚", "13803540000")
    assert [author.name for author in entry.authors] == ["张晓岚"]


def test_choosing_twice_takes_up_the_untouched_draft(browser: Browser) -> None:
    edition = an_edition()
    browser.sign_in(a_person())

    first, second = started(browser, edition), started(browser, edition)
    photo = started(browser, edition, kind="photo")

    assert first.id == second.id != photo.id


def test_nothing_chosen_is_said_at_the_fields(browser: Browser) -> None:
    an_edition()

    browser.sign_in(a_person()).open("/entries/new?lang=en").submit(expect=422)

    assert "Choose a kind of work" in browser.text
    assert "Choose a group" in browser.text


@pytest.mark.parametrize("phase", ["review", "showcase", None])
def test_when_it_is_closed_the_page_says_so_and_a_late_form_is_refused(browser: Browser, phase: str | None) -> None:
    edition = an_edition(phase=phase)

    browser.sign_in(a_person()).open("/entries/new?lang=en", expect=409)

    assert "Entering is closed" in browser.text
    assert db.session.scalar(sa.select(sa.func.count(Entry.id)).where(Entry.edition_id == edition.id)) == 0


def test_without_a_current_edition_the_pages_still_open(browser: Browser) -> None:
    browser.sign_in(a_person()).open("/entries").open("/entries/new", expect=409)


TYPED = {
    "title": '“光”与/或"影" 🌟',
    "synopsis": "第一行\r\n第二行 <b>&amp;</b>",
    "authors": ["张晓岚", 'O\'Neil / "Öztürk"'],
    "unit_name": "太谷二小",
    "contact_name": "张晓岚",
    "contact_phone": "138 0354 0000",
    "contact_email": "",
}


def test_texts_come_back_as_they_were_typed(browser: Browser) -> None:
    edition, person = an_edition(), a_person()
    entry = an_entry(edition, entrant=person, authors=("A", "B"))
    browser.sign_in(person).open(f"/entries/{entry.id}/details")

    browser.submit("#details", button="next", fields=TYPED)

    assert browser.url == f"/entries/{entry.id}/review"
    assert details_of(entry) == Details(
        **{**TYPED, "synopsis": "第一行\n第二行 <b>&amp;</b>", "group_id": edition.groups[0].id}  # type: ignore[arg-type]
    )


def test_two_hundred_chinese_characters_fit_and_one_more_is_kept_but_said(browser: Browser) -> None:
    person = a_person()
    entry = an_entry(an_edition(), entrant=person)
    browser.sign_in(person).open(f"/entries/{entry.id}/details?lang=en")

    browser.submit("#details", button="next", synopsis="光" * SYNOPSIS_MAX)
    browser.open(f"/entries/{entry.id}/details")
    browser.submit("#details", button="next", expect=422, synopsis="光" * (SYNOPSIS_MAX + 1))

    assert "Shorten the synopsis to 200 characters" in browser.text
    assert entry.synopsis == "光" * (SYNOPSIS_MAX + 1)


def test_a_huge_text_is_refused_but_shown_again(browser: Browser) -> None:
    person = a_person()
    entry = an_entry(an_edition(), entrant=person, synopsis="before")
    browser.sign_in(person).open(f"/entries/{entry.id}/details?lang=en")

    browser.submit("#details", button="next", expect=422, synopsis="光" * 100_000)

    assert entry.synopsis == "before"
    assert "光" * 100_000 in browser.response.text


def test_signs_that_cannot_be_printed_do_not_reach_the_database(browser: Browser) -> None:
    person = a_person()
    entry = an_entry(an_edition(), entrant=person)
    browser.sign_in(person).open(f"/entries/{entry.id}/details")

    browser.submit("#details", button="next", title="Li\x00ght\u202e of\n Taigu", synopsis="a\x00b\x07")

    assert (entry.title, entry.synopsis) == ("Light of Taigu", "ab")


def test_what_is_lacking_is_said_after_everything_else_was_saved(browser: Browser) -> None:
    person = a_person()
    entry = an_entry(an_edition(), entrant=person)
    browser.sign_in(person).open(f"/entries/{entry.id}/details?lang=en")

    browser.submit("#details", button="next", expect=422, title="", unit_name="New unit", contact_phone="1383541072")

    assert browser.page.title.startswith("2 things to change: ")
    assert "The mobile number needs 11 digits; this one has 10" in browser.text
    assert (entry.title, entry.unit_name) == ("", "New unit")


def test_going_on_later_asks_for_nothing(browser: Browser) -> None:
    person = a_person()
    entry = an_entry(an_edition(), entrant=person)
    browser.sign_in(person).open(f"/entries/{entry.id}/details")

    browser.submit("#details", button="later", title="")

    assert browser.url == f"/entries/{entry.id}"


def test_authors_are_added_moved_and_taken_out_without_scripts(browser: Browser) -> None:
    person = a_person()
    entry = an_entry(an_edition(), entrant=person, authors=("A", "B", "C"))
    browser.sign_in(person).open(f"/entries/{entry.id}/details")

    browser.submit("#details", button="up-2")
    browser.submit("#details", button="drop-0")
    browser.submit("#details", button="add")

    assert [one.get("value") for one in browser.page.all("input", name="authors")] == ["C", "B", ""]
    browser.submit("#details", button="next")
    assert [author.name for author in entry.authors] == ["C", "B"]
    assert [author.position for author in entry.authors] == [0, 1]


@pytest.mark.parametrize("do", ["up--1", "drop-99", "up-999999999999", "add-1", "²", "drop-²", ""])
def test_buttons_that_are_not_on_the_page_change_nothing(browser: Browser, do: str) -> None:
    person = a_person()
    entry = an_entry(an_edition(), entrant=person, authors=("A", "B"))
    browser.sign_in(person).open(f"/entries/{entry.id}/details")
    token = browser.page.all("input", name="csrf_token")[0].get("value")

    browser.send(
        "POST",
        f"/entries/{entry.id}/details",
        expect=None,
        data={"csrf_token": token, "revision": "0", "authors": ["A", "B"], "do": do},
    )

    assert browser.status in (200, 422)
    assert [author.name for author in entry.authors] == ["A", "B"]


def test_more_authors_than_there_may_be_are_refused_and_kept_on_the_page(browser: Browser) -> None:
    person = a_person()
    entry = an_entry(an_edition(), entrant=person, authors=("A",))
    browser.sign_in(person).open(f"/entries/{entry.id}/details?lang=en")

    browser.submit("#details", button="next", expect=422, authors=[f"Author {n}" for n in range(11)])

    assert "At most 10 authors" in browser.text
    assert "Author 10" in browser.response.text
    assert [author.name for author in entry.authors] == ["A"]


def test_a_second_tab_is_told_and_shown_both(browser: Browser) -> None:
    person = a_person()
    entry = an_entry(an_edition(), entrant=person, title="Before")
    browser.sign_in(person).open(f"/entries/{entry.id}/details?lang=en")
    other = Browser(browser.app).sign_in(person).open(f"/entries/{entry.id}/details?lang=en")
    other.submit("#details", button="next", title="From the other tab")

    browser.submit("#details", button="next", expect=409, title="From this tab")

    assert entry.title == "From the other tab"
    assert "From the other tab" in browser.text
    assert browser.page.one("input", name="title").get("value") == "From this tab"
    browser.submit("#details", button="next")
    assert entry.title == "From this tab"


def test_the_same_texts_from_two_tabs_are_no_conflict(app: Flask) -> None:
    entry = an_entry(an_edition())
    typed = details_of(entry)

    with transaction():
        save_details(entry, typed, revision=-1, at=now())

    assert entry.revision == 0


def test_a_stale_save_changes_nothing(app: Flask) -> None:
    entry = an_entry(an_edition(), title="Kept")
    typed = Details(**{**vars(details_of(entry)), "title": "Lost?"})

    with pytest.raises(Changed), transaction():
        save_details(entry, typed, revision=7, at=now())

    assert entry.title == "Kept"


def autosave(browser: Browser, entry: Entry, expect: int, **fields: Any) -> Any:
    token = browser.open(f"/entries/{entry.id}/details").page.all("input", name="csrf_token")[0].get("value")
    given = {
        "csrf_token": token,
        "revision": str(entry.revision),
        "authors": ["A"],
        "group_id": str(entry.group_id),
        **fields,
    }
    return browser.send(
        "POST", f"/entries/{entry.id}/draft", expect=expect, data=given, headers={"Accept": "application/json"}
    ).json


def test_typing_saves_itself_and_says_when(browser: Browser) -> None:
    person = a_person()
    entry = an_entry(an_edition(time_zone="Asia/Shanghai"), entrant=person)
    browser.sign_in(person).open("/entries?lang=en")

    answer = autosave(browser, entry, 200, title="Half a ti")

    assert entry.title == "Half a ti"
    assert answer["revision"] == entry.revision == 1
    assert answer["text"] == f"Saved at {answer['saved_at']}"


def test_an_autosave_from_a_stale_tab_gets_what_is_saved(browser: Browser) -> None:
    person = a_person()
    entry = an_entry(an_edition(), entrant=person, title="Saved elsewhere")

    answer = autosave(browser.sign_in(person), entry, 409, title="Typed here", revision="-3")

    assert answer["error"]["code"] == "changed"
    assert ["作品名称", "Saved elsewhere"] in answer["saved"]
    assert entry.title == "Saved elsewhere"


@pytest.mark.parametrize("revision", ["", "x", "9" * 5000, "²", "-1"])
def test_a_revision_made_by_hand_is_a_stale_one(browser: Browser, revision: str) -> None:
    person = a_person()
    entry = an_entry(an_edition(), entrant=person)

    autosave(browser.sign_in(person), entry, 409, title="Typed", revision=revision)


@pytest.mark.parametrize("group", ["", "x", "999999"])
def test_a_group_that_nobody_offered_is_not_taken(browser: Browser, group: str) -> None:
    person = a_person()
    entry = an_entry(an_edition(), entrant=person)
    before = entry.group_id

    browser.sign_in(person)
    token = browser.open(f"/entries/{entry.id}/details").page.all("input", name="csrf_token")[0].get("value")
    browser.send(
        "POST",
        f"/entries/{entry.id}/draft",
        expect=None,
        data={"csrf_token": token, "revision": "0", "group_id": group, "title": "x"},
    )

    assert browser.status in (200, 422)
    assert entry.group_id == before


def test_a_draft_stays_open_after_the_deadline(browser: Browser) -> None:
    person = a_person()
    entry = an_entry(an_edition(), entrant=person)
    deadline = entry.edition.phase("submission").ends_at  # type: ignore[union-attr]

    with frozen(deadline + timedelta(days=1)):  # type: ignore[operator]
        browser.sign_in(person).open(f"/entries/{entry.id}/details")
        browser.submit("#details", button="later", title="Typed after the deadline")

    assert entry.title == "Typed after the deadline"


def test_a_submitted_entry_cannot_be_changed(browser: Browser) -> None:
    person = a_person()
    entry = a_submitted_entry(an_edition(), entrant=person)

    with pytest.raises(Refused), transaction():
        save_details(entry, details_of(entry), revision=0, at=now())
    assert browser.sign_in(person).open(f"/entries/{entry.id}/details").url == f"/entries/{entry.id}"


def test_a_session_that_ended_in_mid_form_keeps_the_text(browser: Browser) -> None:
    person = a_person()
    entry = an_entry(an_edition(), entrant=person)
    browser.sign_in(person).open(f"/entries/{entry.id}/details?lang=en")
    browser.sign_out()

    browser.submit("#details", button="next", expect=None, synopsis="Forty years of star charts, typed on a phone.")

    assert browser.status in (400, 401)
    assert "Forty years of star charts, typed on a phone." in browser.response.text


def test_what_is_declared_about_ai_is_kept_shown_and_checked_against_the_file(app: Flask) -> None:
    edition = an_edition(phase="submission")
    entry = an_entry(edition, entrant=a_person(), with_asset=True)
    browser = Browser(app, language="en").sign_in(entry.entrant).open(f"/entries/{entry.id}/details")

    browser.submit("later", fields={"ai_use": "partly"})
    db.session.rollback()
    assert db.session.get_one(Entry, entry.id).ai_use == "partly"
    assert "Parts of it were made with AI" in browser.open(f"/entries/{entry.id}/review").text

    browser.open(f"/entries/{entry.id}/details")
    data = {
        "ai_use": "robots",
        "revision": "0",
        "do": "later",
        "csrf_token": browser.page.all("input", name="csrf_token")[0].get("value"),
    }
    browser.send("POST", f"/entries/{entry.id}/details", data=data, expect=422)


def test_the_office_sees_a_label_that_the_declaration_denies(app: Flask) -> None:
    edition = an_edition()
    entry = a_submitted_entry(edition, ai_use="none")
    entry.current_files[0].asset.facts = {
        **(entry.current_files[0].asset.facts or {}),
        "ai_label": {"value": "1", "raw": "", "source": "tag"},
    }
    db.session.commit()

    page = (
        Browser(app, language="en")
        .sign_in(an_organiser(edition))
        .open(f"/editions/{edition.id}/desk/entries/{entry.id}")
    )

    assert "Nothing in it was made by AI" in page.text
    assert "but the file carries the label" in page.text
