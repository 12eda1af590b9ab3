"""Panels that no judge joins: their works cannot be compared, so each panel has an order and prizes of its own."""

from collections.abc import Mapping

from contest.ranking.sheet import Ballot, Sheet


def panels_of(sheet: Sheet) -> list[Sheet]:
    """One sheet for each panel that has ballots, by the first of its entries."""
    found: dict[int, list[Ballot]] = {}
    for at, ballot in zip(sheet.entry, sheet.ballots(), strict=True):
        found.setdefault(sheet.panels[at], []).append(ballot)
    return [Sheet.of(ballots) for ballots in found.values()]


def grouped(sheet: Sheet, group_of: Mapping[str, str]) -> dict[str, Sheet]:
    """One sheet for each declared group, by name; entries without a group are an error of the caller (KeyError)."""
    names = sorted({group_of[entry] for entry in sheet.entries})
    ballots: dict[str, list[Ballot]] = {name: [] for name in names}
    for ballot in sheet.ballots():
        ballots[group_of[ballot.entry]].append(ballot)
    return {
        name: Sheet.of(ballots[name], entries=(entry for entry in sheet.entries if group_of[entry] == name))
        for name in names
    }
