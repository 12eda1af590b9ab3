"""What nobody waits for: unfinished uploads that were given up, and what killed attempts left behind."""

import io
import os
import time
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from contest import clock
from contest.audit.models import AuditLine
from contest.db import db
from contest.jobs.actions import enqueue
from contest.storage import storage
from contest.uploads import parts
from contest.uploads.models import Upload
from contest.uploads.queries import unfinished_uploads
from tests.entries.factories import an_asset
from tests.jobs.factories import a_claimed_job
from tests.uploads.factories import MIB, Tus
from tests.uploads.part_files import part_file, part_folder
from tests.uploads.working import work

BODY = b"0123456789"


def clean(app: Flask) -> None:
    run(app, "uploads.housekeeping")


def run(app: Flask, kind: str) -> None:
    db.session.rollback()
    enqueue(kind, {}, at=clock.now())
    db.session.commit()
    assert work(app, lanes=["housekeeping"]) == [kind]


def state_of(path: str) -> str:
    db.session.rollback()
    return db.session.get_one(Upload, path.rpartition("/")[2]).state


def part_names(app: Flask) -> set[str]:
    return {path.name for path in part_folder(app).iterdir()}


def test_an_upload_nobody_went_on_with_is_given_up_after_its_time(tus: Tus, app: Flask) -> None:
    path, later = tus.begin(10), clock.now() + timedelta(hours=24)
    tus.patch(path, 0, BODY[:4])
    with clock.frozen(later):
        fresh = tus.begin(10)

    with clock.frozen(later + timedelta(hours=25)):
        clean(app)

    verbs = db.session.scalars(sa.select(AuditLine.verb).where(AuditLine.object_kind == "upload")).all()
    assert (state_of(path), state_of(fresh)) == ("expired", "receiving")
    assert part_names(app) == {fresh.rpartition("/")[2]}
    assert verbs == ["upload.expired"]
    assert tus.request("HEAD", path).status_code == 410


def test_an_upload_that_is_being_sent_is_never_cut(tus: Tus, app: Flask) -> None:
    path = tus.begin(10)

    with parts.hold(app.config["SETTINGS"], path.rpartition("/")[2]), clock.shifted(timedelta(hours=100)):
        clean(app)

    assert state_of(path) == "receiving"


def test_a_file_that_is_whole_is_finished_although_its_sender_never_asks(tus: Tus, app: Flask) -> None:
    path = tus.begin(10)
    part_file(app, path.rpartition("/")[2]).write_bytes(BODY)

    clean(app)

    assert state_of(path) == "received"


def test_only_rubbish_is_removed(tus: Tus, app: Flask) -> None:
    settings = app.config["SETTINGS"]
    receiving, received = tus.begin(10), tus.begin(10)
    tus.patch(receiving, 0, BODY[:4])
    tus.patch(received, 0, BODY)
    rubbish, scratch = part_folder(app) / ("f" * 32), settings.instance / "scratch"
    rubbish.write_bytes(b"left by a crash")
    for name in ("0" * 32 + "-old", "1" * 32 + "-new"):
        (scratch / name / "hls").mkdir(parents=True)
    long_ago = time.time() - 3 * 24 * 3600
    for path in (rubbish, scratch / ("0" * 32 + "-old"), *part_folder(app).iterdir()):
        os.utime(path, (long_ago, long_ago))

    clean(app)

    assert part_names(app) == {path.rpartition("/")[2] for path in (receiving, received)}
    assert [path.name for path in scratch.iterdir()] == ["1" * 32 + "-new"]


def test_a_person_sees_what_can_still_be_gone_on_with(tus: Tus, stranger: Tus) -> None:
    first, second, third = tus.begin(10), tus.begin(10), tus.begin(10)
    stranger.begin(10)
    tus.patch(second, 0, BODY)
    tus.request("DELETE", third)

    db.session.rollback()
    mine = unfinished_uploads(tus.person)

    assert [upload.id for upload in mine] == [first.rpartition("/")[2]]
    assert unfinished_uploads(tus.person, purpose="test:2") == []
    with clock.shifted(timedelta(hours=49)):
        assert unfinished_uploads(tus.person) == []


def test_what_a_killed_attempt_left_in_the_storage_goes_and_what_rows_name_stays(tus: Tus, app: Flask) -> None:
    kept = storage()
    asset = an_asset(tus.person)
    made = asset.renditions[0].prefix
    named = [made + file["name"] for file in asset.renditions[0].files]
    beginning = "/".join(made.split("/")[:3])
    job = a_claimed_job()
    lost, strange, busy = f"{beginning}/film-3/dead/a.jpg", f"d/ff/{'f' * 64}/x.jpg", f"d/aa/b/{job.token[:12]}/a.jpg"
    for key in (*named, lost, strange, busy):
        kept.put(key, io.BytesIO(b"1"))
    aside = part_folder(app).parent / ".aside/half"
    aside.write_bytes(b"half")
    long_ago = time.time() - 3 * 24 * 3600
    os.utime(aside, (long_ago, long_ago))

    run(app, "uploads.leftovers")
    young = {stat.key for stat in kept.list("d/")}
    with clock.shifted(timedelta(hours=25)):
        run(app, "uploads.leftovers")

    assert young == {*named, lost, strange, busy}
    assert {stat.key for stat in kept.list("d/")} == {*named, busy}
    assert not aside.exists()


@pytest.mark.parametrize("name", ["not-an-upload", "x" * 32])
def test_a_strange_file_among_the_parts_does_no_harm(app: Flask, name: str) -> None:
    strange: Path = part_folder(app) / name
    strange.write_bytes(b"1")

    clean(app)

    assert strange.exists()  # it is young; later it goes


def test_of_a_fast_line_the_disk_tells_how_much_is_here(tus: Tus) -> None:
    path = tus.begin(5 * MIB)
    for piece in range(4):
        tus.patch(path, piece * MIB, bytes(MIB))
    db.session.rollback()

    (upload,) = unfinished_uploads(tus.person)

    assert (upload.received_bytes, upload.percent) == (4 * MIB, 80)
