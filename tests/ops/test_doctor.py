"""The doctor says in plain words what is wrong, what to do, and by its exit code how bad it is."""

import json
import shutil
import tempfile
from collections import namedtuple
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask_babel import force_locale

from contest import clock, config
from contest.app import create_app
from contest.db import database_now
from contest.jobs.models import Job, WorkerBeat
from contest.media import capabilities
from contest.ops.finding import Finding
from contest.ops.findings import findings
from contest.web.commands import typed
from tests.factories import save
from tests.ops.factories import stamped

Usage = namedtuple("Usage", "total used free")


def found(app: Flask, **settings: object) -> dict[str, Finding]:
    """The findings that are not in order, by title, in English."""
    changed = config.load(instance=app.config["SETTINGS"].instance, testing=True, **settings)
    with force_locale("en"):
        return {one.title: one for one in findings(changed, at=clock.now()) if one.level != "ok"}


@pytest.fixture
def well(app: Flask) -> Flask:
    """A machine on which nothing of ours is wrong."""
    (app.config["SETTINGS"].instance / "secret_key").chmod(0o600)
    stamped()
    save(WorkerBeat(worker="w", started_at=clock.now(), beat_at=database_now()))
    return app


def machine_only(found: dict[str, Finding]) -> set[str]:
    """Without what this machine's ffmpeg, sandbox, disk and database server are like."""
    own = ("ffmpeg", "HDR", "Media", "Photos", "There is little", "PostgreSQL")
    return {title for title in found if not title.startswith(own)}


def test_a_machine_in_order_has_no_finding(well: Flask) -> None:
    assert machine_only(found(well)) == set()


def test_no_worker_is_told(app: Flask) -> None:
    stamped()

    assert typed("jobs work") in found(app)["No worker is running: checks and encodes wait"].remedy


def test_jobs_that_failed_are_counted(well: Flask) -> None:
    at = clock.now()
    failed = {"state": "failed", "finished_at": at, "reason_code": "x", "reason": "Y."}
    save(*(Job(kind="k", lane="check", args={}, run_at=at, max_attempts=1, created_at=at, **failed) for _ in range(2)))

    assert "2 jobs have failed for good" in found(well)


def test_a_secret_that_others_can_read_is_told(well: Flask) -> None:
    (well.config["SETTINGS"].instance / "secret_key").chmod(0o644)

    assert "chmod 600" in found(well)["Other accounts of this machine can read the secret key"].remedy


def test_listening_to_everybody_without_tls_is_told(well: Flask) -> None:
    assert "The service listens beyond this machine without TLS" in found(well, host="0.0.0.0")
    assert "The address is https, but no proxy is said to stand in front" in found(well, public_url="https://x.org")


@pytest.mark.parametrize(
    ("free_mib", "title"),
    [(10, "The disk is full: new uploads are refused"), (1500, "There is little disk space left")],
)
def test_a_full_disk_is_told(well: Flask, monkeypatch: pytest.MonkeyPatch, free_mib: int, title: str) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: Usage(1, 1, free_mib * 1024 * 1024))

    assert title in found(well)


@pytest.fixture
def other_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder on a disk that is not that of the instance."""
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        assert Path(folder).stat().st_dev != tmp_path.stat().st_dev
        yield Path(folder)


def disks_told(app: Flask, media: Path) -> list[tuple[str, str]]:
    """What is said of the disks when media lie in `media`: how bad it is, and of which folder."""
    settings = config.load(instance=app.config["SETTINGS"].instance, testing=True, storage_url=f"file://{media}")
    with force_locale("en"):
        told = findings(settings, at=clock.now())
    return [(one.level, one.detail.split(": ")[0]) for one in told if "disk " in one.title]


def test_the_disk_of_the_files_is_looked_at_too(well: Flask, monkeypatch: pytest.MonkeyPatch, other_disk: Path) -> None:
    room = {other_disk.stat().st_dev: 10 * config.MIB}
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(1, 1, room.get(Path(path).stat().st_dev, 2**50)))
    instance = well.config["SETTINGS"].instance

    assert disks_told(well, other_disk / "media") == [("ok", str(instance)), ("missing", str(other_disk / "media"))]


def test_one_disk_is_told_once(well: Flask, tmp_path: Path) -> None:
    assert [folder for _level, folder in disks_told(well, tmp_path / "media")] == [str(tmp_path / "media")]


def test_a_missing_ffmpeg_is_told_and_what_to_install(well: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(capabilities, "_answer", lambda *_argv: "")
    monkeypatch.setattr(capabilities, "can_tone_map", lambda: False)

    told = found(well)["ffmpeg is missing: uploads are received, but wait to be checked"]

    assert (told.level, told.remedy) == ("missing", "Install Debian's ffmpeg: apt install ffmpeg")


def test_a_check_that_fails_is_a_finding(well: Flask, tmp_path: Path) -> None:
    (tmp_path / "a-file").touch()

    told = found(well, storage_url=f"file://{tmp_path}/a-file/media")

    assert told["storage could not be looked at"].level == "missing"


def test_the_exit_code_says_how_bad_it_is(well: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def exit_code(*levels: str) -> int:
        told = [Finding(level, "T") for level in levels]
        monkeypatch.setattr("contest.ops.cli.findings", lambda *_a, **_k: told)
        return well.test_cli_runner().invoke(args=["doctor"]).exit_code

    assert [exit_code("ok"), exit_code("ok", "weak"), exit_code("weak", "missing")] == [0, 1, 2]


@pytest.mark.parametrize(("language", "words"), [("en", "No worker is running"), ("zh_CN", "后台任务没有运行")])
def test_it_speaks_both_languages(app: Flask, language: str, words: str) -> None:
    stamped()

    assert words in app.test_cli_runner().invoke(args=["doctor", "--language", language]).output


def test_programs_get_json(well: Flask) -> None:
    told = json.loads(well.test_cli_runner().invoke(args=["doctor", "--json"]).output)

    assert set(told[0]) == {"level", "title", "detail", "remedy"}


def test_an_instance_that_was_never_made_is_told_to_be_migrated(tmp_path: Path) -> None:
    app = create_app(instance=tmp_path, testing=True)
    with app.app_context():
        assert found(app)["The database has no tables yet"].remedy == f"Run: {typed('db upgrade')}"
