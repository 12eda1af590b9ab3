"""How a photo looks, in a check report: advice in plain words, and nothing said where nothing can be told."""

from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask_babel import force_locale

from contest.entries.models import CheckReport
from contest.entries.rules.finding import Finding
from contest.entries.rules.limits import ESTIMATED, PRESETS, Rules
from contest.entries.rules.verdict import findings, outcome_of
from contest.entries.rules.wording import Line, line, words
from contest.media.clarity_lines import ADVISE_BELOW, FINE_DETAIL, LOUD_NOISE, REFUSE_BELOW
from contest.media.facts import Facts
from tests.entries.factories import PHOTO_FACTS

GOOD: dict[str, Any] = {
    "sharpness": 85.0,
    "sharpest": [0.5, 0.5, 0.125, 0.125],
    "softest": [0.0, 0.0, 0.125, 0.125],
    "p2": 12,
    "p50": 110,
    "p95": 220,
    "p98": 235,
    "contrast": 223,
    "white": 0.01,
    "noise": 0.6,
    "blocking": 1.1,
    "fine_detail": 1.6,
    "jpeg_quality": 92,
}
CLEAR, STRICT = PRESETS["clear-photo"], PRESETS["strict-photo"]


def seen(without: str = "", **measured: Any) -> Facts:
    """A good photo of which something else was measured."""
    return replace(PHOTO_FACTS, quality={key: value for key, value in {**GOOD, **measured}.items() if key != without})


def undecided(reason: str) -> Facts:
    return seen("sharpness", not_judged=reason)


def looks(facts: Facts, rules: Rules = CLEAR) -> dict[str, tuple[str, Any]]:
    return {one.code: (one.outcome, one.measured) for one in findings(facts, rules) if one.code in ESTIMATED}


def said(facts: Facts, code: str, rules: Rules = CLEAR) -> Line:
    return next(line(one.to_json(), rules.to_json()) for one in findings(facts, rules) if one.code == code)


def test_a_good_photo_has_nothing_to_be_advised() -> None:
    assert looks(seen()) == {
        "clarity": ("ok", 85.0),
        "exposure": ("ok", ["good", 110]),
        "contrast": ("ok", 223),
        "noise": ("ok", 0.6),
    }
    assert outcome_of(findings(seen(), CLEAR)) == "ok"


@pytest.mark.parametrize(
    ("measured", "code", "told"),
    [
        ({"sharpness": ADVISE_BELOW - 0.1}, "clarity", ADVISE_BELOW - 0.1),
        ({"p95": 50, "p50": 9, "contrast": 48}, "exposure", ["dark", 50]),
        ({"white": 0.31}, "exposure", ["bright", 31]),
        ({"contrast": 44}, "contrast", 44),
        ({"noise": LOUD_NOISE + 1}, "noise", LOUD_NOISE + 1),
        ({"jpeg_quality": 20}, "compression", ["quality", 20]),
        ({"blocking": 4.0}, "compression", ["blocks", 4.0]),
        ({"fine_detail": FINE_DETAIL - 0.1}, "upscaled", FINE_DETAIL - 0.1),
    ],
)
def test_what_stands_out_is_advice_with_what_to_do(measured: dict[str, Any], code: str, told: Any, app: Flask) -> None:
    facts = seen(**measured)

    with app.test_request_context(), force_locale("en"):
        words_of_it = said(facts, code)

    assert {one: value for one, value in looks(facts).items() if value[0] == "advice"} == {code: ("advice", told)}
    assert outcome_of(findings(facts, CLEAR)) == "advice"
    assert all((words_of_it.title, words_of_it.value, words_of_it.detail, words_of_it.fix))


@pytest.mark.parametrize(
    ("score", "clear", "strict"),
    [
        (REFUSE_BELOW - 0.1, "advice", "must_fix"),
        (REFUSE_BELOW, "advice", "advice"),
        (ADVISE_BELOW - 0.1, "advice", "advice"),
        (ADVISE_BELOW, "ok", "ok"),
    ],
)
def test_strict_rules_refuse_only_far_below_the_line_of_advice(score: float, clear: str, strict: str) -> None:
    facts = seen(sharpness=score)

    assert looks(facts, CLEAR)["clarity"] == (clear, score)
    assert looks(facts, STRICT)["clarity"] == (strict, score)


def test_an_organiser_can_switch_an_estimate_off() -> None:
    quiet = replace(CLEAR, severities={"clarity": "off", "noise": "off"})

    assert outcome_of(findings(seen(sharpness=1.0, noise=40.0), quiet)) == "ok"


@pytest.mark.parametrize("rules", [CLEAR, STRICT], ids=["clear", "strict"])
@pytest.mark.parametrize("reason", ["small", "flat", "drawn"])
def test_where_sharpness_cannot_be_told_nobody_is_refused(reason: str, rules: Rules, app: Flask) -> None:
    facts = undecided(reason)

    with app.test_request_context(), force_locale("en"):
        words_of_it = said(facts, "clarity", rules)

    assert looks(facts, rules)["clarity"] == ("info", reason)
    assert outcome_of(findings(facts, rules)) == "ok"
    assert (words_of_it.kind, words_of_it.value, words_of_it.fix) == ("info", "not estimated", "")


def test_a_poster_may_be_white_and_pale_with_fine_print_and_lines() -> None:
    poster = seen("sharpness", not_judged="drawn", white=0.8, contrast=30, noise=9.0, blocking=5.0)

    assert looks(poster) == {"clarity": ("info", "drawn")}


def test_a_blurred_photo_is_not_told_twice_that_it_has_no_detail() -> None:
    assert "upscaled" not in looks(seen(sharpness=10.0, fine_detail=0.1))


def test_a_report_from_before_there_were_such_measures_is_silent() -> None:
    assert looks(PHOTO_FACTS) == {}


def test_it_stands_once_in_the_report_among_how_it_looks(app: Flask) -> None:
    found = [one.to_json() for one in findings(undecided("flat"), CLEAR)]
    report = CheckReport(findings=found, limits=CLEAR.to_json())

    with app.test_request_context():
        parts = words(report)

    assert [one.code for one in parts.quality] == ["clarity", "exposure", "noise"]
    assert "clarity" not in [one.code for one in parts.notes]


def test_a_refusal_stands_among_what_must_be_met(app: Flask) -> None:
    found = [one.to_json() for one in findings(seen(sharpness=3.0), STRICT)]
    report = CheckReport(findings=found, limits=STRICT.to_json())

    with app.test_request_context():
        parts = words(report)

    assert [one.code for one in parts.must if one.kind == "bad"] == ["clarity"]
    assert "clarity" not in [one.code for one in parts.quality]


@pytest.mark.parametrize(
    ("language", "title", "value"), [("en", "Sharpness", "12 of 100"), ("zh_CN", "清晰度", "12分（满分100）")]
)
def test_a_refusal_names_the_line_in_both_languages(language: str, title: str, value: str, app: Flask) -> None:
    refused = Finding(code="clarity", outcome="must_fix", measured=12.2, limit=REFUSE_BELOW)

    with app.test_request_context(), force_locale(language):
        shown = line(refused.to_json(), STRICT.to_json())

    assert (shown.kind, shown.title, shown.value) == ("bad", title, value)
    assert f"{REFUSE_BELOW:.0f}" in shown.detail
    assert shown.fix
