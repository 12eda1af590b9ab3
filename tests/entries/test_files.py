"""Files take their place in an entry, are checked, ordered, replaced and taken out."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_babel import force_locale

from contest import clock
from contest.accounts.models import Person
from contest.clock import now
from contest.db import db, transaction
from contest.entries.actions import describe_files, move_file, remove_file, write_report
from contest.entries.models import CheckReport, Entry, EntryFile
from contest.entries.rules import missing
from contest.entries.tasks import checked, received
from contest.errors import Refused
from contest.jobs.actions import enqueue
from contest.jobs.models import Job, WorkerBeat
from contest.uploads.actions import begin_upload, expire_upload
from contest.uploads.models import Asset
from contest.uploads.rules import Purpose
from tests.browser import Browser
from tests.entries.factories import VIDEO_FACTS, a_submitted_entry, an_asset, an_entry
from tests.factories import a_judge, a_person, an_auditor, an_edition, an_organiser, save
from tests.uploads.factories import an_upload


def an_arrived(person: Person, purpose: str, **options: Any) -> Asset:
    """A file that came for `purpose` and waits for its check."""
    asset = an_asset(person, ready=False, state="waiting", facts=None, **options)
    asset.upload.purpose, asset.facts, asset.checked_at = purpose, None, None
    db.session.commit()
    return asset


def receive(asset: Asset) -> None:
    with transaction():
        received(asset.upload, asset)


def test_a_received_file_takes_its_place_and_waits_for_its_check(app: Flask) -> None:
    entry = an_entry(an_edition())

    receive(an_arrived(entry.entrant, f"entry-file:{entry.id}:0"))

    assert [(file.position, file.check) for file in entry.current_files] == [(0, "waiting")]
    assert entry.check == "waiting"


def test_a_second_file_replaces_the_first_which_keeps_its_row(app: Flask) -> None:
    entry = an_entry(an_edition(), with_asset=True)
    first = entry.current_files[0]

    receive(an_arrived(entry.entrant, f"entry-file:{entry.id}:0"))

    assert first.state == "replaced"
    assert len(entry.current_files) == 1
    assert entry.current_files[0].id != first.id


def test_photos_take_the_next_free_place_and_no_more_than_there_are(app: Flask) -> None:
    entry = an_entry(an_edition(), kind="photo")

    for _ in range(4):
        receive(an_arrived(entry.entrant, f"entry-file:{entry.id}:new", kind="photo"))

    assert [file.position for file in entry.current_files] == [0, 1, 2, 3]
    with pytest.raises(Refused):
        receive(an_arrived(entry.entrant, f"entry-file:{entry.id}:new", kind="photo"))


@pytest.mark.parametrize("place", ["-1", "1", "999", "x", "", "0:0", "²"])
def test_a_place_that_the_entry_does_not_have_is_refused(app: Flask, place: str) -> None:
    entry = an_entry(an_edition())

    with pytest.raises(Refused):
        receive(an_arrived(entry.entrant, f"entry-file:{entry.id}:{place}"))


def test_a_file_for_somebody_elses_entry_is_refused(app: Flask) -> None:
    entry = an_entry(an_edition())

    with pytest.raises(Refused):
        receive(an_arrived(a_person(), f"entry-file:{entry.id}:0"))
    with pytest.raises(Refused):
        receive(an_arrived(entry.entrant, "entry-file:987654:0"))


def test_a_file_that_comes_after_the_entry_was_submitted_is_refused(app: Flask) -> None:
    entry = a_submitted_entry(an_edition())

    with pytest.raises(Refused):
        receive(an_arrived(entry.entrant, f"entry-file:{entry.id}:0"))


@pytest.mark.parametrize(("began_min", "ends_min", "taken"), [(-5, 29, True), (-5, 30, False), (1, 2, False)])
def test_an_upload_over_the_deadline_is_taken_within_the_grace(
    app: Flask, began_min: int, ends_min: int, taken: bool
) -> None:
    entry = an_entry(an_edition(upload_grace_min=30))
    closes_at = entry.edition.phase("submission").ends_at  # type: ignore[union-attr]
    asset = an_arrived(entry.entrant, f"entry-file:{entry.id}:0")
    asset.upload.created_at = closes_at + timedelta(minutes=began_min)  # type: ignore[operator]
    db.session.commit()

    with clock.frozen(closes_at + timedelta(minutes=ends_min)):  # type: ignore[operator]
        if taken:
            receive(asset)
        else:
            with pytest.raises(Refused):
                receive(asset)

    assert len(entry.current_files) == taken


def test_a_check_writes_one_report_however_often_it_is_told(app: Flask) -> None:
    entry = an_entry(an_edition())
    asset = an_asset(entry.entrant, facts=replace(VIDEO_FACTS, length_ms=206_000))
    save(EntryFile(entry_id=entry.id, position=0, asset_id=asset.id, added_at=now()))

    for _ in range(2):
        with transaction():
            checked(asset)

    report = db.session.scalars(sa.select(CheckReport)).one()
    assert report.outcome == "must_fix"
    assert report.findings[0] == {"code": "length", "outcome": "must_fix", "measured": 206_000, "limit": 180_000}
    assert report.limits["max_length_ms"] == 180_000
    assert entry.check == "must_fix"


def test_a_file_that_cannot_be_read_is_explained(browser: Browser) -> None:
    person = a_person()
    entry = an_entry(an_edition(), entrant=person)
    asset = an_asset(person, ready=False, state="unreadable", unreadable_code="moov-missing")
    file = save(EntryFile(entry_id=entry.id, position=0, asset_id=asset.id, added_at=now()))
    with transaction():
        write_report(file, at=now())

    browser.sign_in(person).open(f"/entries/{entry.id}/check?lang=en")

    assert "The end of the file is missing" in browser.text
    assert "Everything you typed is kept" in browser.text
    assert "Export the video again" in browser.text


def photos(count: int) -> tuple[Entry, list[EntryFile]]:
    entry = an_entry(an_edition(), kind="photo", with_asset=True, photos=count)
    return entry, entry.current_files


def test_photos_are_moved_and_stay_at_the_ends(app: Flask) -> None:
    entry, (a, b, c) = photos(3)

    for file, by in ((c, -1), (c, -1), (c, -1), (a, 1), (a, 1), (a, -100), (b, 100)):
        with transaction():
            move_file(file, by=by, at=now())

    assert entry.current_files == [a, c, b]
    assert [file.position for file in entry.current_files] == [0, 1, 2]


def test_a_photo_is_taken_out_and_those_behind_move_up(app: Flask) -> None:
    entry, (a, b, c) = photos(3)

    for _ in range(2):
        with transaction():
            remove_file(a, by=entry.entrant, at=now())

    assert [(file.id, file.position) for file in entry.current_files] == [(b.id, 0), (c.id, 1)]
    assert db.session.get_one(EntryFile, a.id).state == "removed"


def test_captions_are_kept_whichever_button_is_pressed(browser: Browser) -> None:
    entry, (a, b) = photos(2)
    browser.sign_in(entry.entrant).open(f"/entries/{entry.id}/file")

    browser.submit(
        "#arrange", button=f"down-{a.id}", fields={f"caption-{a.id}": "晨光", f"caption-{b.id}": '“夜”/"night"'}
    )

    assert [(file.id, file.caption) for file in entry.current_files] == [(b.id, '“夜”/"night"'), (a.id, "晨光")]


@pytest.mark.parametrize("do", ["drop-987654", "drop--1", "up-", "x", "drop-²"])
def test_a_deed_on_a_file_that_is_not_there_changes_nothing(browser: Browser, do: str) -> None:
    entry, (a, b) = photos(2)
    browser.sign_in(entry.entrant).open(f"/entries/{entry.id}/file")
    token = browser.page.all("input", name="csrf_token")[0].get("value")

    browser.send("POST", f"/entries/{entry.id}/file", data={"csrf_token": token, "do": do})

    assert entry.current_files == [a, b]


def test_photos_of_another_entry_cannot_be_touched_through_mine(browser: Browser) -> None:
    entry, _mine = photos(2)
    stranger = an_entry(entry.edition, kind="photo", with_asset=True, photos=2)
    theirs = stranger.current_files
    browser.sign_in(entry.entrant).open(f"/entries/{entry.id}/file")
    token = browser.page.all("input", name="csrf_token")[0].get("value")

    browser.send(
        "POST",
        f"/entries/{entry.id}/file",
        data={"csrf_token": token, "do": f"drop-{theirs[0].id}", f"caption-{theirs[0].id}": "x"},
    )

    assert stranger.current_files == theirs
    assert theirs[0].caption == ""


def waiting(person: Person) -> Entry:
    entry = an_entry(an_edition(), entrant=person)
    receive(an_arrived(person, f"entry-file:{entry.id}:0"))
    return entry


def test_while_the_worker_is_down_the_page_says_that_checking_waits(browser: Browser) -> None:
    person = a_person()
    entry = waiting(person)
    browser.sign_in(person).open(f"/entries/{entry.id}/check?lang=en")
    assert "Checking waits" in browser.text

    save(WorkerBeat(worker="test", started_at=now(), beat_at=now()))

    browser.open(f"/entries/{entry.id}/check/state", htmx=True)
    assert "Checking waits" not in browser.text
    assert "is being checked" in browser.text


def a_failed_check(entry: Entry) -> Job:
    key = f"uploads.check:{entry.current_files[0].asset.upload_id}"
    with transaction():
        job = enqueue("uploads.check", {"upload_id": "x"}, lane="check", key=key, at=now())
    job.state, job.finished_at, job.reason_code, job.reason = "failed", now(), "worker_lost", "The worker went away."
    db.session.commit()
    return job


def test_a_check_that_went_wrong_is_tried_again_by_whoever_waits_for_it(browser: Browser) -> None:
    person = a_person()
    entry = waiting(person)
    job = a_failed_check(entry)
    browser.sign_in(person).open(f"/entries/{entry.id}/check?lang=en")
    assert "The check could not be finished" in browser.text

    browser.submit("Check again")

    assert job.state == "waiting"
    assert "The check could not be finished" not in browser.text


def test_the_office_tries_all_of_them_again(browser: Browser) -> None:
    entry = waiting(a_person())
    job = a_failed_check(entry)
    browser.sign_in(an_organiser(entry.edition)).open(f"/editions/{entry.edition_id}/desk?lang=en")
    assert "Work on 1 file went wrong" in browser.text

    browser.submit("Try them again")

    assert job.state == "waiting"
    assert "went wrong" not in browser.text


def test_when_the_verdict_is_there_the_page_is_loaded_again(browser: Browser) -> None:
    person = a_person()
    entry = waiting(person)
    asset = entry.current_files[0].asset
    asset.state, asset.facts, asset.checked_at = "checked", VIDEO_FACTS.to_json(), now()
    db.session.commit()
    with transaction():
        checked(asset)

    browser.sign_in(person).open(f"/entries/{entry.id}/check/state", htmx=True)

    assert browser.response.headers["HX-Refresh"] == "true"
    assert "Everything meets the rules" in browser.open(f"/entries/{entry.id}/check?lang=en").text


def test_media_is_for_the_entrant_and_the_office_only(browser: Browser) -> None:
    edition, person = an_edition(), a_person()
    entry = a_submitted_entry(edition, entrant=person)
    draft = an_entry(edition, entrant=person, with_asset=True)
    office, elsewhere = an_organiser(edition), an_organiser(an_edition(is_current=False))
    shown, private = ((one.id, one.current_files[0].id) for one in (entry, draft))

    def may(somebody: Person, entry_id: int, file_id: int, name: str = "poster.jpg") -> bool:
        # No media lies behind the rows of a test, so that a 404 tells nothing: ask who may, below the storage.
        from contest.entries.queries import file_seen_by

        return file_seen_by(somebody, entry_id, file_id) is not None

    assert all(may(one, *shown) for one in (person, office, an_auditor(edition)))
    assert not any(may(one, *shown) for one in (a_judge(edition), elsewhere, a_person()))
    assert may(person, *private)
    assert not may(office, *private)
    assert not may(person, shown[0], private[1])
    browser.sign_in(a_judge(edition)).open(f"/entries/{shown[0]}/files/{shown[1]}/media/poster.jpg", expect=404)
    browser.open(f"/entries/{shown[0]}/files/{shown[1]}/original", expect=404)
    browser.open(f"/entries/{shown[0]}/files/{shown[1]}/media/../../../secret_key", expect=404)


def test_another_persons_entry_does_not_exist(browser: Browser) -> None:
    edition = an_edition()
    entry = a_submitted_entry(edition)
    file = entry.current_files[0]
    addresses = ["", "/file", "/check", "/check/state", "/details", "/review", "/receipt", "/withdrawal"]

    for stranger in (a_person(), an_organiser(edition), a_judge(edition)):
        browser.sign_in(stranger)
        for address in addresses:
            browser.open(f"/entries/{entry.id}{address}", expect=404)
        token = browser.open("/entries/new").page.all("input", name="csrf_token")[0].get("value")
        for address in ("/draft", "/details", "/file", "/submission", "/withdrawal"):
            browser.send("POST", f"/entries/{entry.id}{address}", expect=404, data={"csrf_token": token})
    browser.open(f"/entries/{entry.id}/files/{file.id}/media/poster.jpg", expect=404)


def expires_at(purpose: str, *, at: datetime, app: Flask) -> datetime:
    """Until when an upload is kept whose last byte came at `at`."""
    with transaction():
        upload = begin_upload(
            person=a_person(),
            purpose=Purpose(kind="video", max_bytes=100, ref=purpose),
            filename="film.mp4",
            mime="video/mp4",
            declared_bytes=10,
            at=at,
            settings=app.config["SETTINGS"],
        )
    return upload.expires_at


def test_an_unfinished_upload_is_kept_until_the_deadline_and_its_grace(app: Flask) -> None:
    edition = an_edition(phase="submission", upload_grace_min=60)
    entry = an_entry(edition, entrant=a_person())
    deadline = edition.phase("submission").ends_at

    early = expires_at(f"entry-file:{entry.id}:0", at=clock.now(), app=app)
    last_minute = expires_at(f"entry-file:{entry.id}:0", at=deadline - timedelta(minutes=1), app=app)

    assert early == deadline + timedelta(hours=1)
    assert last_minute == deadline - timedelta(minutes=1) + timedelta(hours=48)
    assert expires_at("test:1", at=deadline, app=app) == deadline + timedelta(hours=48)


def test_a_deadline_that_is_put_off_gives_unfinished_uploads_more_time(app: Flask) -> None:
    edition = an_edition(phase="submission", upload_grace_min=0)
    entry = an_entry(edition, entrant=a_person())
    upload = an_upload(entry.entrant, purpose=f"entry-file:{entry.id}:0", expires_at=clock.now())
    phase = edition.phase("submission")
    phase.ends_at = put_off = clock.now() + timedelta(days=30)
    db.session.commit()

    with transaction():
        given_up = expire_upload(upload, at=clock.now())

    assert (given_up, upload.state, upload.expires_at) == (False, "receiving", put_off)
    with transaction():
        assert expire_upload(upload, at=put_off + timedelta(seconds=1))


def test_where_kinds_of_shot_are_asked_for_the_entrant_says_which_photo_is_which(browser: Browser) -> None:
    entry, (a, b) = photos(2)
    entry.category.further_limits = {"shots": ["panorama", "close-up"]}
    db.session.commit()
    browser.sign_in(entry.entrant).open(f"/entries/{entry.id}/file?lang=en")
    with force_locale("en"):
        lacking = [one.text for one in missing(entry)]
    assert lacking == [
        "Say which photo shows the whole scene (panorama)",
        "Say which photo is a close-up",
    ]

    browser.submit("#arrange", button="save", fields={f"shot-{a.id}": "panorama", f"shot-{b.id}": "close-up"})

    db.session.rollback()
    assert [file.shot for file in entry.current_files] == ["panorama", "close-up"]
    assert missing(entry) == []


@pytest.mark.parametrize("said", ["aerial", "", "x" * 5000])
def test_a_kind_of_shot_that_is_none_counts_as_none(app: Flask, said: str) -> None:
    entry, (a,) = photos(1)

    with transaction():
        describe_files(entry, {}, {a.id: said}, at=now())

    assert a.shot == ""


def test_where_none_is_asked_for_nothing_is_asked(browser: Browser) -> None:
    entry, _files = photos(2)

    browser.sign_in(entry.entrant).open(f"/entries/{entry.id}/file?lang=en")

    assert "Kind of shot" not in browser.text


def test_a_photo_tells_its_advice_where_it_lies(browser: Browser) -> None:
    entry, (photo,) = photos(1)
    blurred = {"p2": 5, "p50": 90, "p95": 180, "p98": 200, "contrast": 195, "white": 0, "noise": 1, "blocking": 1}
    photo.asset.facts = {**(photo.asset.facts or {}), "quality": {**blurred, "sharpness": 12.0}}
    photo.asset.checked_at = now() + timedelta(seconds=1)
    db.session.commit()
    with transaction():
        write_report(photo, at=now())

    browser.sign_in(entry.entrant).open(f"/entries/{entry.id}/file?lang=en")

    assert "Sharpness: 12 of 100" in browser.text
    assert "It is an estimate and decides nothing" in browser.text
