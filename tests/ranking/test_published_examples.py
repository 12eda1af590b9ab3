"""Worked examples of trimmed scoring that others have published, computed again."""

from fractions import Fraction

import pytest

from contest.ranking.methods import trimmed
from contest.ranking.sheet import Ballot, Sheet


def trimmed_mean(marks: str, *, trim: int) -> Fraction:
    ballots = (Ballot("e", f"j{at}", Fraction(mark)) for at, mark in enumerate(marks.split()))
    (mean,) = trimmed(Sheet.of(ballots), trim=trim)
    assert mean is not None
    return mean


@pytest.mark.parametrize(
    ("marks", "trim", "kept", "factor", "published"),
    [
        # wikiHow, "How to Calculate Diving Scores": seven judges, two crossed out at either end, difficulty 2.8.
        pytest.param("6.5 7.0 7.0 7.5 7.5 8.0 8.0", 2, 3, "2.8", "61.6", id="diving, inward 2½ somersault"),
        # Open Source Sports, "Diving (World Aquatics)", section 6.2: the same rule, difficulty 3.0.
        pytest.param("7.5 7.0 7.5 7.0 7.5 8.0 6.5", 2, 3, "3", "66.0", id="diving, World Aquatics 6.2"),
        # about.com, "What is Ski Jumping?": five judges, highest and lowest discarded, the rest added up.
        pytest.param("17 18 18.5 20 19", 1, 3, "1", "55.5", id="ski jumping, style points"),
        # 辅导客 fudaoke.com/exam/2565569: 某次比赛有7个评委, 去掉最高分和最低分后求平均.
        pytest.param("72 76 81 81 85 87 90", 1, 1, "1", "82", id="去掉一个最高分和一个最低分"),
    ],
)
def test_published_scores_come_out_to_the_last_digit(
    marks: str, trim: int, kept: int, factor: str, published: str
) -> None:
    assert trimmed_mean(marks, trim=trim) * kept * Fraction(factor) == Fraction(published)
