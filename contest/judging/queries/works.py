"""Which works a round judges, and how long they take to look at."""

from collections.abc import Iterable

import sqlalchemy as sa

from contest.db import db
from contest.entries.models import Entry, EntryFile
from contest.judging.models import Assignment, Round
from contest.judging.registry import shortlist_of
from contest.uploads.models import Asset

MARKING_MS = 120_000  # for the marks of a work, beside looking at it
PHOTO_MS = 60_000  # for a work without running time


def of_round(round_: Round) -> sa.ColumnElement[bool]:
    """The works a round judges: passed ones of its category, of its group, and of the shortlist it takes.

    An open round keeps the shortlist it was opened with, whatever becomes of the earlier one.
    """
    found = sa.and_(Entry.category_id == round_.category_id, Entry.state == "passed")
    if round_.group_id is not None:
        found = sa.and_(found, Entry.group_id == round_.group_id)
    if round_.based_on is None:
        return found
    if not round_.is_draft:
        given = sa.select(Assignment.entry_id).where(Assignment.round_id == round_.id)
        return sa.and_(found, Entry.id.in_(given))
    taken = shortlist_of(round_.based_on, best=round_.shortlist_best, least=round_.shortlist_from)
    return sa.and_(found, Entry.id.in_(taken or []))


def time_needed(entry_ids: Iterable[int]) -> dict[int, int]:
    """Milliseconds that a judge needs for each work, by the running time of its films."""
    wanted = list(entry_ids)
    found = dict.fromkeys(wanted, PHOTO_MS + MARKING_MS)
    lengths = (
        sa.select(EntryFile.entry_id, sa.func.max(Asset.facts["length_ms"].as_integer()))
        .join(Asset, Asset.id == EntryFile.asset_id)
        .where(EntryFile.entry_id.in_(wanted), EntryFile.state == "current", Asset.kind == "video")
        .group_by(EntryFile.entry_id)
    )
    for entry_id, length_ms in db.session.execute(lengths):
        found[entry_id] = (length_ms or 0) + MARKING_MS
    return found
