"""From scores to places: 1, 2, 2, 4, and the declared rules that part equal scores; each signs what it decides."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from fractions import Fraction
from itertools import groupby

from contest.ranking.exact import Exact, by_pair
from contest.ranking.means import medians
from contest.ranking.numbers import rounded


class TieRule(StrEnum):
    """What parts entries with the same score, in the order that the round declares beforehand.

    Neither who was first nor a lot is among them.
    """

    CRITERION = "criterion"  # the mean of the criterion that weighs most
    MEDIAN = "median"  # the median of the judges' scores
    HEAD_TO_HEAD = "head_to_head"  # more judges who saw both put it higher
    EXTRA = "extra_ballot"  # the chair's ballot, or a duel


DEFAULT_CHAIN = (TieRule.CRITERION, TieRule.MEDIAN, TieRule.HEAD_TO_HEAD, TieRule.EXTRA)
SCORE, SHARED = "score", "shared"


@dataclass(frozen=True)
class Evidence:
    """What the rules look at; a rule without evidence about all entries of a tie decides nothing."""

    criterion: Mapping[str, Fraction] = field(default_factory=dict)
    median: Mapping[str, Fraction] = field(default_factory=dict)
    marks: Mapping[str, Mapping[str, int]] = field(default_factory=dict)  # by entry and judge, in any one unit
    extra: Mapping[str, Fraction] = field(default_factory=dict)


@dataclass(frozen=True)
class Placed:
    """An entry's place. `decided_by`: SCORE, the last rule that parted it from its equals, or SHARED."""

    entry: str
    place: int
    shared: bool
    decided_by: str


def evidence_of(
    sheet: Exact, *, criterion: Mapping[str, Fraction] | None = None, extra: Mapping[str, Fraction] | None = None
) -> Evidence:
    """What the ballots say about ties."""
    marks: dict[str, dict[str, int]] = {}
    for (at, by), units in by_pair(sheet).items():
        marks.setdefault(sheet.entries[at], {})[sheet.judges[by]] = units
    middle = {name: value for name, value in zip(sheet.entries, medians(sheet), strict=True) if value is not None}
    return Evidence(criterion=criterion or {}, median=middle, marks=marks, extra=extra or {})


def places(
    scores: Mapping[str, Fraction],
    *,
    chain: Sequence[TieRule] = (),
    evidence: Evidence | None = None,
    published_decimals: int | None = None,
) -> list[Placed]:
    """All entries of `scores`, the highest first, equals that share a place by name.

    `published_decimals` ranks on what is published instead of on the exact value: then more is equal.
    """
    facts = evidence or Evidence()

    def value(entry: str) -> Fraction:
        exact = scores[entry]
        return exact if published_decimals is None else rounded(exact, published_decimals)

    placed: list[Placed] = []
    for group in _parted(sorted(scores), value):
        for part, decided_by in _resolved(group, list(chain), facts, SCORE):
            place, shared = len(placed) + 1, len(part) > 1
            placed += [Placed(entry, place, shared, SHARED if shared else decided_by) for entry in part]
    return placed


def in_stages(
    scores: Mapping[str, Fraction],
    reached: Sequence[frozenset[str]],
    *,
    chain: Sequence[TieRule] = (),
    evidence: Evidence | None = None,
    published_decimals: int | None = None,
) -> list[Placed]:
    """Places after several rounds: first those who reached the last, then the one before; `reached` from the second on.

    Within a stage the joint scores decide; they never lift anybody over a shortlist that was announced.
    """
    left, placed = dict(scores), list[Placed]()
    for stage in [*reversed(reached), frozenset(scores)]:
        among = {name: left.pop(name) for name in sorted(stage) if name in left}
        before = len(placed)
        found = places(among, chain=chain, evidence=evidence, published_decimals=published_decimals)
        placed += [replace(one, place=one.place + before) for one in found]
    return placed


def _parted(group: list[str], key: Callable[[str], Fraction]) -> list[list[str]]:
    """`group` by falling key; those with the same key stay together and in order."""
    return [list(equal) for _, equal in groupby(sorted(group, key=key, reverse=True), key=key)]


def _resolved(
    group: list[str], chain: list[TieRule], evidence: Evidence, decided_by: str
) -> list[tuple[list[str], str]]:
    if len(group) == 1 or not chain:
        return [(group, decided_by)]
    rule, rest = chain[0], chain[1:]
    parts = _parts(group, rule, evidence)
    if len(parts) == 1:
        return _resolved(group, rest, evidence, decided_by)
    return [one for part in parts for one in _resolved(part, rest, evidence, rule.value)]


def _parts(group: list[str], rule: TieRule, evidence: Evidence) -> list[list[str]]:
    if rule is TieRule.HEAD_TO_HEAD:
        return _parted(group, lambda entry: Fraction(_balance(entry, group, evidence.marks)))
    known = {
        TieRule.CRITERION: evidence.criterion,
        TieRule.MEDIAN: evidence.median,
        TieRule.EXTRA: evidence.extra,
    }[rule]
    return _parted(group, known.__getitem__) if all(entry in known for entry in group) else [group]


def _balance(entry: str, group: list[str], marks: Mapping[str, Mapping[str, int]]) -> int:
    """Duels won minus duels lost against the others of the tie: a duel is won when more common judges put it higher."""
    own = marks.get(entry, {})
    balance = 0
    for other in group:
        theirs = marks.get(other, {})
        votes = sum((own[judge] > theirs[judge]) - (own[judge] < theirs[judge]) for judge in own.keys() & theirs.keys())
        balance += (votes > 0) - (votes < 0)
    return balance
