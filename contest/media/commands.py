"""The ffmpeg and ffprobe command lines, and nothing else: each is pinned by a test.

ffprobe's are written by hand. ffmpeg's are built by ffmpeg-python and only compiled: its own `run` and `probe` have
no time limit, and options that must come first have to go into `cmd`.
"""

from collections.abc import Sequence
from typing import Any

import ffmpeg

INPUT = "/in/media"
CONTAINERS = ("mov", "mp4", "m4a", "3gp", "3g2", "mj2", "matroska", "webm")
# Their parsers have had the most holes, and no phone makes them: only where an edition asks for them.
OPT_IN_CONTAINERS = ("mpegts", "avi")
VIDEO_CODECS = ("h264", "hevc", "av1", "vp8", "vp9", "mpeg4", "mpeg2video", "prores", "mjpeg")
_PCM = ("pcm_s16le", "pcm_s16be", "pcm_s24le", "pcm_s24be", "pcm_s32le", "pcm_f32le", "pcm_u8")
AUDIO_CODECS = ("aac", "mp3", "mp2", "opus", "vorbis", "flac", "ac3", "eac3", "alac", "amr_nb", "amr_wb", *_PCM)
# What the decoders of these codecs are called where it is not the same. The last ones are never decoded by us, but
# ffprobe gives a file up when it may not open the decoder of its cover picture or its subtitles.
DECODERS = (
    *(*VIDEO_CODECS, "libdav1d", "libvpx", "libvpx-vp9"),
    *(*AUDIO_CODECS, "mp3float", "mp2float", "libopus", "libvorbis", "amrnb", "amrwb"),
    *("png", "mov_text", "srt", "subrip", "ass", "ssa", "webvtt"),
)
MOST_PIXELS = 40_000_000  # 8K is 33 million

# Filters would start a thread for each processor, and a machine with many would pass the memory limit by that alone.
FFMPEG = (
    *("ffmpeg", "-nostdin", "-hide_banner", "-y", "-loglevel", "info", "-nostats", "-progress", "pipe:1"),
    *("-filter_complex_threads", "2"),
)


def guard(extra_containers: Sequence[str] = (), *, threads: int = 2) -> dict[str, Any]:
    """The options without which no stranger's file is opened.

    The list of formats is what matters most: `protocol_whitelist file` alone still followed a playlist named .mp4 to
    another file of this machine.
    """
    return {
        "protocol_whitelist": "file",
        "format_whitelist": ",".join((*CONTAINERS, *extra_containers)),
        "codec_whitelist": ",".join(DECODERS),
        "max_pixels": MOST_PIXELS,
        "max_streams": 16,
        "threads": threads,
    }


def probe_streams(extra_containers: Sequence[str] = ()) -> list[str]:
    return [*_ffprobe(extra_containers), "-show_format", "-show_streams", "-of", "json", "-i", INPUT]


def probe_packets(extra_containers: Sequence[str] = ()) -> list[str]:
    wanted = "packet=stream_index,pts_time,dts_time,duration_time,flags"
    return [*_ffprobe(extra_containers), "-show_entries", wanted, "-of", "csv=p=0", "-i", INPUT]


def first_frame_and_loudness(*, video: int, audio: int | None, extra_containers: Sequence[str] = ()) -> list[str]:
    """Decode the first second of the pictures and all of the sound.

    Two inputs, because an output that has had its frame does not stop the decoder of a shared one.
    """
    pictures = ffmpeg.input(INPUT, t=1, **guard(extra_containers))
    outputs = [ffmpeg.output(pictures[str(video)], "-", f="null")]
    if audio is not None:
        sound = ffmpeg.input(INPUT, **guard(extra_containers))
        measured = sound[str(audio)].filter("ebur128", framelog="verbose")
        outputs.append(ffmpeg.output(measured, "-", f="null"))
    return compiled(*outputs)


def compiled(*outputs: Any) -> list[str]:
    argv: list[str] = ffmpeg.merge_outputs(*outputs).compile(cmd=list(FFMPEG))
    return argv


def _ffprobe(extra_containers: Sequence[str]) -> list[str]:
    argv = ["ffprobe", "-hide_banner", "-loglevel", "error"]
    for name, value in guard(extra_containers).items():
        argv += [f"-{name}", str(value)]
    return argv
