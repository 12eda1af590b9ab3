from fractions import Fraction

import numpy as np
import pytest

from contest.ranking.diagnostics import odd_scores, reports
from contest.ranking.favour import favours, student_above
from contest.ranking.sheet import Ballot, Sheet
from tests.ranking.worlds import WORLDS, F, drawn


def test_a_judge_who_marks_at_random_is_flagged_and_honest_ones_are_not() -> None:
    flagged, honest = 0, 0
    for seed in range(10):
        _quality, sheet = drawn(WORLDS["I"], seed=seed)
        found = {report.judge: report.flags for report in reports(sheet)}
        flagged += "erratic" in found["000"]
        honest += sum("erratic" in flags for judge, flags in found.items() if judge > "001")

    assert flagged >= 9
    assert honest <= 2


def test_the_interval_of_a_severity_holds_the_truth_nineteen_times_of_twenty() -> None:
    inside = []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        truth = 4 * rng.standard_normal(8)
        quality = 6 * rng.standard_normal(40)
        ballots = [
            Ballot(
                f"e{at:02d}",
                f"j{by}",
                Fraction(round(100 * (70 + quality[at] + truth[by] + 5 * rng.standard_normal())), 100),
            )
            for at in range(40)
            for by in rng.permutation(8)[:4]
        ]
        for by, report in enumerate(reports(Sheet.of(ballots))):
            inside.append(report.low <= truth[by] - truth.mean() <= report.high)

    # 0.93 in 600 such panels: how much eight judges differ is itself a guess.
    assert np.mean(inside) == pytest.approx(0.94, abs=0.035)


def test_a_strict_judge_a_constant_one_and_one_who_fills_all_lines_alike() -> None:
    rng = np.random.default_rng(1)
    ballots, shares = [], {}
    for at in range(20):
        for by, judge in enumerate(["constant", "honest", "lines", "strict"]):
            lines = [Fraction(int(value), 20) for value in rng.integers(8, 20, size=3)]
            if judge == "lines":
                lines = [Fraction(int(rng.integers(8, 20)), 20)] * 3
            total = 75 if judge == "constant" else 60 + at + int(rng.integers(0, 5)) - 20 * (by == 3)
            ballots.append(Ballot(f"e{at:02d}", judge, Fraction(total)))
            shares[f"e{at:02d}", judge] = lines

    found = {report.judge: report for report in reports(Sheet.of(ballots), shares=shares)}

    assert "constant" in found["constant"].flags
    assert found["constant"].consistency is None
    assert found["lines"].flat == 1.0
    assert "straight_lining" in found["lines"].flags
    assert (found["lines"].halo or 0) > (found["honest"].halo or 0) + 0.3
    assert "strict" in found["strict"].flags
    assert found["honest"].flat is not None
    assert found["honest"].flat < 0.2
    assert reports(Sheet.of([])) == []


def test_a_typing_error_is_asked_about() -> None:
    _quality, sheet = drawn(F, seed=4)
    wrong = [one._replace(score=one.score - 60) if at == 7 else one for at, one in enumerate(sheet.ballots())]

    found = odd_scores(Sheet.of(wrong))

    assert (found[0].entry, found[0].judge) == wrong[7][:2]
    assert found[0].deviations < -5
    assert odd_scores(Sheet.of([Ballot("a", "x", Fraction(1)), Ballot("b", "x", Fraction(1))])) == []


def test_favour_for_the_own_unit_is_found_where_it_is_and_not_elsewhere() -> None:
    _quality, sheet = drawn(WORLDS["J"], seed=2)
    own = {(one.entry, one.judge) for one in sheet.ballots() if int(one.entry) % 12 == int(one.judge)}

    found = {one.judge: one for one in favours(sheet, own)}

    assert found["000"].is_flagged
    assert found["000"].points == pytest.approx(15, abs=7)
    assert sum(one.is_flagged for name, one in found.items() if name != "000") <= 1
    assert favours(sheet, set()) == []
    assert favours(Sheet.of([]), set()) == []


@pytest.mark.parametrize(
    ("t", "degrees", "chance"),
    [(0, 5, 0.5), (1.812, 10, 0.05), (2.764, 10, 0.01), (12.706, 1, 0.025), (-2.015, 5, 0.95), (1.645, 1e7, 0.05)],
)
def test_students_distribution_is_that_of_the_printed_tables(t: float, degrees: float, chance: float) -> None:
    assert student_above(t, degrees) == pytest.approx(chance, abs=1e-4)
