"""Every file that is no usable film or photo gets its own closed code, and none gets past."""

from pathlib import Path

import pytest

from contest.media import commands
from contest.media.facts import Code, Kind, Unreadable
from contest.media.probe import examine
from contest.media.sandbox import Sandbox
from tests.media.clips import Clips

FILMS = {
    "empty.mp4": Code.EMPTY,
    "text.mp4": Code.NOT_A_VIDEO,
    "picture.mp4": Code.NOT_A_VIDEO,
    "playlist.mp4": Code.NOT_A_VIDEO,
    "concat.mp4": Code.NOT_A_VIDEO,
    "photo.heic": Code.NOT_A_VIDEO,
    "moving.gif": Code.ANIMATED_IMAGE,
    "moving.png": Code.ANIMATED_IMAGE,
    "moving.webp": Code.ANIMATED_IMAGE,
    "cover.m4a": Code.AUDIO_ONLY,
    "stream.ts": Code.UNSUPPORTED_CONTAINER,
    "odd-codec.mkv": Code.UNSUPPORTED_CODEC,
    "two-films.mp4": Code.SEVERAL_VIDEO_STREAMS,
    "one-frame.mp4": Code.SINGLE_FRAME,
    "no-index.mp4": Code.MOOV_MISSING,
    "cut.mp4": Code.DAMAGED,
    "cut-tail.mkv": Code.DAMAGED,
    "appended-fragmented.mp4": Code.JOINED_FILE,
}
PHOTOS = {
    "empty.mp4": Code.EMPTY,
    "ok.mp4": Code.NOT_A_PHOTO,
    "html.jpg": Code.NOT_A_PHOTO,
    "drawing.png": Code.NOT_A_PHOTO,
    "cut.jpg": Code.DAMAGED,
    "bomb.png": Code.TOO_MANY_PIXELS,
    "moving.gif": Code.ANIMATED_IMAGE,
    "moving.png": Code.ANIMATED_IMAGE,
    "moving.webp": Code.ANIMATED_IMAGE,
}


def code_of(path: Path, *, kind: Kind, box: Sandbox) -> Code:
    with pytest.raises(Unreadable) as refused:
        examine(path, kind=kind, box=box)
    return refused.value.code


@pytest.mark.parametrize("name", FILMS)
def test_a_file_that_is_no_film_says_why(name: str, clips: Clips, best: Sandbox) -> None:
    assert code_of(clips(name), kind="video", box=best) == FILMS[name]


@pytest.mark.parametrize("name", PHOTOS)
def test_a_file_that_is_no_photo_says_why(name: str, clips: Clips, best: Sandbox) -> None:
    assert code_of(clips(name), kind="photo", box=best) == PHOTOS[name]


def test_a_film_of_endless_packets_is_given_up(clips: Clips, best: Sandbox) -> None:
    with pytest.raises(Unreadable) as refused:
        examine(clips("ok.mp4"), kind="video", box=best, most_packets=100)

    assert refused.value.code == Code.TOO_MANY_PACKETS


@pytest.mark.parametrize("name", ["playlist.mp4", "concat.mp4"])
def test_a_text_named_mp4_reads_no_other_file_even_past_the_first_look(name: str, clips: Clips, box: Sandbox) -> None:
    """The list of formats itself has to hold, not only the look at the first bytes."""
    clips("stream.ts")

    opened = box.run(
        commands.probe_streams(("mpegts",)),
        inputs={"media": clips(name)},
        timeout_s=30,
    )

    assert opened.returncode != 0
    assert b'"codec_name"' not in opened.stdout
