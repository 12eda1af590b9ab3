"""What a browser says of a file before it is sent, held against the same rules as the file itself. Pure.

Nothing of it is relied on: it spares people an upload in vain. A rule about something that was not said is left out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from contest.entries.rules.limits import Rules
from contest.entries.rules.verdict import Finding, findings
from contest.media import formats
from contest.media.facts import Code, Facts, Kind

_NAME_MAX = 20
_NUMBER_MAX = 2**53  # what a browser can count to
_FILMS = {"mp4", "matroska", "mpegts", "avi", "flv", "asf", "mpeg", "rm", "ogg"}
_PHOTOS = {"jpeg", "png", "webp", "heif", "avif"}
_OTHER_STILLS = {"tiff", "bmp"}
_ANIMATED = {"gif", "apng", "webp-animated"}


@dataclass(frozen=True, kw_only=True)
class Claims:
    """What was said. 0, None and "" mean that nothing was."""

    size_bytes: int
    container: str = ""
    codec: str = ""
    audio_codec: str = ""
    width: int = 0
    height: int = 0
    length_ms: int = 0
    fps: float = 0.0
    has_picture: bool | None = None
    has_sound: bool | None = None
    is_cut: bool = False  # the index of the film is not in it
    was_read: bool = False  # its first bytes were, so that an empty `container` means one that nobody knows

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> Self:
        """What came from outside; what is of a wrong kind counts as not said."""
        return cls(
            size_bytes=_number(given.get("size_bytes")),
            width=_number(given.get("width")),
            height=_number(given.get("height")),
            length_ms=_number(given.get("length_ms")),
            container=_name(given.get("container")),
            codec=_name(given.get("codec")),
            audio_codec=_name(given.get("audio_codec")),
            fps=_number(given.get("fps"), whole=False),
            has_picture=_yes_or_no(given.get("has_picture")),
            has_sound=_yes_or_no(given.get("has_sound")),
            is_cut=given.get("fault") == Code.MOOV_MISSING,
            was_read=isinstance(given.get("container"), str),
        )


def early_fault(claims: Claims, kind: Kind, *, level: int) -> Code | None:
    """Why nothing can be made of the file at that level of the sandbox, as far as its first bytes and index tell."""
    if not claims.was_read:
        return None
    return _not_a_film(claims, level=level) if kind == "video" else _not_a_photo(claims.container)


def form_of(claims: Claims) -> str:
    """What the file is, as `sorry` wants to hear it."""
    return f"{claims.container} {claims.codec}".strip() if claims.container else ""


def early_findings(claims: Claims, rules: Rules) -> list[Finding]:
    """The rules that it would miss, from what was said alone."""
    found = findings(_as_facts(claims, rules), rules)
    return [one for one in found if one.outcome in ("must_fix", "advice") and _is_told(one.code, claims)]


def _not_a_film(claims: Claims, *, level: int) -> Code | None:
    if claims.container in _ANIMATED:
        return Code.ANIMATED_IMAGE
    if claims.container == "audio" or (claims.has_picture is False and claims.has_sound):
        return Code.AUDIO_ONLY
    if claims.container not in _FILMS:
        return Code.NOT_A_VIDEO
    form = formats.taken(claims.container, level=level)
    if form is None:
        return Code.UNSUPPORTED_CONTAINER
    if claims.is_cut:
        return Code.MOOV_MISSING
    # A name that nobody knows is a browser's, or the box walker's; the check knows better.
    is_refused = formats.knows(claims.codec) and claims.codec not in form.video
    return Code.UNSUPPORTED_CODEC if is_refused else None


def _not_a_photo(container: str) -> Code | None:
    if container in _ANIMATED:
        return Code.ANIMATED_IMAGE
    if container in _OTHER_STILLS:
        return Code.UNSUPPORTED_CONTAINER
    return None if container in _PHOTOS else Code.NOT_A_PHOTO


def _as_facts(claims: Claims, rules: Rules) -> Facts:
    return Facts(
        kind="video" if rules.kind == "video" else "photo",
        container=claims.container,
        size_bytes=claims.size_bytes,
        width=claims.width,
        height=claims.height,
        codec=claims.codec,
        length_ms=claims.length_ms,
        fps=claims.fps,
        bit_rate=claims.size_bytes * 8000 // claims.length_ms if claims.length_ms else 0,
        audio_stream=0 if claims.has_sound else None,
        audio_codec=claims.audio_codec,
    )


# By code of the finding: what must have been said.
_NEEDS: dict[str, tuple[str, ...]] = {
    "length": ("length_ms",),
    "min-length": ("length_ms",),
    "size": ("size_bytes",),
    "min-size": ("size_bytes",),
    "short-side": ("width", "height"),
    "long-side": ("width", "height"),
    "pixels": ("width", "height"),
    "aspect": ("width", "height"),
    "orientation": ("width", "height"),
    "fps": ("fps",),
    "bit-rate": ("length_ms", "size_bytes"),
    "container": ("container",),
    "codec": ("codec",),
}


def _is_told(code: str, claims: Claims) -> bool:
    if code == "sound":
        return claims.has_sound is False
    return code in _NEEDS and all(getattr(claims, name) for name in _NEEDS[code])


def _number(value: object, *, whole: bool = True) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < _NUMBER_MAX:
        return 0
    return int(value) if whole else value


def _name(value: object) -> str:
    return value[:_NAME_MAX] if isinstance(value, str) and value.isascii() and value.isprintable() else ""


def _yes_or_no(value: object) -> bool | None:
    return value if isinstance(value, bool) else None
