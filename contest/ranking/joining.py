"""Joining the parts of a design: seats change hands until every judge can be compared with every other.

With few entries, parts can be left that no judge joins. A part with more seats than it needs to hang together can give
one up in exchange for one of another part, and every load stays as it was. Where no part has (the seats of each form a
tree), a judge with a single seat gives it to a judge of another part.
"""

import numpy as np

from contest.ranking.design import parts_of
from contest.ranking.seats import Seats
from contest.ranking.sheet import Ints

Seat = tuple[int, int]  # entry, judge


def joined(seats: Seats, among: Ints) -> bool:
    """Join what can be joined without breaking a conflict or moving a seat that is kept; True when nothing is left."""
    while True:
        parts = _parts(seats)
        if not parts.max(initial=-1) > 0:
            return True
        if not (_exchanged(seats, parts) or _given(seats, parts, among)):
            return False


def _parts(seats: Seats) -> Ints:
    """The part of each judge; -1 for those without a seat."""
    busy = np.flatnonzero(seats.load > 0)
    parts = np.full(len(seats.load), -1, dtype=np.int64)
    parts[busy] = parts_of((seats.met[np.ix_(busy, busy)] > 0) | np.eye(len(busy), dtype=bool))
    return parts


def _exchanged(seats: Seats, parts: Ints) -> bool:
    """Exchange a seat that its part can spare for one of another part."""
    held = _held(seats)
    part_of = dict(zip((entry for entry, _ in held), (int(parts[judge]) for _, judge in held), strict=True))
    strangers = {
        entry: seats.may[entry] & (parts >= 0) & (parts != part) for entry, part in part_of.items()
    }  # as nobody of another part sits there already, this is who could
    free = [(entry, judge) for entry, judge in held if not seats.kept[entry, judge] and strangers[entry].any()]
    spare = set(_spare(held))
    at = np.array([entry for entry, _ in free], dtype=np.int64)
    who = np.array([judge for _, judge in free], dtype=np.int64)
    for entry, judge in (seat for seat in free if seat in spare):
        for other in np.flatnonzero(strangers[entry][who] & seats.may[at, judge] & (parts[who] != parts[judge])):
            there, coming = free[other]
            if _may(seats, entry, judge, coming) and _may(seats, there, coming, judge):
                seats.leave(entry, judge)
                seats.leave(there, coming)
                seats.take(entry, coming)
                seats.take(there, judge)
                return True
    return False


def _given(seats: Seats, parts: Ints, among: Ints) -> bool:
    """Let a judge with one seat give it to the least busy judge of another part that may have it."""
    for entry, judge in _held(seats):
        if seats.load[judge] != 1 or seats.kept[entry, judge]:
            continue
        takers = [
            int(other)
            for other in among
            if parts[other] >= 0
            and parts[other] != parts[judge]
            and seats.load[other] < seats.caps[other]
            and _may(seats, entry, judge, int(other))
        ]
        if takers and seats.held[entry].sum() > 1:
            seats.leave(entry, judge)
            seats.take(entry, min(takers, key=lambda other: (seats.load[other], other)))
            return True
    return False


def _held(seats: Seats) -> list[Seat]:
    return [(entry, judge) for entry, judge in np.argwhere(seats.held).tolist()]


def _may(seats: Seats, entry: int, leaving: int, coming: int) -> bool:
    """Whether `coming` may sit where `leaving` does, and the entry keeps an expert if it has one."""
    if not seats.may[entry, coming] or seats.held[entry, coming]:
        return False
    if seats.experts is None or seats.experts[entry, coming] or not seats.experts[entry, leaving]:
        return True
    return int((seats.experts[entry] & seats.held[entry]).sum()) > 1


def _spare(held: list[Seat]) -> list[Seat]:
    """Seats without which everything hangs together as before: those that close a ring of seats already there."""
    head: dict[tuple[str, int], tuple[str, int]] = {}

    def top(node: tuple[str, int]) -> tuple[str, int]:
        while head.setdefault(node, node) != node:
            head[node] = head[head[node]]
            node = head[node]
        return node

    found = []
    for entry, judge in held:
        one, other = top(("entry", entry)), top(("judge", judge))
        if one == other:
            found.append((entry, judge))
        head[one] = other
    return found
