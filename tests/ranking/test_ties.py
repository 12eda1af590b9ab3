from fractions import Fraction

from contest.ranking.sheet import Ballot, Sheet
from contest.ranking.ties import DEFAULT_CHAIN, Evidence, Placed, TieRule, evidence_of, places


def told(placed: list[Placed]) -> list[tuple[str, int, str]]:
    return [(one.entry, one.place, one.decided_by) for one in placed]


def f(**values: str | int) -> dict[str, Fraction]:
    return {name: Fraction(value) for name, value in values.items()}


def test_equal_scores_share_a_place_and_the_next_place_counts_them() -> None:
    found = places(f(a=70, b=90, c=80, d=80))

    assert found == [
        Placed("b", 1, False, "score"),
        Placed("c", 2, True, "shared"),
        Placed("d", 2, True, "shared"),
        Placed("a", 4, False, "score"),
    ]
    assert places({}) == []


def test_the_exact_value_decides_unless_the_rules_say_the_published_one_does() -> None:
    scores = f(a="90.125", b="90.13", c="90.1249")

    assert told(places(scores)) == [("b", 1, "score"), ("a", 2, "score"), ("c", 3, "score")]
    assert told(places(scores, published_decimals=2)) == [("a", 1, "shared"), ("b", 1, "shared"), ("c", 3, "score")]


def test_each_rule_of_the_chain_signs_what_it_decides() -> None:
    scores = f(a=80, b=80, c=80, d=80, e=80, z=10)
    evidence = Evidence(
        criterion=f(a=9, b=7, c=7, d=7, e=7),
        median=f(a=1, b=82, c=80, d=80, e=80),
        marks={"c": {"J": 3, "K": 3}, "d": {"J": 2, "K": 3}, "e": {"J": 1, "L": 9}},
    )

    found = told(places(scores, chain=DEFAULT_CHAIN, evidence=evidence))

    assert found == [
        ("a", 1, "criterion"),
        ("b", 2, "median"),
        ("c", 3, "head_to_head"),
        ("d", 4, "head_to_head"),
        ("e", 5, "head_to_head"),
        ("z", 6, "score"),
    ]


def test_a_rule_without_evidence_about_all_decides_nothing_and_the_chair_may() -> None:
    scores = f(a=80, b=80, c=80)
    evidence = Evidence(criterion=f(a=9, b=7), extra=f(a=1, b=3, c=1))

    found = told(places(scores, chain=DEFAULT_CHAIN, evidence=evidence))

    assert found == [("b", 1, "extra_ballot"), ("a", 2, "shared"), ("c", 2, "shared")]


def test_more_judges_decide_and_not_how_far_they_are_apart() -> None:
    marks = {("a", "J"): 90, ("a", "K"): 81, ("a", "L"): 60, ("b", "J"): 80, ("b", "K"): 80, ("b", "L"): 71}
    sheet = Sheet.of(Ballot(entry, judge, Fraction(score)) for (entry, judge), score in marks.items())

    found = told(places(f(a=77, b=77), chain=[TieRule.HEAD_TO_HEAD], evidence=evidence_of(sheet)))

    assert found == [("a", 1, "head_to_head"), ("b", 2, "head_to_head")]


def test_judges_who_prefer_in_a_circle_decide_nothing() -> None:
    marks = {
        "a": {"J": 3, "K": 1, "L": 2},
        "b": {"J": 2, "K": 3, "L": 1},
        "c": {"J": 1, "K": 2, "L": 3},
    }

    found = told(places(f(a=5, b=5, c=5), chain=[TieRule.HEAD_TO_HEAD], evidence=Evidence(marks=marks)))

    assert found == [("a", 1, "shared"), ("b", 1, "shared"), ("c", 1, "shared")]
