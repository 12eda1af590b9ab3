"""Half pictures are seen and not read, peaks lie between samples, and what was found is kept as small pictures."""

import subprocess
from pathlib import Path

import numpy as np
import pytest

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
    coded = ["ffmpeg", "-v", "error", *FAST, "-vf", filters, *X264, "-x264-params", params, film]
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
