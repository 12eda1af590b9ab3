"""The worker makes fingerprints bit by bit, of new works and of old ones, and lets everything else go first."""

from pathlib import Path

import pytest
from flask import Flask

from contest.clock import now
from contest.db import db, transaction
from contest.editions.models import Edition
from contest.entries.models import Entry, Fingerprint
from contest.entries.queries import pairs_of
from contest.jobs.actions import enqueue
from contest.storage import storage
from tests.entries.factories import a_submitted_entry, an_asset
from tests.factories import a_person, an_edition
from tests.media.clips import H264, ffmpeg
from tests.uploads.working import work


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve seconds in which something new is seen and heard all the time."""
    path = tmp_path_factory.mktemp("film") / "film.mp4"
    seen = ("-f", "lavfi", "-i", "mandelbrot=size=320x240:rate=10:end_scale=0.0001")
    heard = ("-f", "lavfi", "-i", "aevalsrc='sin(2*PI*(300+40*floor(mod(t*t*3,17)))*t)*0.5'")
    ffmpeg(*seen, *heard, "-t", "16", *H264, "-force_key_frames", "expr:gte(t,n_forced*2)", path)
    return path


def a_film(edition: Edition, film: Path | None) -> Entry:
    """A work of which our own version lies in the storage, or is lost."""
    asset = an_asset(a_person())
    if film is not None:
        made = asset.rendition("film")
        assert made is not None
        copy = film.with_suffix(f".{asset.id}")
        copy.write_bytes(film.read_bytes())
        storage().put(f"{made.prefix}video.mp4", copy, content_type="video/mp4", move=True)
    return a_submitted_entry(edition, asset=asset)


def begin() -> None:
    with transaction():
        enqueue("entries.fingerprints", {}, key="periodic:entries.fingerprints", at=now())


def test_two_works_with_the_same_film_are_found_and_a_lost_one_holds_up_nobody(app: Flask, film: Path) -> None:
    edition = an_edition()
    first, second, lost = a_film(edition, film), a_film(edition, film), a_film(edition, None)
    begin()

    work(app, lanes=["housekeeping"])

    assert {(pair.row.what, pair.theirs.entry_id) for pair in pairs_of(first)} >= {("pictures", second.id)}
    troubles = {made.asset_id: bool(made.trouble) for made in db.session.query(Fingerprint)}
    assert troubles == {
        first.files[0].asset_id: False,
        second.files[0].asset_id: False,
        lost.files[0].asset_id: True,
    }


def test_it_waits_while_a_check_or_an_encode_does(app: Flask, film: Path) -> None:
    a_film(an_edition(), film)
    with transaction():
        enqueue("uploads.check", {"upload_id": "none"}, lane="check", at=now())
    begin()

    work(app, lanes=["housekeeping"])

    assert db.session.query(Fingerprint).count() == 0


def test_the_command_says_how_many_are_lacking_and_begins(app: Flask) -> None:
    edition = an_edition()
    a_film(edition, None)
    run = app.test_cli_runner().invoke

    before = run(args=["media", "fingerprints", "--start"]).output
    work(app, lanes=["housekeeping"])
    after = run(args=["media", "fingerprints"]).output
    again = run(args=["media", "fingerprints", "--again"]).output

    assert before.startswith("0 of 1 files have fingerprints, 1 are lacking, 0 cannot be made")
    assert after.startswith("1 of 1 files have fingerprints, 0 are lacking, 1 cannot be made")
    assert again.splitlines()[:2] == [
        "1 are tried again",
        "0 of 1 files have fingerprints, 1 are lacking, 0 cannot be made",
    ]
