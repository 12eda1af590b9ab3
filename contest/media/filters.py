"""What is done to pictures on their way through ffmpeg, be it a film or a still."""

from fractions import Fraction
from typing import Any

from contest.media.facts import Facts


def scaled(pictures: Any, width: int, height: int) -> Any:
    return pictures.filter("scale", width, height).filter("setsar", 1)


def standard_range(pictures: Any, facts: Facts, *, can_tone_map: bool) -> Any:
    """HDR brought into the range of ordinary screens; without it the colours are washed out."""
    if facts.hdr and can_tone_map:
        pictures = tone_mapped(pictures, facts.transfer)
    return pictures.filter("format", "yuv420p")


def tone_mapped(pictures: Any, transfer: str) -> Any:
    pictures = pictures.filter("zscale", tin=transfer, pin="bt2020", min="bt2020nc", t="linear", npl=100)
    pictures = pictures.filter("format", "gbrpf32le").filter("zscale", p="bt709")
    return pictures.filter("tonemap", "hable", desat=0).filter("zscale", t="bt709", m="bt709", r="tv")


def whole(pictures: Any, facts: Facts) -> Any:
    """Half pictures joined. Which of them comes first was seen; a header may say it the wrong way round, or deny that
    there are any, and then every movement would jump back and forth."""
    if not facts.interlaced:
        return pictures
    parity = {"top": "tff", "bottom": "bff"}.get(str(facts.quality.get("fields")), "auto")
    return pictures.filter("yadif", parity=parity)


def copies(stream: Any, name: str, number: int) -> list[Any]:
    """The same for several outputs, by the filter `name`: split for pictures, asplit for sound."""
    several = stream.filter_multi_output(name, number)
    return [several[place] for place in range(number)]


def full_range(pictures: Any) -> Any:
    return pictures.filter("scale", out_range="pc").filter("format", "yuvj420p")


def within(facts: Facts, side: int) -> tuple[int, int]:
    share = min(Fraction(1), Fraction(side, max(facts.width, facts.height)))
    return even(facts.width * share), even(facts.height * share)


def even(length: Fraction | int) -> int:
    """The nearest even number of pixels, as 4:2:0 needs; at least two."""
    return max(2, 2 * round(length / 2))
