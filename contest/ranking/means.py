"""Means, trimmed means and medians, as exact fractions."""

from fractions import Fraction

from contest.ranking.exact import Exact


def trimmed(sheet: Exact, *, trim: int) -> tuple[Fraction | None, ...]:
    """The exact mean of each entry's ballots without its `trim` highest and `trim` lowest."""
    found: list[Fraction | None] = []
    for units in sheet.by_entry:
        kept = sorted(units)[trim : len(units) - trim] if trim else units
        found.append(Fraction(sum(kept), len(kept) * sheet.scale) if kept else None)
    return tuple(found)


def medians(sheet: Exact) -> tuple[Fraction | None, ...]:
    """The exact median of each entry's ballots."""
    found: list[Fraction | None] = []
    for units in sheet.by_entry:
        ordered, half = sorted(units), len(units) // 2
        found.append(Fraction(ordered[half] + ordered[-half - 1], 2 * sheet.scale) if units else None)
    return tuple(found)
