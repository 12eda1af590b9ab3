"""The ffmpeg and ffprobe command lines, and nothing else: each is pinned by a test.

ffprobe's are written by hand. ffmpeg's are built by ffmpeg-python and only compiled: its own `run` and `probe` have
no time limit, and options that must come first have to go into `cmd`.
"""

from typing import Any

import ffmpeg

from contest.media.formats import Format

INPUT = "/in/media"
MOST_PIXELS = 40_000_000  # 8K is 33 million

# Filters would start a thread for each processor, and a machine with many would pass the memory limit by that alone.
FFMPEG = (
    *("ffmpeg", "-nostdin", "-hide_banner", "-y", "-loglevel", "info", "-nostats", "-progress", "pipe:1"),
    *("-filter_complex_threads", "2"),
)


def guard(form: Format, *, threads: int = 2) -> dict[str, Any]:
    """The options without which no stranger's file is opened.

    The list of formats is what matters most: `protocol_whitelist file` alone still followed a playlist named .mp4 to
    another file of this machine.
    """
    return {
        "protocol_whitelist": "file",
        "format_whitelist": ",".join(form.demuxers),
        "codec_whitelist": ",".join(form.decoders),
        "max_pixels": MOST_PIXELS,
        "max_streams": 16,
        "threads": threads,
    }


def probe_streams(form: Format) -> list[str]:
    return [*_ffprobe(form), "-show_format", "-show_streams", "-of", "json", "-i", INPUT]


def probe_packets(form: Format) -> list[str]:
    wanted = "packet=stream_index,pts_time,dts_time,duration_time,size,flags"
    return [*_ffprobe(form), "-show_entries", wanted, "-of", "csv=p=0", "-i", INPUT]


def compiled(*outputs: Any) -> list[str]:
    argv: list[str] = ffmpeg.merge_outputs(*outputs).compile(cmd=list(FFMPEG))
    return argv


def _ffprobe(form: Format) -> list[str]:
    argv = ["ffprobe", "-hide_banner", "-loglevel", "error"]
    for name, value in guard(form).items():
        argv += [f"-{name}", str(value)]
    return argv
