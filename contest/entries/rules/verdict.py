"""The verdict on a file: what was measured held against the rules. Pure: no database, no words.

Findings are kept as they are and worded when shown, so that a report reads in the language of whoever opens it.
"""

from collections.abc import Iterator, Sequence

from contest.entries.rules import verdict_film, verdict_photo
from contest.entries.rules.finding import Finding as Finding  # told on to those who know it from here
from contest.entries.rules.finding import held as _line
from contest.entries.rules.limits import Rules
from contest.media.facts import Facts, Flag

QUIET_LUFS = -24.0  # EBU R 128 asks for -23; what plays on phones lies between -18 and -14
LOUD_LUFS = -9.0
SILENT_LUFS = -60.0
ADVICE_FLAGS = (Flag.HIDDEN_MEDIA, Flag.INCOMPLETE, Flag.FEW_FRAMES)


def findings(facts: Facts, rules: Rules) -> list[Finding]:
    """Every line of the report on a file that could be read, the must-pass ones first."""
    lines = _of_video(facts, rules) if facts.kind == "video" else _of_photo(facts, rules)
    return [*lines, *_notes(facts)]


def outcome_of(found: Sequence[Finding]) -> str:
    """The verdict on the whole file: must_fix, advice or ok."""
    outcomes = {finding.outcome for finding in found}
    return next((word for word in ("must_fix", "advice") if word in outcomes), "ok")


def _of_video(facts: Facts, rules: Rules) -> Iterator[Finding]:
    longest, shortest = rules.max_length_ms, rules.min_length_ms
    fits = longest is None or facts.length_ms <= longest + rules.tolerance_ms
    yield _line(rules, "length", fits, facts.length_ms, longest)
    if shortest is not None:
        long_enough = facts.length_ms >= shortest - rules.tolerance_ms
        yield _line(rules, "min-length", long_enough, facts.length_ms, shortest)
    yield from _sizes(facts, rules)
    yield _side(rules, "short-side", facts, facts.short_side, rules.min_short_side)
    if rules.min_long_side is not None:
        yield _side(rules, "long-side", facts, max(facts.width, facts.height), rules.min_long_side)
    yield from _shape(facts, rules)
    if rules.min_fps is not None or rules.max_fps is not None:
        limit = [rules.min_fps, rules.max_fps]
        yield _line(rules, "fps", _between(facts.fps, *limit), round(facts.fps, 2), limit)
    if rules.min_bit_rate is not None or rules.max_bit_rate is not None:
        limit = [rules.min_bit_rate, rules.max_bit_rate]
        yield _line(rules, "bit-rate", _between(facts.bit_rate, *limit), facts.bit_rate, limit)
    yield from _format(facts, rules)
    yield Finding(code="playable", outcome="ok", measured=[facts.container, facts.codec, facts.audio_codec])
    yield from _sound(facts, rules)
    yield from verdict_film.looks(facts, rules)


def _of_photo(facts: Facts, rules: Rules) -> Iterator[Finding]:
    yield _side(rules, "long-side", facts, max(facts.width, facts.height), rules.min_long_side)
    if rules.min_short_side is not None:
        yield _side(rules, "short-side", facts, facts.short_side, rules.min_short_side)
    if rules.max_pixels is not None and facts.width * facts.height > rules.max_pixels:
        yield _line(rules, "pixels", False, facts.width * facts.height, rules.max_pixels)
    yield from _sizes(facts, rules)
    yield from _shape(facts, rules)
    yield from _format(facts, rules)
    yield Finding(code="playable", outcome="ok", measured=[facts.container, facts.codec, ""])
    yield from verdict_photo.looks(facts, rules)


def _sizes(facts: Facts, rules: Rules) -> Iterator[Finding]:
    if rules.max_bytes is not None:
        yield _line(rules, "size", facts.size_bytes <= rules.max_bytes, facts.size_bytes, rules.max_bytes)
    if rules.min_bytes is not None:
        yield _line(rules, "min-size", facts.size_bytes >= rules.min_bytes, facts.size_bytes, rules.min_bytes)


def _side(rules: Rules, code: str, facts: Facts, side: int, least: int | None) -> Finding:
    return _line(rules, code, least is None or side >= least, [facts.width, facts.height], least)


def _shape(facts: Facts, rules: Rules) -> Iterator[Finding]:
    measured = [facts.width, facts.height]
    if rules.min_aspect is not None or rules.max_aspect is not None:
        limit = [rules.min_aspect, rules.max_aspect]
        aspect = max(measured) / max(1, min(measured))
        yield _line(rules, "aspect", _between(aspect, *limit), measured, limit)
    if rules.orientations:
        allowed = orientation_of(*measured) in rules.orientations
        yield _line(rules, "orientation", allowed, measured, list(rules.orientations))


def orientation_of(width: int, height: int) -> str:
    return "square" if width == height else "landscape" if width > height else "portrait"


def _format(facts: Facts, rules: Rules) -> Iterator[Finding]:
    if rules.containers:
        yield _line(rules, "container", facts.container in rules.containers, facts.container, list(rules.containers))
    if rules.codecs:
        yield _line(rules, "codec", facts.codec in rules.codecs, facts.codec, list(rules.codecs))


def _sound(facts: Facts, rules: Rules) -> Iterator[Finding]:
    loudness = facts.loudness_lufs
    audible = facts.has_sound and loudness is not None and loudness > SILENT_LUFS
    has_stream = facts.audio_stream is not None
    measured = "sound" if audible else "silent" if has_stream else "none"
    yield _line(rules, "sound", audible or not rules.sound_required, measured, rules.sound_required)
    if audible and loudness is not None:
        yield _line(rules, "loudness", QUIET_LUFS <= loudness <= LOUD_LUFS, round(loudness * 10), None)


def _notes(facts: Facts) -> Iterator[Finding]:
    """Things worth knowing that no limit is about."""
    for flag in facts.flags:
        measured = facts.hidden_ms if flag is Flag.HIDDEN_MEDIA else facts.header_ms
        yield Finding(code=str(flag), outcome="advice" if flag in ADVICE_FLAGS else "info", measured=measured)
    if facts.has_location:
        yield Finding(code="location", outcome="info")
    if facts.ai_label is not None:
        yield Finding(code="ai-label", outcome="info", measured=facts.ai_label.value)


def _between(value: float, least: float | None, most: float | None) -> bool:
    return (least is None or value >= least) and (most is None or value <= most)
