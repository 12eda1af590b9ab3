"""What was measured, held against the limits of a category."""

from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from contest.editions.models import Category
from contest.entries.rules.unreadable import sorry
from contest.entries.rules.verdict import Finding, findings, limits_of, outcome_of
from contest.entries.rules.wording import line
from contest.media.facts import AiLabel, Code, Flag
from tests.entries.factories import PHOTO_FACTS, VIDEO_FACTS
from tests.factories import a_photo_category, a_video_category


def a_category(**columns: Any) -> Category:
    return a_video_category(**{"tolerance_ms": 500, **columns})


def found(code: str, facts: Any, category: Category) -> Finding:
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
    finding = found("long-side", replace(PHOTO_FACTS, width=720, height=405), a_photo_category())

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
    limits = limits_of(category)

    with app.test_request_context("/?lang=en"):
        fits = line(found("length", VIDEO_FACTS, category).to_json(), limits)
        over = line(found("length", replace(VIDEO_FACTS, length_ms=206_000), category).to_json(), limits)
        close = line(found("length", replace(VIDEO_FACTS, length_ms=180_600), category).to_json(), limits)

    assert (fits.kind, fits.value) == ("ok", "2:58 / 3:00")
    assert fits.detail == "2 s to spare. Allowed: 3:00 inclusive, plus a tolerance of 0.5 s."
    assert (over.kind, over.value) == ("bad", "3:26 / 3:00")
    assert over.detail == "26 s too long. Allowed: 3:00 inclusive, plus a tolerance of 0.5 s."
    assert over.meter is not None
    assert (over.meter.value, over.meter.limit) == (98, 85)
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
