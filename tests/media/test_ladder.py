"""A film that every player takes is streamed in its own packets, above the smaller sizes; the others are encoded."""

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from contest.media import films, pictures, storyboard
from contest.media.facts import Facts, Flag
from contest.media.films import render_film, render_first
from contest.media.formats import taken
from contest.media.outputs import RenderFailed, Trouble
from contest.media.probe import examine
from contest.media.sandbox import Sandbox
from contest.media.scan import StreamScan
from contest.media.streamable import MOST_KBPS, Reason, by_facts, by_packets, why_encoded
from tests.media.clips import LABEL, SOUND, ffmpeg

H264 = ("-c:v", "libx264", "-preset", "ultrafast", "-profile:v", "main", "-pix_fmt", "yuv420p", "-bf", "2", "-g", "45")


def source(path: Path, *arguments: str, size: str = "1920x1080", length_s: float = 6, sound: bool = True) -> Path:
    given = ("-f", "lavfi", "-i", f"testsrc2=s={size}:r=30", *(SOUND if sound else ()))
    coded = (*H264, *(("-c:a", "aac") if sound else ()), *arguments)
    ffmpeg(*given, "-t", str(length_s), *coded, path)
    return path


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six seconds in 1080p as an editor writes them, with an AI label and a place."""
    told = ("-metadata", f"AIGC={LABEL}", "-metadata", "location=+30.1+120.2/", "-movflags", "use_metadata_tags")
    return source(tmp_path_factory.mktemp("ladder") / "film.mp4", "-b:v", "4M", *told)


@pytest.fixture(scope="module")
def facts(film: Path, best: Sandbox) -> Facts:
    return examine(film, kind="video", box=best)


@pytest.fixture(scope="module")
def made(film: Path, facts: Facts, best: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All that is made of it."""
    into = tmp_path_factory.mktemp("made")
    render_film(film, facts, into=into, box=best)
    pictures.render_storyboard(into / "video.mp4", facts, into=into, box=best)
    return into


def changed(facts: Facts, **values: object) -> Facts:
    return Facts.from_json(facts.to_json() | values)


def packets(path: Path, stream: str) -> list[tuple[float, int, str]]:
    """When each is shown, its size, its hash; in the order of the file."""
    command = ["ffprobe", "-v", "error", "-select_streams", stream, "-show_data_hash", "md5", "-show_packets"]
    told = subprocess.run([*command, "-of", "json", str(path)], check=True, capture_output=True, timeout=60).stdout
    return [(float(one["pts_time"]), int(one["size"]), one["data_hash"]) for one in json.loads(told)["packets"]]


def joined(folder: Path, name: str, path: Path) -> Path:
    parts = [folder / f"{name}-init.mp4", *sorted(folder.glob(f"{name}-*.m4s"))]
    path.write_bytes(b"".join(part.read_bytes() for part in parts))
    return path


def test_the_stream_has_the_films_own_packets_above_720_and_480_lines(made: Path) -> None:
    master = (made / "hls/master.m3u8").read_text()
    told = re.findall(r"RESOLUTION=(\w+),FRAME-RATE=30\.000,CODECS=\"(\w+\.\w+),mp4a\.40\.2\"\n(.+)\n", master)

    assert [(size, name) for size, _codec, name in told] == [
        ("854x480", "480p.m3u8"),
        ("1280x720", "720p.m3u8"),
        ("1920x1080", "source.m3u8"),
    ]
    assert [codec[:9] for _size, codec, _name in told] == ["avc1.6400", "avc1.6400", "avc1.4d40"]


def test_sound_is_not_touched_and_of_the_pictures_only_the_notes_are_left_out(
    made: Path, film: Path, tmp_path: Path
) -> None:
    copy = joined(made / "hls", "source", tmp_path / "copy.mp4")

    theirs, ours = packets(film, "a:0"), packets(copy, "a:0")
    assert [one[1:] for one in ours] == [one[1:] for one in theirs][-len(ours) :]
    assert len(theirs) - len(ours) <= 1  # a run-up that nobody hears
    theirs, ours = packets(film, "v:0"), packets(copy, "v:0")
    assert len(theirs) == len(ours)
    assert sum(mine[1] == other[1] for mine, other in zip(ours, theirs, strict=True)) > 0.9 * len(ours)
    assert b"x264" in film.read_bytes()
    assert b"x264 - core" not in copy.read_bytes()


def test_all_sizes_show_a_moment_at_the_same_time(made: Path) -> None:
    """As a browser counts: from the fragments alone, without the note at the beginning that shifts a track."""
    for name in ("source", "720p", "480p"):
        first = (made / f"hls/{name}-000.m4s").read_bytes()
        starts = [first[at + 8 : at + 16] for at in (found.start() for found in re.finditer(b"tfdt", first))]
        assert starts == [bytes(8), bytes(8)], name
        playlist = (made / f"hls/{name}.m3u8").read_text()
        assert sum(map(float, re.findall(r"#EXTINF:([\d.]+)", playlist))) == pytest.approx(6, abs=0.04)


def test_the_fallback_keeps_the_ai_label_and_nothing_else_says_where(made: Path) -> None:
    for path in (*made.glob("hls/*.mp4"), *made.glob("hls/*.m4s"), made / "video.mp4"):
        assert b"+30.1" not in path.read_bytes()
    assert b"ContentProducer" in (made / "video.mp4").read_bytes()


def test_what_is_shown_first_is_the_same_copy_by_itself(
    film: Path, facts: Facts, made: Path, best: Sandbox, into: Path
) -> None:
    """Whoever watches it while the whole takes its place goes on with files of the same bytes."""
    outputs = render_first(film, facts, into=into, box=best) or []

    names = sorted(path.name for path in (made / "hls").glob("source*"))
    assert sorted(one.name for one in outputs) == sorted(["hls/master.m3u8", *(f"hls/{name}" for name in names)])
    assert all((into / "hls" / name).read_bytes() == (made / "hls" / name).read_bytes() for name in names)
    assert "source.m3u8" in (into / "hls/master.m3u8").read_text()


def test_a_film_of_a_size_that_we_would_make_is_not_encoded_in_it_again(best: Sandbox, into: Path) -> None:
    small = ("-b:v", "800k", "-maxrate", "900k", "-bufsize", "900k", "-preset", "veryfast")
    path = source(into.parent / "small.mp4", *small, size="480x854", length_s=3)
    facts = examine(path, kind="video", box=best)

    outputs = render_film(path, facts, into=into, box=best)

    assert {one.name for one in outputs} == {
        *("hls/master.m3u8", "hls/source.m3u8", "hls/source-init.mp4", "hls/source-000.m4s", "video.mp4")
    }
    assert {(one.width, one.height) for one in outputs} == {(480, 854)}
    assert packets(into / "video.mp4", "a:0")[-3:] == packets(path, "a:0")[-3:]


def test_a_copy_much_larger_than_what_we_would_make_only_bridges_the_wait(best: Sandbox, into: Path) -> None:
    path = source(
        into.parent / "rich.mp4", "-b:v", "6M", "-minrate", "6M", "-bufsize", "1M", size="854x480", length_s=3
    )
    facts = examine(path, kind="video", box=best)

    first = render_first(path, facts, into=into, box=best)
    whole = render_film(path, facts, into=_emptied(into), box=best)

    assert first is not None
    assert not [one.name for one in whole if "source" in one.name]
    assert "hls/480p.m3u8" in {one.name for one in whole}


def _emptied(folder: Path) -> Path:
    other = folder.with_name("other")
    other.mkdir()
    return other


def test_a_phones_upright_film_with_a_note_to_turn_it_is_encoded_upright(film: Path, best: Sandbox, into: Path) -> None:
    """Many players pass over the note in a stream and would show it lying on its side."""
    path = into.parent / "turned.mp4"
    ffmpeg("-t", "2", "-i", film, "-c", "copy", "-metadata:s:v:0", "rotate=90", path)
    facts = examine(path, kind="video", box=best)

    outputs = render_film(path, facts, into=into, box=best)

    assert (facts.width, facts.height, by_facts(facts)) == (1080, 1920, Reason.TURNED)
    sizes = {one.name: (one.width, one.height) for one in outputs}
    assert (sizes["hls/720p.m3u8"], sizes["video.mp4"]) == ((720, 1280), (480, 854))
    assert "hls/source.m3u8" not in sizes


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"container": "mpegts"}, Reason.CONTAINER),
        ({"codec": "hevc"}, Reason.CODEC),
        ({"pixel_format": "yuv420p10le"}, Reason.CODEC),
        ({"pixel_format": "yuv422p"}, Reason.CODEC),
        ({"width": 3840, "height": 2160}, Reason.TOO_LARGE),
        ({"width": 2560, "height": 1080}, Reason.TOO_LARGE),
        ({"interlaced": True}, Reason.INTERLACED),
        ({"rotation": 180}, Reason.TURNED),
        ({"hdr": True}, Reason.COLOURS),
        ({"transfer": "bt2020-10"}, Reason.COLOURS),
        ({"audio_codec": "mp3"}, Reason.SOUND),
        ({"flags": [Flag.HIDDEN_MEDIA]}, Reason.EDITED),
        ({"flags": [Flag.TIMESTAMPS_RESTART]}, Reason.EDITED),
        ({"flags": [Flag.INCOMPLETE]}, Reason.EDITED),
        ({"fps": 120.0}, Reason.RATE),
        ({"fps": 2.0}, Reason.RATE),
        ({"flags": [Flag.HEADER_MISMATCH]}, None),
        ({"audio_stream": None, "audio_codec": ""}, None),
        ({"container": "matroska"}, None),
        ({"width": 1080, "height": 1920}, None),
    ],
)
def test_what_the_check_knows_rules_most_films_out(
    values: dict[str, object], reason: Reason | None, facts: Facts
) -> None:
    assert by_facts(changed(facts, **values)) is reason


def row(*shown: tuple[float, bool], size: int = 1000, every: float = 1.0) -> StreamScan:
    stream = StreamScan()
    for at, is_key in shown:
        stream.add(pts=at, dts=None, duration=every, is_shown=True, size=size, is_key=is_key)
    return stream


def steady(seconds: int, *, key_every: int, size: int = 1000, start: float = 0.0) -> StreamScan:
    return row(*((start + at, at % key_every == 0) for at in range(seconds)), size=size)


@pytest.mark.parametrize(
    ("picture", "sound", "reason"),
    [
        (steady(12, key_every=5), None, None),
        (steady(12, key_every=4), steady(12, key_every=1), None),
        (steady(12, key_every=6), None, Reason.KEY_PICTURES),
        (row((0.0, False), (1.0, True)), None, Reason.KEY_PICTURES),
        (row((0.0, True), *((float(at), False) for at in range(1, 8))), None, Reason.KEY_PICTURES),
        (row((0.0, True), (1.0, False), (4.0, True), (3.0, False), (5.0, False)), None, Reason.OPEN_GROUPS),
        (steady(12, key_every=4, start=0.5), None, Reason.CLOCK),
        (steady(12, key_every=4), steady(12, key_every=1, start=0.3), Reason.CLOCK),
        (steady(12, key_every=4), steady(9, key_every=1), Reason.CLOCK),
        (steady(12, key_every=4), row((0.0, True), (11.0, True)), Reason.CLOCK),
        (steady(12, key_every=4), StreamScan(), Reason.CLOCK),
        (steady(12, key_every=4, size=MOST_KBPS * 125 + 1), None, Reason.BIT_RATE),
        (steady(12, key_every=4, size=MOST_KBPS * 125), None, None),
        (StreamScan(), None, Reason.EDITED),
        (None, None, Reason.EDITED),
    ],
)
def test_its_packets_rule_the_rest_out(
    picture: StreamScan | None, sound: StreamScan | None, reason: Reason | None
) -> None:
    assert by_packets(picture, sound) is reason


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("-vf", "setsar=4/3"), Reason.PIXELS_NOT_SQUARE),
        (("-profile:v", "high", "-level", "5.1"), Reason.CODEC),
        (("-ac", "6"), Reason.SOUND),
        (("-ar", "22050"), Reason.SOUND),
        (("-g", "900", "-sc_threshold", "0"), Reason.KEY_PICTURES),
    ],
)
def test_real_films_are_looked_at_more_closely(
    arguments: tuple[str, ...], reason: Reason, best: Sandbox, tmp_path: Path
) -> None:
    path = source(tmp_path / "film.mp4", *arguments, size="320x180", length_s=6)
    facts = changed(examine(path, kind="video", box=best), width=320)
    form = taken("mp4", level=best.level)
    assert form is not None

    assert why_encoded(path, facts, form=form, box=best) is reason


def test_a_film_that_pretends_to_be_copied_well_and_is_not_is_encoded(
    film: Path, facts: Facts, best: Sandbox, into: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever goes wrong while copying, the film does not end there."""
    verify: Callable[..., None] = films._verify_stream

    def verified(*args: object, **kwargs: object) -> None:
        if any(getattr(one, "name", "") == "source" for one in args):
            raise RenderFailed(Trouble.WRONG_LENGTH)
        verify(*args, **kwargs)

    monkeypatch.setattr(films, "_verify_stream", verified)

    first = render_first(film, facts, into=into, box=best)

    assert first is None
    assert list(into.iterdir()) == []


def test_the_storyboard_shows_each_moment_of_the_film(made: Path) -> None:
    cues = re.findall(
        r"([\d:.]+) --> ([\d:.]+)\nstoryboard\.jpg#xywh=([\d,]+)\n", (made / "storyboard.vtt").read_text()
    )

    assert (
        cues
        == [
            ("00:00:00.000", "00:00:02.000", "0,0,160,90"),
            ("00:00:02.000", "00:00:04.000", "160,0,160,90"),
            ("00:00:04.000", "00:00:06.000", "320,0,160,90"),
        ]
        or cues[-1][2] == "480,0,160,90"
    )
    with Image.open(made / "storyboard.jpg", formats=["JPEG"]) as sheet:
        assert sheet.size == (160 * len(cues), 90)
        assert "xmp" in sheet.info  # the AI label
        places = [sheet.convert("RGB").crop((160 * at, 0, 160 * at + 160, 90)).tobytes() for at in range(3)]
    assert len(set(places)) == 3


@pytest.mark.parametrize(
    ("length_ms", "size", "count", "every_ms", "shape"),
    [
        (1500, (1920, 1080), 1, 2000, (1, 1, 160, 90)),
        (180_000, (1920, 1080), 90, 2000, (10, 9, 160, 90)),
        (3_600_000, (1080, 1920), 100, 36_000, (10, 10, 90, 160)),
        (601_234, (640, 480), 100, 6013, (10, 10, 160, 120)),
    ],
)
def test_a_storyboard_has_at_most_a_hundred_pictures(
    length_ms: int,
    size: tuple[int, int],
    count: int,
    every_ms: int,
    shape: tuple[int, int, int, int],
    facts: Facts,
) -> None:
    sheet = storyboard.sheet_of(changed(facts, length_ms=length_ms, width=size[0], height=size[1]))

    assert (sheet.count, sheet.every_ms) == (count, every_ms)
    assert (sheet.columns, sheet.rows, sheet.width, sheet.height) == shape
    assert storyboard.times(sheet).count("-->") == count
