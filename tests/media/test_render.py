"""What is published of a file plays, has the right size and length, and says nothing it should not."""

import hashlib
import json
import re
import subprocess
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from contest.media.aigc import label_from_xmp
from contest.media.facts import Facts, Kind
from contest.media.films import render_film
from contest.media.outputs import Output, RenderFailed, Trouble
from contest.media.pictures import render_poster
from contest.media.probe import exact_length_ms, examine
from contest.media.process import Stopped
from contest.media.render import render
from contest.media.sandbox import Sandbox
from tests.media.clips import LABEL, Clips

READ = json.dumps(json.loads(LABEL), ensure_ascii=False)


def examined(path: Path, *, box: Sandbox, kind: Kind = "video") -> Facts:
    return examine(path, kind=kind, box=box)


def rendered(path: Path, *, into: Path, box: Sandbox, kind: Kind = "video", **options: Any) -> list[Output]:
    facts = examined(path, box=box, kind=kind)
    return render(path, facts, into=into, box=box, **options)


def probed(path: Path) -> dict[str, Any]:
    command = ["ffprobe", "-v", "error", "-show_format", "-show_streams", "-of", "json", str(path)]
    found: dict[str, Any] = json.loads(subprocess.run(command, check=True, capture_output=True, timeout=30).stdout)
    return found


def sizes(outputs: list[Output]) -> dict[str, tuple[int, int]]:
    return {output.name: (output.width, output.height) for output in outputs}


def tags_of(found: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for section in (found["format"], *found["streams"]):
        yield from section.get("tags", {}).items()


def test_a_film_becomes_a_stream_a_fallback_and_pictures(clips: Clips, box: Sandbox, into: Path) -> None:
    percents: list[int] = []

    outputs = rendered(clips("large.mp4"), into=into, box=box, on_progress=percents.append)

    assert sizes(outputs) == {
        "poster.jpg": (1280, 720),
        "poster-small.jpg": (480, 270),
        "poster-2.jpg": (1280, 720),
        "poster-2-small.jpg": (480, 270),
        "poster-3.jpg": (1280, 720),
        "poster-3-small.jpg": (480, 270),
        "hls/480p-000.m4s": (854, 480),
        "hls/480p-init.mp4": (854, 480),
        "hls/480p.m3u8": (854, 480),
        "hls/720p-000.m4s": (1280, 720),
        "hls/720p-init.mp4": (1280, 720),
        "hls/720p.m3u8": (1280, 720),
        "hls/master.m3u8": (1280, 720),
        "video.mp4": (854, 480),
    }
    assert percents == sorted(percents)
    assert percents[-1] == 100
    assert {str(p.relative_to(into)) for p in into.rglob("*") if p.is_file()} == {o.name for o in outputs}
    for output in outputs:
        data = (into / output.name).read_bytes()
        assert (len(data), hashlib.sha256(data).hexdigest()) == (output.bytes, output.sha256)


def test_the_playlists_say_what_a_player_needs(clips: Clips, best: Sandbox, into: Path) -> None:
    rendered(clips("late-start.mkv"), into=into, box=best)

    master = (into / "hls/master.m3u8").read_text()
    playlist = (into / "hls/480p.m3u8").read_text()
    variant = r'RESOLUTION=320x180,FRAME-RATE=30\.000,CODECS="avc1\.6400[0-9a-f]{2},mp4a\.40\.2"\n480p\.m3u8\n'
    assert re.search(variant, master)
    for line in (
        "#EXT-X-PLAYLIST-TYPE:VOD",
        "#EXT-X-INDEPENDENT-SEGMENTS",
        '#EXT-X-MAP:URI="480p-init.mp4"',
        "480p-000.m4s",
        "#EXT-X-ENDLIST",
    ):
        assert f"{line}\n" in playlist


def test_a_player_is_told_of_every_size_the_smallest_first(clips: Clips, best: Sandbox, into: Path) -> None:
    rendered(clips("large.mp4"), into=into, box=best)

    master = (into / "hls/master.m3u8").read_text()
    told = re.findall(r"BANDWIDTH=(\d+),AVERAGE-BANDWIDTH=(\d+),RESOLUTION=(\w+),.*\n(.+)\n", master)
    assert [(size, name) for _peak, _average, size, name in told] == [
        ("854x480", "480p.m3u8"),
        ("1280x720", "720p.m3u8"),
    ]
    peaks = [int(peak) for peak, *_rest in told]
    assert peaks == sorted(peaks)
    assert all(int(peak) >= int(average) > 10_000 for peak, average, *_rest in told)
    listed = ["ffprobe", "-v", "error", "-show_entries", "stream=codec_name,height", "-of", "csv=p=0"]
    seen = subprocess.run([*listed, str(into / "hls/master.m3u8")], capture_output=True, text=True, timeout=60)
    assert {"h264,480", "h264,720"} <= set(seen.stdout.split())


def test_a_small_film_is_not_enlarged(clips: Clips, best: Sandbox, into: Path) -> None:
    outputs = rendered(clips("sixty.mp4"), into=into, box=best)

    assert sizes(outputs)["video.mp4"] == (320, 180)
    assert sizes(outputs)["hls/480p.m3u8"] == (320, 180)


def test_a_caller_can_ask_for_a_lower_stream(clips: Clips, best: Sandbox, into: Path) -> None:
    outputs = rendered(clips("large.mp4"), into=into, box=best, height=480)

    assert sizes(outputs)["hls/480p.m3u8"] == (854, 480)


def test_segments_of_four_seconds_begin_with_whole_pictures(clips: Clips, best: Sandbox, into: Path) -> None:
    rendered(clips("long.mp4"), into=into, box=best)

    playlist = (into / "hls/source.m3u8").read_text()
    assert "#EXTINF:4.000000,\nsource-000.m4s\n#EXTINF:2.000000,\nsource-001.m4s\n" in playlist


@pytest.mark.parametrize(
    ("name", "size"),
    [("rotated.mp4", (180, 320)), ("anamorphic.mp4", (640, 180)), ("hdr.mp4", (320, 180))],
)
def test_a_film_is_published_as_it_is_meant_to_be_seen(
    name: str, size: tuple[int, int], clips: Clips, best: Sandbox, into: Path
) -> None:
    outputs = rendered(clips(name), into=into, box=best)

    found = probed(into / "video.mp4")["streams"][0]
    assert {sizes(outputs)[n] for n in ("video.mp4", "poster.jpg", "hls/480p.m3u8")} == {size}
    assert (found["width"], found["height"], found["pix_fmt"], found["codec_name"]) == (*size, "yuv420p", "h264")
    assert found.get("sample_aspect_ratio", "1:1") == "1:1"
    assert "side_data_list" not in found


@pytest.mark.parametrize(
    ("name", "length_s"),
    [
        ("lie-down.mp4", 2.0),
        ("trimmed.mp4", 1.3),
        ("sound-runs-on.mp4", 5.0),
        ("ten-second-frames.mp4", 60.0),
        ("late-start.mkv", 2.0),
        ("appended.ts", 6.0),
    ],
)
def test_the_rendition_plays_as_long_as_the_film(
    name: str, length_s: float, clips: Clips, best: Sandbox, into: Path
) -> None:
    rendered(clips(name), into=into, box=best)

    assert exact_length_ms(into / "video.mp4", box=best) / 1000 == pytest.approx(length_s, abs=0.25)


def test_nothing_plays_beyond_the_limit(clips: Clips, best: Sandbox, into: Path) -> None:
    rendered(clips("long.mp4"), into=into, box=best, limit_ms=3000)

    assert exact_length_ms(into / "video.mp4", box=best) == pytest.approx(3000, abs=60)


def test_very_fast_films_are_slowed_to_what_screens_show(clips: Clips, best: Sandbox, into: Path) -> None:
    rendered(clips("sixty.mp4"), into=into, box=best)

    assert probed(into / "video.mp4")["streams"][0]["avg_frame_rate"] == "60/1"


def test_of_the_originals_words_only_the_ai_label_is_published(clips: Clips, best: Sandbox, into: Path) -> None:
    rendered(clips("labelled.mp4"), into=into, box=best)

    found = dict(tags_of(probed(into / "video.mp4")))
    by_muxer = {"major_brand", "minor_version", "compatible_brands", "language", "handler_name", "vendor_id", "encoder"}
    assert found["AIGC"] == READ
    assert set(found) - {"AIGC"} <= by_muxer
    pictures = sorted(into.glob("poster*.jpg"))
    assert len(pictures) == 6
    for picture in pictures:
        with Image.open(picture, formats=["JPEG"]) as poster:
            label = label_from_xmp(poster.info["xmp"].decode())
        assert label is not None
        assert label.raw == READ


def test_no_poster_is_the_black_of_the_beginning(clips: Clips, best: Sandbox, into: Path) -> None:
    path = clips("dark-start.mp4")

    outputs = render_poster(path, examined(path, box=best), into=into, box=best)

    assert outputs[0].name == "poster.jpg"
    for picture in sorted(into.glob("poster*.jpg")):
        with Image.open(picture, formats=["JPEG"]) as poster:
            brightest = max(high for _low, high in poster.convert("RGB").getextrema())
        assert brightest > 150
    assert {file.name for file in into.iterdir()} == {output.name for output in outputs}


def test_repeated_work_gives_the_same_files(clips: Clips, best: Sandbox, tmp_path: Path) -> None:
    """Not the same bytes: on a busy machine x264's threads decide a little differently each time."""
    path = clips("ok.mp4")
    made = []
    for name in ("once", "twice"):
        (tmp_path / name).mkdir()
        outputs = rendered(path, into=tmp_path / name, box=best)
        made.append([(output.name, output.mime, output.width, output.height) for output in outputs])

    assert made[0] == made[1]


def test_an_encode_can_be_stopped_by_its_listener(clips: Clips, best: Sandbox, into: Path) -> None:
    facts = examined(clips("long.mp4"), box=best)

    def report(percent: int) -> None:
        raise Stopped

    with pytest.raises(Stopped):
        render_film(clips("long.mp4"), facts, into=into, box=best, report=report)


def test_a_rendition_of_another_length_is_not_handed_over(clips: Clips, best: Sandbox, into: Path) -> None:
    facts = Facts.from_json(examined(clips("ok.mp4"), box=best).to_json() | {"length_ms": 9000, "pictures_ms": 9000})

    with pytest.raises(RenderFailed) as failed:
        render_film(clips("ok.mp4"), facts, into=into, box=best)

    assert failed.value.code == Trouble.WRONG_LENGTH


def test_a_photo_is_made_in_sizes_that_are_never_larger(clips: Clips, box: Sandbox, into: Path) -> None:
    outputs = rendered(clips("large.jpg"), into=into, box=box, kind="photo")

    assert sizes(outputs) == {
        "photo-2048.jpg": (2048, 1365),
        "photo-2048.webp": (2048, 1365),
        "photo-1024.jpg": (1024, 683),
        "photo-1024.webp": (1024, 683),
        "photo-480.jpg": (480, 320),
        "photo-480.webp": (480, 320),
    }
    assert {o.mime for o in outputs} == {"image/jpeg", "image/webp"}


def test_a_published_photo_is_upright_and_says_nothing(clips: Clips, best: Sandbox, into: Path) -> None:
    rendered(clips("turned.jpg"), into=into, box=best, kind="photo")

    data = (into / "photo-2048.jpg").read_bytes()
    with Image.open(BytesIO(data)) as image:
        corner = image.getpixel((image.width - 5, 5))
        assert image.size == (300, 400)
        assert not image.getexif()
        assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density", "progressive", "progression"}
    assert min(corner) > 200  # the white corner, once turned, is at the right above
    assert b"Phone" not in data


def test_the_film_behind_a_motion_photo_is_left_out(clips: Clips, best: Sandbox, into: Path) -> None:
    rendered(clips("motion.jpg"), into=into, box=best, kind="photo")

    assert b"ftyp" not in (into / "photo-2048.jpg").read_bytes()


@pytest.mark.parametrize("name", ["labelled.jpg", "labelled-exif.jpg", "labelled.png"])
def test_the_ai_label_of_a_photo_is_carried_on_and_its_place_is_not(
    name: str, clips: Clips, best: Sandbox, into: Path
) -> None:
    outputs = rendered(clips(name), into=into, box=best, kind="photo")

    for output in outputs:
        with Image.open(into / output.name) as image:
            label = label_from_xmp(image.info["xmp"].decode())
            assert label is not None
            assert (label.value, label.raw) == ("1", READ)
            assert not image.getexif()


@pytest.mark.parametrize(
    ("name", "colour"),
    [
        ("see-through.png", (255, 255, 255)),
        ("deep.png", (156, 156, 156)),
        ("press.jpg", None),
        ("photo.heic", None),
        ("photo.avif", None),
    ],
)
def test_odd_photos_become_ordinary_ones(
    name: str, colour: tuple[int, int, int] | None, clips: Clips, best: Sandbox, into: Path
) -> None:
    rendered(clips(name), into=into, box=best, kind="photo")

    with Image.open(into / "photo-480.jpg") as image:
        assert image.mode == "RGB"
        middle = image.getpixel((image.width // 2, image.height * 3 // 4))
    expected = colour or (0, 0, 255)
    assert all(abs(found - wanted) < 40 for found, wanted in zip(middle, expected, strict=True))
