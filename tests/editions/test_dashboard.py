"""The first page of the desk."""

from flask import Flask

from contest import clock
from contest.editions.queries import own_desk
from contest.jobs.models import WorkerBeat
from tests.browser import Browser
from tests.entries.factories import a_passed_entry, a_submitted_entry, an_entry
from tests.factories import a_person, an_auditor, an_edition, an_organiser, grant, save
from tests.page import text_of


def test_it_counts_entries_and_says_what_waits(browser: Browser) -> None:
    edition = an_edition()
    for _ in range(2):
        a_submitted_entry(edition, with_asset=False)
    an_entry(edition)
    a_passed_entry(edition, with_asset=False)

    browser.sign_in(an_organiser(edition)).open(f"/editions/{edition.id}/desk?lang=en")

    figures = dict(zip(texts(browser, "dt"), texts(browser, "dd"), strict=True))
    assert figures["Submitted"].split()[0] == "3"
    assert (figures["Drafts"], figures["To be reviewed"], figures["Review passed"]) == ("1", "2", "1")
    assert "Entries to be reviewed" in browser.text


def texts(browser: Browser, tag: str) -> list[str]:
    return [" ".join("".join(one.itertext()).split()) for one in browser.page.all(tag)]


def test_it_says_when_the_worker_is_down_and_no_longer_when_it_is_back(browser: Browser) -> None:
    edition = an_edition()
    browser.sign_in(an_organiser(edition)).open(f"/editions/{edition.id}/desk?lang=en")
    assert "The worker is not running" in browser.text

    save(WorkerBeat(worker="test", started_at=clock.now(), beat_at=clock.now()))

    assert "The worker is not running" not in browser.open(f"/editions/{edition.id}/desk").text


def test_an_auditor_reads_it(browser: Browser) -> None:
    edition = an_edition()

    browser.sign_in(an_auditor(edition)).open(f"/editions/{edition.id}/desk")


def test_an_edition_without_dates_still_has_a_desk(browser: Browser) -> None:
    edition = an_edition(phase=None)

    browser.sign_in(an_organiser(edition)).open(f"/editions/{edition.id}/desk?lang=en")

    assert "No dates are set yet" in browser.text


def test_a_new_edition_says_what_to_do_first_second_and_third(browser: Browser) -> None:
    edition = an_edition(phase=None, state="draft", is_current=False, contact_phone="0354-1234567")
    browser.sign_in(an_organiser(edition)).open(f"/editions/{edition.id}/desk?lang=en")

    steps = [text_of(step) for step in browser.page.one("ol", class_="todo")]

    assert steps == [
        "done1. Texts and contactTheme, organisers, and how to reach them: visitors read them on the home page.",
        "to do2. CalendarWhen submissions open and close; the other dates can follow.Set dates: Calendar",
        "done3. Categories and limitsWhat may be entered, how long, how large.",
        "to do4. Show it on the home pageMake this edition current. From then on people can enter in its dates."
        "Show it: Show it on the home page",
    ]
    assert "Nothing waits for you" not in browser.text


def test_an_edition_that_is_open_says_nothing_of_first_steps(browser: Browser) -> None:
    edition = an_edition(theme="")

    browser.sign_in(an_organiser(edition)).open(f"/editions/{edition.id}/desk?lang=en")

    assert "First steps" not in browser.text


def test_the_office_lands_at_the_desk_of_the_current_edition_or_else_of_its_newest(app: Flask) -> None:
    older, newer = an_edition(is_current=False), an_edition(is_current=False)
    clerk = grant(an_organiser(newer), "auditor", older)

    assert own_desk(clerk) == newer.id
    older.is_current = True
    assert own_desk(clerk) == older.id
    assert own_desk(a_person()) is None


def test_an_auditor_finds_the_editions_they_watch_and_no_form_for_a_new_one(browser: Browser) -> None:
    watched = an_edition(slug="watched", name="Watched week", name_en="Watched week")
    an_edition(slug="other", name="Other week", name_en="Other week", is_current=False)

    browser.sign_in(an_auditor(watched)).open("/editions?lang=en")

    assert "Watched week" in browser.text
    assert "Other week" not in browser.text
    assert "New edition" not in browser.text
