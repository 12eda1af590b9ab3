import json
import math
import random
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from contest.ranking.agreement import ALPHAS, ICCS, NAMES, agreement, complete_rows, mean_squares, of_incomplete
from contest.ranking.cli import group
from contest.ranking.crossed import components
from contest.ranking.sheet import Ballot, Sheet
from tests.ranking.worlds import World, drawn

PANEL = (*ICCS, "kendall_w")


def by_judge(*columns: str) -> Sheet:
    """One text of scores for each judge; "." where there is none."""
    return Sheet.of(
        Ballot(f"e{entry:02}", f"j{judge:02}", Fraction(mark))
        for judge, column in enumerate(columns)
        for entry, mark in enumerate(column.split())
        if mark != "."
    )


def by_entry(*rows: str) -> Sheet:
    return by_judge(*(" ".join(column) for column in zip(*(row.split() for row in rows), strict=True)))


# Shrout and Fleiss 1979, Psychological Bulletin 86, tables 2 and 4: six targets, four judges.
SHROUT_FLEISS = by_entry("9 2 5 8", "6 1 3 2", "8 4 6 8", "7 1 2 6", "10 5 6 9", "6 2 4 7")
# Krippendorff 2011, "Computing Krippendorff's alpha-reliability", section C: four observers, some missing.
KRIPPENDORFF = by_judge(
    "1 2 3 3 2 1 4 1 2 . . .", "1 2 3 3 2 2 4 1 2 5 . 3", ". 3 3 3 2 3 4 2 2 5 1 .", "1 2 3 3 2 4 4 1 2 5 1 ."
)
# The same, section A: two observers, two values.
MEG_AND_OWEN = by_judge("0 1 0 0 0 0 0 0 1 0", "1 1 1 0 0 1 0 0 0 0")
# The same, section B: two observers, any values (a to e written as 1 to 5).
BEN_AND_GERRY = by_judge("1 1 2 2 4 3 3 3 5 4 4 1", "2 1 2 2 2 3 3 3 5 4 4 4")
# Wikipedia, "Krippendorff's alpha", computational example: three coders, 15 units.
WIKIPEDIA = by_judge(". . . . . 3 4 1 2 1 1 3 3 . 3", "1 . 2 1 3 3 4 3 . . . . . . .", ". . 2 1 3 4 4 . 2 1 1 3 3 . 4")
# Siegel 1956, Nonparametric Statistics, chapter 9 (Siegel and Castellan 1988, section 9.8): three executives rank six
# applicants, without ties; and, after Kendall 1948, three rankings of ten objects with ties.
APPLICANTS = by_judge("1 6 3 2 5 4", "1 5 6 4 2 3", "6 3 2 5 4 1")
TIED = by_judge("1 4.5 2 4.5 3 7.5 6 9 7.5 10", "2.5 1 2.5 4.5 4.5 8 9 6.5 10 6.5", "2 1 4.5 4.5 4.5 4.5 8 8 8 10")
# Gamer, Lemon, Fellows and Singh, R package irr, data "anxiety": 20 people, three raters; the manual's examples of
# kendall(anxiety, TRUE) and icc(anxiety, model = "twoway", type = "agreement").
ANXIETY = by_judge(
    "3 3 3 4 5 5 2 3 5 2 2 6 1 5 2 2 1 2 4 3",
    "3 6 4 6 2 4 2 4 3 3 2 3 3 3 2 2 1 3 3 4",
    "2 1 4 4 3 2 1 6 1 1 1 2 3 3 1 1 3 3 2 2",
)
# Brennan 2001, Generalizability Theory, table 2.2 and section 2.1: ten persons, twelve items.
BRENNAN = by_entry(
    "1 0 1 0 0 0 0 0 0 0 0 0",
    "1 1 1 0 0 1 0 0 0 0 0 0",
    "1 1 1 1 1 0 0 0 0 0 0 0",
    "1 1 0 1 1 0 0 1 0 0 0 0",
    "1 1 1 1 1 0 1 0 0 0 0 0",
    "1 1 1 0 1 1 1 0 0 0 0 0",
    "1 1 1 1 1 1 1 0 0 0 0 0",
    "1 1 1 1 0 1 1 1 1 1 0 0",
    "1 1 1 1 1 1 1 1 1 1 1 0",
    "1 1 1 1 1 1 1 1 1 1 1 1",
)


@pytest.mark.parametrize(
    ("sheet", "published"),
    [
        pytest.param(
            SHROUT_FLEISS,
            {"icc1": ".17", "icc2": ".29", "icc3": ".71", "icc1k": ".44", "icc2k": ".62", "icc3k": ".91"},
            id="Shrout and Fleiss 1979",
        ),
        pytest.param(
            KRIPPENDORFF,
            {"alpha_nominal": ".743", "alpha_ordinal": ".815", "alpha_interval": ".849"},
            id="Krippendorff 2011, four observers",
        ),
        pytest.param(MEG_AND_OWEN, {"alpha_nominal": ".095"}, id="Krippendorff 2011, two observers, two values"),
        pytest.param(BEN_AND_GERRY, {"alpha_nominal": ".692"}, id="Krippendorff 2011, two observers, any values"),
        pytest.param(WIKIPEDIA, {"alpha_nominal": ".691", "alpha_interval": ".811"}, id="Wikipedia, three coders"),
        pytest.param(APPLICANTS, {"kendall_w": ".16"}, id="Siegel 1956, without ties"),
        pytest.param(TIED, {"kendall_w": ".828"}, id="Kendall 1948, with ties"),
        pytest.param(ANXIETY, {"kendall_w": ".540", "icc2": ".198"}, id="R package irr"),
        pytest.param(BRENNAN, {"generalisability": ".844", "icc3k": ".844"}, id="Brennan 2001"),
    ],
)
def test_published_examples_come_out_to_the_last_printed_digit(sheet: Sheet, published: dict[str, str]) -> None:
    found = agreement(sheet)

    for name, printed in published.items():
        value = found.values[name]
        assert value is not None, name
        assert f"{value:.{len(printed) - 1}f}".removeprefix("0") == printed, name


def test_brennans_variances_are_those_of_the_mean_squares() -> None:
    mean = mean_squares(complete_rows(BRENNAN))

    assert [round(float(one), 4) for one in (mean.between, mean.by_judge, mean.left)] == [0.8157, 0.8811, 0.1269]


@pytest.mark.parametrize("sheet", [SHROUT_FLEISS, BRENNAN, ANXIETY, TIED], ids=["S&F", "Brennan", "irr", "tied"])
def test_the_search_for_variances_finds_the_analysis_of_variance_in_a_complete_panel(sheet: Sheet) -> None:
    # In TIED judges are all alike: their variance is 0 and what they differ by is chance, which ICC1k says as well.
    expected = agreement(sheet).values["icc1k" if sheet is TIED else "icc3k"]

    assert of_incomplete(sheet, components(sheet)) == pytest.approx(expected, abs=1e-5)
    assert agreement(sheet).values["generalisability"] == expected


def dense_deviance(sheet: Sheet, entries: float, judges: float) -> float:
    """-2 log of the restricted likelihood, straight from the whole covariance matrix."""
    of_entry, of_judge = np.eye(len(sheet.entries))[sheet.i], np.eye(len(sheet.judges))[sheet.j]
    covariance = entries * of_entry @ of_entry.T + judges * of_judge @ of_judge.T + np.eye(len(sheet))
    inverse, ones = np.linalg.inv(covariance), np.ones(len(sheet))
    weight = ones @ inverse @ ones
    left = sheet.y - (ones @ inverse @ sheet.y) / weight
    rest = left @ inverse @ left
    size = np.linalg.slogdet(covariance)[1]
    return float((len(sheet) - 1) * math.log(rest) + size + math.log(weight))


@pytest.mark.parametrize("seed", range(4))
def test_with_missing_ballots_the_restricted_likelihood_is_highest_where_we_say(seed: int) -> None:
    sheet = drawn(World(entries=40, judges=8, each=3, missing=0.15), seed=seed)[1]
    found = components(sheet)

    best = dense_deviance(sheet, found.entries, found.judges)
    for up, down in ((1.02, 1.0), (0.98, 1.0), (1.0, 1.02), (1.0, 0.98)):
        assert dense_deviance(sheet, found.entries * up, found.judges * down) > best


def test_generalisability_is_how_much_of_a_difference_is_real() -> None:
    told, real = [], []
    for seed in range(6):
        quality, sheet = drawn(World(entries=300, judges=15, each=5, scale=0.0, unsteady=0.0, missing=0.05), seed=seed)
        value = agreement(sheet).values["generalisability"]
        assert value is not None
        told.append(value)
        real.append(36 / (36 + 36 / 5 * 20 / 19))  # variances of quality and noise are 36

    assert len(quality) == 300
    assert np.mean(told) == pytest.approx(np.mean(real), abs=0.02)


@pytest.mark.parametrize(
    ("rows", "values", "codes"),
    [
        ((), {}, dict.fromkeys(NAMES, "no_ballots")),
        (
            ("7",),
            {},
            dict.fromkeys(PANEL, "agreement_one_judge")
            | dict.fromkeys(ALPHAS, "agreement_no_pairs")
            | {"generalisability": "agreement_one_judge"},
        ),
        (
            ("7", "8"),
            {},
            dict.fromkeys(PANEL, "agreement_one_judge")
            | dict.fromkeys(ALPHAS, "agreement_no_pairs")
            | {"generalisability": "agreement_one_judge"},
        ),
        (
            ("7 8",),
            dict.fromkeys(ALPHAS, 0.0),
            dict.fromkeys((*PANEL, "generalisability"), "agreement_one_entry"),
        ),
        (
            ("3 3", "3 3"),
            {},
            dict.fromkeys(ICCS, "agreement_no_difference")
            | {"kendall_w": "agreement_judges_constant"}
            | dict.fromkeys((*ALPHAS, "generalisability"), "agreement_all_alike"),
        ),
        (
            ("1 2", "1 2"),
            {"icc1": -1.0, "icc2": 0.0, "icc2k": 0.0, **dict.fromkeys(ALPHAS, -0.5)},
            dict.fromkeys(("icc3", "icc1k", "icc3k"), "agreement_no_difference")
            | dict.fromkeys(("kendall_w", "generalisability"), "agreement_judges_constant"),
        ),
        (("1 1", "2 2"), dict.fromkeys(NAMES, 1.0), {}),
        (
            ("1 .", ". 2"),
            {},
            dict.fromkeys(PANEL, "agreement_incomplete")
            | dict.fromkeys((*ALPHAS, "generalisability"), "agreement_no_pairs"),
        ),
        (
            ("1 .", "2 3"),
            dict.fromkeys(ALPHAS, 0.0),
            dict.fromkeys(PANEL, "agreement_incomplete") | {"generalisability": "agreement_too_few"},
        ),
    ],
    ids=["none", "one ballot", "one judge", "one entry", "equal", "constant judges", "perfect", "no pairs", "three"],
)
def test_hardly_any_ballot_gives_null_with_its_reason(
    rows: Sequence[str], values: dict[str, float], codes: dict[str, str]
) -> None:
    found = agreement(by_entry(*rows) if rows else Sheet.of([]))

    assert found.values == dict.fromkeys(NAMES) | values
    assert {name: said.code for name, said in found.why.items()} == codes


def test_who_agrees_but_for_one_ballot_agrees_almost_wholly() -> None:
    found = agreement(by_entry("90 91 92", "80 81 82", "70 71 .", "60 61 62", "50 51 52", "40 41 42"))

    assert found.values["generalisability"] == pytest.approx(1.0, abs=1e-5)


def test_the_order_of_rows_and_the_scale_change_nothing() -> None:
    ballots = ANXIETY.ballots()
    random.Random(4).shuffle(ballots)
    tenth = Sheet.of(ballot._replace(score=ballot.score / 10 + 3) for ballot in ballots)

    assert agreement(Sheet.of(ballots)) == agreement(ANXIETY)
    assert agreement(tenth) == agreement(ANXIETY)


def test_the_command_says_every_coefficient_or_why_not(tmp_path: Path) -> None:
    file = tmp_path / "ballots.csv"
    file.write_text("entry,judge,score\na,x,1\na,y,2\nb,x,3\nb,y,\nc,x,2\nc,y,2\nd,x,5\nd,y,6\n")

    found = json.loads(CliRunner().invoke(group, ["agreement", str(file), "--json"]).stdout)
    said = CliRunner().invoke(group, ["agreement", str(file)]).stdout

    assert list(found) == [*NAMES, "reasons"]
    assert found["icc1"] is None
    assert set(found["reasons"]) == set(PANEL)
    assert found["reasons"]["icc1"] == (
        "Ballots that are missing from a complete panel: 1. This coefficient needs every judge's score for every entry."
    )
    assert "alpha_interval    0.917" in said
