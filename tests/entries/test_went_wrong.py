"""Work on a file that went wrong for good: a sentence for people, what the program said for the operator, a button."""

import re

import pytest
import sqlalchemy as sa

from contest.clock import now
from contest.config import ROOT
from contest.db import db, transaction
from contest.entries.models import Entry
from contest.entries.rules.went_wrong import WENT_WRONG
from contest.jobs.actions import enqueue
from contest.jobs.models import Job
from contest.jobs.rules import REASONS
from contest.media.outputs import Trouble
from contest.uploads.actions import note_unreadable
from contest.uploads.models import Rendition
from contest.uploads.rules import BLAME_LATE
from tests.browser import Browser
from tests.entries.factories import a_submitted_entry, an_entry
from tests.factories import an_edition, an_organiser


def a_failed_render(entry: Entry, code: str = "encoder-failed") -> Job:
    asset = entry.current_files[0].asset
    db.session.execute(sa.delete(Rendition).where(Rendition.asset_id == asset.id))
    db.session.commit()
    with transaction():
        key = f"uploads.render:{asset.id}"
        job = enqueue("uploads.render", {"asset_id": asset.id}, lane="encode", key=key, at=now())
    job.state, job.finished_at = "failed", now()
    job.reason_code, job.reason = code, "Nothing to show could be made of the file (183: moov atom missing)."
    db.session.commit()
    return job


@pytest.mark.parametrize("page", ["check", ""])
def test_a_version_for_viewing_that_went_wrong_is_told_in_words_and_made_again(browser: Browser, page: str) -> None:
    entry = an_entry(an_edition(), with_asset=True)
    job = a_failed_render(entry)
    browser.sign_in(entry.entrant).open(f"/entries/{entry.id}/{page}".rstrip("/") + "?lang=en")
    assert "The version for viewing could not be made" in browser.text
    assert "The file could not be converted to its end. It is our fault" in browser.text
    assert "moov atom" not in browser.text

    browser.submit("Make it again")

    assert job.state == "waiting"
    assert "could not be made" not in browser.text


def test_a_check_that_took_too_much_is_tried_again_before_the_file_is_changed(browser: Browser) -> None:
    entry = an_entry(an_edition(), with_asset=True)
    asset = entry.current_files[0].asset
    with transaction():
        note_unreadable(asset, "timeout", at=now())
    browser.sign_in(entry.entrant).open(f"/entries/{entry.id}/check?lang=en")
    assert "Perhaps the server was only busy" in browser.text

    browser.submit("Check again")

    checks = sa.select(Job.state).where(Job.kind == "uploads.check")
    assert (asset.state, entry.check, db.session.scalars(checks).all()) == ("checking", "waiting", ["waiting"])
    assert "Perhaps the server" not in browser.text
    browser.open(f"/entries/{entry.id}/check")
    with transaction():
        note_unreadable(asset, "damaged", at=now())
    assert "Perhaps the server" not in browser.open(f"/entries/{entry.id}/check").text


def test_the_office_sees_what_the_program_said_and_tries_again(browser: Browser) -> None:
    entry = a_submitted_entry(an_edition())
    job = a_failed_render(entry)
    desk = f"/editions/{entry.edition_id}/desk"
    browser.sign_in(an_organiser(entry.edition)).open(f"{desk}?lang=en")
    assert ("Work on 1 file went wrong" in browser.text, "moov atom missing" in browser.text) == (True, True)
    browser.open(f"{desk}/entries/{entry.id}")
    assert ("could not be converted" in browser.text, "moov atom missing" in browser.text) == (True, True)

    browser.submit("Make it again")

    assert job.state == "waiting"


def test_what_a_film_can_do_without_is_no_trouble_of_its_entrant(browser: Browser) -> None:
    entry = an_entry(an_edition(), with_asset=True)
    asset = entry.current_files[0].asset
    with transaction():
        key = f"uploads.storyboard:{asset.id}"
        job = enqueue("uploads.storyboard", {"asset_id": asset.id}, lane="encode", key=key, at=now())
    job.state, job.finished_at, job.reason_code, job.reason = "failed", now(), "killed", "Not needed."
    db.session.commit()

    browser.sign_in(entry.entrant).open(f"/entries/{entry.id}?lang=en")

    assert "could not be made" not in browser.text


def test_every_code_with_which_work_on_a_file_ends_has_a_sentence_for_people() -> None:
    raised = set()
    for path in (ROOT / "contest/uploads").glob("*.py"):
        raised |= set(re.findall(r"(?:TryAgain|GiveUp|NotYet)\(\s*\"([a-z-]+)\"", path.read_text(encoding="utf-8")))

    late = {str(code) for code in BLAME_LATE}

    assert raised | late | set(REASONS) | {str(code) for code in Trouble} == {str(code) for code in WENT_WRONG}
