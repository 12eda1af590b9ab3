import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from contest.ranking.cli import group
from contest.ranking.design import EMPTY, Design, design_of, design_of_pairs, measured
from contest.ranking.sheet import Ballot, Sheet

Pairs = list[tuple[str, str]]


def complete(entries: int, judges: int) -> Pairs:
    return [(f"e{entry}", f"j{judge}") for entry in range(entries) for judge in range(judges)]


def test_when_everybody_scores_everything_nothing_could_be_better_joined() -> None:
    assert design_of_pairs(complete(10, 4)) == Design(1, 1.0, 1.0, 10, 10, 10, 10)


def test_panels_that_share_no_judge_are_counted_and_have_no_gap() -> None:
    apart = [*complete(3, 2), ("f1", "k1"), ("f1", "k2"), ("f2", "k3")]

    assert design_of_pairs(apart) == Design(3, 0.0, 0.0, 1, 3, 0, 3)


def test_a_balanced_design_has_the_efficiency_of_the_textbook() -> None:
    # Seven treatments in seven blocks of three, each two together once: E = J(K - 1) / (K(J - 1)) = 7/9 (Fano plane).
    fano = ["013", "124", "235", "346", "450", "561", "602"]

    found = design_of_pairs((f"e{entry}", judge) for entry, block in enumerate(fano) for judge in block)

    assert found == Design(1, pytest.approx(7 / 9, abs=1e-6), pytest.approx(7 / 9, abs=1e-6), 3, 3, 1, 1)


@pytest.mark.parametrize(
    ("entries", "judges", "each", "gap", "efficiency"), [(2000, 40, 5, 0.774, 0.817), (20_000, 200, 3, 0.615, 0.669)]
)
def test_a_draw_without_any_care_is_as_well_joined_as_was_measured_for_the_design(
    entries: int, judges: int, each: int, gap: float, efficiency: float
) -> None:
    rng = np.random.default_rng(3)
    drawn = np.argsort(rng.random((entries, judges)), axis=1)[:, :each]

    found = measured(np.repeat(np.arange(entries), each), drawn.ravel())

    assert (found.spectral_gap, found.a_efficiency) == (
        pytest.approx(gap, abs=0.015),
        pytest.approx(efficiency, abs=0.005),
    )


def test_hardly_any_ballot() -> None:
    assert design_of(Sheet.of([])) == EMPTY
    assert design_of(Sheet.of([Ballot("a", "x", Fraction(1))])) == Design(1, 1.0, 1.0, 1, 1, 0, 0)
    assert design_of_pairs([("a", "x"), ("b", "x")]) == Design(1, 1.0, 1.0, 2, 2, 0, 0)
    assert design_of_pairs([("a", "x"), ("b", "y")]) == Design(2, 0.0, 0.0, 1, 1, 0, 0)


def test_the_command_counts_what_was_scored_and_on_demand_what_is_planned(tmp_path: Path) -> None:
    file = tmp_path / "ballots.csv"
    file.write_text("entry,judge,score\na,x,1\na,y,2\nb,y,3\nb,z,\n")

    scored = CliRunner().invoke(group, ["design", str(file), "--json"])
    planned = CliRunner().invoke(group, ["design", str(file), "--json", "--planned"])

    names = ("components", "spectral_gap", "load_min", "load_max", "pairs_min", "pairs_max")
    assert json.loads(scored.stdout) == dict(zip(names, (1, 0.75, 1, 2, 1, 1), strict=True))
    assert json.loads(planned.stdout) == dict(zip(names, (1, 0.5, 1, 2, 0, 1), strict=True))
    assert "spectral_gap  0.75" in CliRunner().invoke(group, ["design", str(file)]).stdout
