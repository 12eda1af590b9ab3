"""Where results, above this package, can say that a round must stay closed."""

from collections.abc import Callable

from contest.judging.models import Round

Objection = Callable[[Round], str | None]

_objections: list[Objection] = []


def objects_to_reopening(call: Objection) -> Objection:
    """Ask it before a closed round is reopened: a sentence that says why not, or None."""
    _objections.append(call)
    return call


def objection_to_reopening(round_: Round) -> str | None:
    return next((reason for call in _objections if (reason := call(round_))), None)
