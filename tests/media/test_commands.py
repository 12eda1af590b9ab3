"""The command lines, word for word: a change here is a change in what strangers' files may do."""

import re
from collections import Counter
from fractions import Fraction
from typing import Any

import pytest

from contest.media import commands, encode, formats, samples
from contest.media.facts import Facts
from contest.media.formats import OURS
from contest.media.samples import Plan
from contest.media.sandbox import LIMITS_ONLY, WALLED

GUARD = (
    "-protocol_whitelist file -format_whitelist mov,mp4,m4a,3gp,3g2,mj2"
    " -codec_whitelist h264,hevc,libdav1d,av1,vp8,libvpx,vp9,libvpx-vp9,mpeg4,mpeg2video,prores,mjpeg,h263,"
    "aac,mp3float,mp3,mp2float,mp2,opus,libopus,vorbis,libvorbis,flac,ac3,eac3,alac,amrnb,amrwb,"
    "pcm_s16le,pcm_s16be,pcm_s24le,pcm_s24be,pcm_s32le,pcm_f32le,pcm_u8,png,mov_text,srt,subrip,ass,ssa,webvtt"
    " -max_pixels 40000000 -max_streams 16 -threads 2"
)
# ffmpeg-python writes options by their names' order.
SORTED_GUARD = " ".join(f"-{part}" for part in sorted(GUARD.removeprefix("-").split(" -")))
FFMPEG = "ffmpeg -nostdin -hide_banner -y -loglevel info -nostats -progress pipe:1 -filter_complex_threads 2"


def film_facts(**changed: object) -> Facts:
    usual: dict[str, object] = {
        "kind": "video",
        "container": "mp4",
        "size_bytes": 1,
        "width": 1920,
        "height": 1080,
        "length_ms": 10_000,
        "pictures_ms": 10_000,
        "fps": 30.0,
        "frame_rate": "30/1",
        "audio_stream": 1,
        "audio_channels": 1,
    }
    return Facts(**(usual | changed))  # type: ignore[arg-type]


def test_the_probe_opens_nothing_that_is_not_listed() -> None:
    assert " ".join(commands.probe_streams(OURS)) == (
        f"ffprobe -hide_banner -loglevel error {GUARD} -show_format -show_streams -of json -i /in/media"
    )


def test_the_packets_are_asked_for_in_few_words() -> None:
    assert " ".join(commands.probe_packets(OURS)) == (
        f"ffprobe -hide_banner -loglevel error {GUARD}"
        " -show_entries packet=stream_index,pts_time,dts_time,duration_time,size,flags -of csv=p=0 -i /in/media"
    )


def test_a_kind_of_file_is_opened_by_its_own_demuxer_alone() -> None:
    forms = [form for name in formats.containers(level=WALLED) if (form := formats.taken(name, level=WALLED))]

    assert {form.container: commands.guard(form)["format_whitelist"] for form in forms} == {
        "mp4": "mov,mp4,m4a,3gp,3g2,mj2",
        "matroska": "matroska,webm",
        "avi": "avi",
        "mpeg": "mpeg",
        "mpegts": "mpegts",
        "flv": "flv",
        "asf": "asf",
        "ogg": "ogg",
    }


def test_without_walls_only_what_phones_make_is_opened() -> None:
    assert formats.containers(level=LIMITS_ONLY) == ("mp4", "matroska")
    assert formats.taken("avi", level=LIMITS_ONLY) is None


def test_no_list_names_what_reads_other_files_or_has_known_holes() -> None:
    """Playlists and texts, and the decoder through which a film could write over our memory (CVE-2026-8461)."""
    forms = [form for name in formats.containers(level=WALLED) if (form := formats.taken(name, level=WALLED))]
    opened = {name for form in forms for name in (*form.demuxers, *form.decoders)}

    never = {"hls", "concat", "dash", "sdp", "rtsp", "image2", "tty", "lavfi", "magicyuv", "exr", "xbin", "bintext"}
    assert opened & never == set()


def test_a_few_pictures_and_all_of_the_sound_are_decoded() -> None:
    sizes: dict[str, Any] = {"rows": (640, 360), "close": (1024, 576), "seen": (320, 180)}
    wanted = Plan(width=640, height=360, begins_at=0.5, start_at=0.5, start_s=0.4, spread=(0.5, 9.0), **sizes)
    brief = SORTED_GUARD.replace("-protocol", "-probesize 32 -protocol")
    key = f"-an {brief.replace('-threads 2', '')}"

    argv = " ".join(samples.look_and_listen(OURS, wanted, video=0, audio=1))
    given, graph, written = re.split(r" -filter_complex | (?=-map)", argv, maxsplit=2)

    once = f"{key}-skip_frame nokey -skip_loop_filter all -ss {{at}} -t 0.1 -threads 1 -i /in/media"
    once = once.replace("-max_streams 16", "-max_streams 16 -noaccurate_seek")
    assert given == (
        f"{FFMPEG} -an {brief.replace('-threads 2', '-t 0.400 -threads 1')} -i /in/media"
        f" {once.format(at='0.150')} {once.format(at='8.650')} {brief} -vn -i /in/media"
    )
    used = Counter(re.sub(r"\[.*?\]", "", one) for one in graph.split(";"))
    small = "scale=320:180:flags=fast_bilinear:out_range=pc"
    assert used == {
        **dict.fromkeys(("fps=fps=4", "asplit=2", "aformat=s16", "volume=0.25:precision=float"), 1),
        "ebur128=framelog=verbose:metadata=1": 1,
        "ametadata=print:file=loud.txt:key=lavfi.r128.M": 1,
        **dict.fromkeys(("trim=end_frame=1", "split=4", "crop=640:360", "scale=1024:576:flags=fast_bilinear"), 2),
        **dict.fromkeys((small, "format=yuvj420p"), 2),
        "scale=640:360:flags=fast_bilinear": 3,
        **dict.fromkeys(("concat=n=2", "setpts=N/TB"), 4),
        "format=gray": 7,
        "setsar=1": 9,
    }
    assert sorted(re.findall(r"\S+\.(?:gray|s16|jpg)", written)) == [
        *("close.gray", "rows.gray", "seen-%02d.jpg", "sound.s16", "spread.gray", "start.gray")
    ]
    assert written.count("-map_metadata -1") == 1


CODING = (
    "-ac 1 -ar 48000 -b:a 128k -bufsize {buffer}k -c:a aac -c:v libx264 -crf 23 -fflags +bitexact -flags:a +bitexact"
    " -flags:v +bitexact -force_key_frames expr:gte(t,n_forced*2) -g 60"
)
HLS = (
    "-hls_flags independent_segments -hls_fmp4_init_filename {name}-init.mp4 -hls_playlist_type vod"
    " -hls_segment_filename hls/{name}-%03d.m4s -hls_segment_options movflags=+negative_cts_offsets"
    " -hls_segment_type fmp4 -hls_time 4"
)
TEE = (
    "[f=hls:fflags=+bitexact:hls_time=4:hls_playlist_type=vod:hls_segment_type=fmp4"
    ":hls_segment_options=movflags=+negative_cts_offsets:hls_flags=independent_segments"
    ":hls_fmp4_init_filename=480p-init.mp4:hls_segment_filename=hls/480p-%03d.m4s]hls/480p.m3u8"
    "|[f=mp4:fflags=+bitexact:movflags=+faststart]video.mp4"
)
ENDING = "-preset veryfast -profile:v high -sc_threshold 0 -t 10.000 -threads 2"


def test_one_decode_makes_the_stream_in_both_sizes_each_scaled_from_the_one_before() -> None:
    facts = film_facts()

    argv = encode.film(
        facts,
        form=OURS,
        rungs=encode.ladder(facts),
        length_s=10,
        can_tone_map=True,
        threads=2,
    )

    given = " ".join(argv)
    assert given.count("+bitexact+global_header") == 2  # of the one encoder that writes two files
    assert given.replace("+bitexact+global_header", "+bitexact") == (
        f"{FFMPEG} {SORTED_GUARD} -i /in/media -filter_complex "
        "[0:0]fps=fps=30/1:start_time=0[s0];[s0]scale=1280:720[s1];[s1]setsar=1[s2];[s2]format=yuv420p[s3];"
        "[s3]split=2[s4][s5];[0:1]aresample=async=1:first_pts=0[s6];[s6]asplit=2[s7][s8];"
        "[s5]scale=854:480[s9];[s9]setsar=1[s10]"
        f" -map [s4] -map [s7] -f hls {CODING.format(buffer=5600)} {HLS.format(name='720p')} -map_chapters -1"
        f" -map_metadata -1 -maxrate 2800k {ENDING} hls/720p.m3u8"
        f" -map [s10] -map [s8] -f tee {CODING.format(buffer=2400)}"
        f" -map_chapters -1 -map_metadata -1 -maxrate 1200k {ENDING} {TEE}"
    )


def test_a_film_that_streams_is_copied_without_the_notes_beside_its_pictures() -> None:
    copying = "-bsf:v filter_units=remove_types=6|24-31 -c copy -fflags +bitexact"

    stream = " ".join(encode.copied(film_facts(), form=OURS))
    file = " ".join(encode.copied_fallback(film_facts(), form=OURS))

    assert stream == (
        f"{FFMPEG} {SORTED_GUARD} -i /in/media -map 0:0 -map 0:1 -f hls {copying} {HLS.format(name='source')}"
        " -map_chapters -1 -map_metadata -1 hls/source.m3u8"
    )
    assert file == (
        f"{FFMPEG} {SORTED_GUARD} -i /in/media -map 0:0 -map 0:1 {copying}"
        " -map_chapters -1 -map_metadata -1 -movflags +faststart video.mp4"
    )


def test_hdr_is_brought_to_ordinary_screens_where_the_filter_is_there() -> None:
    facts = film_facts(hdr=True, transfer="smpte2084", audio_stream=None)
    options: dict[str, Any] = {
        "form": OURS,
        "rungs": [encode.rung(facts, 720)],
        "length_s": 10,
        "threads": 2,
    }

    there = encode.film(facts, can_tone_map=True, **options)
    lacking = encode.film(facts, can_tone_map=False, **options)

    assert there[there.index("-filter_complex") + 1] == (
        "[0:0]fps=fps=30/1:start_time=0[s0];[s0]scale=1280:720[s1];[s1]setsar=1[s2];"
        "[s2]zscale=min=bt2020nc:npl=100:pin=bt2020:t=linear:tin=smpte2084[s3];[s3]format=gbrpf32le[s4];"
        "[s4]zscale=p=bt709[s5];[s5]tonemap=hable:desat=0[s6];[s6]zscale=m=bt709:r=tv:t=bt709[s7];"
        "[s7]format=yuv420p[s8]"
    )
    assert lacking[lacking.index("-filter_complex") + 1] == (
        "[0:0]fps=fps=30/1:start_time=0[s0];[s0]scale=1280:720[s1];[s1]setsar=1[s2];[s2]format=yuv420p[s3]"
    )


def test_sound_that_runs_on_is_heard_over_the_last_picture() -> None:
    facts = film_facts(pictures_ms=4000)

    argv = encode.film(facts, form=OURS, rungs=[encode.rung(facts, 720)], length_s=10, can_tone_map=True, threads=2)

    assert "tpad=stop_duration=6.000:stop_mode=clone" in argv[argv.index("-filter_complex") + 1]


@pytest.mark.parametrize(
    ("facts", "height", "size"),
    [
        (film_facts(), 720, (1280, 720)),
        (film_facts(width=1080, height=1920), 720, (720, 1280)),
        (film_facts(width=1080, height=1920), 480, (480, 854)),
        (film_facts(width=3840, height=1600), 720, (1728, 720)),
        (film_facts(width=321, height=181), 480, (320, 180)),
        (film_facts(width=1, height=1), 480, (2, 2)),
    ],
)
def test_a_rung_keeps_the_shape_and_never_enlarges(facts: Facts, height: int, size: tuple[int, int]) -> None:
    found = encode.rung(facts, height)

    assert (found.width, found.height) == size


@pytest.mark.parametrize(
    ("nominal", "average", "expected"),
    [
        ("30000/1001", 29.97, Fraction(30000, 1001)),
        ("60/1", 60.0, Fraction(60)),
        ("120/1", 120.0, Fraction(60)),
        ("240/1", 239.6, Fraction(60)),
        ("90000/1", 29.4, Fraction(29)),
        ("1/10", 0.1, Fraction(10)),
        ("0/0", 25.0, Fraction(25)),
    ],
)
def test_the_rate_is_steady_and_at_most_sixty(nominal: str, average: float, expected: Fraction) -> None:
    assert encode.target_fps(film_facts(frame_rate=nominal, fps=average)) == expected


@pytest.mark.parametrize(
    ("facts", "highest", "names"),
    [
        (film_facts(), None, ["720p", "480p"]),
        (film_facts(), 480, ["480p"]),
        (film_facts(width=1280, height=719), None, ["480p"]),
        (film_facts(width=320, height=180), None, ["480p"]),
        (film_facts(width=1080, height=1920), None, ["720p", "480p"]),
    ],
)
def test_the_ladder_has_no_size_that_the_film_has_not(facts: Facts, highest: int | None, names: list[str]) -> None:
    assert [one.name for one in encode.ladder(facts, highest)] == names
