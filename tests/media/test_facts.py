"""What is told of a file that can be used."""

import json
from typing import Any

import pytest

from contest.media.facts import AiLabel, Facts, Flag
from contest.media.probe import examine
from contest.media.sandbox import Sandbox
from tests.media.clips import LABEL, Clips

READ = json.dumps(json.loads(LABEL), ensure_ascii=False)


def estimated(facts: Facts) -> dict[str, Any]:
    """What has tests of its own."""
    return {name: getattr(facts, name) for name in ("quality", "likeness") if hasattr(facts, name)}


def test_a_film_is_described(clips: Clips, box: Sandbox) -> None:
    facts = examine(clips("ok.mp4"), kind="video", box=box)

    assert facts.loudness_lufs == pytest.approx(-22, abs=1.5)
    assert facts == Facts(
        kind="video",
        container="mp4",
        size_bytes=clips("ok.mp4").stat().st_size,
        width=320,
        height=180,
        codec="h264",
        length_ms=facts.length_ms,
        pictures_ms=2000,
        header_ms=facts.header_ms,
        fps=30.0,
        frame_rate="30/1",
        pixel_format="yuv420p",
        bit_rate=facts.bit_rate,
        audio_stream=1,
        audio_codec="aac",
        audio_channels=1,
        loudness_lufs=facts.loudness_lufs,
        **estimated(facts),
    )


def test_facts_come_back_from_json_as_they_were(clips: Clips, best: Sandbox) -> None:
    facts = examine(clips("labelled.mp4"), kind="video", box=best)

    assert Facts.from_json(json.loads(json.dumps(facts.to_json())) | {"later": 1}) == facts


def test_a_film_filmed_upright_is_upright(clips: Clips, best: Sandbox) -> None:
    facts = examine(clips("rotated.mp4"), kind="video", box=best)

    assert (facts.width, facts.height, facts.is_portrait) == (180, 320, True)
    assert facts.rotation in (90, 270)


def test_pixels_that_are_not_square_are_counted_as_shown(clips: Clips, best: Sandbox) -> None:
    facts = examine(clips("anamorphic.mp4"), kind="video", box=best)

    assert (facts.width, facts.height) == (640, 180)


def test_hdr_is_seen(clips: Clips, best: Sandbox) -> None:
    facts = examine(clips("hdr.mp4"), kind="video", box=best)

    assert (facts.hdr, facts.transfer, facts.codec) == (True, "smpte2084", "hevc")


def test_a_film_without_sound_has_none(clips: Clips, best: Sandbox) -> None:
    facts = examine(clips("silent.mp4"), kind="video", box=best)

    assert (facts.has_sound, facts.audio_stream, facts.loudness_lufs) == (False, None, None)


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("labelled.mp4", "tag"),
        ("labelled.mkv", "tag"),
        ("labelled.jpg", "xmp"),
        ("labelled-exif.jpg", "exif"),
        ("labelled.png", "text"),
    ],
)
def test_the_ai_label_of_an_original_is_read(name: str, source: str, clips: Clips, best: Sandbox) -> None:
    kind = "video" if name.endswith(("mp4", "mkv")) else "photo"

    facts = examine(clips(name), kind=kind, box=best)

    assert facts.ai_label == AiLabel(value="1", raw=READ, source=source)


@pytest.mark.parametrize(
    ("name", "located"),
    [("labelled.mp4", True), ("ok.mp4", False), ("turned.jpg", True), ("labelled-exif.jpg", False)],
)
def test_a_file_that_says_where_it_was_made_is_known(name: str, located: bool, clips: Clips, best: Sandbox) -> None:
    facts = examine(clips(name), kind="video" if name.endswith("mp4") else "photo", box=best)

    assert facts.has_location is located


@pytest.mark.parametrize("kind", ["jpg", "png", "webp", "avif", "heic"])
def test_photos_of_all_kinds_are_described(kind: str, clips: Clips, box: Sandbox) -> None:
    path = clips(f"photo.{kind}")
    container = {"jpg": "jpeg", "heic": "heif"}.get(kind, kind)

    facts = examine(path, kind="photo", box=box)

    assert facts == Facts(
        kind="photo",
        container=container,
        codec=container,
        size_bytes=path.stat().st_size,
        width=400,
        height=300,
        pixel_format="RGB",
        **estimated(facts),
    )


def test_a_photo_taken_upright_is_upright(clips: Clips, best: Sandbox) -> None:
    facts = examine(clips("turned.jpg"), kind="photo", box=best)

    assert (facts.width, facts.height, facts.rotation) == (300, 400, 90)


def test_the_film_behind_a_motion_photo_is_noticed(clips: Clips, best: Sandbox) -> None:
    facts = examine(clips("motion.jpg"), kind="photo", box=best)

    assert facts.flags == (Flag.MOTION_PHOTO,)
