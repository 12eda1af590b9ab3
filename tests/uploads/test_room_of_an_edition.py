"""How much may be sent to an edition in all: told, counted, and refused with what to do; what runs is never cut."""

import io
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
import sqlalchemy as sa
from flask import Flask, current_app
from flask_babel import force_locale

from contest import clock
from contest.accounts.models import Person
from contest.config import MIB, Settings
from contest.db import db, transaction
from contest.editions.models import Edition
from contest.editions.queries import use_of_room
from contest.entries.models import Entry
from contest.errors import Refused
from contest.uploads import parts
from contest.uploads.actions import begin_upload, cancel_upload, take_note
from contest.uploads.models import Upload
from contest.uploads.rules import Purpose
from tests.browser import Browser
from tests.entries.factories import an_entry
from tests.factories import a_person, an_edition, an_organiser


def send(entry: Entry, declared_bytes: int) -> Upload:
    purpose = Purpose(kind="video", max_bytes=10**15, ref=f"entry-file:{entry.id}:0")
    with transaction():
        return begin_upload(
            person=db.session.get_one(Person, entry.entrant_id),
            purpose=purpose,
            filename="film.mp4",
            mime="video/mp4",
            declared_bytes=declared_bytes,
            at=clock.now(),
            settings=settings(),
        )


def settings() -> Settings:
    kept: Settings = current_app.config["SETTINGS"]
    return kept


def a_full_edition(quota_mib: int | None, *, used: int = 0) -> tuple[Edition, Entry]:
    edition = an_edition(upload_quota_mib=quota_mib)
    entry = an_entry(edition)
    if used:
        send(entry, used)
    return edition, an_entry(edition)


def test_the_last_byte_of_the_room_is_taken_and_not_one_more(app: Flask) -> None:
    edition, entry = a_full_edition(3, used=MIB)

    with pytest.raises(Refused) as refused:
        send(entry, 2 * MIB + 1)
    send(entry, 2 * MIB)

    assert refused.value.status == 413
    assert (use_of_room(edition).bytes, use_of_room(edition).percent) == (3 * MIB, 100)


def test_the_refusal_says_what_is_free_what_is_kept_and_what_to_do(app: Flask) -> None:
    _edition, entry = a_full_edition(5, used=2 * MIB)

    with force_locale("en"), pytest.raises(Refused) as refused:
        send(entry, 4 * MIB)

    assert refused.value.reason == (
        "The file is 4.0 MB, but of the 5.0 MB that the organisers keep for this contest only 3.0 MB are free. Your "
        "texts and all that has arrived are kept. Choose a smaller file, or ask the organisers for more room."
    )


def test_without_a_limit_nothing_is_refused(app: Flask) -> None:
    edition, entry = a_full_edition(None)

    send(entry, 400 * MIB)

    assert (use_of_room(edition).limit, use_of_room(edition).percent) == (0, 0)


def test_a_limit_beyond_any_disk_is_no_trouble(app: Flask) -> None:
    _edition, entry = a_full_edition(1_000_000 * 1024)

    assert send(entry, MIB).account.startswith("edition:")


def test_what_has_begun_ends_although_the_room_was_made_smaller(app: Flask) -> None:
    edition, entry = a_full_edition(None)
    upload = send(entry, 2 * MIB)
    with transaction():
        edition.upload_quota_mib = 1
    with parts.hold(settings(), upload.id) as part:
        part.append(io.BytesIO(bytes(2 * MIB)), room=2 * MIB)

        with transaction():
            take_note(upload, part, at=clock.now(), settings=settings())

    assert upload.is_received


def test_what_was_given_up_makes_room_again_and_other_editions_do_not_count(app: Flask) -> None:
    edition, entry = a_full_edition(2)
    other = an_edition(is_current=False, upload_quota_mib=1)
    upload = send(entry, 2 * MIB)
    send(an_entry(other), MIB)

    with transaction():
        cancel_upload(upload, by=entry.entrant, at=clock.now())

    assert (use_of_room(edition).bytes, use_of_room(other).bytes) == (0, MIB)
    send(entry, 2 * MIB)


def test_two_at_once_are_not_promised_the_same_room(app: Flask) -> None:
    edition, _entry = a_full_edition(3)
    entries = [an_entry(edition, entrant=a_person()).id for _ in range(4)]
    db.session.remove()
    together = Barrier(len(entries))

    def try_it(entry_id: int) -> bool:
        with app.app_context():
            together.wait(10)
            try:
                send(db.session.get_one(Entry, entry_id), 2 * MIB)
            except Refused:
                return False
            return True

    with ThreadPoolExecutor(len(entries)) as pool:
        taken = list(pool.map(try_it, entries))

    assert sorted(taken) == [False, False, False, True]


def test_the_organiser_sets_it_and_sees_what_is_taken(app: Flask) -> None:
    edition, entry = a_full_edition(None)
    send(entry, 256 * MIB)
    browser = Browser(app, language="en").sign_in(an_organiser(edition))
    browser.open(f"/editions/{edition.id}/desk/settings")
    assert "have been sent so far; this edition has no limit of its own" in browser.text

    browser.submit("Save room", fields={"room-gib": "0.5"})

    db.session.expire_all()
    assert edition.upload_quota_mib == 512
    assert "256 MB of 512 MB are taken" in browser.text


@pytest.mark.parametrize(("typed", "kept"), [("", None), ("0", None), ("0.0001", 1), ("2", 2048)])
def test_nothing_and_zero_mean_no_limit(app: Flask, typed: str, kept: int | None) -> None:
    edition = an_edition(upload_quota_mib=7)
    browser = Browser(app, language="en").sign_in(an_organiser(edition))
    browser.open(f"/editions/{edition.id}/desk/settings")

    browser.submit("Save room", fields={"room-gib": typed})

    assert db.session.scalar(sa.select(Edition.upload_quota_mib).where(Edition.id == edition.id)) == kept


def test_nonsense_is_refused_where_it_was_typed(app: Flask) -> None:
    edition = an_edition()
    browser = Browser(app, language="en").sign_in(an_organiser(edition))
    browser.open(f"/editions/{edition.id}/desk/settings")

    browser.submit("Save room", expect=422, fields={"room-gib": "-3"})

    assert "Write 0 to 1,000,000 GB, or nothing" in browser.text
