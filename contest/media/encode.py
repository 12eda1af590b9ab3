"""What is made of a film, as numbers and as ffmpeg command lines."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import ffmpeg

from contest.media.commands import INPUT, compiled, guard
from contest.media.facts import AiLabel, Facts
from contest.media.filters import copies, even, scaled, standard_range, whole
from contest.media.formats import Format

HLS_FOLDER = "hls"
MASTER = "hls/master.m3u8"
FALLBACK = "video.mp4"
FALLBACK_HEIGHT = 480
SEGMENT_S = 4
GROUP_S = 2
MOST_FPS = 60
LEAST_FPS = 10  # a slide show of a picture every ten seconds would seek badly
# Of the short side: constant rate factor and the most kilobits a second.
_QUALITY = {1080: (23, 5000), 720: (23, 2800), 480: (23, 1200)}
SOURCE = "source"  # what the size is called whose packets are the film's own
# Players need none of the notes beside the pictures (SEI, and units without a meaning), and cameras write where they
# were into them.
_COPY = {"c": "copy", "bsf:v": "filter_units=remove_types=6|24-31", "map_metadata": -1, "map_chapters": -1}
_COPY |= {"fflags": "+bitexact"}


@dataclass(frozen=True, kw_only=True)
class Rung:
    """One size of the film."""

    name: str
    width: int
    height: int
    crf: int
    most_kbps: int


def rung(facts: Facts, height: int) -> Rung:
    """The film with `height` lines, counted on its short side so that portrait stays portrait; never enlarged."""
    share = min(Fraction(1), Fraction(height, facts.short_side))
    crf, most_kbps = _QUALITY[height]
    return Rung(
        name=f"{height}p",
        width=even(facts.width * share),
        height=even(facts.height * share),
        crf=crf,
        most_kbps=most_kbps,
    )


def ladder(facts: Facts, highest: int | None = None) -> list[Rung]:
    """The sizes of the stream, largest first: what the film has of 720 lines and 480, nothing enlarged."""
    heights = [height for height in (720, FALLBACK_HEIGHT) if height <= min(facts.short_side, highest or 720)]
    return [rung(facts, height) for height in heights or [FALLBACK_HEIGHT]]


def source_rung(facts: Facts) -> Rung:
    """The film as it came."""
    return Rung(name=SOURCE, width=facts.width, height=facts.height, crf=0, most_kbps=0)


def target_fps(facts: Facts) -> Fraction:
    """A steady rate near the film's own: halved until 60 or less, and the average where the nominal one is no rate."""
    average = Fraction(round(facts.fps * 1000), 1000)
    try:
        nominal = Fraction(facts.frame_rate)
    except (ValueError, ZeroDivisionError):
        nominal = average
    rate = nominal if Fraction(4, 5) * average <= nominal <= Fraction(5, 4) * average else Fraction(round(average))
    while rate > MOST_FPS:
        rate /= 2
    return max(rate, Fraction(LEAST_FPS))


def film(
    facts: Facts,
    *,
    form: Format,
    rungs: Sequence[Rung],
    length_s: float,
    can_tone_map: bool,
    threads: int,
) -> list[str]:
    """Decode once and write the stream in all sizes, each scaled from the pictures of the one before; and the smallest
    in one file, for players that cannot take a stream."""
    given = ffmpeg.input(INPUT, **guard(form, threads=threads))
    pictures = _prepared(given[str(facts.video_stream)], facts, length_s=length_s)
    pictures = scaled(pictures, rungs[0].width, rungs[0].height)
    pictures = standard_range(pictures, facts, can_tone_map=can_tone_map)
    sound = _sound(given, facts)
    sounds = [sound] if sound is None or len(rungs) == 1 else copies(sound, "asplit", len(rungs))
    outputs = []
    for place, size in enumerate(rungs):
        smaller = None
        if place + 1 < len(rungs):
            pictures, smaller = copies(pictures, "split", 2)
        heard = sounds[place] if sound is not None else None
        outputs.append(
            _stream(
                _some(pictures, heard),
                facts,
                size,
                with_fallback=size is rungs[-1],
                length_s=length_s,
                threads=threads,
            )
        )
        if smaller is not None:
            pictures = scaled(smaller, rungs[place + 1].width, rungs[place + 1].height)
    return compiled(*outputs)


def copied(facts: Facts, *, form: Format) -> list[str]:
    """The stream from the film's own packets, as they are."""
    return compiled(ffmpeg.output(*_own(facts, form), f"{HLS_FOLDER}/{SOURCE}.m3u8", **_COPY, f="hls", **_hls(SOURCE)))


def copied_fallback(facts: Facts, *, form: Format) -> list[str]:
    """The fallback from the film's own packets."""
    return compiled(ffmpeg.output(*_own(facts, form), FALLBACK, **_COPY, **_label(facts.ai_label), **_mp4(facts)))


def _own(facts: Facts, form: Format) -> list[Any]:
    given = ffmpeg.input(INPUT, **guard(form))
    return [given[str(index)] for index in (facts.video_stream, facts.audio_stream) if index is not None]


def _prepared(pictures: Any, facts: Facts, *, length_s: float) -> Any:
    """A steady row of full pictures from first to last, also where the sound starts earlier or runs on."""
    pictures = whole(pictures, facts)
    rate = target_fps(facts)
    pictures = pictures.filter("fps", fps=f"{rate.numerator}/{rate.denominator}", start_time=0)
    missing_s = length_s - facts.pictures_ms / 1000
    if missing_s > 0.25:
        pictures = pictures.filter("tpad", stop_mode="clone", stop_duration=f"{missing_s:.3f}")
    return pictures


def _sound(given: Any, facts: Facts) -> Any | None:
    if facts.audio_stream is None:
        return None
    return given[str(facts.audio_stream)].filter("aresample", **{"async": 1, "first_pts": 0})


def _some(*streams: Any | None) -> list[Any]:
    return [stream for stream in streams if stream is not None]


def _stream(
    streams: Sequence[Any], facts: Facts, size: Rung, *, with_fallback: bool, length_s: float, threads: int
) -> Any:
    """One size of the stream; of the smallest also the fallback, from the same encoded packets."""
    coding = _codecs(facts, size, length_s=length_s, threads=threads)
    playlist = f"{HLS_FOLDER}/{size.name}.m3u8"
    if not with_fallback:
        return ffmpeg.output(*streams, playlist, **coding, f="hls", **_hls(size.name))
    # Two files from one encoder: each says of itself what ffmpeg else finds out by the one name of an output.
    header = {name: f"{flags}+global_header" for name, flags in coding.items() if name.startswith("flags:")}
    exact = {"fflags": coding["fflags"]}
    both = f"{_tee(playlist, f='hls', **exact, **_hls(size.name))}|{_tee(FALLBACK, f='mp4', **exact, **_mp4(facts))}"
    return ffmpeg.output(*streams, both, **coding | header, **_label(facts.ai_label), f="tee")


def _tee(name: str, **options: Any) -> str:
    return f"[{':'.join(f'{option}={value}' for option, value in options.items())}]{name}"


def _hls(name: str) -> dict[str, Any]:
    """Whole files of four seconds. Time is counted from the first picture, and not from how far it is moved for the
    pictures between: that would be another moment in each size, and off the sound in players that pass over a note."""
    return {
        "hls_time": SEGMENT_S,
        "hls_playlist_type": "vod",
        "hls_segment_type": "fmp4",
        "hls_segment_options": "movflags=+negative_cts_offsets",
        "hls_flags": "independent_segments",
        "hls_fmp4_init_filename": f"{name}-init.mp4",
        "hls_segment_filename": f"{HLS_FOLDER}/{name}-%03d.m4s",
    }


def _codecs(facts: Facts, size: Rung, *, length_s: float, threads: int) -> dict[str, Any]:
    """H.264 and AAC that any phone plays, key frames every two seconds, and no word about who, where or when."""
    options: dict[str, Any] = {
        "c:v": "libx264",
        "preset": "veryfast",
        "profile:v": "high",
        "crf": size.crf,
        "maxrate": f"{size.most_kbps}k",
        "bufsize": f"{2 * size.most_kbps}k",
        "g": round(target_fps(facts) * GROUP_S),
        "sc_threshold": 0,
        "force_key_frames": f"expr:gte(t,n_forced*{GROUP_S})",
        "threads": threads,
        "t": f"{length_s:.3f}",
        "map_metadata": -1,
        "map_chapters": -1,
        "fflags": "+bitexact",
        "flags:v": "+bitexact",
    }
    if facts.audio_stream is not None:
        channels = min(2, facts.audio_channels)
        options |= {"c:a": "aac", "b:a": "128k", "ar": 48000, "ac": channels, "flags:a": "+bitexact"}
    return options


def _mp4(facts: Facts) -> dict[str, Any]:
    """An MP4 that plays while it loads, and that may carry a label."""
    return {"movflags": "+faststart" + ("+use_metadata_tags" if facts.ai_label else "")}


def _label(label: AiLabel | None) -> dict[str, Any]:
    """The AI label has to be carried on, and ffmpeg would drop it."""
    return {"metadata": f"AIGC={label.raw}"} if label else {}
