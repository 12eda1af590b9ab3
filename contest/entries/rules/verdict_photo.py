"""How a photo looks, held against calibrated lines. Estimates: they advise unless the rules say more.

Where nothing can be told - a drawing, a plain wall - the report says so and leaves it at that.
"""

from collections.abc import Iterator

from contest.entries.rules.finding import Finding, held
from contest.entries.rules.limits import Rules
from contest.media.clarity_lines import (
    ADVISE_BELOW,
    BRIGHT_SHARE,
    COARSE_BLOCKS,
    DARK_LIGHT,
    DARK_MIDDLE,
    FINE_DETAIL,
    FLAT_CONTRAST,
    LOUD_NOISE,
    LOW_QUALITY,
    REFUSE_BELOW,
)
from contest.media.facts import Facts


def looks(facts: Facts, rules: Rules) -> Iterator[Finding]:
    """One finding for each of clarity, exposure, contrast and noise; of traces in the file only when there are some."""
    quality = facts.quality
    if not quality:  # a report from before there were such measures
        return
    yield _clarity(facts, rules)
    if quality.get("not_judged") != "drawn":
        yield from _light(facts, rules)
    yield from _traces(facts, rules)


def _clarity(facts: Facts, rules: Rules) -> Finding:
    """Refused only far below the line at which it is advised: there, hardly any good photo is."""
    if reason := facts.quality.get("not_judged"):
        return Finding(code="clarity", outcome="info", measured=reason)
    score = facts.quality["sharpness"]
    if rules.severity("clarity") == "reject" and score >= REFUSE_BELOW:
        outcome = "ok" if score >= ADVISE_BELOW else "advice"
        return Finding(code="clarity", outcome=outcome, measured=score, limit=REFUSE_BELOW)  # type: ignore[arg-type]
    limit = REFUSE_BELOW if rules.severity("clarity") == "reject" else ADVISE_BELOW
    return held(rules, "clarity", score >= limit, score, limit)


def _light(facts: Facts, rules: Rules) -> Iterator[Finding]:
    quality = facts.quality
    if quality["p95"] < DARK_LIGHT and quality["p50"] < DARK_MIDDLE:
        yield held(rules, "exposure", False, ["dark", quality["p95"]], DARK_LIGHT)
        return  # what is dark has no contrast either, and brightening gives both
    if quality["white"] > BRIGHT_SHARE:
        yield held(rules, "exposure", False, ["bright", round(quality["white"] * 100)], round(BRIGHT_SHARE * 100))
    else:
        yield held(rules, "exposure", True, ["good", quality["p50"]], None)
    if "not_judged" not in quality:
        yield held(rules, "contrast", quality["contrast"] >= FLAT_CONTRAST, quality["contrast"], FLAT_CONTRAST)


def _traces(facts: Facts, rules: Rules) -> Iterator[Finding]:
    quality = facts.quality
    stated, is_drawn = quality.get("jpeg_quality"), quality.get("not_judged") == "drawn"
    if not is_drawn:  # fine print looks like noise, and lines like blocks
        yield held(rules, "noise", quality["noise"] <= LOUD_NOISE, quality["noise"], LOUD_NOISE)
    if stated is not None and stated < LOW_QUALITY:
        yield held(rules, "compression", False, ["quality", stated], LOW_QUALITY)
    elif quality["blocking"] > COARSE_BLOCKS and not is_drawn:
        yield held(rules, "compression", False, ["blocks", quality["blocking"]], COARSE_BLOCKS)
    detail = quality.get("fine_detail")
    if detail is not None and detail < FINE_DETAIL and quality.get("sharpness", 0) >= ADVISE_BELOW:
        # Of a blurred photo it is known already that there is nothing fine in it.
        yield held(rules, "upscaled", False, detail, FINE_DETAIL)
