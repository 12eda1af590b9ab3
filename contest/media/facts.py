"""What a file turned out to be: `Facts`, or `Unreadable` with a closed code that callers translate."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from enum import StrEnum
from typing import Any, Literal, Self

Kind = Literal["video", "photo"]


class Code(StrEnum):
    """Every reason for which a file can be unusable. Callers have a sentence for each."""

    EMPTY = "empty"
    NOT_A_VIDEO = "not-a-video"
    NOT_A_PHOTO = "not-a-photo"
    AUDIO_ONLY = "audio-only"
    ANIMATED_IMAGE = "animated-image"
    SINGLE_FRAME = "single-frame"
    UNSUPPORTED_CONTAINER = "unsupported-container"
    UNSUPPORTED_CODEC = "unsupported-codec"
    NO_VIDEO_STREAM = "no-video-stream"
    SEVERAL_VIDEO_STREAMS = "several-video-streams"
    MOOV_MISSING = "moov-missing"  # the recording was broken off, or the file is not all here
    DAMAGED = "damaged"
    JOINED_FILE = "joined-file"  # several films glued byte to byte
    TOO_MANY_PACKETS = "too-many-packets"
    TOO_MANY_PIXELS = "too-many-pixels"
    TOO_HARD = "too-hard"  # it needed more memory, time or room than a check may take
    TIMEOUT = "timeout"


class Flag(StrEnum):
    """Things worth knowing about a file that can be used all the same."""

    HEADER_MISMATCH = "header-mismatch"  # the length written in the file is not the length it plays
    TIMESTAMPS_RESTART = "timestamps-restart"
    HIDDEN_MEDIA = "hidden-media"  # an edit list leaves out a part that is still in the file
    TRAILING_DATA = "trailing-data"  # something follows the end that players read
    INCOMPLETE = "incomplete"  # the last bytes are missing, but hardly any of the film
    FEW_FRAMES = "few-frames"
    HIGH_FRAME_RATE = "high-frame-rate"
    MOTION_PHOTO = "motion-photo"


class Unreadable(Exception):
    """The file cannot be used, and `code` says why; `detail` is for operators and logs.

    `form`: what it is all the same, as container and codec: "asf", "mp4 cinepak"; empty when nobody knows.
    `killed`: what looked into it was killed, and by none of its limits; the file may well be good.
    """

    def __init__(self, code: Code, detail: str = "", *, form: str = "", killed: bool = False) -> None:
        super().__init__(f"{code}: {detail}" if detail else str(code))
        self.code = code
        self.detail = detail
        self.form = form
        self.killed = killed


@dataclass(frozen=True, kw_only=True)
class AiLabel:
    """The implicit label of GB 45438 that a file carries: it must be shown, and carried on in what we publish."""

    value: str  # "1" made by AI, "2" may be, "3" suspected; empty when the label does not say
    raw: str  # as found, at most 4 KiB
    source: str  # tag, xmp, exif or text

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> Self:
        return cls(value=given["value"], raw=given["raw"], source=given["source"])


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What was measured about one file. Lengths are of what plays, never of what a header claims."""

    kind: Kind
    container: str  # mp4, matroska, mpegts, avi, jpeg, png, webp, avif, heif
    size_bytes: int
    width: int  # as shown: after rotation, with square pixels
    height: int
    codec: str = ""
    rotation: int = 0  # degrees clockwise a player turns the stored picture
    flags: tuple[Flag, ...] = ()
    ai_label: AiLabel | None = None
    has_location: bool = False  # where it was taken is in the file: never in what we publish
    hdr: bool = False
    transfer: str = ""  # the colour transfer as ffmpeg names it
    # Of videos only.
    length_ms: int = 0
    pictures_ms: int = 0  # the moving picture alone; the sound may run on
    header_ms: int | None = None
    hidden_ms: int = 0
    fps: float = 0.0  # pictures in a second on average
    frame_rate: str = ""  # the nominal rate as a fraction
    video_stream: int = 0
    pixel_format: str = ""
    interlaced: bool = False
    bit_rate: int = 0
    audio_stream: int | None = None
    audio_codec: str = ""
    audio_channels: int = 0
    loudness_lufs: float | None = None  # integrated, EBU R 128; None when there is no sound to measure
    quality: dict[str, Any] = field(default_factory=dict)  # how it looks and sounds: estimated, never counted
    likeness: tuple[str, ...] = ()  # fingerprints of its pictures: see contest.media.likeness
    flagged_interlaced: bool = False  # what the header says; `interlaced` is what was seen
    # By code of a finding, small pictures of the moments that show it: time in ms (None: the end) and name.
    seen: Mapping[str, Any] = field(default_factory=dict)

    @property
    def has_sound(self) -> bool:
        """Whether anything can be heard, which is more than the presence of an audio stream."""
        return self.audio_stream is not None and self.loudness_lufs is not None

    @property
    def short_side(self) -> int:
        return min(self.width, self.height)

    @property
    def is_portrait(self) -> bool:
        return self.height > self.width

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"flags": [str(flag) for flag in self.flags]}

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> Self:
        """Facts kept earlier; keys of a later version are passed over."""
        known = {f.name for f in fields(cls)}
        values = {name: value for name, value in given.items() if name in known}
        values["flags"] = tuple(Flag(flag) for flag in values.get("flags", ()))
        values["likeness"] = tuple(values.get("likeness", ()))
        if values.get("ai_label"):
            values["ai_label"] = AiLabel.from_json(values["ai_label"])
        return cls(**values)
