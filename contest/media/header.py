"""What ffprobe's words about a file and its streams mean."""

from collections.abc import Mapping
from fractions import Fraction
from math import isfinite
from typing import Any


def is_interlaced(video: Mapping[str, Any]) -> bool:
    """DV does not say so in AVI, but tapes know nothing else."""
    said = str(video.get("field_order", "unknown"))
    return said not in ("progressive", "unknown") or (said == "unknown" and video.get("codec_name") == "dvvideo")


def rotation(video: Mapping[str, Any]) -> int:
    """Degrees clockwise."""
    for data in video.get("side_data_list", ()):
        if "rotation" in data:
            return -round(float(data["rotation"])) % 360
    return round(number(tags(video).get("rotate")) or 0) % 360


def shown_size(video: Mapping[str, Any]) -> tuple[int, int]:
    """With square pixels, and turned as players turn it."""
    width, height = int(video.get("width", 0)), int(video.get("height", 0))
    aspect = _fraction(str(video.get("sample_aspect_ratio", "1:1")).replace(":", "/"))
    if aspect and aspect != 1 and Fraction(1, 8) < aspect < 8:
        width = round(width * aspect)
    return (height, width) if rotation(video) in (90, 270) else (width, height)


def stored_size(video: Mapping[str, Any]) -> tuple[int, int] | None:
    """As it is coded; None of a film that lies on its side, whose rows we get as columns."""
    if rotation(video) in (90, 270):
        return None
    return int(video.get("width", 0)), int(video.get("height", 0))


def tags(section: Mapping[str, Any]) -> dict[str, str]:
    return {str(name): str(text) for name, text in section.get("tags", {}).items()}


def number(text: object) -> float | None:
    """None also of what is no number that can be counted with: headers of nonsense give nan and inf."""
    try:
        found = float(str(text))
    except ValueError:
        return None
    return found if isfinite(found) else None


def positive(text: object) -> float | None:
    found = number(text)
    return found if found is not None and found > 0 else None


def _fraction(text: str) -> Fraction | None:
    try:
        return Fraction(text)
    except (ValueError, ZeroDivisionError):
        return None
