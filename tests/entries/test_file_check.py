"""`flask media check`: whatever file it meets, there is a verdict."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.media.clips import Clips
from tests.media.conftest import clips as clips

ROOT = Path(__file__).resolve().parents[2]
Check = Callable[..., tuple[list[dict[str, Any]], int]]
FIELDS = {
    *("path", "sha256", "kind", "verdict", "rules", "duration_s", "container_duration_s", "width", "height"),
    *("rotation", "fps", "container", "video_codec", "audio_codec", "loudness_lufs", "reasons", "quality"),
    *("cpu_s", "seconds"),
}


def run(instance: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", "media", "check", *map(str, arguments)],
        env={**os.environ, "CONTEST_INSTANCE": str(instance)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=100,
    )


@pytest.fixture
def check(tmp_path: Path) -> Check:
    """Runs the command; gives the records and the exit code."""

    def check(*arguments: str | Path) -> tuple[list[dict[str, Any]], int]:
        done = run(tmp_path / "instance", "--json", *arguments)
        assert "Traceback" not in done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()], done.returncode

    return check


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "files").mkdir()
    return tmp_path / "files"


def test_a_good_film_is_accepted_with_all_that_was_measured(check: Check, clips: Clips) -> None:
    (record,), code = check(clips("ok.mp4"))

    assert set(record) == FIELDS
    assert (record["kind"], record["verdict"], record["rules"], code) == ("video", "accept", "three-minutes", 0)
    assert record["duration_s"] == pytest.approx(2.0, abs=0.05)
    assert (record["width"], record["height"], record["video_codec"], record["audio_codec"]) == (
        320,
        180,
        "h264",
        "aac",
    )
    assert record["cpu_s"] > 0.02
    assert len(record["sha256"]) == 64


def test_a_file_over_a_rule_says_which_and_what_to_do(check: Check, clips: Clips) -> None:
    (record,), code = check("--rules", "national-micro-video", clips("ok.mp4"))

    reasons = {one["code"]: one for one in record["reasons"]}
    assert (record["verdict"], code) == ("reject", 1)
    assert (reasons["min-length"]["severity"], reasons["min-length"]["limit"]) == ("reject", 120_000)
    assert "Add at least" in reasons["min-length"]["message"]
    assert reasons["min-size"]["severity"] == "warn"


def test_its_words_are_in_the_language_asked_for(tmp_path: Path, clips: Clips) -> None:
    done = run(tmp_path, "--rules", "youth-ai-video", "--language", "zh_CN", clips("ok.mp4"))

    assert "请再加上至少" in done.stdout
    assert done.returncode == 1


def test_a_photo_under_film_rules_is_refused_as_what_it_is(check: Check, clips: Clips) -> None:
    (record,), _ = check("--rules", "three-minutes", clips("photo.jpg"))

    assert (record["kind"], record["verdict"]) == ("photo", "reject")
    assert [one["code"] for one in record["reasons"]] == ["not-a-video"]


def test_everything_in_a_folder_is_checked_in_the_order_of_names(check: Check, folder: Path) -> None:
    for name in ("b", "a", "sub/c"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("text")

    records, code = check(folder)

    assert [Path(one["path"]).name for one in records] == ["a", "b", "c"]
    assert ({one["verdict"] for one in records}, code) == ({"unreadable"}, 1)


def test_no_file_in_the_world_makes_it_fail(check: Check, folder: Path) -> None:
    odd = {
        "empty.mp4": b"",
        "text.mp4": b"#EXTM3U\nfile:///etc/passwd\n",
        "noise.jpg": os.urandom(5000),
        "-rf.mp4": b"\0\0\0\x20ftypisom" + os.urandom(300),
        "head-only.mkv": b"\x1a\x45\xdf\xa3",
        "riff.avi": b"RIFF\xff\xff\xff\xffAVI LIST",
        "half.png": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
        "名字 %d\n[0-9].mov": b"\0\0\0\x08moov" * 50,
    }
    for name, body in odd.items():
        (folder / name).write_bytes(body)
    os.mkfifo(folder / "pipe.mp4")
    (folder / "nowhere").symlink_to("/does/not/exist")
    with (folder / "sparse.mp4").open("wb") as file:
        file.truncate(1 << 40)

    records, code = check(folder)

    assert len(records) == len(odd) + 3
    assert {one["verdict"] for one in records} <= {"unreadable", "reject"}
    assert all(one["reasons"] and one["reasons"][0]["message"] for one in records)
    assert all(one["seconds"] < 30 for one in records)
    assert code == 1
