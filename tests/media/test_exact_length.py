"""The length of a film is what plays, whatever its header says."""

import pytest

from contest.media.facts import Flag
from contest.media.probe import examine
from contest.media.sandbox import Sandbox
from tests.media.clips import Clips

F = Flag
# Sound is coded in blocks, the last of which may run on: up to 0.05 s more than the pictures.
LENGTHS = {
    "ok.mp4": (2.0, ()),
    "ok.mkv": (2.0, ()),
    "silent.mp4": (2.0, ()),
    "fragmented.mp4": (2.0, ()),
    "subtitled.mkv": (2.0, ()),
    "cover-first.mp4": (2.0, ()),
    "live.mkv": (2.0, ()),
    "lie-mvhd.mp4": (2.0, (F.HEADER_MISMATCH,)),
    "lie-down.mp4": (2.0, (F.HEADER_MISMATCH,)),
    "lie-up.mp4": (2.0, (F.HEADER_MISMATCH,)),
    "lie.mkv": (2.0, (F.HEADER_MISMATCH,)),
    "late-start.mkv": (2.0, (F.HEADER_MISMATCH,)),
    "hidden.mp4": (1.2, (F.HIDDEN_MEDIA,)),
    "trimmed.mp4": (1.3, ()),
    "appended.mp4": (2.0, (F.TRAILING_DATA,)),
    "sound-runs-on.mp4": (5.0, ()),
    "ten-second-frames.mp4": (60.0, (F.FEW_FRAMES,)),
}
MAY_BE_SEEN_THROUGH = dict.fromkeys(("lie-mvhd.mp4", "lie-up.mp4", "lie-down.mp4"), (F.HEADER_MISMATCH,))


@pytest.mark.parametrize("name", LENGTHS)
def test_the_exact_length_is_found(name: str, clips: Clips, best: Sandbox) -> None:
    length_s, flags = LENGTHS[name]

    facts = examine(clips(name), kind="video", box=best)

    assert facts.length_ms / 1000 == pytest.approx(length_s, abs=0.06)
    # An ffmpeg of 7 or later believes some of these headers no more than we do, and then there is no mismatch to tell.
    assert {*facts.flags, *MAY_BE_SEEN_THROUGH.get(name, ())} == set(flags)


@pytest.mark.parametrize(
    ("name", "length_s", "flags"),
    [
        ("stream.ts", 2.0, ()),
        ("wrapped.ts", 2.0, ()),
        ("appended.ts", 6.0, (F.HEADER_MISMATCH, F.TIMESTAMPS_RESTART)),
    ],
)
def test_transport_streams_are_measured_where_an_edition_takes_them(
    name: str, length_s: float, flags: tuple[Flag, ...], clips: Clips, best: Sandbox
) -> None:
    facts = examine(clips(name), kind="video", box=best, extra_containers=("mpegts",))

    assert facts.length_ms / 1000 == pytest.approx(length_s, abs=0.2)
    assert facts.flags == flags


def test_the_header_is_kept_beside_the_truth(clips: Clips, best: Sandbox) -> None:
    facts = examine(clips("lie.mkv"), kind="video", box=best)

    assert (facts.header_ms, facts.pictures_ms) == (300, 2000)


def test_what_an_edit_list_hides_is_measured(clips: Clips, best: Sandbox) -> None:
    facts = examine(clips("hidden.mp4"), kind="video", box=best)

    assert facts.hidden_ms == pytest.approx(4_800, abs=1_100)
