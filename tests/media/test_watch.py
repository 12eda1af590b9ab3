"""Half pictures are seen and not read, peaks lie between samples, and what was found is kept as small pictures."""

import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from contest.media import encode, stills
from contest.media.combs import combed
from contest.media.facts import Facts
from contest.media.films import render_film
from contest.media.formats import OURS
from contest.media.peaks import peaks
from contest.media.probe import examine
from contest.media.sandbox import Sandbox
from tests.media.clips import Clips

FAST = ("-f", "lavfi", "-i", "testsrc2=s=640x360:r=50")
X264 = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "25", "-t", "4")


@pytest.mark.parametrize(
    ("filters", "params", "expected"),
    [
        ("tinterlace=interleave_top", "tff=1", (True, True)),
        ("tinterlace=interleave_top,setfield=prog", "interlaced=0", (True, False)),
        ("fps=25,setfield=tff", "tff=1", (False, True)),
        ("fps=25", "interlaced=0", (False, False)),
    ],
)
def test_what_is_seen_counts_and_not_what_the_header_says(
    filters: str, params: str, expected: tuple[bool, bool], tmp_path: Path, best: Sandbox
) -> None:
    film = tmp_path / "film.mp4"
    coded: list[str | Path] = ["ffmpeg", "-v", "error", *FAST, "-vf", filters, *X264, "-x264-params", params, film]
    subprocess.run(coded, check=True, timeout=60)

    facts = examine(film, kind="video", box=best)

    assert (facts.interlaced, facts.flagged_interlaced) == expected


def test_a_peak_between_samples_is_found(tmp_path: Path) -> None:
    at = np.arange(48_000)
    tone = 0.9 * np.sin(2 * np.pi * 12_000 * at / 48_000 + np.pi / 4)  # every sample 3 dB below the peaks
    path = tmp_path / "sound.s16"
    (tone * 32768 / 4).round().astype("<i2").tofile(path)

    found = peaks(path, channels=1)

    assert found["peak_db"] == pytest.approx(-3.9, abs=0.1)
    assert found["true_peak_db"] == pytest.approx(-0.9, abs=0.1)


def test_the_moments_that_show_something_are_kept_as_small_pictures(
    clips: Clips, tmp_path: Path, best: Sandbox
) -> None:
    night = examine(clips("night.mp4"), kind="video", box=best, keep=tmp_path)
    names = {name for several in night.seen.values() for _at_ms, name in several}

    assert [at_ms for at_ms, _name in night.seen["dark"]] == night.quality["dark_at_ms"]
    assert {path.name for path in tmp_path.iterdir()} == names
    assert all(path.read_bytes().startswith(b"\xff\xd8") for path in tmp_path.iterdir())


def test_half_pictures_are_joined_in_the_order_that_was_seen(tmp_path: Path, best: Sandbox) -> None:
    film, into = tmp_path / "film.mp4", tmp_path / "into"
    into.mkdir()
    filters = ["-vf", "tinterlace=interleave_bottom,setfield=prog", *X264, "-x264-params", "interlaced=0"]
    subprocess.run(["ffmpeg", "-v", "error", *FAST, *filters, film], check=True, timeout=60)

    facts = examine(film, kind="video", box=best)
    render_film(film, facts, into=into, box=best)

    assert (facts.quality["fields"], facts.flagged_interlaced) == ("bottom", False)
    assert [combed(pictures_of(path)) > 0 for path in (film, into / "video.mp4")] == [True, False]


@pytest.mark.parametrize(("fields", "parity"), [("top", "tff"), ("bottom", "bff"), ("", "auto")])
def test_the_encoder_and_the_posters_are_told_which_half_comes_first(fields: str, parity: str) -> None:
    facts = Facts(kind="video", container="mp4", size_bytes=1, width=640, height=360, fps=25.0, interlaced=True)
    facts = replace(facts, quality={"fields": fields})
    options: dict[str, Any] = {"form": OURS, "can_tone_map": False}

    encoded = encode.film(facts, rungs=encode.ladder(facts), length_s=4, threads=2, **options)
    poster = stills.poster(facts, at_s=1.0, names=("a", "b", "c"), **options)

    assert [f"yadif=parity={parity}" in " ".join(argv) for argv in (encoded, poster)] == [True, True]


def pictures_of(path: Path) -> "np.ndarray[Any, np.dtype[np.uint8]]":
    command = ["ffmpeg", "-v", "error", "-i", str(path), "-f", "rawvideo", "-pix_fmt", "gray", "-"]
    raw = subprocess.run(command, check=True, capture_output=True, timeout=60).stdout
    return np.frombuffer(raw, dtype=np.uint8).reshape(-1, 360, 640)
