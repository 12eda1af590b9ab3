"""What was measured, held against the limits of a category."""

import json
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from contest.entries.rules.limits import OF_VIDEO, PRESETS, Rules, rules_of
from contest.entries.rules.unreadable import sorry
from contest.entries.rules.verdict import Finding, findings, outcome_of
from contest.entries.rules.wording import line
from contest.media.facts import AiLabel, Code, Flag
from tests.entries.factories import PHOTO_FACTS, VIDEO_FACTS
from tests.factories import a_photo_category, a_video_category


def a_category(**columns: Any) -> Rules:
    return rules_of(a_video_category(**{"tolerance_ms": 500, **columns}))


def found(code: str, facts: Any, category: Rules) -> Finding:
    return next(finding for finding in findings(facts, category) if finding.code == code)


def test_a_good_video_meets_every_rule() -> None:
    lines = findings(VIDEO_FACTS, a_category())

    assert [(line.code, line.outcome) for line in lines] == [
        ("length", "ok"),
        ("size", "ok"),
        ("short-side", "ok"),
        ("playable", "ok"),
        ("sound", "ok"),
        ("loudness", "ok"),
    ]
    assert outcome_of(lines) == "ok"


@pytest.mark.parametrize(
    ("length_ms", "outcome"),
    [(179_999, "ok"), (180_000, "ok"), (180_500, "ok"), (180_501, "must_fix"), (206_000, "must_fix")],
)
def test_the_length_is_exact_to_the_millisecond_with_the_tolerance_included(length_ms: int, outcome: str) -> None:
    facts = replace(VIDEO_FACTS, length_ms=length_ms)

    assert found("length", facts, a_category()) == Finding(
        code="length", outcome=outcome, measured=length_ms, limit=180_000
    )


@pytest.mark.parametrize(("length_ms", "outcome"), [(9_499, "must_fix"), (9_500, "ok"), (10_000, "ok")])
def test_a_video_may_be_too_short(length_ms: int, outcome: str) -> None:
    category = a_category(min_length_ms=10_000)

    assert found("min-length", replace(VIDEO_FACTS, length_ms=length_ms), category).outcome == outcome


def test_a_category_without_a_longest_length_takes_any() -> None:
    category = a_category(max_length_ms=None)

    assert found("length", replace(VIDEO_FACTS, length_ms=10**8), category).outcome == "ok"


@pytest.mark.parametrize(
    ("sound", "required", "outcome", "measured"),
    [
        ({"audio_stream": None, "loudness_lufs": None}, True, "must_fix", "none"),
        ({"audio_stream": None, "loudness_lufs": None}, False, "ok", "none"),
        ({"loudness_lufs": -70.0}, True, "must_fix", "silent"),
        ({"loudness_lufs": None}, True, "must_fix", "silent"),
        ({"loudness_lufs": -30.0}, True, "ok", "sound"),
    ],
)
def test_sound_must_be_heard_where_it_is_asked_for(
    sound: dict[str, Any], required: bool, outcome: str, measured: str
) -> None:
    finding = found("sound", replace(VIDEO_FACTS, **sound), a_category(sound_required=required))

    assert (finding.outcome, finding.measured) == (outcome, measured)


@pytest.mark.parametrize(("lufs", "outcome"), [(-24.1, "advice"), (-24.0, "ok"), (-9.0, "ok"), (-8.9, "advice")])
def test_loudness_is_advice_and_never_stops_an_entry(lufs: float, outcome: str) -> None:
    lines = findings(replace(VIDEO_FACTS, loudness_lufs=lufs), a_category())

    assert outcome_of(lines) == outcome
    assert lines[-1] == Finding(code="loudness", outcome=outcome, measured=round(lufs * 10))  # type: ignore[arg-type]


def test_a_portrait_video_is_measured_by_its_short_side() -> None:
    facts = replace(VIDEO_FACTS, width=478, height=850)

    assert found("short-side", facts, a_category(min_short_side=480)) == Finding(
        code="short-side", outcome="must_fix", measured=[478, 850], limit=480
    )


def test_a_photo_sent_by_a_chat_app_is_too_small() -> None:
    finding = found("long-side", replace(PHOTO_FACTS, width=720, height=405), rules_of(a_photo_category()))

    assert (finding.outcome, finding.measured, finding.limit) == ("must_fix", [720, 405], 1600)


def test_a_file_over_the_limit_must_be_fixed() -> None:
    category = a_category(max_bytes=1000)

    assert found("size", replace(VIDEO_FACTS, size_bytes=1001), category).outcome == "must_fix"
    assert found("size", replace(VIDEO_FACTS, size_bytes=1000), category).outcome == "ok"


def test_what_is_only_good_to_know_never_stops_an_entry() -> None:
    label = AiLabel(value="1", raw="{}", source="xmp")
    facts = replace(VIDEO_FACTS, header_ms=60_000, flags=(Flag.HEADER_MISMATCH,), has_location=True, ai_label=label)

    lines = findings(facts, a_category())

    assert [line for line in lines if line.outcome == "info"] == [
        Finding(code="header-mismatch", outcome="info", measured=60_000),
        Finding(code="location", outcome="info"),
        Finding(code="ai-label", outcome="info", measured="1"),
    ]
    assert outcome_of(lines) == "ok"


def test_a_length_is_told_with_its_limit_and_the_rule(app: Flask) -> None:
    category = a_category()
    limits = category.to_json()

    with app.test_request_context("/?lang=en"):
        fits = line(found("length", VIDEO_FACTS, category).to_json(), limits)
        over = line(found("length", replace(VIDEO_FACTS, length_ms=206_000), category).to_json(), limits)
        close = line(found("length", replace(VIDEO_FACTS, length_ms=180_600), category).to_json(), limits)

    assert (fits.kind, fits.value) == ("ok", "2:58 / 3:00")
    assert fits.detail == "2 s to spare. Allowed: 3:00 inclusive, plus a tolerance of 0.5 s."
    assert (over.kind, over.value) == ("bad", "3:26 / 3:00")
    assert over.detail == "26 s too long. Allowed: 3:00 inclusive, plus a tolerance of 0.5 s."
    assert over.meter is not None
    assert (over.meter.value, over.meter.limits) == (98, (85,))
    assert (close.value, close.detail.partition(".")[0]) == ("3:00.6 / 3:00", "0")  # "0.6 s too long"


@pytest.mark.parametrize("code", list(Code))
def test_every_reason_for_which_a_file_cannot_be_used_is_explained(app: Flask, code: Code) -> None:
    with app.test_request_context("/?lang=en"):
        said, general = sorry(code), sorry(Code.DAMAGED)

    assert all([said.title, said.happened, said.kept, said.todo])
    assert code is Code.DAMAGED or said != general


def test_every_flag_and_finding_has_words(app: Flask) -> None:
    facts = replace(VIDEO_FACTS, flags=tuple(Flag), header_ms=1000, has_location=True)

    with app.test_request_context("/?lang=en"):
        lines = [line(finding.to_json(), {}) for finding in findings(facts, a_category(min_length_ms=1))]

    assert all(one.title and one.title != one.code for one in lines)


def test_a_finding_of_another_version_is_still_shown(app: Flask) -> None:
    with app.test_request_context("/?lang=en"):
        shown = line({"code": "shakiness", "outcome": "advice", "measured": 3, "limit": None}, {})

    assert (shown.kind, shown.title) == ("warn", "shakiness")


def held(facts: Any, **limits: Any) -> dict[str, tuple[str, Any]]:
    """What each rule says, by code: the outcome and what was measured."""
    return {one.code: (one.outcome, one.measured) for one in findings(facts, Rules(kind=facts.kind, **limits))}


@pytest.mark.parametrize(
    ("limits", "facts", "code", "outcome"),
    [
        ({"min_bytes": 1000}, {"size_bytes": 999}, "min-size", "must_fix"),
        ({"min_bytes": 1000}, {"size_bytes": 1000}, "min-size", "ok"),
        ({"min_aspect": 1.7, "max_aspect": 1.8}, {"width": 1920, "height": 1080}, "aspect", "ok"),
        ({"min_aspect": 1.7, "max_aspect": 1.8}, {"width": 1080, "height": 1920}, "aspect", "ok"),
        ({"min_aspect": 1.7, "max_aspect": 1.8}, {"width": 1440, "height": 1080}, "aspect", "must_fix"),
        ({"max_aspect": 2.0}, {"width": 2400, "height": 1000}, "aspect", "must_fix"),
        ({"orientations": ("landscape",)}, {"width": 1080, "height": 1920}, "orientation", "must_fix"),
        ({"orientations": ("landscape", "square")}, {"width": 1080, "height": 1080}, "orientation", "ok"),
        ({"min_fps": 24.5, "max_fps": 30.5}, {"fps": 29.97}, "fps", "ok"),
        ({"min_fps": 24.5, "max_fps": 30.5}, {"fps": 60.0}, "fps", "must_fix"),
        ({"min_bit_rate": 5_000_000}, {"bit_rate": 4_999_999}, "bit-rate", "must_fix"),
        ({"containers": ("mp4",)}, {"container": "matroska"}, "container", "must_fix"),
        ({"codecs": ("h264",)}, {"codec": "hevc"}, "codec", "must_fix"),
        ({"min_long_side": 1280}, {"width": 720, "height": 1280}, "long-side", "ok"),
    ],
)
def test_every_limit_is_held_at_its_edge(
    limits: dict[str, Any], facts: dict[str, Any], code: str, outcome: str
) -> None:
    assert held(replace(VIDEO_FACTS, **facts), **limits)[code][0] == outcome


@pytest.mark.parametrize(("severity", "outcome"), [("reject", "must_fix"), ("warn", "advice"), ("off", "ok")])
def test_how_hard_a_rule_is_can_be_set(severity: Any, outcome: str) -> None:
    too_long = replace(VIDEO_FACTS, length_ms=200_000)

    assert held(too_long, max_length_ms=180_000, severities={"length": severity})["length"][0] == outcome


def test_three_minutes_asks_for_nothing_but_the_length() -> None:
    rules = PRESETS["three-minutes"]
    tiny = replace(
        VIDEO_FACTS, width=160, height=120, fps=5.0, audio_stream=None, loudness_lufs=None, length_ms=180_500
    )

    assert outcome_of(findings(tiny, rules)) == "ok"
    assert outcome_of(findings(replace(tiny, length_ms=180_501), rules)) == "must_fix"


def test_rules_come_back_from_the_report_as_they_were() -> None:
    for rules in PRESETS.values():
        assert Rules.from_json(json.loads(json.dumps(rules.to_json()))) == rules


def test_every_rule_that_is_missed_says_what_is_allowed_and_what_to_do(app: Flask) -> None:
    rules = Rules(
        kind="video",
        max_length_ms=1,
        min_length_ms=10**9,
        max_bytes=1,
        min_bytes=10**12,
        min_short_side=9999,
        min_long_side=9999,
        min_aspect=3.0,
        max_aspect=4.0,
        orientations=("portrait",),
        min_fps=200.0,
        max_fps=300.0,
        min_bit_rate=10**9,
        containers=("avi",),
        codecs=("vp8",),
        sound_required=True,
    )
    facts = replace(VIDEO_FACTS, audio_stream=None, loudness_lufs=None)

    with app.test_request_context("/?lang=en"):
        missed = [line(one.to_json(), rules.to_json()) for one in findings(facts, rules) if one.outcome == "must_fix"]

    assert [one.code for one in missed] == list(OF_VIDEO)
    assert all(one.title and one.fix for one in missed)
