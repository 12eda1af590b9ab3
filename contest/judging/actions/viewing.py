"""Which seconds of a film were on. It is recorded as information and decides nothing."""

from collections.abc import Iterable
from datetime import datetime
from itertools import pairwise

from contest.judging.actions.ballots import hold, viewing_of
from contest.judging.models import Assignment

MOST_SPANS = 500


def record_watched(assignment: Assignment, spans: Iterable[tuple[int, int]], *, length_s: int, at: datetime) -> int:
    """Add what was watched, [from, to) in whole seconds; says how much of the film that makes, in per cent."""
    hold(assignment)
    viewing = viewing_of(assignment, at=at)
    known = [(int(begin), int(end)) for begin, end in viewing.watched]
    inside = [(max(0, begin), min(end, length_s)) for begin, end in [*known, *spans]]
    whole = _joined(span for span in inside if span[0] < span[1])
    viewing.watched = [list(span) for span in whole]
    viewing.watched_share = min(100, 100 * sum(end - begin for begin, end in whole) // length_s) if length_s else 0
    return viewing.watched_share


def _joined(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The same seconds in as few spans as possible; where there are very many, the shortest gaps are closed."""
    joined: list[tuple[int, int]] = []
    for begin, end in sorted(spans):
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((begin, end))
    while len(joined) > MOST_SPANS:
        gaps = [after[0] - before[1] for before, after in pairwise(joined)]
        at = gaps.index(min(gaps))
        joined[at : at + 2] = [(joined[at][0], joined[at + 1][1])]
    return joined
