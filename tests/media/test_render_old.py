"""What old cameras made plays like the rest: same pictures in order, same length, no combs."""

import subprocess
from pathlib import Path

import pytest

from contest.media.outputs import RenderFailed, Trouble
from contest.media.probe import examine
from contest.media.render import render
from contest.media.sandbox import LIMITS_ONLY, WALLED, Sandbox
from tests.media.clips import Clips


@pytest.fixture
def walls(best: Sandbox) -> Sandbox:
    if best.level < WALLED:
        pytest.skip("level 2 of the sandbox: bubblewrap does not work here")
    return best


@pytest.mark.parametrize(
    "name",
    [
        *("camera.avi", "divx3.avi", "tape.avi", "disc.mpg", "fields.mpg", "camcorder.mts", "fields.mts"),
        *("web.flv", "windows.wmv", "free.ogv", "phone.3gp", "vp9.webm"),
    ],
)
def test_an_old_film_is_published_whole(name: str, clips: Clips, walls: Sandbox, into: Path) -> None:
    facts = examine(clips(name), kind="video", box=walls)

    render(clips(name), facts, into=into, box=walls)

    made = examine(into / "video.mp4", kind="video", box=walls)
    assert made.length_ms == pytest.approx(facts.length_ms, abs=100)
    assert (made.codec, made.audio_codec, made.interlaced) == ("h264", "aac", False)
    assert (into / "poster.jpg").stat().st_size > 1000


def combing(path: Path) -> float:
    """How much neighbouring lines differ from those beyond them; half pictures that were not joined show as combs."""
    command = ["ffmpeg", "-v", "error", "-ss", "0.5", "-i", str(path), "-frames:v", "1", "-pix_fmt", "gray"]
    raw = subprocess.run([*command, "-f", "rawvideo", "-"], check=True, capture_output=True, timeout=30).stdout
    rows = [raw[at : at + 320] for at in range(0, len(raw) - 319, 320)]

    def difference(step: int) -> int:
        pairs = zip(rows, rows[step:], strict=False)
        return sum(abs(a - b) for one, other in pairs for a, b in zip(one, other, strict=True))

    return difference(1) / max(1, difference(2))


def test_half_pictures_are_joined(clips: Clips, walls: Sandbox, into: Path) -> None:
    facts = examine(clips("fields.mpg"), kind="video", box=walls)

    render(clips("fields.mpg"), facts, into=into, box=walls)

    assert combing(into / "video.mp4") < combing(clips("fields.mpg"))


def test_a_worker_without_walls_makes_nothing_of_what_one_with_walls_has_checked(
    clips: Clips, walls: Sandbox, into: Path
) -> None:
    facts = examine(clips("web.flv"), kind="video", box=walls)

    with pytest.raises(RenderFailed) as failed:
        render(clips("web.flv"), facts, into=into, box=Sandbox(level=LIMITS_ONLY))

    assert failed.value.code == Trouble.FAILED
