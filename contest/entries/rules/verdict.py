"""The verdict on a file: what was measured held against the limits of its category. Pure: no database, no words.

Findings are kept as they are and worded when shown, so that a report reads in the language of whoever opens it.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Literal

from contest.editions.models import Category
from contest.media.facts import Facts, Flag

Outcome = Literal["ok", "info", "advice", "must_fix"]

QUIET_LUFS = -24.0  # EBU R 128 asks for -23; what plays on phones lies between -18 and -14
LOUD_LUFS = -9.0
SILENT_LUFS = -60.0
ADVICE_FLAGS = (Flag.HIDDEN_MEDIA, Flag.INCOMPLETE, Flag.FEW_FRAMES)
QUALITY = ("loudness",)  # the rest of what is measured must be met


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One line of a check report. Lengths in ms, sizes in bytes, sides in pixels, loudness in tenths of a LUFS."""

    code: str
    outcome: Outcome
    measured: Any = None
    limit: Any = None

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def limits_of(category: Category) -> dict[str, Any]:
    """The limits as they stand now, to be kept with the report."""
    names = (
        "max_bytes",
        "min_length_ms",
        "max_length_ms",
        "tolerance_ms",
        "min_short_side",
        "min_long_side",
        "sound_required",
    )
    return {name: getattr(category, name) for name in names}


def findings(facts: Facts, category: Category) -> list[Finding]:
    """Every line of the report on a file that could be read, the must-pass ones first."""
    lines = _of_video(facts, category) if facts.kind == "video" else _of_photo(facts, category)
    return [*lines, *_notes(facts)]


def outcome_of(found: list[Finding]) -> str:
    """The verdict on the whole file: must_fix, advice or ok."""
    outcomes = {finding.outcome for finding in found}
    return next((word for word in ("must_fix", "advice") if word in outcomes), "ok")


def _of_video(facts: Facts, category: Category) -> Iterator[Finding]:
    longest, shortest = category.max_length_ms, category.min_length_ms
    fits = longest is None or facts.length_ms <= longest + category.tolerance_ms
    yield Finding(code="length", outcome=_must(fits), measured=facts.length_ms, limit=longest)
    if shortest is not None:
        long_enough = facts.length_ms >= shortest - category.tolerance_ms
        yield Finding(code="min-length", outcome=_must(long_enough), measured=facts.length_ms, limit=shortest)
    yield _size(facts, category)
    yield _side("short-side", facts, facts.short_side, category.min_short_side)
    yield Finding(code="playable", outcome="ok", measured=[facts.container, facts.codec, facts.audio_codec])
    yield from _sound(facts, category)


def _of_photo(facts: Facts, category: Category) -> Iterator[Finding]:
    yield _side("long-side", facts, max(facts.width, facts.height), category.min_long_side)
    yield _size(facts, category)
    yield Finding(code="playable", outcome="ok", measured=[facts.container, facts.codec, ""])


def _size(facts: Facts, category: Category) -> Finding:
    fits = facts.size_bytes <= category.max_bytes
    return Finding(code="size", outcome=_must(fits), measured=facts.size_bytes, limit=category.max_bytes)


def _side(code: str, facts: Facts, side: int, least: int | None) -> Finding:
    large_enough = least is None or side >= least
    return Finding(code=code, outcome=_must(large_enough), measured=[facts.width, facts.height], limit=least)


def _sound(facts: Facts, category: Category) -> Iterator[Finding]:
    loudness = facts.loudness_lufs
    audible = facts.has_sound and loudness is not None and loudness > SILENT_LUFS
    has_stream = facts.audio_stream is not None
    outcome = _must(audible) if category.sound_required else "ok"
    measured = "sound" if audible else "silent" if has_stream else "none"
    yield Finding(code="sound", outcome=outcome, measured=measured, limit=category.sound_required)
    if audible and loudness is not None:
        good = QUIET_LUFS <= loudness <= LOUD_LUFS
        yield Finding(code="loudness", outcome="ok" if good else "advice", measured=round(loudness * 10))


def _notes(facts: Facts) -> Iterator[Finding]:
    """Things worth knowing that no limit is about."""
    for flag in facts.flags:
        measured = facts.hidden_ms if flag is Flag.HIDDEN_MEDIA else facts.header_ms
        yield Finding(code=str(flag), outcome="advice" if flag in ADVICE_FLAGS else "info", measured=measured)
    if facts.has_location:
        yield Finding(code="location", outcome="info")
    if facts.ai_label is not None:
        yield Finding(code="ai-label", outcome="info", measured=facts.ai_label.value)


def _must(holds: bool) -> Outcome:
    return "ok" if holds else "must_fix"
