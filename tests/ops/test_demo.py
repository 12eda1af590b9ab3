"""The demo: films and photos that look like something, and something to do for everybody who signs in."""

import hashlib
import subprocess
from pathlib import Path

import pytest
from flask import Flask

from contest.audit.queries import first_break
from contest.db import db
from contest.entries.models import Entry
from contest.judging.models import Assignment
from contest.media.photo import examine_photo
from contest.media.probe import examine
from contest.media.sandbox import detect
from contest.ops.demo import NoFfmpeg, cast, film, load
from contest.ops.demo.film import Film, Photo, make_film, make_photo
from contest.ops.demo.load import load_demo
from tests.browser import Browser
from tests.ops.factories import stamped


def test_there_are_enough_works() -> None:
    assert len(cast.FILMS) >= 6
    assert len(cast.PHOTOS) >= 6
    assert all(8 <= one.length_s <= 15 for one in cast.FILMS)


def test_a_film_moves_sounds_and_comes_out_the_same_each_time(tmp_path: Path) -> None:
    short = Film("wind", 2.0, "风从太行来", "作者")

    one, two = make_film(short, tmp_path / "one.mp4"), make_film(short, tmp_path / "two.mp4")

    facts = examine(one, kind="video", box=detect("limits"))
    assert (facts.width, facts.height, facts.codec, facts.has_sound) == (854, 480, "h264", True)
    assert 1900 <= facts.length_ms <= 2100
    assert -24 < (facts.loudness_lufs or -99) < -12
    assert frames_of(one) == frames_of(two)
    assert len(set(frames_of(one))) > 30


def frames_of(path: Path) -> list[str]:
    """The hash of each frame."""
    told = subprocess.run(
        ["ffmpeg", "-v", "error", "-i", path, "-an", "-f", "framemd5", "-"], capture_output=True, text=True, check=True
    ).stdout
    return [line.rpartition(",")[2].strip() for line in told.splitlines() if not line.startswith("#")]


def test_a_photo_is_large_enough_to_be_entered(tmp_path: Path) -> None:
    one, two = (make_photo(Photo("walnut", 0.5), tmp_path / name) for name in ("one.jpg", "two.jpg"))

    facts = examine_photo(one, box=detect("limits"))
    assert max(facts.width, facts.height) >= 1600
    assert hashlib.sha256(one.read_bytes()).digest() == hashlib.sha256(two.read_bytes()).digest()


def test_without_ffmpeg_nothing_is_written(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    began: list[bool] = []

    with pytest.raises(NoFfmpeg, match="not installed"):
        load_demo(settings=app.config["SETTINGS"], begins=lambda: began.append(True))

    assert began == []


@pytest.mark.slow
def test_everybody_who_signs_in_to_the_demo_finds_something(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    stamped()
    tiny = tuple(Film(one.scene, 1.2, one.title, one.byline) for one in cast.FILMS)
    monkeypatch.setattr(cast, "FILMS", tiny)
    monkeypatch.setattr(film, "PHOTO_DRAWN", film.PHOTO_SIZE)

    sign_ins = {one.role: one for one in load.load_demo(settings=app.config["SETTINGS"])}

    assert set(sign_ins) == {"organiser", "judge", "entrant", "auditor"}
    assert len({one.password for one in sign_ins.values()}) == 4
    assert first_break() is None
    states = sorted(one.state for one in db.session.query(Entry))
    assert states == sorted([*["passed"] * 11, *["submitted"] * 2, "returned", "draft"])
    assert db.session.query(Assignment).filter_by(state="open").count() > 0

    visitor = Browser(app, language="zh").open("/")
    assert "往届光芒" in visitor.text
    visitor.open("/showcase")
    addresses = sorted({str(a.get("href")) for a in visitor.page.all("a") if "/works/" in str(a.get("href"))})
    assert len(addresses) == 8
    for address in addresses:
        page = visitor.open(address).page
        media = [one.get("src") for one in (*page.all("source"), *page.all("img")) if "/media/" in str(one.get("src"))]
        assert media
        for source in media:
            visitor.open(str(source))

    for role, desk in (("organiser", "/editions"), ("judge", "/"), ("entrant", "/"), ("auditor", "/")):
        browser = Browser(app, language="zh").open("/sign-in")
        browser.submit(login=sign_ins[role].login, password=sign_ins[role].password)
        browser.open(desk)
