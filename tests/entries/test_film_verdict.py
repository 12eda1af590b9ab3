"""How a film looks and sounds: advice with a number, and nothing said of what is fine."""

from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask_babel import force_locale

from contest.entries.rules import lines_film
from contest.entries.rules.limits import ESTIMATED, Rules
from contest.entries.rules.unreadable import sorry
from contest.entries.rules.verdict import findings, outcome_of
from contest.entries.rules.verdict_film import looks
from contest.entries.rules.wording import line
from contest.media.facts import Code, Facts, Flag
from tests.entries.factories import VIDEO_FACTS

# As measured of an ordinary film.
GOOD: dict[str, Any] = {
    "samples": 8,
    "black_share": 0.0,
    "dark_share": 0.0,
    "flat_share": 0.0,
    "still_share": 0.0,
    "dark_at_ms": [],
    "bars": [0.0, 0.0, 0.0, 0.0],
    "black_start_ms": 0,
    "black_end_ms": 0,
    "frozen_start_ms": 0,
    "frozen_end_ms": 0,
    "silence_share": 0.02,
    "longest_silence_ms": 800,
    "peak_db": -1.0,
    "full_share": 0.001,
    "bits_per_pixel": 0.14,
}
ANY = Rules(kind="video")


def a_film(**changed: Any) -> Facts:
    """With these measures; the facts themselves are good ones."""
    of_facts = {name: changed.pop(name) for name in [*changed] if name in Facts.__dataclass_fields__}
    whole = {"pictures_ms": VIDEO_FACTS.length_ms} | of_facts
    return replace(VIDEO_FACTS, quality=GOOD | changed, **whole)


def said_of(facts: Facts, rules: Rules = ANY) -> list[tuple[str, str]]:
    return [(found.code, found.outcome) for found in looks(facts, rules) if found.outcome != "ok"]


def test_a_good_film_gets_one_line_that_says_so() -> None:
    assert [(found.code, found.outcome) for found in looks(a_film(), ANY)] == [("dark", "ok")]


def test_a_report_from_before_there_were_such_measures_says_nothing() -> None:
    assert [*looks(replace(VIDEO_FACTS, quality={}), ANY)] == []


@pytest.mark.parametrize(
    ("measured", "code"),
    [
        ({"dark_share": 0.5, "dark_at_ms": [0, 30_000]}, "dark"),
        ({"flat_share": 0.4}, "flat"),
        ({"still_share": 0.7}, "still"),
        ({"bars": [12.0, 12.0, 0.0, 0.0]}, "bars"),
        ({"black_start_ms": 1000}, "black-start"),
        ({"black_end_ms": 2000}, "black-end"),
        ({"frozen_start_ms": 3000}, "frozen-start"),
        ({"frozen_end_ms": 3000}, "frozen-end"),
        ({"silence_share": 0.3}, "silence"),
        ({"longest_silence_ms": 10_000}, "silence"),
        ({"full_share": 0.15, "peak_db": 0.0}, "clipping"),
        ({"bits_per_pixel": 0.05, "width": 960, "height": 544}, "chat-copy"),
        ({"bits_per_pixel": 0.02, "width": 1280, "height": 720}, "chat-copy"),
    ],
)
def test_what_looks_wrong_is_advice(measured: dict[str, Any], code: str) -> None:
    assert said_of(a_film(**measured)) == [(code, "advice")]
    assert outcome_of(findings(a_film(**measured), ANY)) == "advice"


@pytest.mark.parametrize(
    "measured",
    [
        {"black_start_ms": 750},
        {"black_end_ms": 1500},
        {"frozen_start_ms": 2750},
        {"full_share": 0.04, "peak_db": 0.0},  # loud music
        {"full_share": 0.4, "peak_db": -0.5},  # loud, but nothing was cut off
        {"samples": 2, "dark_share": 1.0, "flat_share": 1.0, "still_share": 1.0},  # too few to tell
        {"bits_per_pixel": 0.02, "width": 1920, "height": 1080},  # a talk with slides
        {"bits_per_pixel": 0.05, "width": 960, "height": 544, "codec": "hevc"},
        {"bits_per_pixel": 0.2, "width": 640, "height": 360},  # an old camera
        {"silence_share": 1.0, "loudness_lufs": None},  # "no sound" is a rule of its own
    ],
)
def test_what_may_well_be_meant_is_let_alone(measured: dict[str, Any]) -> None:
    assert said_of(a_film(**measured)) == []


def test_slides_are_not_told_twice_that_they_stand_still() -> None:
    ends = {"frozen_start_ms": 4000, "frozen_end_ms": 4000}

    assert said_of(a_film(still_share=0.8, bits_per_pixel=0.01, width=1280, height=720, **ends)) == [
        ("still", "advice")
    ]
    assert said_of(a_film(flags=(Flag.FEW_FRAMES,), **ends)) == []


def test_sound_that_runs_on_over_the_last_picture_is_a_picture_that_stands() -> None:
    facts = a_film(length_ms=64_000, pictures_ms=60_000)

    assert [(found.code, found.measured) for found in looks(facts, ANY) if found.outcome != "ok"] == [
        ("frozen-end", 4000)
    ]


def test_what_we_put_right_ourselves_is_no_advice() -> None:
    facts = a_film(interlaced=True, hdr=True, transfer="smpte2084")

    assert said_of(facts) == [("interlaced", "info"), ("hdr", "info")]
    assert outcome_of(findings(facts, ANY)) == "ok"


def test_an_organiser_may_be_stricter_or_not_care() -> None:
    facts = a_film(black_start_ms=4000)

    assert said_of(facts, Rules(kind="video", severities={"black-start": "reject"})) == [("black-start", "must_fix")]
    assert said_of(facts, Rules(kind="video", severities={"black-start": "off"})) == []


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_every_line_says_what_was_measured_what_it_means_and_what_to_do(app: Flask, language: str) -> None:
    worst = a_film(
        dark_share=0.5,
        dark_at_ms=[0, 61_000],
        flat_share=0.4,
        bars=[0.0, 0.0, 34.0, 34.0],
        black_start_ms=1500,
        black_end_ms=2500,
        frozen_start_ms=3000,
        frozen_end_ms=3500,
        silence_share=0.4,
        longest_silence_ms=12_000,
        full_share=0.2,
        peak_db=0.0,
        bits_per_pixel=0.04,
        width=960,
        height=540,
        interlaced=True,
        hdr=True,
        sharpness=12.0,
    )
    still = a_film(still_share=0.9, true_peak_db=0.4)

    with app.test_request_context(), force_locale(language):
        found = [one for facts in (worst, still) for one in looks(facts, ANY) if one.outcome != "ok"]
        lines = {one.code: line(one.to_json(), ANY.to_json()) for one in found}

    assert {*lines} == {*lines_film.LINES, "clarity"}
    assert {*lines} - {"interlaced", "hdr"} <= {*ESTIMATED}
    for code, shown in lines.items():
        assert (shown.title != code, bool(shown.detail)) == (True, True)
        assert (bool(shown.value), bool(shown.fix)) == ((shown.kind == "warn"),) * 2


def test_a_number_is_worded_as_people_say_it(app: Flask) -> None:
    with app.test_request_context(), force_locale("en"):
        black, bars = (
            line(one.to_json(), {})
            for facts in (a_film(black_start_ms=1500), a_film(bars=[0.0, 0.0, 34.0, 34.2]))
            for one in looks(facts, ANY)
            if one.outcome != "ok"
        )

    assert (black.title, black.value) == ("Black at the beginning", "1.5 s")
    assert (bars.title, bars.value) == ("Black bars", "68% of the width")
    assert bars.detail.startswith("An upright film was put into a wide picture")


def test_a_refused_kind_of_file_is_called_by_its_name(app: Flask) -> None:
    with app.test_request_context(), force_locale("en"):
        plain, without_walls, never, coded = (
            sorry(code, form).happened
            for code, form in (
                (Code.UNSUPPORTED_CONTAINER, ""),
                (Code.UNSUPPORTED_CONTAINER, "asf"),
                (Code.UNSUPPORTED_CONTAINER, "rm"),
                (Code.UNSUPPORTED_CODEC, "mp4 cinepak"),
            )
        )

    assert "taken only where the server can open them safely" in plain
    assert without_walls.startswith("This is a Windows Media film (WMV). Such files are opened only behind the walls")
    assert never == f"This is a RealMedia film (RM). {plain}"
    assert coded.startswith("This is a film in MP4 or MOV format, coded as CINEPAK.")


@pytest.mark.parametrize(
    ("measured", "outcome"),
    [
        ({"sharpness": 80.0}, "ok"),
        ({"sharpness": 29.9}, "advice"),
        ({"not_judged": "drawn"}, "info"),
    ],
)
def test_sharpness_of_a_film_advises_and_never_refuses(measured: dict[str, Any], outcome: str) -> None:
    for severity in ("warn", "reject"):
        found = {one.code: one.outcome for one in looks(a_film(**measured), a_rule("clarity", severity))}

        assert found["clarity"] == outcome


def a_rule(code: str, severity: Any) -> Rules:
    return Rules(kind="video", severities={code: severity})


def test_a_peak_between_the_samples_is_advice_above_one_decibel_below_full_scale() -> None:
    assert said_of(a_film(true_peak_db=-1.0)) == []
    assert said_of(a_film(true_peak_db=-0.9)) == [("true-peak", "advice")]
    assert said_of(a_film(true_peak_db=1.5, full_share=0.2, peak_db=0.0)) == [("clipping", "advice")]


def test_what_the_header_says_of_half_pictures_is_only_told_when_it_is_wrong_or_right() -> None:
    wrong, right = a_film(flagged_interlaced=True, fields="whole"), a_film(interlaced=True, fields="top")

    assert [one.measured for facts in (wrong, right) for one in looks(facts, ANY) if one.code == "interlaced"] == [
        "whole",
        "seen",
    ]
