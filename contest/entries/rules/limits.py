"""What is asked of a file: limits by name, and how hard each of them is. Pure: no database, no words.

The presets are rules that contests and bureaus have published; an organiser may begin with one of them.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal, Self

from contest.editions.models import Category

Severity = Literal["reject", "warn", "off"]
Copy = Literal["off", "optional", "required"]
SEVERITIES: tuple[Severity, ...] = ("reject", "warn", "off")
MB = 1024 * 1024  # as Windows and this service count them

# By code of the finding, in the order of the report; each is a rule of its own with a severity of its own.
OF_VIDEO = (
    *("length", "min-length", "size", "min-size", "short-side", "long-side", "aspect", "orientation", "fps"),
    *("bit-rate", "container", "codec", "sound"),
)
OF_PHOTO = ("long-side", "short-side", "pixels", "size", "min-size", "aspect", "orientation", "container")
# What is estimated, and not counted, advises unless somebody decides otherwise.
ESTIMATED = (
    *("loudness", "clarity", "exposure", "contrast", "noise", "compression", "upscaled"),
    *("dark", "flat", "still", "bars", "black-start", "black-end", "frozen-start", "frozen-end"),
    *("silence", "clipping", "true-peak", "chat-copy"),
)


@dataclass(frozen=True, kw_only=True)
class Rules:
    """Lengths in ms, sizes in bytes, sides in pixels, rates in bits a second, aspects as long side to short side.

    None or nothing listed: no limit. `severities` by code of the finding; what is not in it is "reject" for what is
    counted and "warn" for what is estimated.
    """

    kind: str
    max_length_ms: int | None = None
    min_length_ms: int | None = None
    tolerance_ms: int = 500  # editors export 180.02 s for "3:00"
    max_bytes: int | None = None
    min_bytes: int | None = None
    min_short_side: int | None = None
    min_long_side: int | None = None
    max_pixels: int | None = None
    min_aspect: float | None = None
    max_aspect: float | None = None
    orientations: tuple[str, ...] = ()  # landscape, portrait, square
    min_fps: float | None = None
    max_fps: float | None = None
    min_bit_rate: int | None = None
    max_bit_rate: int | None = None
    containers: tuple[str, ...] = ()
    codecs: tuple[str, ...] = ()
    sound_required: bool = False
    showcase_copy: Copy = "off"  # a second film with the credits, which judges do not see: see showcase_copy_of
    shots: tuple[str, ...] = ()  # kinds of photo of which the entry needs one each: panorama, close-up
    severities: Mapping[str, Severity] = field(default_factory=dict)

    def severity(self, code: str) -> Severity:
        return self.severities.get(code, "warn" if code in ESTIMATED else "reject")

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "severities": dict(self.severities)}

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> Self:
        """Rules kept earlier; names of a later version are passed over."""
        lists, known = ("orientations", "containers", "codecs", "shots"), {f.name for f in fields(cls)}
        values: dict[str, Any] = {name: value for name, value in given.items() if name in known}
        return cls(**values | {name: tuple(values[name]) for name in lists if name in values})


IN_COLUMNS = (
    *("max_bytes", "min_length_ms", "max_length_ms", "tolerance_ms"),
    *("min_short_side", "min_long_side", "sound_required"),
)


def rules_of(category: Category) -> Rules:
    """What the category asks as it stands now."""
    columns = {name: getattr(category, name) for name in IN_COLUMNS}
    return Rules.from_json({**(category.further_limits or {}), **columns, "kind": category.kind})


def showcase_copy_of(category: Category) -> Copy:
    """Whether a copy with credits is asked for beside the one that is judged; only ever of one film."""
    is_one_film = category.kind == "video" and category.max_files == 1
    return rules_of(category).showcase_copy if is_one_film else "off"


_SCREEN: dict[str, Any] = {
    "min_aspect": 1.7,
    "max_aspect": 1.8,
    "orientations": ("landscape",),
}  # 16:9, and what cameras make of it
PRESETS: dict[str, Rules] = {
    "three-minutes": Rules(kind="video", max_length_ms=180_000),
    "national-micro-video": Rules(
        kind="video",
        min_length_ms=120_000,
        max_length_ms=300_000,
        min_bytes=100 * MB,
        max_bytes=300 * MB,
        min_short_side=1080,
        containers=("mp4",),
        sound_required=True,
        severities={"min-size": "warn"},
        **_SCREEN,
    ),
    "city-short-video": Rules(
        kind="video", max_length_ms=180_000, max_bytes=200 * MB, min_short_side=1080, containers=("mp4",)
    ),
    "province-either-way": Rules(
        kind="video",
        containers=("mp4",),
        codecs=("h264",),
        min_short_side=720,
        min_aspect=1.7,
        max_aspect=1.8,
        orientations=("landscape", "portrait"),
        min_fps=24.5,
        max_fps=25.5,
        severities={"fps": "warn"},
    ),
    "youth-ai-video": Rules(
        kind="video",
        min_length_ms=60_000,
        max_length_ms=180_000,
        min_short_side=1080,
        min_fps=24.5,
        max_fps=30.5,
        min_bit_rate=5_000_000,
        containers=("mp4",),
    ),
    "half-minute": Rules(
        kind="video",
        max_length_ms=30_000,
        max_bytes=50 * MB,
        min_short_side=720,
        min_long_side=1280,
        containers=("mp4",),
    ),
    "clear-photo": Rules(kind="photo", max_pixels=120_000_000),
    "strict-photo": Rules(kind="photo", max_pixels=120_000_000, severities={"clarity": "reject"}),
    "photo-contest": Rules(kind="photo", min_long_side=3000, max_bytes=20 * MB, containers=("jpeg",)),
}
