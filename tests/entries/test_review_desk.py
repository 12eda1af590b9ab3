"""The office reviews entries: a list that finds them, a page with all that is known, and the decision."""

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from contest.clock import now
from contest.db import db, transaction
from contest.entries.actions import return_entry
from contest.entries.models import EligibilityDecision, Entry
from contest.entries.queries import entries_of, review_list
from contest.errors import Refused
from tests.browser import Browser
from tests.entries.factories import a_passed_entry, a_submitted_entry, an_entry
from tests.factories import a_judge, a_person, an_auditor, an_edition, an_organiser


def found(edition: Any, **options: Any) -> list[str]:
    return [entry.title for entry in db.session.scalars(review_list(edition, **options))]


def test_drafts_are_not_the_offices_business(browser: Browser) -> None:
    edition = an_edition()
    draft = an_entry(edition, title="Private draft")

    browser.sign_in(an_organiser(edition)).open(f"/editions/{edition.id}/desk/entries?lang=en")

    assert "No entry has been submitted yet" in browser.text
    browser.open(f"/editions/{edition.id}/desk/entries/{draft.id}", expect=404)


def test_entries_are_found_by_state_category_and_words(app: Flask) -> None:
    edition = an_edition()
    a_submitted_entry(edition, title="晨光 100%", unit_name="太谷二小")
    a_submitted_entry(edition, title="Night_sky", kind="photo", unit_name="祁县中学")
    a_passed_entry(edition, title="Dawn", code="A-017")
    a_submitted_entry(an_edition(is_current=False), title="Elsewhere")
    photo = next(one.id for one in edition.categories if one.kind == "photo")

    assert found(edition) == ["晨光 100%", "Night_sky", "Dawn"]
    assert found(edition, state="passed") == ["Dawn"]
    assert found(edition, category_id=photo) == ["Night_sky"]
    assert found(edition, text="a-017") == ["Dawn"]
    assert found(edition, text="太谷 晨光") == ["晨光 100%"]
    assert found(edition, text="%") == ["晨光 100%"]
    assert found(edition, text="t_s") == ["Night_sky"]


@pytest.mark.parametrize(
    "query", ["state=x", "category=x", "category=-1", "page=-5", "page=99", "q=%00", "q=" + "光" * 500]
)
def test_filters_made_by_hand_are_answered(browser: Browser, query: str) -> None:
    edition = an_edition()
    a_submitted_entry(edition)

    browser.sign_in(an_organiser(edition)).open(f"/editions/{edition.id}/desk/entries?{query}")


def test_nothing_found_offers_the_whole_list(browser: Browser) -> None:
    edition = an_edition()
    a_submitted_entry(edition)

    browser.sign_in(an_organiser(edition)).open(f"/editions/{edition.id}/desk/entries?lang=en&q=nowhere")

    assert "No entry matches" in browser.text
    browser.click("Show all entries")


def queries_of(browser: Browser, address: str) -> int:
    seen: list[str] = []

    def count(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    browser.open(address)  # once, for what is only looked up the first time
    sa.event.listen(sa.engine.Engine, "before_cursor_execute", count)
    try:
        browser.open(address)
    finally:
        sa.event.remove(sa.engine.Engine, "before_cursor_execute", count)
    return len(seen)


def test_the_list_asks_the_database_as_often_for_three_entries_as_for_one(browser: Browser) -> None:
    edition = an_edition()
    a_submitted_entry(edition)
    browser.sign_in(an_organiser(edition))
    address = f"/editions/{edition.id}/desk/entries"
    one = queries_of(browser, address)

    a_submitted_entry(edition)
    a_submitted_entry(edition, kind="photo", photos=3)

    assert queries_of(browser, address) == one


def test_so_does_the_entrants_own_list(browser: Browser) -> None:
    edition, person = an_edition(), a_person()
    a_submitted_entry(edition, entrant=person)
    browser.sign_in(person)
    one = queries_of(browser, "/entries")

    a_submitted_entry(edition, entrant=person)
    an_entry(edition, entrant=person, kind="photo", with_asset=True, photos=3)

    assert queries_of(browser, "/entries") == one


def test_what_needs_the_entrant_stands_first(app: Flask) -> None:
    edition, person = an_edition(), a_person()
    returned = a_submitted_entry(edition, entrant=person, title="Returned")
    organiser = an_organiser(edition)
    with transaction():
        return_entry(returned, reason="Cut the logo.", by=organiser, at=now())
    an_entry(edition, entrant=person, title="Newer")
    an_entry(edition, entrant=person, title="Gone", state="withdrawn")

    titles = [entry.title for entry in db.session.scalars(entries_of(person))]

    assert titles == ["Returned", "Newer", "Gone"]


def test_passing_goes_on_to_the_next_that_waits(browser: Browser) -> None:
    edition = an_edition()
    first, second = a_submitted_entry(edition), a_submitted_entry(edition)
    browser.sign_in(an_organiser(edition)).open(f"/editions/{edition.id}/desk/entries/{first.id}?lang=en")

    browser.submit("Pass to the judges")

    assert (first.state, browser.url) == ("passed", f"/editions/{edition.id}/desk/entries/{second.id}")
    browser.submit("Pass to the judges")
    assert browser.url == f"/editions/{edition.id}/desk/entries"


def test_the_entrant_reads_the_reason_of_a_return(browser: Browser) -> None:
    edition, person = an_edition(), a_person()
    entry, organiser = a_submitted_entry(edition, entrant=person), an_organiser(edition)
    reason = "1分12秒处出现“广告”。\n请遮挡或 <b>剪去</b> 后重新上传 🌟"
    browser.sign_in(organiser).open(f"/editions/{edition.id}/desk/entries/{entry.id}?lang=en")

    browser.submit("#return", reason=reason)

    assert (entry.state, entry.return_reason) == ("returned", reason)
    mine = Browser(browser.app).sign_in(person).open("/entries?lang=en")
    assert "1分12秒处出现“广告”。" in mine.text
    assert "<b>剪去</b>" not in mine.response.text
    assert "请遮挡或" in mine.open(f"/entries/{entry.id}").text


def test_a_return_without_a_reason_is_refused(browser: Browser) -> None:
    edition = an_edition()
    entry = a_submitted_entry(edition)
    browser.sign_in(an_organiser(edition)).open(f"/editions/{edition.id}/desk/entries/{entry.id}?lang=en")

    browser.submit("#return", expect=422, reason="  \n ")

    assert "Write what the entrant must change" in browser.text
    assert entry.state == "submitted"


def test_two_organisers_decide_once(browser: Browser) -> None:
    edition = an_edition()
    entry = a_submitted_entry(edition)
    address = f"/editions/{edition.id}/desk/entries/{entry.id}?lang=en"
    browser.sign_in(an_organiser(edition)).open(address)
    other = Browser(browser.app).sign_in(an_organiser(edition, name="Other Clerk")).open(address)

    browser.submit("Pass to the judges")
    other.submit("#return", expect=409, reason="Too late")

    assert entry.state == "passed"
    assert db.session.scalar(sa.select(sa.func.count(EligibilityDecision.id))) == 1


def test_an_auditor_reads_and_cannot_decide(browser: Browser) -> None:
    edition = an_edition()
    entry = a_submitted_entry(edition)
    browser.sign_in(an_auditor(edition)).open(f"/editions/{edition.id}/desk/entries/{entry.id}?lang=en")
    assert "Pass to the judges" not in browser.text
    token = browser.open("/entries/new").page.all("input", name="csrf_token")[0].get("value")

    data = {"csrf_token": token, "outcome": "passed"}
    browser.send("POST", f"/editions/{edition.id}/desk/entries/{entry.id}/decision", expect=403, data=data)

    assert entry.state == "submitted"


@pytest.mark.parametrize("outcome", ["", "passed ", "withdrawn", "x" * 1000])
def test_an_outcome_that_is_none_is_refused(browser: Browser, outcome: str) -> None:
    edition = an_edition()
    entry = a_submitted_entry(edition)
    browser.sign_in(an_organiser(edition)).open(f"/editions/{edition.id}/desk/entries/{entry.id}")
    token = browser.page.all("input", name="csrf_token")[0].get("value")

    data = {"csrf_token": token, "outcome": outcome}
    browser.send("POST", f"/editions/{edition.id}/desk/entries/{entry.id}/decision", expect=422, data=data)

    assert entry.state == "submitted"


def test_the_desk_is_closed_to_judges_and_entrants(browser: Browser) -> None:
    edition, other = an_edition(), an_edition(is_current=False)
    entry = a_submitted_entry(edition)

    for person in (a_judge(edition), entry.entrant, an_organiser(other)):
        browser.sign_in(person).open(f"/editions/{edition.id}/desk/entries", expect=403)
    organiser = an_organiser(other)
    browser.sign_in(organiser).open(f"/editions/{other.id}/desk/entries/{entry.id}", expect=404)


def test_a_draft_cannot_be_decided_by_its_number_in_the_address(app: Flask) -> None:
    edition = an_edition()
    entry, organiser = an_entry(edition), an_organiser(edition)

    with pytest.raises(Refused), transaction():
        return_entry(entry, reason="x", by=organiser, at=now())

    assert db.session.get_one(Entry, entry.id).state == "draft"


def test_the_office_sees_that_the_same_file_came_before_and_nobody_else_does(browser: Browser) -> None:
    last_year, this_year = an_edition(is_current=False), an_edition()
    old, new = a_submitted_entry(last_year, title="Last year's"), a_submitted_entry(this_year, title="This year's")
    other = a_submitted_entry(this_year, title="Another")
    draft = an_entry(this_year, title="Draft", with_asset=True, entrant=a_person())
    for entry in (old, new, draft):
        entry.current_files[0].asset.sha256 = "a" * 64
    other.current_files[0].asset.sha256 = "b" * 64
    db.session.commit()

    office = browser.sign_in(an_organiser(this_year))
    office.open(f"/editions/{this_year.id}/desk/entries/{new.id}?lang=en")

    assert "The same file was handed in before" in office.text
    assert "Last year's" in office.text
    assert f"/editions/{last_year.id}/desk/entries/{old.id}" not in office.response.text  # not that person's edition
    assert "Draft" not in office.text.split("The same file")[1].split("Texts")[0]
    assert "same file" not in office.open(f"/editions/{this_year.id}/desk/entries/{other.id}?lang=en").text
    assert "same file" not in browser.sign_in(new.entrant).open(f"/entries/{new.id}?lang=en").text
