from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from contest.ranking.sheet import Ballot, Sheet
from contest.ranking.situation import Method
from contest.ranking.stability import Change, without_each_judge
from contest.ranking.uncertainty import Outlook, drawn, extra_ballots, outlooks
from tests.ranking import worlds


def test_predicted_chances_come_true_as_often_as_they_say() -> None:
    chances, hits, covered = [], [], []
    for seed in range(6):
        quality, sheet = worlds.drawn(replace(worlds.F, each=4), seed=seed)
        rank = np.empty(len(quality), dtype=int)
        rank[np.argsort(-quality)] = np.arange(1, len(quality) + 1)
        for at, one in enumerate(outlooks(drawn(sheet, seed=1, sweeps=350), seats=20)):
            chances.append(one.chance)
            hits.append(rank[at] <= 20)
            covered.append(one.low <= rank[at] <= one.high)

    predicted, actual = np.array(chances), np.array(hits)

    for low, high in ((0.0, 0.1), (0.1, 0.35), (0.35, 0.65), (0.65, 1.01)):
        among = (predicted >= low) & (predicted < high)
        assert actual[among].mean() == pytest.approx(predicted[among].mean(), abs=0.09)
    assert np.mean(covered) == pytest.approx(0.9, abs=0.04)


def test_chances_add_up_to_the_seats_and_the_seed_decides_them() -> None:
    _quality, sheet = worlds.drawn(replace(worlds.F, entries=60), seed=1)

    found = outlooks(drawn(sheet, seed=5, sweeps=100), seats=6)

    assert sum(one.chance for one in found) == pytest.approx(6)
    assert found == outlooks(drawn(sheet, seed=5, sweeps=100), seats=6)
    assert found != outlooks(drawn(sheet, seed=6, sweeps=100), seats=6)
    within = outlooks(drawn(sheet, seed=5, sweeps=100), seats=2, among=range(10))
    assert sum(one.chance for one in within) == pytest.approx(2)
    assert max(one.high for one in within) <= 10


@pytest.mark.parametrize("rows", [["a J 80"], ["a J 80", "b J 80"], ["a J 80", "a K 80", "b J 80", "b K 80"]])
def test_hardly_any_ballot_and_all_equal_give_chances_too(rows: list[str]) -> None:
    cells = [row.split() for row in rows]
    sheet = Sheet.of((Ballot(entry, judge, Fraction(score)) for entry, judge, score in cells), entries=["none"])

    found = outlooks(drawn(sheet, seed=1, sweeps=60), seats=1)

    assert [one.entry for one in found] == sorted({row[0] for row in rows})
    assert sum(one.chance for one in found) == pytest.approx(1)


def test_extra_ballots_go_to_close_calls_only_and_to_judges_who_may() -> None:
    rows = {"a": "JK", "b": "JK", "c": "KL", "d": "LM"}
    sheet = Sheet.of(Ballot(entry, judge, Fraction(80)) for entry, judges in rows.items() for judge in judges)
    outlook = [Outlook("a", 0.97, 1, 2), Outlook("b", 0.5, 1, 3), Outlook("c", 0.4, 2, 4), Outlook("d", 0.02, 3, 4)]

    plan = extra_ballots(sheet, outlook, each=2, forbidden={"c": frozenset("M")})

    assert plan == {"b": ("M", "L"), "c": ("J",)}
    assert extra_ballots(sheet, outlook, each=1, judges=["Z"]) == {"b": ("Z",), "c": ("Z",)}


def test_what_changes_without_each_judge() -> None:
    marks = {"a": "9 9 1", "b": "5 5 9", "c": "4 4 4"}
    sheet = Sheet.of(
        Ballot(entry, f"J{at}", Fraction(mark)) for entry, row in marks.items() for at, mark in enumerate(row.split())
    )

    found = without_each_judge(sheet, Method.MEAN, seats=1)

    # All three: a and b have 19/3 each, and both win. Without the third, a has 9; without another, b has 7.
    assert found == [
        Change("J0", (), ("a",)),
        Change("J1", (), ("a",)),
        Change("J2", (), ("b",)),
    ]
    assert without_each_judge(sheet, Method.CALIBRATED, seats=1) == []


def test_trimming_that_would_not_be_allowed_without_a_judge_says_so() -> None:
    sheet = Sheet.of(Ballot(f"e{at}", f"J{by}", Fraction(at + by)) for at in range(9) for by in range(5))

    found = without_each_judge(sheet, Method.TRIMMED, seats=3)

    assert {one.refused.code for one in found if one.refused} == {"trim_few_judges"}
