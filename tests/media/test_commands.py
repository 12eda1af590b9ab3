"""The command lines, word for word: a change here is a change in what strangers' files may do."""

from fractions import Fraction
from typing import Any

import pytest

from contest.media import commands, encode
from contest.media.facts import AiLabel, Facts

GUARD = (
    "-protocol_whitelist file -format_whitelist mov,mp4,m4a,3gp,3g2,mj2,matroska,webm"
    " -codec_whitelist h264,hevc,av1,vp8,vp9,mpeg4,mpeg2video,prores,mjpeg,libdav1d,libvpx,libvpx-vp9,aac,mp3,mp2,opus,"
    "vorbis,flac,ac3,eac3,alac,amr_nb,amr_wb,pcm_s16le,pcm_s16be,pcm_s24le,pcm_s24be,pcm_s32le,pcm_f32le,pcm_u8,"
    "mp3float,mp2float,libopus,libvorbis,amrnb,amrwb,png,mov_text,srt,subrip,ass,ssa,webvtt"
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
    assert " ".join(commands.probe_streams()) == (
        f"ffprobe -hide_banner -loglevel error {GUARD} -show_format -show_streams -of json -i /in/media"
    )


def test_the_packets_are_asked_for_in_few_words() -> None:
    assert " ".join(commands.probe_packets()) == (
        f"ffprobe -hide_banner -loglevel error {GUARD}"
        " -show_entries packet=stream_index,pts_time,dts_time,duration_time,flags -of csv=p=0 -i /in/media"
    )


def test_other_containers_are_opened_only_when_asked_for() -> None:
    assert commands.guard()["format_whitelist"] == "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm"
    assert commands.guard(("mpegts",))["format_whitelist"] == "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,mpegts"


def test_a_second_of_pictures_and_all_of_the_sound_are_decoded() -> None:
    assert " ".join(commands.first_frame_and_loudness(video=0, audio=1)) == (
        f"{FFMPEG} {SORTED_GUARD.replace('-threads 2', '-t 1 -threads 2')} -i /in/media {SORTED_GUARD} -i /in/media"
        " -filter_complex [1:1]ebur128=framelog=verbose[s0] -map 0:0 -f null - -map [s0] -f null -"
    )


CODING = (
    "-ac 1 -ar 48000 -b:a 128k -bufsize {buffer}k -c:a aac -c:v libx264 -crf 23 -fflags +bitexact -flags:a +bitexact"
    " -flags:v +bitexact -force_key_frames expr:gte(t,n_forced*2) -g 60"
)
HLS = (
    "-hls_flags independent_segments -hls_fmp4_init_filename 720p-init.mp4 -hls_playlist_type vod"
    " -hls_segment_filename hls/720p-%03d.m4s -hls_segment_type fmp4 -hls_time 4"
)
ENDING = "-preset veryfast -profile:v high -sc_threshold 0 -t 10.000 -threads 2"


def test_one_decode_makes_the_stream_and_the_fallback() -> None:
    facts = film_facts(ai_label=AiLabel(value="1", raw='{"Label": "1"}', source="tag"))

    argv = encode.film(
        facts,
        streamed=encode.rung(facts, 720),
        fallback=encode.rung(facts, 480),
        length_s=10,
        can_tone_map=True,
        threads=2,
    )

    assert " ".join(argv) == (
        f"{FFMPEG} {SORTED_GUARD} -i /in/media -filter_complex "
        "[0:0]fps=fps=30/1:start_time=0[s0];[s0]scale=1280:720[s1];[s1]setsar=1[s2];[s2]format=yuv420p[s3];"
        "[s3]split=2[s4][s5];[0:1]aresample=async=1:first_pts=0[s6];[s6]asplit=2[s7][s8];"
        "[s5]scale=854:480[s9];[s9]setsar=1[s10]"
        f" -map [s4] -map [s7] -f hls {CODING.format(buffer=5600)} {HLS} -map_chapters -1 -map_metadata -1"
        f" -master_pl_name master.m3u8 -maxrate 2800k {ENDING} hls/720p.m3u8"
        f" -map [s10] -map [s8] {CODING.format(buffer=2400)} -map_chapters -1 -map_metadata -1 -maxrate 1200k"
        f' -metadata AIGC={{"Label": "1"}} -movflags +faststart+use_metadata_tags {ENDING} video.mp4'
    )


def test_hdr_is_brought_to_ordinary_screens_where_the_filter_is_there() -> None:
    facts = film_facts(hdr=True, transfer="smpte2084", audio_stream=None)
    options: dict[str, Any] = {"streamed": encode.rung(facts, 720), "fallback": None, "length_s": 10, "threads": 2}

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

    argv = encode.film(
        facts, streamed=encode.rung(facts, 720), fallback=None, length_s=10, can_tone_map=True, threads=2
    )

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


def test_a_low_film_is_streamed_low() -> None:
    low, high = film_facts(width=854, height=480), film_facts()

    assert (encode.stream_height(low), encode.stream_height(high), encode.stream_height(high, 480)) == (480, 720, 480)
