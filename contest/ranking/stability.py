"""What would change without one judge: shown beside a result, never a reason to take a judge out."""

from collections.abc import Collection
from dataclasses import dataclass

from contest.ranking.methods import scored
from contest.ranking.sheet import Sheet
from contest.ranking.situation import Method, Said
from contest.ranking.ties import places


@dataclass(frozen=True)
class Change:
    """Without `judge`, `entering` would win and `leaving` would not; `refused` where no order would be left."""

    judge: str
    entering: tuple[str, ...]
    leaving: tuple[str, ...]
    refused: Said | None = None


def without_each_judge(
    sheet: Sheet, method: Method, *, seats: int, trim: int = 1, among: Collection[str] | None = None
) -> list[Change]:
    """One row for each judge with ballots; [] where the method is refused with all of them. `among`: entries that may
    have a seat, all when None."""
    winners, refused = awarded(sheet, method, seats=seats, trim=trim, among=among)
    if refused:
        return []
    found = []
    for name, ballots in zip(sheet.judges, sheet.per_judge, strict=True):
        if ballots:
            others, refusal = awarded(sheet.without_judge(name), method, seats=seats, trim=trim, among=among)
            if refusal:
                found.append(Change(name, (), (), refusal))
            else:
                found.append(Change(name, tuple(sorted(others - winners)), tuple(sorted(winners - others))))
    return found


def awarded(
    sheet: Sheet, method: Method, *, seats: int, trim: int = 1, among: Collection[str] | None = None
) -> tuple[set[str], Said | None]:
    """The entries at or before the last seat, all of a tie across it included; or why there is no order."""
    scores = scored(sheet, method, trim=trim)
    if scores.refused:
        return set(), scores.refused
    values = scores.by_name(sheet)
    if among is not None:
        values = {name: values[name] for name in among if name in values}
    return {one.entry for one in places(values) if one.place <= seats}, None
