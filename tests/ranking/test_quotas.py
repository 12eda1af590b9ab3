from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contest.ranking.quotas import AcrossTheLine, Cut, cut, shared_out
from contest.ranking.ties import places

ALL, STOP, EXTRA = AcrossTheLine


def placed(*scores: int) -> list:  # type: ignore[type-arg]
    return places({f"e{at}": Fraction(score) for at, score in enumerate(scores)})


@pytest.mark.parametrize(
    ("counts", "seats", "shares"),
    [
        ({"A": 6, "B": 3, "C": 1}, 5, {"A": 3, "B": 2, "C": 0}),
        ({"A": 5, "B": 5, "C": 5}, 4, {"A": 2, "B": 1, "C": 1}),
        ({"A": 2, "B": 1}, 10, {"A": 2, "B": 1}),
        ({"A": 0, "B": 3}, 1, {"A": 0, "B": 1}),
        ({}, 3, {}),
    ],
)
def test_seats_go_by_largest_remainder(counts: dict[str, int], seats: int, shares: dict[str, int]) -> None:
    assert shared_out(counts, seats) == shares


@given(st.dictionaries(st.text(max_size=3), st.integers(0, 50), max_size=8), st.integers(0, 60))
def test_no_seat_is_lost_and_none_is_without_an_entry(counts: dict[str, int], seats: int) -> None:
    shares = shared_out(counts, seats)

    assert sum(shares.values()) == min(seats, sum(counts.values()))
    assert all(0 <= shares[name] <= counts[name] for name in counts)


def test_a_tie_across_the_line_does_what_was_declared() -> None:
    ranking = placed(9, 8, 7, 7, 6)

    assert cut(ranking, seats=3, across=ALL) == Cut(("e0", "e1", "e2", "e3"))
    assert cut(ranking, seats=3, across=STOP) == Cut(("e0", "e1"), vacant=1)
    assert cut(ranking, seats=3, across=EXTRA) == Cut(("e0", "e1"), open=("e2", "e3"), vacant=1)
    assert cut(ranking, seats=4, across=STOP) == Cut(("e0", "e1", "e2", "e3"))
    assert cut(ranking, seats=0, across=ALL) == Cut(())


def test_seats_stay_vacant_rather_than_go_below_the_line() -> None:
    ranking = placed(9, 8, 7)

    assert cut(ranking, seats=3, across=STOP, eligible=frozenset(["e0"])) == Cut(("e0",), vacant=2)
    assert cut(ranking, seats=5, across=STOP) == Cut(("e0", "e1", "e2"), vacant=2)
    assert cut(ranking, seats=2, across=STOP, eligible=frozenset()) == Cut((), vacant=2)


def test_a_unit_gets_no_more_than_its_cap_and_a_tie_across_the_cap_is_one() -> None:
    units = {"e0": "U", "e1": "U", "e2": "V", "e3": "W"}

    assert cut(placed(9, 8, 7, 6), seats=3, across=STOP, unit_of=units, cap=1) == Cut(
        ("e0", "e2", "e3"), capped=("e1",)
    )
    assert cut(placed(9, 9, 7, 6), seats=3, across=EXTRA, unit_of=units, cap=1) == Cut((), open=("e0", "e1"), vacant=3)
    assert cut(placed(9, 9, 7, 6), seats=3, across=ALL, unit_of=units, cap=1) == Cut(("e0", "e1", "e2"))
