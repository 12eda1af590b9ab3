"""From the last byte to something that can be shown, with real files and the real worker's way of running jobs."""

import hashlib
import shutil
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from contest import clock
from contest.accounts.models import Unit
from contest.db import db, transaction
from contest.jobs.actions import retry
from contest.jobs.models import Job
from contest.jobs.registry import TryAgain
from contest.media.facts import Code, Facts, Unreadable
from contest.media.outputs import RenderFailed, Trouble
from contest.storage import storage
from contest.uploads import originals, registry, tasks
from contest.uploads.actions import examine_again
from contest.uploads.models import Asset, Rendition, Upload
from contest.uploads.queries import check_job
from contest.uploads.rules import sign_purpose
from tests.factories import a_person, save
from tests.uploads.factories import MIB, Tus
from tests.uploads.part_files import part_file
from tests.uploads.working import make_film, make_photo, work


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return make_film(tmp_path_factory.mktemp("clips") / "film.mp4").read_bytes()


@pytest.fixture(scope="module")
def photo(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return make_photo(tmp_path_factory.mktemp("clips") / "photo.jpg").read_bytes()


def send(tus: Tus, body: bytes, *, kind: str = "video") -> str:
    word = sign_purpose(kind=kind, max_bytes=100 * MIB, ref="test:7")
    path = tus.create(len(body), purpose=word).headers["Location"]
    assert tus.patch(path, 0, body).status_code == 204
    return path.rpartition("/")[2]


def asset_of(upload_id: str) -> Asset:
    db.session.rollback()
    return db.session.scalars(sa.select(Asset).where(Asset.upload_id == upload_id)).one()


def stored(key: str) -> bytes:
    return b"".join(storage().read_range(key, 0, 10**9))


def job_rows() -> list[tuple[str, str, str | None]]:
    db.session.rollback()
    return [(job.kind, job.state, job.reason_code) for job in db.session.scalars(sa.select(Job).order_by(Job.id))]


def test_a_film_is_kept_checked_and_made_ready_to_show(tus: Tus, app: Flask, film: bytes) -> None:
    upload_id = send(tus, film)

    kinds = work(app)

    asset = asset_of(upload_id)
    facts = Facts.from_json(asset.facts or {})
    sha256 = hashlib.sha256(film).hexdigest()
    year = asset.upload.created_at.year
    assert kinds == ["uploads.check", "uploads.first", "uploads.render", "uploads.storyboard"], job_rows()
    assert (asset.state, asset.sha256, asset.upload.sha256) == ("checked", sha256, sha256)
    assert asset.original_key == asset.upload.storage_key == f"o/{year}/{upload_id}"
    assert stored(asset.original_key) == film
    assert not part_file(app, upload_id).exists()
    assert (facts.width, facts.height, facts.has_sound) == (640, 360, True)
    assert abs(facts.length_ms - 2000) < 100
    poster, shown = asset.rendition("poster"), asset.rendition("film")
    assert poster is not None
    assert shown is not None
    assert asset.is_ready
    poster = asset.rendition("poster")
    assert poster is not None
    assert poster.prefix.startswith(f"d/{sha256[:2]}/{sha256}/poster-2/")
    assert asset.poster_key == f"{poster.prefix}poster-small.jpg"
    assert {"hls/master.m3u8", "video.mp4"} <= {file["name"] for file in shown.files}
    for made in (poster, shown):
        assert [(file["bytes"], file["sha256"]) for file in made.files] == [
            (len(body), hashlib.sha256(body).hexdigest())
            for body in (stored(made.prefix + file["name"]) for file in made.files)
        ]


def test_a_photo_is_made_ready_without_waiting_behind_films(tus: Tus, app: Flask, photo: bytes) -> None:
    upload_id = send(tus, photo, kind="photo")

    work(app, lanes=["check"])

    asset = asset_of(upload_id)
    assert (asset.state, asset.is_ready, asset.photos("avif")) == ("checked", True, []), job_rows()
    assert asset.blur.startswith("data:image/png;base64,")
    assert asset.poster_key is not None
    assert asset.poster_key.endswith(".jpg")
    assert {file["mime"] for file in (asset.rendition("photo") or Rendition()).files} == {"image/jpeg", "image/webp"}


def test_a_photo_gets_its_avif_when_all_films_are_done(tus: Tus, app: Flask, photo: bytes, film: bytes) -> None:
    upload_id = send(tus, photo, kind="photo")
    work(app, lanes=["check"])
    send(tus, film)

    done = work(app)

    assert done[-1] == "uploads.smaller"
    asset = asset_of(upload_id)
    assert [name for name, _width in asset.photos("avif")] == ["photo-480.avif", "photo-1024.avif", "photo-2048.avif"]
    assert asset.photos("jpg")[0] == ("photo-480.jpg", 480)


def test_an_avif_that_cannot_be_made_is_told_to_the_operator_alone(
    tus: Tus, app: Flask, photo: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fall(*_args: object, **_named: object) -> None:
        raise RenderFailed(Trouble.FAILED, "no room")

    upload_id = send(tus, photo, kind="photo")
    work(app, lanes=["check"])

    monkeypatch.setattr(tasks, "render_photo_smaller", fall)

    for _ in range(3):
        tasks_again(app)

    told = ("uploads.smaller", "encoder-failed", "The photo-avif, which is not needed, could not be made")
    job = db.session.scalars(sa.select(Job).where(Job.state == "failed")).one()
    assert (job.kind, job.reason_code, str(job.reason).partition(" (")[0]) == told
    assert (asset_of(upload_id).is_ready, asset_of(upload_id).photos("avif")) == (True, [])


@pytest.mark.parametrize(
    ("body", "code"),
    [(b"This is no film at all. " * 50, "not-a-video"), (b"#EXTM3U\nfile:///etc/passwd\n", "not-a-video")],
)
def test_a_file_that_is_no_film_ends_with_a_reason(tus: Tus, app: Flask, body: bytes, code: str) -> None:
    upload_id = send(tus, body)

    kinds = work(app)

    asset = asset_of(upload_id)
    assert (asset.state, asset.unreadable_code, asset.facts) == ("unreadable", code, None)
    assert kinds == ["uploads.check"]
    assert stored(asset.original_key or "") == body


def test_a_broken_film_ends_with_a_reason(tus: Tus, app: Flask, film: bytes) -> None:
    upload_id = send(tus, film[: len(film) // 3])

    work(app)

    asset = asset_of(upload_id)
    assert (asset.state, asset.unreadable_code) == ("unreadable", "damaged"), job_rows()


def test_who_asked_is_told_when_it_is_checked_and_when_it_can_be_shown(tus: Tus, app: Flask, photo: bytes) -> None:
    told: list[tuple[str, str, bool]] = []
    registry.on_checked("test", lambda asset: told.append(("checked", asset.state, asset.is_ready)))
    registry.on_rendered("test", lambda asset: told.append(("rendered", asset.upload.purpose, asset.is_ready)))
    send(tus, photo, kind="photo")

    work(app)

    assert told == [("checked", "checked", False), ("rendered", "test:7", True)]


def test_who_asked_can_do_without_a_rendition(tus: Tus, app: Flask, photo: bytes) -> None:
    registry.on_checked("test", lambda _asset: False)
    send(tus, photo, kind="photo")

    assert work(app) == ["uploads.check"]


def test_a_check_whose_end_was_lost_does_it_again_and_comes_to_the_same(
    tus: Tus, app: Flask, photo: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fall(*_args: object, **_named: object) -> None:
        raise ConnectionError("the database went away")

    upload_id = send(tus, photo, kind="photo")
    with monkeypatch.context() as patch:
        patch.setattr(tasks, "note_facts", fall)
        work(app, most=1)
    halfway = asset_of(upload_id)
    assert (halfway.state, halfway.original_key is not None) == ("checking", True)

    tasks_again(app)

    assert asset_of(upload_id).state == "checked"


def tasks_again(app: Flask) -> None:
    """Do not wait for the back-off."""
    db.session.execute(sa.update(Job).values(run_at=sa.func.coalesce(Job.created_at, Job.run_at)))
    db.session.commit()
    work(app)


def test_the_move_into_the_storage_may_be_interrupted_before_it_is_written_down(
    tus: Tus, app: Flask, photo: bytes
) -> None:
    upload_id = send(tus, photo, kind="photo")
    upload = db.session.get_one(Upload, upload_id)
    sha256 = originals.keep(upload, settings=app.config["SETTINGS"], check_cancelled=lambda: None)

    work(app)

    assert (asset_of(upload_id).state, asset_of(upload_id).sha256) == ("checked", sha256)


def test_bytes_that_are_gone_are_a_failed_job_with_a_reason_and_not_a_bad_file(tus: Tus, app: Flask) -> None:
    upload_id = send(tus, b"123")
    part_file(app, upload_id).unlink()

    for _ in range(5):
        tasks_again(app)

    asset = asset_of(upload_id)
    job = check_job(asset)
    assert asset.state == "waiting"
    assert job is not None
    assert (job.state, job.reason_code) == ("failed", "bytes-missing")


def test_a_file_whose_checks_are_killed_is_not_blamed(
    tus: Tus, app: Flask, photo: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Really killed, as the machine does it that is short of memory."""
    upload_id = send(tus, photo, kind="photo")
    with monkeypatch.context() as patch:
        patch.setattr("contest.media.photo.python_paths", lambda: (["sh", "-c", "kill -KILL $$"], []))
        for _ in range(5):
            tasks_again(app)
    job = check_job(asset_of(upload_id))
    assert job is not None
    assert (asset_of(upload_id).state, job.state, job.reason_code) == ("checking", "failed", "killed")

    with transaction():
        retry(job, at=clock.now())
    work(app, lanes=["check"])

    assert asset_of(upload_id).state == "checked"


def test_a_file_is_too_hard_only_when_it_was_three_times_and_the_last_two_in_a_row(
    tus: Tus, app: Flask, photo: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload_id = send(tus, photo, kind="photo")
    fates = ["too-hard", "worker dies", "too-hard", "too-hard"]

    def examine(*_words: object, **_more: object) -> Facts:
        if (fate := fates.pop(0)) == "worker dies":
            raise TryAgain("worker_lost", "As the sweep says it.")
        raise Unreadable(Code(fate), "as if its child was killed")

    monkeypatch.setattr(tasks, "examine", examine)
    states = []
    while fates:
        tasks_again(app)
        states.append(asset_of(upload_id).state)

    assert states == ["checking", "checking", "checking", "unreadable"]
    assert asset_of(upload_id).unreadable_code == "too-hard"
    with transaction():
        examine_again(asset_of(upload_id), by=asset_of(upload_id).upload.person, at=clock.now())
    monkeypatch.undo()
    assert asset_of(upload_id).state == "checking"
    work(app)
    assert asset_of(upload_id).state == "checked"


def test_a_machine_without_ffmpeg_does_not_blame_the_film(
    tus: Tus, app: Flask, film: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = shutil.which
    upload_id = send(tus, film)
    with monkeypatch.context() as patch:
        patch.setattr(shutil, "which", lambda name, **how: None if name.startswith("ff") else real(name, **how))
        work(app)
    waiting = check_job(asset_of(upload_id))
    assert waiting is not None
    assert (waiting.state, waiting.reason_code) == ("waiting", "program-missing")
    assert "ffmpeg" in (waiting.reason or "")

    tasks_again(app)

    assert asset_of(upload_id).state == "checked"


def test_the_same_file_sent_twice_is_made_once(tus: Tus, app: Flask, photo: bytes) -> None:
    first, second = send(tus, photo, kind="photo"), send(tus, photo, kind="photo")
    work(app)

    made = [asset_of(upload_id).rendition("photo") for upload_id in (first, second)]

    assert made[0] is not None
    assert made[1] is not None
    assert (made[0].prefix, made[0].files) == (made[1].prefix, made[1].files)
    assert asset_of(first).original_key != asset_of(second).original_key


def test_nothing_is_left_lying_about(tus: Tus, app: Flask, photo: bytes) -> None:
    send(tus, photo, kind="photo")
    work(app)

    instance: Path = app.config["SETTINGS"].instance
    assert list((instance / "scratch").iterdir()) == []
    assert list((instance / "media/t").iterdir()) == []


def test_units_take_turns_however_many_files_one_of_them_sends(app: Flask, photo: bytes) -> None:
    school, other = save(Unit(name="School")), save(Unit(name="Institute"))
    teachers = [a_person(unit_id=school.id), a_person(unit_id=school.id)]
    alone, elsewhere = a_person(), a_person(unit_id=other.id)
    for number, person in enumerate([*teachers, *teachers, elsewhere, alone, elsewhere]):
        send(Tus(app, person), photo + bytes([number]), kind="photo")

    db.session.rollback()
    in_turn = sa.select(Job).where(Job.state == "waiting").order_by(Job.priority.desc(), Job.run_at, Job.id)
    owners = [asset_of(job.args["upload_id"]).upload.person for job in db.session.scalars(in_turn).all()]

    assert [person.unit_id or "alone" for person in owners] == [
        school.id, other.id, "alone",
        school.id, other.id,
        school.id, school.id,
    ]  # fmt: skip
