"""What the public may see of the winning works. Everything here rests on one predicate, contest.results.queries'."""

from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased, contains_eager, joinedload, selectinload

from contest.db import db
from contest.editions.models import Category, Edition
from contest.entries.models import SHOWCASE, Entry, EntryFile
from contest.results.models import Award, ResultRow
from contest.results.queries import is_public
from contest.uploads.models import Asset

MOST_FILES = 1000  # no work has as many; larger numbers need not be looked up, and some cannot be
# Names of the files that contest.media makes to be shown.
MASTER, FILM = "hls/master.m3u8", "video.mp4"
PHOTO, PHOTO_MIDDLE, PHOTO_SMALL = "photo-2048.jpg", "photo-1024.jpg", "photo-480.jpg"


@dataclass(frozen=True)
class Shown:
    """One file of a work, as far as there is something to show of it."""

    file: EntryFile

    @property
    def position(self) -> int:
        return self.file.position

    @property
    def caption(self) -> str:
        return self.file.caption

    @cached_property
    def facts(self) -> dict[str, Any]:
        return self.file.asset.facts or {}

    @property
    def is_made_by_ai(self) -> bool:
        """Whether the file carries the label that the law wants shown."""
        return bool(self.facts.get("ai_label"))

    @property
    def is_portrait(self) -> bool:
        return int(self.facts.get("height") or 0) > int(self.facts.get("width") or 0)

    @property
    def length_ms(self) -> int:
        return int(self.facts.get("length_ms") or 0)

    @property
    def poster(self) -> tuple[str, str]:
        """Large and small picture of a film, as chosen; empty for photos."""
        return self.file.asset.poster

    def name(self, *wanted: str) -> str:
        """The first of the `wanted` files that there is; empty when there is none."""
        return next((name for name in wanted if self.file.asset.shown_file(name)), "")

    @property
    def photos(self) -> list[tuple[str, list[tuple[str, int]]]]:
        """The photo's smaller formats, the smallest first: MIME type, names and widths."""
        return [(f"image/{kind}", self.file.asset.photos(kind)) for kind in ("avif", "webp")]

    @property
    def blur(self) -> str:
        """A tiny picture to be shown until the real one has come; empty for old files."""
        return self.file.asset.blur

    def size(self, name: str) -> tuple[int, int]:
        """Width and height of a picture, so that the page does not jump when it arrives."""
        made = self.file.asset.shown_file(name)
        return (made[1].get("width", 0), made[1].get("height", 0)) if made else (0, 0)


@dataclass(frozen=True)
class Work:
    """A published award and its entry, in the words of the public pages. Holds nothing of the entrant's account."""

    award: Award
    shown: list[Shown] = field(default_factory=list)

    @property
    def entry(self) -> Entry:
        return self.award.entry

    @property
    def tier(self) -> int:
        return self.award.tier

    @property
    def address(self) -> dict[str, str]:
        """What stands in the addresses of the work: nothing in it can be guessed from a code name or a row."""
        return {"slug": self.award.edition.slug, "number": str(self.entry.number)}

    @property
    def is_video(self) -> bool:
        return self.entry.category.kind == "video"

    @property
    def authors(self) -> list[str]:
        return [author.name for author in self.entry.authors]

    @property
    def first(self) -> Shown | None:
        return self.shown[0] if self.shown else None

    @property
    def is_portrait(self) -> bool:
        return bool(self.first and self.first.is_portrait)

    @property
    def is_made_by_ai(self) -> bool:
        return self.entry.says_ai_made_it or any(shown.is_made_by_ai for shown in self.shown)

    @property
    def length_ms(self) -> int | None:
        return self.first.length_ms if self.first and self.is_video else None

    @property
    def photos(self) -> int:
        return 0 if self.is_video else len(self.shown)

    @property
    def small_picture(self) -> str:
        return self.first.poster[1] or self.first.name(PHOTO_SMALL, PHOTO_MIDDLE) if self.first else ""

    @property
    def large_picture(self) -> str:
        return self.first.poster[0] or self.first.name(PHOTO_MIDDLE, PHOTO) if self.first else ""


def works(edition: Edition, *, category_id: int | None = None, tier: int | None = None) -> sa.Select[Award]:
    """The edition's published awards, the first prizes first and in each tier the best first."""
    select = _in_order(_published().where(Award.edition_id == edition.id))
    if category_id is not None:
        select = select.where(Category.id == category_id)
    if tier is not None:
        select = select.where(Award.tier == tier)
    return select


def as_works(awards: Any) -> list[Work]:
    return [Work(award, [Shown(file) for file in award.entry.shown_files]) for award in awards]


def work_at(slug: str, number: str) -> Work | None:
    """The work at this public address; None whenever the public may not see it, whatever the reason."""
    if "\0" in slug + number:
        return None  # PostgreSQL takes no such text, not even to say that it is nowhere
    select = _in_order(_published().where(Edition.slug == slug, Entry.number == number))
    return next(iter(as_works(db.session.scalars(select).unique())), None)


def asset_at(slug: str, number: str, position: int) -> Asset | None:
    """The file at `position` of the work at this address, under the same condition as the work."""
    if "\0" in slug + number or position >= MOST_FILES:
        return None
    asked = {"slug": slug, "number": number, "position": position}
    return db.session.scalars(_file_at(), asked).unique().one_or_none()


@cache
def _file_at() -> sa.Select[Asset]:
    """Written once: it is asked for every segment of every film, and writing it costs more than asking it."""
    named = _published().where(Edition.slug == sa.bindparam("slug"), Entry.number == sa.bindparam("number"))
    copy = aliased(EntryFile)
    has_copy = sa.exists().where(copy.entry_id == EntryFile.entry_id, copy.role == SHOWCASE, copy.state == "current")
    file = sa.select(EntryFile.asset_id).where(
        EntryFile.entry_id.in_(named.with_only_columns(Award.entry_id, maintain_column_froms=True)),
        EntryFile.position == sa.bindparam("position"),
        EntryFile.state == "current",
        sa.or_(EntryFile.role == SHOWCASE, ~has_copy),
    )
    return sa.select(Asset).where(Asset.id.in_(file)).options(joinedload(Asset.renditions))


def neighbours(work: Work) -> tuple[Work | None, Work | None]:
    """The work before and the one after in the order of the gallery."""
    ids = list(db.session.scalars(works(work.award.edition).with_only_columns(Award.id, maintain_column_froms=True)))
    here = ids.index(work.award.id)
    wanted = [ids[place] for place in (here - 1, here + 1) if 0 <= place < len(ids)]
    select = _in_order(_published().where(Award.id.in_(wanted)))
    found = {one.award.id: one for one in as_works(db.session.scalars(select).unique())}
    before = found.get(ids[here - 1]) if here else None
    after = found.get(ids[here + 1]) if here + 1 < len(ids) else None
    return before, after


def tally(edition: Edition) -> dict[tuple[int, int], int]:
    """How many published works there are, by category and tier."""
    public = _published().where(Award.edition_id == edition.id)
    counted = public.with_only_columns(Category.id, Award.tier, sa.func.count(), maintain_column_froms=True)
    rows = db.session.execute(counted.order_by(None).group_by(Category.id, Award.tier))
    return {(category_id, tier): count for category_id, tier, count in rows}


def editions_with_works() -> list[Edition]:
    """The editions of which something is public, the newest first."""
    ids = _published().with_only_columns(Award.edition_id, maintain_column_froms=True).order_by(None)
    newest = sa.select(Edition).where(Edition.id.in_(ids)).order_by(Edition.created_at.desc(), Edition.id.desc())
    return list(db.session.scalars(newest))


def _published() -> sa.Select[Award]:
    """Awards of works that anybody may see, of all editions; a work has one award at a time."""
    every = sa.select(Award).join(Award.entry).join(Entry.category).join(Award.edition)
    return every.where(Award.revoked_at.is_(None), is_public())


def _in_order(select: sa.Select[Award]) -> sa.Select[Award]:
    """With everything that a card shows, in four queries however many works there are."""
    placed = sa.and_(ResultRow.snapshot_id == Award.snapshot_id, ResultRow.entry_id == Award.entry_id)
    files = selectinload(Award.entry, Entry.files)
    return (
        select.outerjoin(ResultRow, placed)
        .order_by(Award.tier, Category.position, ResultRow.position, Award.id)
        .options(
            contains_eager(Award.edition),
            contains_eager(Award.entry).contains_eager(Entry.category),
            joinedload(Award.entry, Entry.group),
            selectinload(Award.entry, Entry.authors),
            files.joinedload(EntryFile.asset).selectinload(Asset.renditions),
        )
    )
