"""How a film looks and sounds, from a few of its pictures and all of its sound. Estimates: they advise unless the rules
say more, and where too little was seen they are silent.
"""

from collections.abc import Iterator
from dataclasses import replace

from contest.entries.rules.finding import Finding, held
from contest.entries.rules.limits import Rules
from contest.media.clarity_lines import FILM_ADVISE_BELOW
from contest.media.facts import Facts, Flag

FEWEST_SAMPLES = 4
DARK_SHARE = FLAT_SHARE = 1 / 3
STILL_SHARE = 0.5
# A second of black at the beginning looks like a fault; at the end it is a custom. A title may stand for a while.
BLACK_START_MS, BLACK_END_MS, FROZEN_MS = 1000, 2000, 3000
SILENCE_SHARE, LONG_SILENCE_MS = 0.3, 10_000
# Of all samples, the share within a decibel of full scale: up to 4 % in the loudest music, 15 % where it is cut off.
FULL_SHARE, FULL_DB = 0.05, -0.1
TRUE_PEAK_DB = -1.0  # what EBU R 128 allows; beyond it, the encoder of a stream or a phone's loudspeaker distorts
# What chat programs make of a film: their sizes, and far fewer bits than those need.
CHAT_SIZES = {(540, 960), (544, 960), (480, 848), (480, 854), (480, 864), (360, 640), (368, 640), (272, 480)}
CHAT_BITS, STARVED_BITS, STARVED_SIDE = 0.08, 0.03, 720
_THRIFTY = {"hevc": 0.6, "av1": 0.5, "vp9": 0.6}


def looks(facts: Facts, rules: Rules) -> Iterator[Finding]:
    """One finding each for brightness, sharpness and the peaks of the sound; of anything else only when there is
    something to say."""
    if not facts.quality:  # a report from before there were such measures
        return
    yield from _pictures(facts, rules)
    yield from _ends(facts, rules)
    yield from _sound(facts, rules)
    if _is_chat_copy(facts):
        yield _missed(rules, "chat-copy", [facts.width, facts.height, _kilobits(facts)])
    if facts.interlaced or (facts.flagged_interlaced and _is_whole(facts)):
        measured = "whole" if not facts.interlaced else "seen" if facts.quality.get("fields") else "said"
        yield Finding(code="interlaced", outcome="info", measured=measured)
    if facts.hdr:
        yield Finding(code="hdr", outcome="info", measured=facts.transfer)


def _pictures(facts: Facts, rules: Rules) -> Iterator[Finding]:
    quality = facts.quality
    if quality.get("samples", 0) >= FEWEST_SAMPLES:
        dark = quality["dark_share"]
        yield held(rules, "dark", dark < DARK_SHARE, [dark, quality.get("dark_at_ms", [])], DARK_SHARE)
        if quality["flat_share"] >= FLAT_SHARE:
            yield _missed(rules, "flat", quality["flat_share"], FLAT_SHARE)
        if _stands_still(facts):
            yield _missed(rules, "still", quality["still_share"], STILL_SHARE)
    yield from _clarity(facts, rules)
    if any(quality.get("bars", ())):
        yield _missed(rules, "bars", quality["bars"])


def _clarity(facts: Facts, rules: Rules) -> Iterator[Finding]:
    """Of a film, sharpness never refuses: it is a few pictures of thousands."""
    score, reason = facts.quality.get("sharpness"), facts.quality.get("not_judged")
    if score is not None:
        wanted = held(rules, "clarity", score >= FILM_ADVISE_BELOW, score, FILM_ADVISE_BELOW)
        yield replace(wanted, outcome="advice") if wanted.outcome == "must_fix" else wanted
    elif reason:
        yield Finding(code="clarity", outcome="info", measured=reason)


def _is_whole(facts: Facts) -> bool:
    return bool(facts.quality.get("fields") == "whole")


def _ends(facts: Facts, rules: Rules) -> Iterator[Finding]:
    quality = facts.quality
    after_ms = max(0, facts.length_ms - facts.pictures_ms)  # the sound runs on over the last picture
    for code, measured, limit in (
        ("black-start", quality.get("black_start_ms", 0), BLACK_START_MS),
        ("black-end", quality.get("black_end_ms", 0), BLACK_END_MS),
    ):
        if measured >= limit:
            yield _missed(rules, code, measured, limit)
    if _stands_still(facts) or Flag.FEW_FRAMES in facts.flags:  # said already, of the whole
        return
    for code, measured in (
        ("frozen-start", quality.get("frozen_start_ms", 0)),
        ("frozen-end", quality.get("frozen_end_ms", 0) + after_ms),
    ):
        if measured >= FROZEN_MS:
            yield _missed(rules, code, measured, FROZEN_MS)


def _sound(facts: Facts, rules: Rules) -> Iterator[Finding]:
    quality = facts.quality
    if not facts.has_sound:  # that is a rule of its own
        return
    share, longest = quality.get("silence_share", 0.0), quality.get("longest_silence_ms", 0)
    if share >= SILENCE_SHARE or longest >= LONG_SILENCE_MS:
        yield _missed(rules, "silence", [share, longest], SILENCE_SHARE)
    if quality.get("full_share", 0.0) >= FULL_SHARE and quality.get("peak_db", FULL_DB - 1) >= FULL_DB:
        yield _missed(rules, "clipping", quality["full_share"], FULL_SHARE)
    elif quality.get("true_peak_db") is not None:  # what is overdriven all over is told once
        peak = quality["true_peak_db"]
        yield held(rules, "true-peak", peak <= TRUE_PEAK_DB, peak, TRUE_PEAK_DB)


def _stands_still(facts: Facts) -> bool:
    quality = facts.quality
    return bool(quality.get("samples", 0) >= FEWEST_SAMPLES and quality["still_share"] >= STILL_SHARE)


def _is_chat_copy(facts: Facts) -> bool:
    """By size and bits together, since slides need hardly any bits and an old camera has small pictures."""
    bits = facts.quality.get("bits_per_pixel")
    if bits is None or _stands_still(facts):
        return False
    needed = _THRIFTY.get(facts.codec, 1.0)
    sides = (min(facts.width, facts.height), max(facts.width, facts.height))
    if sides in CHAT_SIZES:
        return bool(bits < CHAT_BITS * needed)
    return sides[0] <= STARVED_SIDE and bool(bits < STARVED_BITS * needed)


def _kilobits(facts: Facts) -> int:
    bits: float = facts.quality["bits_per_pixel"]
    return round(bits * facts.width * facts.height * facts.fps / 1000)


def _missed(rules: Rules, code: str, measured: object, limit: object = None) -> Finding:
    return held(rules, code, False, measured, limit)
