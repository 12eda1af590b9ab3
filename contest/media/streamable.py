"""Whether a film can be streamed as it came: its packets put into segments, with nothing decoded and nothing lost.

Every player must be able to show it beside the sizes that we encode. What is only nearly so is encoded: that costs
time, and a film that stops in one browser costs more.
"""

import json
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any

from contest.media import commands
from contest.media.encode import LEAST_FPS, MOST_FPS
from contest.media.facts import Facts, Flag, Unreadable
from contest.media.formats import WITH_HEADER, Format
from contest.media.process import Flooded, TimedOut
from contest.media.sandbox import Sandbox
from contest.media.scan import StreamScan, scan

MOST_KBPS = 12_000  # sound and picture; what editors for phones write for 1080p, and about what a line of 4G carries
MOST_SIDES = (1080, 1920)
MOST_LEVEL = 42  # up to which phones have decoders in hardware
MOST_KEY_GAP_S = 5.0  # a segment ends at the first key picture after four seconds, so none is longer than nine
MOST_START_S = 0.1
MOST_UNEQUAL_S = 0.5  # between the end of the picture and of the sound
MOST_CHANNELS = 2
_PROFILES = ("Constrained Baseline", "Main", "High")
_STANDARD_COLOURS = ("", "unknown", "bt709", "smpte170m", "bt470bg", "bt470m")
# Each means that the header, the index or an edit list tells players something else than what is there.
_TROUBLE = {Flag.TIMESTAMPS_RESTART, Flag.HIDDEN_MEDIA, Flag.TRAILING_DATA, Flag.INCOMPLETE}


class Reason(StrEnum):
    """Why a film has to be encoded."""

    CONTAINER = "container"
    CODEC = "codec"  # of the picture: H.264 of 8 bits and 4:2:0, in a profile and level of phones
    TOO_LARGE = "too-large"
    INTERLACED = "interlaced"
    TURNED = "turned"  # a note to turn the picture, which many players pass over in a stream
    COLOURS = "colours"
    PIXELS_NOT_SQUARE = "pixels-not-square"
    SOUND = "sound"
    EDITED = "edited"
    RATE = "rate"  # pictures a second
    BIT_RATE = "bit-rate"
    KEY_PICTURES = "key-pictures"
    OPEN_GROUPS = "open-groups"  # pictures that need one from before the key picture
    CLOCK = "clock"  # sound and picture do not begin or end together, or the sound has holes
    UNREADABLE = "unreadable"


def why_encoded(path: Path, facts: Facts, *, form: Format, box: Sandbox) -> Reason | None:
    """None when the film can be copied. Reads the headers and lists the packets, which takes a second."""
    if reason := by_facts(facts):
        return reason
    try:
        told = box.run(commands.probe_streams(form), inputs={"media": path}, timeout_s=60)
        listed = box.run(commands.probe_packets(form), inputs={"media": path}, timeout_s=60)
        if told.returncode or listed.returncode:
            return Reason.UNREADABLE
        streams = {int(one["index"]): one for one in json.loads(told.stdout)["streams"]}
        packets = scan(listed.stdout.decode("ascii", "replace").splitlines())
    except (TimedOut, Flooded, Unreadable):
        return Reason.UNREADABLE
    reason = _by_picture(streams.get(facts.video_stream, {}))
    if facts.audio_stream is None:
        return reason or by_packets(packets.get(facts.video_stream), None)
    reason = reason or _by_sound(streams.get(facts.audio_stream, {}))
    return reason or by_packets(packets.get(facts.video_stream), packets.get(facts.audio_stream, StreamScan()))


def by_facts(facts: Facts) -> Reason | None:
    """What the check has found out already; most films that are encoded need no second look."""
    sides = sorted((facts.width, facts.height))
    holds = {
        Reason.CONTAINER: facts.container in WITH_HEADER,
        Reason.CODEC: (facts.codec, facts.pixel_format) == ("h264", "yuv420p"),
        Reason.TOO_LARGE: sides[0] <= MOST_SIDES[0] and sides[1] <= MOST_SIDES[1] and not any(n % 2 for n in sides),
        Reason.INTERLACED: not facts.interlaced,
        Reason.TURNED: facts.rotation == 0,
        Reason.COLOURS: not facts.hdr and facts.transfer in _STANDARD_COLOURS,
        Reason.SOUND: facts.audio_stream is None or facts.audio_codec == "aac",
        Reason.EDITED: not _TROUBLE & set(facts.flags),
        Reason.RATE: LEAST_FPS <= facts.fps <= MOST_FPS * 1.02,
    }
    return next((reason for reason, is_so in holds.items() if not is_so), None)


def _by_picture(video: Mapping[str, Any]) -> Reason | None:
    """What only the header of the picture says."""
    if video.get("profile") not in _PROFILES or not 0 < int(video.get("level", 0)) <= MOST_LEVEL:
        return Reason.CODEC
    if str(video.get("sample_aspect_ratio", "1:1")) not in ("1:1", "0:1"):
        return Reason.PIXELS_NOT_SQUARE
    if video.get("color_primaries", "") == "bt2020" or "bt2020" in str(video.get("color_space", "")):
        return Reason.COLOURS
    if any("rotation" in str(one) or "displaymatrix" in str(one) for one in video.get("side_data_list", ())):
        return Reason.TURNED
    return None


def _by_sound(audio: Mapping[str, Any]) -> Reason | None:
    """AAC of its plain kind and in stereo at most: as our own, so that players need not change decoders."""
    is_plain = audio.get("profile") == "LC" and int(audio.get("channels", 0)) <= MOST_CHANNELS
    return None if is_plain and int(audio.get("sample_rate", 0)) in (44100, 48000) else Reason.SOUND


def by_packets(pictures: StreamScan | None, sound: StreamScan | None) -> Reason | None:
    """Whether segments can be cut from it, and everything in it plays from nought to the end."""
    if pictures is None or pictures.first is None or pictures.shown != pictures.packets:
        return Reason.EDITED
    if abs(pictures.first) > MOST_START_S:
        return Reason.CLOCK
    if sound is not None and not _keeps_time(sound, pictures):
        return Reason.CLOCK
    if reason := _by_keys(pictures):
        return reason
    size = sum(size for one in (pictures, sound) if one is not None for _at, size, _key in one.shown_at)
    return Reason.BIT_RATE if 8 * size / max(0.001, pictures.end) > MOST_KBPS * 1000 else None


def _keeps_time(sound: StreamScan, pictures: StreamScan) -> bool:
    if sound.first is None or abs(sound.first) > MOST_START_S or abs(sound.end - pictures.end) > MOST_UNEQUAL_S:
        return False
    span = sound.end - sound.first
    return abs(span - sound.sum) <= max(0.25, 0.02 * span)  # Matroska rounds each length to a millisecond


def _by_keys(pictures: StreamScan) -> Reason | None:
    """Key pictures often enough, and nothing after one that is shown before it."""
    if not pictures.shown_at[0][2]:
        return Reason.KEY_PICTURES
    last_key = pictures.shown_at[0][0]
    for at, _size, is_key in pictures.shown_at:
        if not is_key and at < last_key:
            return Reason.OPEN_GROUPS
        if is_key:
            if at - last_key > MOST_KEY_GAP_S * 1.02:
                return Reason.KEY_PICTURES
            last_key = at
    return Reason.KEY_PICTURES if pictures.end - last_key > MOST_KEY_GAP_S * 1.02 + 0.1 else None
