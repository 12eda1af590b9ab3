"""Web server, worker and encoders killed with SIGKILL at random moments while films and photos come in and are made
ready: every file is received whole, checked and shown, and nothing is left over.

TEST_MEDIA_KILLS says how many times (the promise is made for 200), TEST_SEED repeats a run.
"""

import os
import random
import secrets
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from contest import clock
from contest.db import db, transaction
from contest.jobs.actions import enqueue, retry
from contest.jobs.models import UNFINISHED, Job, JobProcess
from contest.uploads import leftovers, parts_in_folder, tasks
from contest.uploads.models import Asset, Rendition, Upload
from tests.e2e.films import a_photo
from tests.entries.factories import an_entry
from tests.factories import an_edition
from tests.jobs.factories import wait_until
from tests.uploads.live import Sender
from tests.uploads.massacre import Killer, Living
from tests.uploads.part_files import part_folder
from tests.uploads.post import Parcel, Post, a_parcel
from tests.uploads.working import make_film, work

KILLS = int(os.environ.get("TEST_MEDIA_KILLS", "20"))
SEED = int(os.environ.get("TEST_SEED", "0")) or random.randrange(1, 10**6)
AT_ONCE = 3  # works on their way
PATIENCE_S = 60 + 2 * KILLS  # the more were killed, the more is to be done again
MEDIA = ("uploads.check", "uploads.first", "uploads.render", "uploads.storyboard", "uploads.smaller")

pytestmark = [pytest.mark.slow, pytest.mark.one_database, pytest.mark.timeout(120 + 20 * KILLS)]


class Works:
    """Films and photos that differ in some bytes nobody sees, so that none is known from before."""

    def __init__(self, app: Flask, port: int, folder: Path) -> None:
        self.port = port
        self.film = make_film(folder / "film.mp4", seconds=2, size="640x480").read_bytes()
        self.photo = a_photo(folder / "photo.jpg").read_bytes()
        edition = an_edition()
        entries = [an_entry(edition, kind=kind) for kind in ("video", "photo") * KILLS]
        self._entries = iter([(entry.id, entry.category.kind, Sender(app, entry.entrant, self)) for entry in entries])

    def next(self) -> Parcel:
        entry_id, kind, sender = next(self._entries)
        body = self._new_film() if kind == "video" else self._new_photo()
        return a_parcel(sender, kind=kind, ref=f"entry-file:{entry_id}:0", body=body)

    def _new_film(self) -> bytes:
        free = secrets.token_bytes(1000)
        return self.film + (len(free) + 8).to_bytes(4) + b"free" + free

    def _new_photo(self) -> bytes:
        comment = secrets.token_bytes(1000)
        return self.photo[:2] + b"\xff\xfe" + (len(comment) + 2).to_bytes(2) + comment + self.photo[2:]


def unfinished() -> int:
    db.session.rollback()
    waiting = sa.select(sa.func.count()).where(Job.kind.in_(MEDIA), Job.state.in_(UNFINISHED))
    return db.session.scalar(waiting) or 0


def hurry() -> None:
    """What waits to be tried again need not wait any longer."""
    with transaction() as session:
        session.execute(sa.update(Job).where(Job.state == "waiting").values(run_at=clock.now()))


def until_nothing_waits(living: Living, *, seconds: float) -> None:
    def is_over() -> bool:
        hurry()
        time.sleep(0.3)
        return living.stand() and unfinished() == 0

    wait_until(is_over, seconds=seconds)


def try_again_what_failed() -> None:
    with transaction():
        for job in failed():
            retry(job, at=clock.now())


def failed() -> list[Job]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(Job).where(Job.state == "failed")))


def clean_up(app: Flask) -> None:
    """Housekeeping of a time when nobody is expected to come back."""
    with clock.shifted(timedelta(days=60)):
        for kind in ("uploads.housekeeping", "uploads.leftovers"):
            with transaction():
                enqueue(kind, {}, at=clock.now())
        work(app, lanes=["housekeeping"])


def test_every_file_is_shown_whatever_is_killed(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    print(f"TEST_SEED={SEED}")  # noqa: T201 - shown when the test fails
    chance, living, post = random.Random(SEED), Living(app), Post()
    works, killer = Works(app, living.port, tmp_path), Killer(living, chance)
    try:
        while sum(killer.killed.values()) < KILLS:
            while post.on_their_way + unfinished() < AT_ONCE:
                post.take(works.next())
            living.look_for(chance.uniform(0.1, 0.9))
            killer.kill()
        wait_until(lambda: living.stand() and post.on_their_way == 0, seconds=PATIENCE_S)
        until_nothing_waits(living, seconds=PATIENCE_S)
        given_up = Counter(f"{job.kind}: {job.reason_code}" for job in failed())
        try_again_what_failed()
        until_nothing_waits(living, seconds=PATIENCE_S)
        wait_until(lambda: living.stand() and living.tools() == [], seconds=10)
    finally:
        living.end()
        post.close()

    print(f"killed {dict(killer.killed)}; {len(post.taken)} files, asked again {post.asked_again} times")  # noqa: T201
    print(f"given up until somebody pressed the button: {dict(given_up)}")  # noqa: T201
    assert [parcel.trouble for parcel in post.taken if parcel.trouble] == []
    assert {parcel.upload_id: parcel.sha256 for parcel in post.taken} == received()
    assert {asset.state for asset in db.session.scalars(sa.select(Asset))} == {"checked"}
    assert [asset.id for asset in db.session.scalars(sa.select(Asset)) if not has_all(asset)] == []
    assert failed() == []
    monkeypatch.setattr(leftovers, "LEFT_ALONE_S", -1)
    monkeypatch.setattr(tasks, "LEFT_ALONE_S", -1)
    monkeypatch.setattr(parts_in_folder, "YOUNG_S", -1)
    clean_up(app)
    assert stored(app) == named()
    assert [path.name for path in part_folder(app).iterdir()] == []
    assert [path.name for path in (app.config["SETTINGS"].instance / "scratch").iterdir()] == []
    assert db.session.scalars(sa.select(JobProcess)).all() == []


def received() -> dict[str, str | None]:
    """All that is here whole, and its hash."""
    db.session.rollback()
    return {one.id: one.sha256 for one in db.session.scalars(sa.select(Upload).where(Upload.state == "received"))}


def has_all(asset: Asset) -> bool:
    return asset.is_whole and bool(asset.storyboard if asset.kind == "video" else asset.photos("avif"))


def stored(app: Flask) -> set[str]:
    """Every file there is, also those that no key can name."""
    root = part_folder(app).parent
    return {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()}


def named() -> set[str]:
    """What rows say is there."""
    db.session.rollback()
    originals = {str(asset.original_key) for asset in db.session.scalars(sa.select(Asset))}
    made = db.session.scalars(sa.select(Rendition).where(Rendition.state == "ready"))
    return originals | {one.prefix + file["name"] for one in made for file in one.files}
