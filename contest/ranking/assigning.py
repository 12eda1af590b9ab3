"""What `flask ranking assign` reads and answers."""

import re
from typing import Any

from contest.ranking.assign import Assigned, Impossible, Pair, Wanted, assign
from contest.ranking.ballots_csv import BadCsv, rows_of
from contest.ranking.sentences import sentence
from contest.ranking.situation import Said

NAME = re.compile(r"([A-Za-z]?)0*([0-9]{1,6})", re.ASCII)


def names(letter: str, count: int) -> list[str]:
    """E001, E002 ... for 200: padded, so that the order of the texts is that of the numbers."""
    width = len(str(count))
    return [f"{letter}{number:0{width}}" for number in range(1, count + 1)]


def pairs_in(content: bytes, works: list[str], panel: list[str]) -> set[Pair]:
    """The pairs of a file entry,judge. Raises BadCsv for a name that is not among them."""
    return {
        (_name(line, entry, "entry", works), _name(line, judge, "judge", panel))
        for line, (entry, judge) in rows_of(content, columns=("entry", "judge"))
    }


def _name(line: int, written: str, what: str, among: list[str]) -> str:
    found = NAME.fullmatch(written)
    letter, number = found.groups() if found else ("", "0")
    if letter.upper() not in ("", among[0][0]) or not 1 <= int(number) <= len(among):
        raise BadCsv(line, f"there is no {what} {written!r}; they are {among[0]} to {among[-1]}.")
    return among[int(number) - 1]


def answered(
    *, works: list[str], panel: list[str], each: int, cap: int | None, reserves: int, anchors: int, **given: Any
) -> dict[str, Any]:
    """The document. `given` is what `Wanted` calls by the same names."""
    wanted = Wanted(
        entries=works,
        judges=panel,
        each=each,
        caps=dict.fromkeys(panel, cap) if cap else {},
        reserves=panel[len(panel) - min(reserves, len(panel)) :],
        anchors=works[:anchors],
        **given,
    )
    head = {"seed": wanted.seed, "entries": len(works), "judges": len(panel), "per_entry": each}
    try:
        found = assign(wanted)
    except Impossible as no:
        return {**head, "refused": sentence(no.why), "short": list(no.entries), "assignments": []}
    return {
        **head,
        "refused": None,
        "short": [],
        "warnings": _warnings(found),
        "assignments": [{"entry": entry, "judge": judge} for entry, judge in found.pairs],
        "voided": [{"entry": entry, "judge": judge} for entry, judge in found.voided],
        "loads": dict(found.loads),
        "design": found.design.document,
    }


def _warnings(found: Assigned) -> list[str]:
    apart = found.design.components
    return [sentence(Said("assign_apart", {"panels": apart}))] if apart > 1 else []
