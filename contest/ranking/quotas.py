"""Seats: how many awards each group gets, and who is on which side of the line when there is a tie across it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from itertools import groupby

from contest.ranking.ties import Placed


class AcrossTheLine(StrEnum):
    """What happens with a tie across the last seat; declared before judging opens."""

    INCLUDE_ALL = "include_all"
    STOP_BEFORE = "stop_before"
    EXTRA_BALLOT = "extra_ballot"


@dataclass(frozen=True)
class Cut:
    """`winners` in order; `open` wait for an extra ballot; `vacant` seats are empty; `capped` are over a unit's cap."""

    winners: tuple[str, ...]
    open: tuple[str, ...] = ()
    vacant: int = 0
    capped: tuple[str, ...] = ()


def shared_out(counts: Mapping[str, int], seats: int) -> dict[str, int]:
    """`seats` by largest remainder on the number of entries; no group gets more seats than it has entries.

    Equal remainders: the larger group first, then by name. What is left over is not given to anybody.
    """
    total = sum(counts.values())
    if seats >= total:
        return dict(sorted(counts.items()))
    shares = {name: Fraction(count * seats, total) for name, count in sorted(counts.items())}
    whole = {name: int(share) for name, share in shares.items()}
    rest = sorted(shares, key=lambda name: (whole[name] - shares[name], -counts[name], name))
    for name in rest[: seats - sum(whole.values())]:
        whole[name] += 1
    return whole


def cut(
    placed: Sequence[Placed],
    *,
    seats: int,
    across: AcrossTheLine,
    eligible: frozenset[str] | None = None,
    unit_of: Mapping[str, str] | None = None,
    cap: int | None = None,
) -> Cut:
    """Who gets the seats. `eligible`: entries at or above the minimum score; `cap`: awards for one unit.

    A tie that begins at a free seat and ends after the last is across the line, and so is one across a unit's cap.
    """
    winners: list[str] = []
    capped: list[str] = []
    units = unit_of or {}
    for _place, tied in groupby(placed, key=lambda one: one.place):
        free = seats - len(winners)
        if free <= 0:
            break
        group = [one.entry for one in tied if eligible is None or one.entry in eligible]
        group, over, split = _within_caps(group, winners, units, cap)
        capped += over
        if across is not AcrossTheLine.INCLUDE_ALL and (len(group) > free or split):
            waiting = tuple(group) if across is AcrossTheLine.EXTRA_BALLOT else ()
            return Cut(tuple(winners), waiting, free, tuple(capped))
        winners += group
    return Cut(tuple(winners), (), max(seats - len(winners), 0), tuple(capped))


def _within_caps(
    group: list[str], winners: list[str], units: Mapping[str, str], cap: int | None
) -> tuple[list[str], list[str], bool]:
    """Those of a tie whose unit has room, those whose unit has none, and whether some unit has room for a part."""
    if cap is None:
        return group, [], False
    used = Counter(units[entry] for entry in winners if entry in units)
    over = [entry for entry in group if entry in units and used[units[entry]] >= cap]
    kept = [entry for entry in group if entry not in over]
    wanted = Counter(units[entry] for entry in kept if entry in units)
    return kept, over, any(used[unit] + count > cap for unit, count in wanted.items())
