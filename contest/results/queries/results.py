"""Questions about results, their rows, prizes and publication."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import sqlalchemy as sa
from sqlalchemy.orm import defer, joinedload

from contest.db import db
from contest.editions.models import Edition
from contest.entries.models import Entry
from contest.judging.models import Round
from contest.judging.registry import Standing, ranks_rounds
from contest.results.models import Award, Publication, ResultRow, ResultSnapshot


@dataclass(frozen=True, kw_only=True)
class ResultLine:
    """A round in the list of results."""

    round: Round
    snapshot: ResultSnapshot | None
    publication: Publication | None
    awards: int


def results_of(edition: Edition) -> list[ResultLine]:
    """The edition's rounds with their newest results, in four queries however many there are."""
    rounds = sa.select(Round).where(Round.edition_id == edition.id).order_by(Round.category_id, Round.number)
    newest: dict[int, ResultSnapshot] = {}
    for snapshot in db.session.scalars(_snapshots().where(Round.edition_id == edition.id)):
        newest[snapshot.round_id] = snapshot
    live = sa.select(Publication).where(Publication.edition_id == edition.id, Publication.ended_at.is_(None))
    published = {one.round_id: one for one in db.session.scalars(live)}
    counted = (
        sa.select(Award.snapshot_id, sa.func.count())
        .where(Award.edition_id == edition.id, Award.revoked_at.is_(None))
        .group_by(Award.snapshot_id)
    )
    awards = dict(db.session.execute(counted).all())
    return [
        ResultLine(
            round=one,
            snapshot=newest.get(one.id),
            publication=published.get(one.id),
            awards=awards.get(newest[one.id].id, 0) if one.id in newest else 0,
        )
        for one in db.session.scalars(rounds.options(joinedload(Round.category)))
    ]


def _snapshots() -> sa.Select[ResultSnapshot]:
    """Oldest first, without the bodies, which can be large."""
    return (
        sa.select(ResultSnapshot)
        .join(ResultSnapshot.round)
        .options(defer(ResultSnapshot.body))
        .order_by(ResultSnapshot.version)
    )


def latest_snapshot(round_: Round) -> ResultSnapshot | None:
    found = sa.select(ResultSnapshot).where(ResultSnapshot.round_id == round_.id)
    newest_first = found.order_by(ResultSnapshot.version.desc()).limit(1)
    return db.session.scalar(newest_first.options(joinedload(ResultSnapshot.created_by)))


def older_snapshots(round_: Round, latest: ResultSnapshot) -> list[ResultSnapshot]:
    found = _snapshots().where(ResultSnapshot.round_id == round_.id, ResultSnapshot.id != latest.id)
    return list(db.session.scalars(found.order_by(None).order_by(ResultSnapshot.version.desc())))


def rows_of(snapshot: ResultSnapshot) -> list[ResultRow]:
    """The lines of a result with their works."""
    found = sa.select(ResultRow).where(ResultRow.snapshot_id == snapshot.id).order_by(ResultRow.position)
    return list(db.session.scalars(found.options(joinedload(ResultRow.entry))))


def live_publication(round_: Round) -> Publication | None:
    found = sa.select(Publication).where(Publication.round_id == round_.id, Publication.ended_at.is_(None))
    return db.session.scalar(found)


def live_awards(snapshot: ResultSnapshot) -> list[Award]:
    """Prizes that stand on this result, with their works, best first."""
    found = (
        sa.select(Award)
        .join(ResultRow, sa.and_(ResultRow.snapshot_id == Award.snapshot_id, ResultRow.entry_id == Award.entry_id))
        .where(Award.snapshot_id == snapshot.id, Award.revoked_at.is_(None))
        .order_by(Award.tier, ResultRow.position)
    )
    return list(db.session.scalars(found.options(joinedload(Award.entry).selectinload(Entry.authors))))


def award_of(snapshot: ResultSnapshot, award_id: int) -> Award | None:
    return next((award for award in live_awards(snapshot) if award.id == award_id), None)


def awards_elsewhere(snapshot: ResultSnapshot, entry_ids: list[int]) -> dict[int, Award]:
    """Live prizes of other results, by entry: a work has at most one prize."""
    found = sa.select(Award).where(
        Award.entry_id.in_(entry_ids), Award.snapshot_id != snapshot.id, Award.revoked_at.is_(None)
    )
    return {award.entry_id: award for award in db.session.scalars(found)}


def distance_to_next(rows: list[ResultRow]) -> dict[int, int]:
    """How far below each work the next mean lies, in hundredths of the shown means, by entry."""
    placed = [row for row in rows if row.mean_hundredths is not None and row.place is not None]
    return {
        upper.entry_id: (upper.mean_hundredths or 0) - (lower.mean_hundredths or 0) for upper, lower in pairwise(placed)
    }


def by_quota(rows: list[ResultRow], counts: dict[int, int]) -> dict[int, int | None]:
    """A tier for every work that has a place: so many of each from the top. Works that share the place at a line are
    taken in together, because nothing in the result sets one before the other."""
    placed = [row for row in rows if row.place is not None and row.entry.state == "passed"]
    tiers: dict[int, int | None] = {row.entry_id: None for row in rows if row.place is not None}
    at = 0
    for tier, count in sorted(counts.items()):
        end = min(at + count, len(placed))
        while at < end < len(placed) and placed[end].place == placed[end - 1].place:
            end += 1
        for row in placed[at:end]:
            tiers[row.entry_id] = tier
        at = end
    return tiers


def split_ties(rows: list[ResultRow], awards: list[Award]) -> list[ResultRow]:
    """Works that share a place but not the prize: a question for people, not an error."""
    tiers = {award.entry_id: award.tier for award in awards}
    by_place: dict[int, list[ResultRow]] = {}
    for row in rows:
        if row.place is not None:
            by_place.setdefault(row.place, []).append(row)
    return [row for tied in by_place.values() if len({tiers.get(one.entry_id) for one in tied}) > 1 for row in tied]


@ranks_rounds
def standings(round_: Round) -> Sequence[Standing] | None:
    """Where the newest result left its placed works, for a later round; None while there is none."""
    newest = sa.select(sa.func.max(ResultSnapshot.id)).where(ResultSnapshot.round_id == round_.id).scalar_subquery()
    if not round_.is_closed or db.session.scalar(sa.select(newest)) is None:
        return None
    placed = (
        sa.select(ResultRow.entry_id, ResultRow.place, ResultRow.mean_hundredths)
        .where(ResultRow.snapshot_id == newest)
        .order_by(ResultRow.position)
    )
    return [Standing(row[0], row[1], row[2] or 0) for row in db.session.execute(placed) if row[1] is not None]
