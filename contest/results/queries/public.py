"""The one predicate that says what is public.

`is_public()` decides for pages, media, lists, feeds and counts alike: there is no second place to ask.
"""

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from contest.editions.models import Category, Edition
from contest.entries.models import Entry
from contest.results.models import Award, Publication, ResultRow


def _is_live() -> sa.ColumnElement[bool]:
    """That an award rests on a result which is public now."""
    return sa.exists().where(Publication.snapshot_id == Award.snapshot_id, Publication.ended_at.is_(None))


# Names of their own, so that the question means the same inside a query that has awards of its own.
_award, _edition, _publication = aliased(Award), aliased(Edition), aliased(Publication)


def is_public(entry: type[Entry] = Entry) -> sa.ColumnElement[bool]:
    """That anybody may see the work: it has a prize, the prize is public, its entrant agreed and did not withdraw."""
    shown = sa.exists().where(
        _award.entry_id == entry.id,
        _award.revoked_at.is_(None),
        _edition.id == _award.edition_id,
        _edition.state != "draft",
        _publication.snapshot_id == _award.snapshot_id,
        _publication.ended_at.is_(None),
    )
    return sa.and_(entry.state == "passed", entry.showcase_consent, shown)


def published_awards(edition: Edition) -> sa.Select[Award]:
    """The prizes that the public may know of, by tier and then by place."""
    placed = sa.and_(ResultRow.snapshot_id == Award.snapshot_id, ResultRow.entry_id == Award.entry_id)
    return (
        sa.select(Award)
        .join(Award.entry)
        .join(Entry.category)
        .outerjoin(ResultRow, placed)
        .where(Award.edition_id == edition.id, Award.revoked_at.is_(None), _is_live(), is_public())
        .order_by(Award.tier, Category.position, ResultRow.position, Award.id)
    )
