"""Handing an entry in: once, in time, complete, with a receipt."""

import json
import re
import threading
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from contest.accounts.models import Person
from contest.audit.models import AuditLine
from contest.clock import frozen, local, now
from contest.db import db, transaction
from contest.editions.models import Edition
from contest.entries.actions import return_entry, submit_entry, withdraw_entry
from contest.entries.actions.submitting import is_genuine
from contest.entries.models import Entry, Receipt
from contest.entries.rules import missing, why_not_submit
from contest.errors import Refused
from tests.browser import Browser
from tests.entries.factories import a_passed_entry, a_submitted_entry, an_asset, an_entry, put_file
from tests.factories import a_person, an_edition, an_organiser

KEY = "a secret that only tests know"


def hand_in(entry: Entry, **changed: Any) -> Receipt:
    options = {
        "pledge": True,
        "showcase_consent": True,
        "revision": entry.revision,
        "by": entry.entrant,
        "at": now(),
        "key": KEY,
    }
    with transaction():
        return submit_entry(entry, **{**options, **changed})


def deadline(edition: Edition) -> Any:
    phase = edition.phase("submission")
    assert phase is not None
    return phase.ends_at


def test_a_complete_entry_gets_a_number_and_a_signed_receipt(app: Flask) -> None:
    entry = an_entry(an_edition(), with_asset=True, title="光")
    at = now()

    receipt = hand_in(entry, at=at)

    assert (entry.state, entry.number, entry.submitted_at) == ("submitted", f"{at.year}-A-0001", at)
    file = entry.current_files[0].asset
    began = file.upload.created_at.isoformat(timespec="microseconds")
    assert json.loads(receipt.body) == {
        "authors": ["Zhang Xiaolan"],
        "category": "短视频",
        "edition": "2026年晋中市科技活动周",
        "files": [{"position": 1, "bytes": file.bytes, "sha256": file.sha256, "began_at": began}],
        "number": entry.number,
        "submitted_at": at.isoformat(timespec="microseconds"),
        "title": "光",
    }
    assert is_genuine(receipt, key=KEY)
    assert not is_genuine(receipt, key="another")


def test_numbers_count_on_in_each_category_of_its_own(app: Flask) -> None:
    edition = an_edition()
    kinds = ["video", "photo", "video", "video", "photo"]
    entries = [an_entry(edition, kind=kind, with_asset=True) for kind in kinds]

    for entry in entries:
        hand_in(entry)

    numbers = [(entry.number or "").partition("-")[2] for entry in entries]
    assert numbers == ["A-0001", "B-0001", "A-0002", "A-0003", "B-0002"]


@pytest.mark.parametrize(
    ("lacks", "step"),
    [
        ({"title": ""}, "details"),
        ({"title": "光" * 61}, "details"),
        ({"synopsis": ""}, "details"),
        ({"synopsis": "光" * 201}, "details"),
        ({"authors": ()}, "details"),
        ({"unit_name": ""}, "details"),
        ({"group_id": None}, "details"),
        ({"contact_name": ""}, "details"),
        ({"contact_phone": ""}, "details"),
        ({"contact_phone": "12"}, "details"),
        ({"contact_email": "nobody"}, "details"),
        ({"with_asset": False}, "file"),
    ],
)
def test_nothing_may_be_lacking(app: Flask, lacks: dict[str, Any], step: str) -> None:
    entry = an_entry(an_edition(), **{"with_asset": True, **lacks})

    assert [one.step for one in missing(entry)] == [step]
    with pytest.raises(Refused):
        hand_in(entry)
    assert (entry.state, entry.number) == ("draft", None)


def test_a_file_that_does_not_meet_the_rules_stops_it(app: Flask) -> None:
    entry = an_entry(an_edition())
    put_file(entry, an_asset(entry.entrant), outcome="must_fix")

    assert [one.step for one in missing(entry)] == ["check"]


def test_advice_does_not_stop_it(app: Flask) -> None:
    entry = an_entry(an_edition())
    put_file(entry, an_asset(entry.entrant), outcome="advice")

    hand_in(entry)

    assert entry.state == "submitted"


def test_the_last_page_says_until_when_an_entry_can_be_withdrawn(browser: Browser) -> None:
    person = a_person()
    entry = an_entry(an_edition(), entrant=person, with_asset=True)

    browser.sign_in(person).open(f"/entries/{entry.id}/review?lang=en")

    assert "You can withdraw it until judging ends." in browser.text
    assert "评审结束前您都可以撤回。" in browser.open(f"/entries/{entry.id}/review?lang=zh-CN").text


def test_the_pledge_must_be_ticked(browser: Browser) -> None:
    person = a_person()
    entry = an_entry(an_edition(), entrant=person, with_asset=True)
    browser.sign_in(person).open(f"/entries/{entry.id}/review?lang=en")

    browser.submit("#submission", expect=422, showcase_consent=True)

    assert "Tick the pledge of originality first." in browser.text
    assert browser.page.one("input", name="showcase_consent").get("checked") is not None
    assert entry.state == "draft"


@pytest.mark.parametrize(("late", "state"), [(-1, "submitted"), (0, "draft"), (1, "draft")])
def test_the_deadline_is_exact_to_the_microsecond(app: Flask, late: int, state: str) -> None:
    entry = an_entry(an_edition(), with_asset=True)
    at = deadline(entry.edition) + timedelta(microseconds=late)

    if state == "draft":
        with pytest.raises(Refused):
            hand_in(entry, at=at)
    else:
        hand_in(entry, at=at)

    assert entry.state == state


def test_a_form_opened_in_time_and_sent_too_late_is_refused_with_everything_kept(browser: Browser) -> None:
    person = a_person()
    entry = an_entry(an_edition(), entrant=person, with_asset=True, title="Kept")
    closes_at = deadline(entry.edition)

    with frozen(closes_at - timedelta(seconds=1)):
        browser.sign_in(person).open(f"/entries/{entry.id}/review?lang=en")
    with frozen(closes_at):
        browser.submit("#submission", expect=409, pledge=True)

    assert "The entry was not submitted" in browser.text
    assert "What you entered is kept." in browser.text
    assert (entry.state, entry.title, len(entry.current_files)) == ("draft", "Kept", 1)


def test_who_was_still_uploading_at_the_deadline_may_submit_within_the_grace(app: Flask) -> None:
    entry = an_entry(an_edition(upload_grace_min=30), with_asset=True)
    closes_at = deadline(entry.edition)
    upload = entry.current_files[0].asset.upload
    upload.created_at, upload.completed_at = closes_at - timedelta(minutes=5), closes_at + timedelta(minutes=5)
    db.session.commit()

    assert why_not_submit(entry, closes_at + timedelta(minutes=29)) is None
    assert why_not_submit(entry, closes_at + timedelta(minutes=30))


def test_the_grace_is_not_for_files_that_were_there_in_time(app: Flask) -> None:
    entry = an_entry(an_edition(upload_grace_min=30), with_asset=True)
    closes_at = deadline(entry.edition)
    upload = entry.current_files[0].asset.upload
    upload.created_at = upload.completed_at = closes_at - timedelta(hours=1)
    db.session.commit()

    assert why_not_submit(entry, closes_at + timedelta(seconds=1))


def test_the_same_form_sent_twice_is_accepted_once(browser: Browser) -> None:
    person = a_person()
    entry = an_entry(an_edition(), entrant=person, with_asset=True)
    browser.sign_in(person).open(f"/entries/{entry.id}/review?lang=en")
    second = Browser(browser.app).sign_in(person).open(f"/entries/{entry.id}/review?lang=en")

    browser.submit("#submission", pledge=True)
    second.submit("#submission", pledge=True)

    assert browser.url == second.url == f"/entries/{entry.id}/receipt"
    assert browser.text == second.text
    assert db.session.scalar(sa.select(sa.func.count(Receipt.id))) == 1


def at_once(app: Flask, *jobs: Any) -> list[Any]:
    """Run the jobs in threads of their own, each in its own application context; what they give back or raise."""
    results: list[Any] = [None] * len(jobs)
    ready = threading.Barrier(len(jobs))

    def run(place: int, job: Any) -> None:
        with app.app_context():
            try:
                ready.wait(10)
                results[place] = job()
            except Exception as error:
                results[place] = error
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=(place, job)) for place, job in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    db.session.expire_all()
    return results


def a_job(entry_id: int) -> Any:
    def submit() -> str:
        entry = db.session.get_one(Entry, entry_id)
        return hand_in(entry, by=db.session.get_one(Person, entry.entrant_id)).signature

    return submit


def test_two_submits_at_once_give_one_receipt(app: Flask) -> None:
    entry_id = an_entry(an_edition(), with_asset=True).id
    db.session.remove()

    signatures = at_once(app, a_job(entry_id), a_job(entry_id))

    assert len(set(signatures)) == 1
    assert isinstance(signatures[0], str)
    assert db.session.scalar(sa.select(sa.func.count(Receipt.id))) == 1


def test_entries_handed_in_at_once_get_numbers_without_a_gap(app: Flask) -> None:
    edition = an_edition()
    ids = [an_entry(edition, with_asset=True).id for _ in range(8)]
    db.session.remove()

    results = at_once(app, *(a_job(entry_id) for entry_id in ids))

    assert [one for one in results if not isinstance(one, str)] == []
    numbers = sorted(db.session.scalars(sa.select(Entry.number)))
    assert [(number or "")[-4:] for number in numbers] == [f"{n:04}" for n in range(1, 9)]


def test_what_was_changed_elsewhere_is_not_handed_in_unseen(browser: Browser) -> None:
    person = a_person()
    entry = an_entry(an_edition(), entrant=person, with_asset=True)
    browser.sign_in(person).open(f"/entries/{entry.id}/review?lang=en")
    other = Browser(browser.app).sign_in(person).open(f"/entries/{entry.id}/details")
    other.submit("#details", button="next", title="Changed in another tab")

    browser.submit("#submission", expect=409, pledge=True)

    assert entry.state == "draft"
    assert "Changed in another tab" in browser.text
    browser.submit("#submission", pledge=True)
    assert entry.state == "submitted"


def test_a_returned_entry_is_corrected_after_the_deadline_and_keeps_its_number(browser: Browser) -> None:
    edition, person = an_edition(), a_person()
    entry, organiser = an_entry(edition, entrant=person, with_asset=True), an_organiser(edition)
    first = hand_in(entry)
    number = entry.number
    with transaction():
        return_entry(entry, reason="Cut the logo.", by=organiser, at=now())

    with frozen(deadline(edition) + timedelta(days=1)):
        browser.sign_in(person).open(f"/entries/{entry.id}/details?lang=en")
        browser.submit("#details", button="next", title="Without the logo")
        browser.submit("#submission", pledge=True)

    assert (entry.state, entry.number, entry.title) == ("submitted", number, "Without the logo")
    receipts = db.session.scalars(sa.select(Receipt).order_by(Receipt.id)).all()
    assert receipts[0].id == first.id
    assert len({receipt.signature for receipt in receipts}) == 2


def test_it_is_recorded_who_handed_in_what(app: Flask) -> None:
    entry = an_entry(an_edition(), with_asset=True, authors=("A", "B"))

    hand_in(entry)

    line = db.session.scalars(sa.select(AuditLine).where(AuditLine.verb == "entry.submitted")).one()
    assert (line.actor_id, line.object_id) == (entry.entrant_id, str(entry.id))
    assert line.details["number"] == entry.number
    assert line.details["after"]["authors"] == ["A", "B"]
    assert line.details["after"]["files"][0]["sha256"] == entry.current_files[0].asset.sha256


def test_anybody_can_have_a_receipt_confirmed(browser: Browser) -> None:
    person = a_person(name="Secret Name")
    entry = an_entry(an_edition(), entrant=person, with_asset=True, title="Secret title")
    receipt = hand_in(entry, key=browser.app.config["SECRET_KEY"])
    digest = entry.current_files[0].asset.sha256 or ""
    spaced = " ".join(receipt.signature[at : at + 4] for at in range(0, 32, 4)).lower()

    browser.open("/receipts?lang=en").submit(signature=spaced, sha256=digest.upper())

    assert "The receipt is genuine" in browser.text
    assert "Your file is the one that was handed in" in browser.text
    assert entry.number in browser.text
    assert "Secret" not in browser.text


def test_the_receipt_says_when_the_sending_began(browser: Browser) -> None:
    """A file begun before the deadline may end after it; a receipt of before this was said has none."""
    entry = an_entry(an_edition(), with_asset=True)
    upload = entry.current_files[0].asset.upload
    receipt = hand_in(entry, at=upload.created_at + timedelta(hours=2))
    browser.sign_in(entry.entrant).open(f"/entries/{entry.id}/receipt?lang=en")
    began = local(upload.created_at, entry.edition.time_zone).strftime("%H:%M:%S")
    assert re.findall(r"Sending began \d+ \w+ \d{4}, ([\d:]+) \(UTC\+08:00\)", browser.text) == [began]
    with transaction():
        said = json.loads(receipt.body)
        del said["files"][0]["began_at"]
        receipt.body = json.dumps(said)

    assert "Sending began" not in browser.open(f"/entries/{entry.id}/receipt").text


@pytest.mark.parametrize("signature", ["A" * 32, "'; DROP TABLE receipt; --", "光" * 200, "\x00", "%"])
def test_what_was_never_signed_is_no_receipt(browser: Browser, signature: str) -> None:
    browser.open("/receipts?lang=en").submit(expect=None, signature=signature)

    assert browser.status in (200, 422)
    assert "The receipt is genuine" not in browser.text


def test_a_receipt_changed_in_the_database_is_no_longer_genuine(browser: Browser) -> None:
    entry = an_entry(an_edition(), with_asset=True)
    receipt = hand_in(entry, key=browser.app.config["SECRET_KEY"])
    receipt.body = receipt.body.replace(entry.number or "", "2026-A-9999")
    db.session.commit()

    browser.open("/receipts?lang=en").submit(signature=receipt.signature)

    assert "No such receipt" in browser.text


def test_withdrawing_shows_its_consequences_first(browser: Browser) -> None:
    person = a_person()
    entry = a_passed_entry(an_edition(), entrant=person, title="Dawn")
    browser.sign_in(person).open(f"/entries/{entry.id}/withdrawal?lang=en")
    assert "Judges no longer see the work" in browser.text
    assert entry.state == "passed"

    browser.submit("Withdraw for good")

    assert (entry.state, entry.number is not None, entry.code is not None) == ("withdrawn", True, True)


def test_after_judging_an_entry_can_no_longer_be_withdrawn(app: Flask) -> None:
    entry = a_passed_entry(an_edition(phase="notice"))

    with pytest.raises(Refused), transaction():
        withdraw_entry(entry, by=entry.entrant, at=now())

    assert entry.state == "passed"


def test_the_receipt_of_a_draft_does_not_exist_yet(browser: Browser) -> None:
    person = a_person()
    entry = an_entry(an_edition(), entrant=person)

    assert browser.sign_in(person).open(f"/entries/{entry.id}/receipt").url == f"/entries/{entry.id}"


def test_an_entry_handed_in_once_is_not_handed_in_by_its_old_form_after_it_was_passed(browser: Browser) -> None:
    person = a_person()
    entry = a_submitted_entry(an_edition(), entrant=person)
    entry.state, entry.code = "passed", "A-001"
    db.session.commit()
    token = browser.sign_in(person).open("/entries/new").page.all("input", name="csrf_token")[0].get("value")

    browser.send(
        "POST",
        f"/entries/{entry.id}/submission",
        expect=409,
        data={"csrf_token": token, "pledge": "y", "revision": "0"},
    )

    assert entry.state == "passed"
