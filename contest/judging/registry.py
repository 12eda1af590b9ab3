"""What results, above this package, tell of rounds: that one must stay closed, and who comes first in one."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from contest.judging.models import Round

Objection = Callable[[Round], str | None]
Ranking = Callable[[Round], "Sequence[Standing] | None"]

_objections: list[Objection] = []
_rankings: list[Ranking] = []


class Standing(NamedTuple):
    """Where an earlier round left a work; the score in hundredths."""

    entry_id: int
    place: int
    score: int


def objects_to_reopening(call: Objection) -> Objection:
    """Ask it before a closed round is reopened: a sentence that says why not, or None."""
    _objections.append(call)
    return call


def objection_to_reopening(round_: Round) -> str | None:
    return next((reason for call in _objections if (reason := call(round_))), None)


def ranks_rounds(call: Ranking) -> Ranking:
    """Ask it for the newest result of a closed round: its placed works, or None while there is no result."""
    _rankings.append(call)
    return call


def shortlist_of(round_: Round, *, best: int | None, least: int | None) -> list[int] | None:
    """Ids of the works that go on: the best, with all who tie with the last of them, or those with a score at least.

    None while the round has no result.
    """
    for call in _rankings:
        if (ranked := call(round_)) is not None:
            return [one.entry_id for one in ranked if (one.place <= best if best else one.score >= (least or 0))]
    return None
