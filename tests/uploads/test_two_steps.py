"""A film is shown in its own packets while it waits to be encoded; then the whole takes its place, name by name."""

import re
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from contest import clock
from contest.db import db, transaction
from contest.jobs.actions import retry
from contest.jobs.models import Job
from contest.media.outputs import RenderFailed, Trouble
from contest.storage import Missing, storage
from contest.uploads import tasks, workshop
from contest.uploads.models import FIRST, Asset, Rendition
from contest.uploads.serving import files_shown
from tests.uploads.factories import Tus
from tests.uploads.test_checking import asset_of, job_rows, send, stored
from tests.uploads.working import make_film, work


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return make_film(tmp_path_factory.mktemp("clips") / "film.mp4", size="320x180").read_bytes()


def text(asset: Asset, name: str) -> str:
    found = asset.shown_file(name)
    assert found is not None
    return stored(found[0].prefix + name).decode()


def profiles(asset: Asset) -> list[tuple[str, str]]:
    """What there is of the film itself, beside its stills."""
    ours = ("film", FIRST, "storyboard")
    return sorted((made.profile, made.state) for made in asset.renditions if made.profile in ours)


def test_a_film_can_be_watched_before_its_turn_to_be_encoded_comes(tus: Tus, app: Flask, film: bytes) -> None:
    upload_id = send(tus, film)

    kinds = work(app, lanes=["check"])

    asset = asset_of(upload_id)
    assert kinds == ["uploads.check", "uploads.first"], job_rows()
    assert (asset.is_ready, asset.is_whole, asset.storyboard) == (True, False, "")
    assert profiles(asset) == [(FIRST, "ready")]
    assert re.findall(r"^[^#].*", text(asset, "hls/master.m3u8"), re.MULTILINE) == ["source.m3u8"]
    assert asset.shown_file("video.mp4") is None
    assert ("uploads.render", "waiting", None) in job_rows()


def test_the_whole_takes_its_place_and_who_watches_goes_on_with_the_same_bytes(
    tus: Tus, app: Flask, film: bytes
) -> None:
    upload_id = send(tus, film)
    work(app, lanes=["check"])
    before = asset_of(upload_id)
    part = stored(files_shown(before)["hls/source-000.m4s"].key)
    address = files_shown(before)["hls/source-000.m4s"].key

    kinds = work(app, lanes=["encode"])

    asset = asset_of(upload_id)
    assert kinds == ["uploads.render", "uploads.storyboard"], job_rows()
    assert (asset.is_ready, asset.is_whole, asset.storyboard) == (True, True, "storyboard.vtt")
    assert profiles(asset) == [("film", "ready"), (FIRST, "ready"), ("storyboard", "ready")]
    assert asset.rendition("film") is not None
    assert asset.shown_file("video.mp4") is not None
    after = files_shown(asset)["hls/source-000.m4s"]
    assert after.key != address
    assert stored(after.key) == stored(address) == part
    shown = files_shown(asset)
    assert "storyboard.jpg#xywh=0,0,160,90" in text(asset, asset.storyboard)
    assert (shown["storyboard.vtt"].mime, shown["storyboard.jpg"].mime) == ("text/vtt; charset=utf-8", "image/jpeg")
    assert FIRST not in {made.profile for made, _file in filter(None, map(asset.shown_file, files_shown(asset)))}


@pytest.mark.parametrize("step", ["keep", "finish_rendition"])
def test_a_worker_that_dies_between_the_steps_leaves_nothing_stuck(
    step: str, tus: Tus, app: Flask, film: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The whole is half made: what was ready first stays to be watched, and another attempt makes all of it."""
    upload_id = send(tus, film)
    work(app, lanes=["check"])

    def die(*_given: Any, **_named: Any) -> None:
        raise RuntimeError("the worker died")

    with monkeypatch.context() as patch:
        patch.setattr(workshop if step == "keep" else tasks, step, die)
        work(app, lanes=["encode"], most=1)
    asset = asset_of(upload_id)
    assert (asset.is_ready, asset.is_whole) == (True, False)
    assert "source.m3u8" in text(asset, "hls/master.m3u8")
    assert ("film", "making") in profiles(asset)
    _let_it_be_due()

    work(app)

    asset = asset_of(upload_id)
    assert (asset.is_whole, asset.storyboard) == (True, "storyboard.vtt"), job_rows()
    assert {state for _kind, state, _reason in job_rows()} == {"done"}


def _let_it_be_due() -> None:
    with transaction():
        db.session.execute(sa.update(Job).where(Job.state == "waiting").values(run_at=clock.now() - timedelta(hours=1)))


def test_a_first_step_that_is_late_changes_nothing(tus: Tus, app: Flask, film: bytes) -> None:
    upload_id = send(tus, film)
    work(app, lanes=["check"], most=1)
    work(app, lanes=["encode"])

    work(app)

    assert profiles(asset_of(upload_id)) == [("film", "ready"), ("storyboard", "ready")]


def test_what_was_first_is_shown_nowhere_where_the_whole_has_a_file_of_that_name() -> None:
    asset = Asset(kind="video", state="checked")
    for profile, prefix in (("film", "new/"), (FIRST, "old/")):  # the first step may end last
        file = {"name": "hls/master.m3u8", "mime": "text/plain", "sha256": "0" * 64}
        asset.renditions.append(Rendition(profile=profile, version=1, state="ready", prefix=prefix, files=[file]))

    found = asset.shown_file("hls/master.m3u8")

    assert found is not None
    assert (found[0].prefix, files_shown(asset)["hls/master.m3u8"].key) == ("new/", "new/hls/master.m3u8")
    assert (asset.rendition("film") or Rendition()).prefix == "new/"


def test_a_storyboard_that_fails_says_why_and_the_film_plays(
    tus: Tus, app: Flask, film: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload_id = send(tus, film)
    work(app, lanes=["check"])

    def fail(*_given: Any, **_named: Any) -> None:
        raise RenderFailed(Trouble.WRONG_OUTPUT, "of another size")

    with monkeypatch.context() as patch:
        patch.setattr(tasks, "render_storyboard", fail)
        for _attempt in range(4):
            work(app, lanes=["encode"])
            _let_it_be_due()
    asset = asset_of(upload_id)
    assert (asset.is_whole, asset.storyboard) == (True, "")
    assert job_rows()[-1] == ("uploads.storyboard", "failed", "wrong-output")

    with transaction():
        retry(db.session.scalars(sa.select(Job).where(Job.state == "failed")).one(), at=clock.now())
    work(app, lanes=["encode"])

    assert asset_of(upload_id).storyboard == "storyboard.vtt"


def test_a_day_later_the_first_copy_is_cleaned_away(tus: Tus, app: Flask, film: bytes) -> None:
    upload_id = send(tus, film)
    work(app)
    asset = asset_of(upload_id)
    old = next(made for made in asset.renditions if made.profile == FIRST)
    key, keys = f"{old.prefix}hls/source.m3u8", [f"{old.prefix}{file['name']}" for file in old.files]

    tasks._remove_replaced()
    assert stored(key)
    with transaction():
        begun = sa.update(Rendition).where(Rendition.profile == "film")
        db.session.execute(begun.values(created_at=clock.now() - timedelta(days=2)))
    tasks._remove_replaced()

    asset = asset_of(upload_id)
    assert FIRST not in [made.profile for made in asset.renditions]
    for key in keys:
        with pytest.raises(Missing):
            storage().stat(key)
    assert all(stored(one.key) for one in files_shown(asset).values())
