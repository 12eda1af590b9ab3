"""Every page of the way opens."""

from contest import clock
from contest.db import db, transaction
from contest.entries.actions import return_entry
from tests.browser import Browser
from tests.entries.factories import a_passed_entry, a_submitted_entry, an_entry
from tests.factories import a_person, an_edition, an_organiser


def test_an_entrant_opens_every_page_of_a_draft(browser: Browser) -> None:
    edition, person = an_edition(), a_person()
    for kind in ("video", "photo"):
        entry = an_entry(edition, entrant=person, kind=kind, with_asset=True, photos=2)
        browser.sign_in(person)

        for page in ("", "/file", "/check", "/details", "/review", "/withdrawal"):
            browser.open(f"/entries/{entry.id}{page}")
    browser.open("/entries")
    browser.open("/entries/new")


def test_an_organiser_opens_every_page_of_the_desk(browser: Browser) -> None:
    edition = an_edition()
    entry = a_submitted_entry(edition)
    a_passed_entry(edition, kind="photo", photos=3)
    browser.sign_in(an_organiser(edition))

    browser.open(f"/editions/{edition.id}/desk")
    browser.open(f"/editions/{edition.id}/desk/entries")
    browser.open(f"/editions/{edition.id}/desk/entries/{entry.id}")
    browser.open(f"/editions/{edition.id}/desk/settings")
    browser.open("/editions")


def test_a_returned_entry_opens_too(browser: Browser) -> None:
    edition, person = an_edition(), a_person()
    entry, organiser = a_submitted_entry(edition, entrant=person), an_organiser(edition)
    with transaction():
        return_entry(entry, reason="Cut the logo at 1:12.", by=organiser, at=clock.now())
    db.session.expire_all()

    browser.sign_in(person).open("/entries")
    browser.open(f"/entries/{entry.id}")

    assert "Cut the logo at 1:12." in browser.text
