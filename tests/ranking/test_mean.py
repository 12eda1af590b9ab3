import random
from decimal import ROUND_HALF_UP, Decimal, getcontext
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contest.ranking.mean import Criterion, Line, Marks, partial_total, rank, total
from contest.ranking.numbers import half_up, hundredths, text

RUBRIC = [Criterion("1", 3000, 3000), Criterion("2", 2500, 2500), Criterion("3", 4500, 10_000)]
ONE = [Criterion("1", 10_000, 10_000)]


def one(entry: str, *values: int) -> list[Marks]:
    return [Marks(entry, f"J{number}", {"1": value}) for number, value in enumerate(values)]


@pytest.mark.parametrize(
    ("exact", "shown"),
    [
        ("90.125", "90.13"),
        ("2.675", "2.68"),
        ("90.124999", "90.12"),
        ("0", "0.00"),
        ("100", "100.00"),
        ("0.005", "0.01"),
    ],
)
def test_a_mean_is_rounded_half_up_from_its_exact_value(exact: str, shown: str) -> None:
    assert text(half_up(Fraction(exact))) == shown


@given(st.fractions(min_value=0, max_value=100))
def test_rounding_agrees_with_long_decimals(exact: Fraction) -> None:
    getcontext().prec = 60
    long = Decimal(exact.numerator) / Decimal(exact.denominator)

    assert text(half_up(exact)) == str(long.quantize(Decimal("0.01"), ROUND_HALF_UP))


@given(st.integers(min_value=0, max_value=10_000_000))
def test_a_written_number_reads_back_as_itself(value: int) -> None:
    assert hundredths(text(value)) == value


@pytest.mark.parametrize("wrong", ["", "1", "1.5", "-1.00", "1.000", "١.00", "1,00", "nan", " 1.00"])
def test_only_plain_numbers_with_two_decimals_are_read(wrong: str) -> None:
    with pytest.raises(ValueError, match="is not a number with two decimals"):
        hundredths(wrong)


def test_a_total_weighs_each_mark_by_its_share_of_the_maximum() -> None:
    marks = {"1": 2700, "2": 2200, "3": 8000}

    assert total(marks, RUBRIC) == 27 + 22 + 36


def test_full_marks_are_exactly_one_hundred_and_zeros_exactly_zero() -> None:
    assert total({"1": 3000, "2": 2500, "3": 10_000}, RUBRIC) == 100
    assert total({"1": 0, "2": 0, "3": 0}, RUBRIC) == 0


def test_a_missing_mark_is_never_taken_for_zero() -> None:
    with pytest.raises(KeyError):
        total({"1": 2700}, RUBRIC)

    assert partial_total({"1": 2700}, RUBRIC) == 27


def test_equal_means_share_a_place_and_the_next_place_is_left_out() -> None:
    marks = [*one("A-001", 9000, 9000), *one("A-002", 8000, 9000), *one("A-003", 8500, 8500), *one("A-004", 8400, 8400)]

    lines = rank(["A-004", "A-003", "A-002", "A-001"], marks, ONE, quorum=2)

    assert lines == [
        Line("A-001", 1, False, Fraction(90), 9000, 0, 2),
        Line("A-002", 2, True, Fraction(85), 8500, 1000, 2),
        Line("A-003", 2, True, Fraction(85), 8500, 0, 2),
        Line("A-004", 4, False, Fraction(84), 8400, 0, 2),
    ]


def test_places_follow_the_exact_mean_even_when_both_are_shown_alike() -> None:
    marks = [*one("A-001", 9000, 9000, 9001), *one("A-002", 9000, 9000, 9000)]

    places = [(line.entry, line.place, line.mean_hundredths) for line in rank(["A-001", "A-002"], marks, ONE, quorum=1)]

    assert places == [("A-001", 1, 9000), ("A-002", 2, 9000)]


def test_an_entry_under_quorum_has_a_mean_but_no_place() -> None:
    marks = [*one("A-001", 7000, 7000), *one("A-002", 9900)]

    lines = rank(["A-001", "A-002", "A-003"], marks, ONE, quorum=2)

    assert [(line.entry, line.place, line.ballots) for line in lines] == [
        ("A-001", 1, 2),
        ("A-002", None, 1),
        ("A-003", None, 0),
    ]
    assert (lines[1].mean_hundredths, lines[2].mean_hundredths) == (9900, None)


def test_a_withdrawn_entry_keeps_its_ballots_and_has_no_line() -> None:
    marks = [*one("A-001", 9900), *one("A-002", 8000)]

    assert [line.entry for line in rank(["A-002"], marks, ONE, quorum=1)] == ["A-002"]


values = st.lists(st.integers(0, 10_000), min_size=0, max_size=6)


@given(st.lists(values, max_size=12), st.integers(1, 3), st.randoms())
def test_order_of_ballots_never_matters_and_places_count_those_who_are_better(
    panels: list[list[int]], quorum: int, chance: random.Random
) -> None:
    entries = [f"A-{number:03}" for number in range(len(panels))]
    marks = [mark for entry, panel in zip(entries, panels, strict=True) for mark in one(entry, *panel)]
    shuffled = list(marks)
    chance.shuffle(shuffled)

    lines = rank(entries, marks, ONE, quorum=quorum)

    assert rank(reversed(entries), shuffled, ONE, quorum=quorum) == lines
    placed = [line for line in lines if line.place]
    assert all(line.place == 1 + sum((other.exact or 0) > (line.exact or 0) for other in placed) for line in placed)
    assert {line.entry for line in lines if not line.place} == {
        entry for entry, panel in zip(entries, panels, strict=True) if len(panel) < quorum
    }
    assert all((upper.exact or 0) >= (lower.exact or 0) for upper, lower in pairwise(placed))
