import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from contest.ranking.cli import group, register
from tests.ranking.worlds import F, drawn


def compute(tmp_path: Path, text: str | bytes, *options: str) -> Result:
    file = tmp_path / "ballots.csv"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return CliRunner().invoke(group, ["compute", str(file), *options])


def document(tmp_path: Path, text: str, *options: str) -> dict[str, Any]:
    result = compute(tmp_path, text, *options, "--json")
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def rows(**entries: str) -> str:
    """A file from `a="90 80 -"`: one mark for each judge, "-" where there is none."""
    lines = [
        f"{entry},J{at},{'' if mark == '-' else mark}"
        for entry, marks in entries.items()
        for at, mark in enumerate(marks.split(), start=1)
    ]
    return "\n".join(["entry,judge,score", *lines])


def test_the_document_is_what_auditors_were_promised(tmp_path: Path) -> None:
    found = document(tmp_path, rows(a="90.125 90.125", b="80 -", c="95 90", d="- -"), "--method", "mean")

    assert found == {
        "method": "mean",
        "refused": None,
        "entries": [
            {"entry": "c", "score": "92.50", "place": 1, "ballots": 2},
            {"entry": "a", "score": "90.13", "place": 2, "ballots": 2},
            {"entry": "b", "score": "80.00", "place": None, "ballots": 1},
            {"entry": "d", "score": None, "place": None, "ballots": 0},
        ],
        "judges": [
            {"judge": "J1", "ballots": 3, "severity": pytest.approx(1.25, abs=1.25)},
            {"judge": "J2", "ballots": 2, "severity": pytest.approx(-1.25, abs=1.25)},
        ],
    }


def test_severities_are_points_above_and_below_the_panel(tmp_path: Path) -> None:
    marks = {f"e{at}": f"{60 + 3 * at} {56 + 3 * at + at % 2} {64 + 3 * at}" for at in range(9)}

    found = document(tmp_path, rows(**marks), "--method", "adjusted")

    assert [round(judge["severity"]) for judge in found["judges"]] == [0, -4, 4]
    assert [entry["place"] for entry in found["entries"]] == list(range(1, 10))


def test_decimals_ties_and_ranking_on_what_is_published(tmp_path: Path) -> None:
    text = rows(a="80.04 80", b="80 80", c="70 90", d="90.1 69.9")

    exact = document(tmp_path, text, "--method", "mean", "--decimals", "1")
    published = document(tmp_path, text, "--method", "mean", "--decimals", "1", "--rank-on", "published")
    parted = document(tmp_path, text, "--method", "mean", "--tie", "head_to_head")

    assert [(e["entry"], e["score"], e["place"]) for e in exact["entries"]] == [
        ("a", "80.0", 1),
        ("b", "80.0", 2),
        ("c", "80.0", 2),
        ("d", "80.0", 2),
    ]
    assert [e["place"] for e in published["entries"]] == [1, 1, 1, 1]
    assert [e["decided_by"] for e in parted["entries"]] == ["score", "shared", "shared", "shared"]


def test_a_refusal_is_part_of_the_document_and_an_error_for_people(tmp_path: Path) -> None:
    text = rows(a="90 80 70 60", b="80 70 60 50")

    found = document(tmp_path, text, "--method", "trimmed")
    shown = compute(tmp_path, text, "--method", "trimmed")

    reason = "Leaving out the 1 highest and 1 lowest score needs at least 5 judges; there are 4. Take the mean."
    assert found["refused"] == reason
    assert {entry["place"] for entry in found["entries"]} == {None}
    assert (shown.exit_code, shown.stderr) == (1, f"Error: {reason}\n")


@pytest.mark.parametrize("method", ["mean", "trimmed", "adjusted", "calibrated"])
@pytest.mark.parametrize(
    "text",
    [
        "entry,judge,score\n",
        rows(a="-"),
        rows(a="90"),
        rows(a="90", b="90"),
        rows(a="90 80"),
        rows(a="1 1 1", b="1 1 1"),
    ],
)
def test_hardly_any_ballot_is_an_answer_and_no_crash(tmp_path: Path, text: str, method: str) -> None:
    found = document(tmp_path, text, "--method", method)

    has_ballots = any(line[-1].isdigit() for line in text.splitlines())
    assert (found["refused"] is None) == (method == "mean" and has_ballots)


def test_panels_that_nobody_joins_have_places_of_their_own(tmp_path: Path) -> None:
    text = rows(a="90 80 - -", b="70 60 - -", c="- - 95 96", d="- - - -")

    assert document(tmp_path, text)["refused"].startswith("The ballots fall into 2 panels")
    found = document(tmp_path, text, "--within-panels")

    assert [(e["entry"], e["score"], e["place"], e["panel"]) for e in found["entries"]] == [
        ("a", "85.00", 1, 1),
        ("b", "65.00", 2, 1),
        ("c", "95.50", 1, 2),
        ("d", None, None, None),
    ]


def test_a_later_round_is_analysed_with_the_first_and_its_entries_come_first(tmp_path: Path) -> None:
    (tmp_path / "final.csv").write_text(rows(a="60 60", b="70 70"))

    found = document(
        tmp_path, rows(a="80 80", b="70 70", c="90 90"), "--later", str(tmp_path / "final.csv"), "--method", "mean"
    )

    assert [(e["entry"], e["score"], e["place"], e["ballots"]) for e in found["entries"]] == [
        ("a", "70.00", 1, 4),
        ("b", "70.00", 1, 4),
        ("c", "90.00", 3, 2),
    ]
    both = compute(tmp_path, rows(a="1"), "--later", str(tmp_path / "final.csv"), "--within-panels")
    assert (both.exit_code, "do not go together" in both.stderr) == (2, True)


def test_a_bad_file_ends_with_line_reason_and_code_two(tmp_path: Path) -> None:
    result = compute(tmp_path, "entry,judge,score\na,x,ninety\n", "--json")

    assert result.exit_code == 2
    assert result.stderr == (
        f"Error: {tmp_path}/ballots.csv, line 2: the score 'ninety' is not a plain number such as 87 or 87.5.\n"
    )
    assert CliRunner().invoke(group, ["compute", str(tmp_path / "none.csv")]).exit_code == 2


def test_the_order_of_the_lines_changes_no_byte(tmp_path: Path) -> None:
    _quality, sheet = drawn(F, seed=3)
    lines = [f"{one.entry},{one.judge},{one.score}" for one in sheet.ballots()]

    answers = {
        compute(tmp_path, "\n".join(["entry,judge,score", *order]), "--method", "calibrated", "--json").stdout
        for order in (lines, lines[::-1], sorted(lines, key=lambda line: line[::-1]))
    }

    assert len(answers) == 1


def test_an_older_processor_gives_the_same_bytes(tmp_path: Path) -> None:
    _quality, sheet = drawn(F, seed=3)
    file = tmp_path / "ballots.csv"
    file.write_text(
        "\n".join(["entry,judge,score", *(f"{one.entry},{one.judge},{one.score}" for one in sheet.ballots())])
    )
    words = ["-W", "ignore", "-c", "from contest.ranking.cli import group; group()", "compute", str(file)]
    older = {"OPENBLAS_CORETYPE": "Nehalem", "NPY_DISABLE_CPU_FEATURES": "X86_V3 X86_V4"}

    answers = {
        subprocess.run(
            [sys.executable, *words, "--method", "calibrated", "--decimals", "6", "--json"],
            env={**os.environ, **more},
            cwd=Path(__file__).parents[2],
            capture_output=True,
            check=True,
        ).stdout
        for more in ({}, older)
    }

    assert len(answers) == 1
    assert b'"place": 200' in answers.pop()


def test_people_get_a_table_and_what_they_should_know(tmp_path: Path) -> None:
    result = compute(tmp_path, rows(作品甲="90 80", b="80 -"))

    assert result.exit_code == 0
    assert "\nplace  entry   score  ballots\n1      作品甲  85.00  2\n       b       80.00  1\n" in result.stdout
    assert "Only 2 entries have ballots" in result.stdout


def test_the_commands_join_the_command_line_of_an_application() -> None:
    class Application:
        cli = click.Group()

    register(Application())

    assert list(Application.cli.commands) == ["ranking"]
