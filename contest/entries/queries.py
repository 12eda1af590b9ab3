"""Which entries are whose, and which wait for whom. Whoever asks is part of the question."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased, joinedload, selectinload

from contest.accounts.models import Person
from contest.db import db
from contest.editions.models import Category, Edition
from contest.editions.queries import phase_at
from contest.entries.models import Entry, EntryFile, Fingerprint, Receipt, Resemblance
from contest.jobs.models import Job
from contest.uploads.models import Asset, Rendition


def entry_of(person: Person, entry_id: int) -> Entry | None:
    """The entry, when it is that person's; to everybody else it does not exist."""
    return db.session.scalar(sa.select(Entry).where(Entry.id == entry_id, Entry.entrant_id == person.id))


def entries_of(person: Person) -> sa.Select[Entry]:
    """All the person's entries with what a list shows of them: those that need them first, then the newest."""
    urgency = sa.case((Entry.state == "returned", 0), (Entry.state == "withdrawn", 2), else_=1)
    mine = sa.select(Entry).where(Entry.entrant_id == person.id)
    return mine.order_by(urgency, Entry.changed_at.desc(), Entry.id.desc()).options(*_shown())


def untouched_draft(category: Category, person: Person) -> sa.Select[Entry]:
    """A draft in which nothing was saved yet."""
    untouched = sa.and_(Entry.state == "draft", Entry.revision == 0, ~Entry.files.any())
    return sa.select(Entry).where(Entry.category_id == category.id, Entry.entrant_id == person.id, untouched).limit(1)


def entry_in(edition: Edition, entry_id: int) -> Entry | None:
    """The entry as the office of its edition sees it; drafts are the entrant's own business."""
    return db.session.scalar(
        sa.select(Entry).where(Entry.id == entry_id, Entry.edition_id == edition.id, Entry.number.is_not(None))
    )


def review_list(
    edition: Edition, *, state: str = "", category_id: int | None = None, text: str = ""
) -> sa.Select[Entry]:
    """The office's list: what was submitted at least once, those that wait longest first."""
    found = sa.select(Entry).where(Entry.edition_id == edition.id, Entry.number.is_not(None))
    if state:
        found = found.where(Entry.state == state)
    if category_id is not None:
        found = found.where(Entry.category_id == category_id)
    for word in text.split():
        found = found.where(_mentions(word))
    waiting_first = sa.case((Entry.state == "submitted", 0), else_=1)
    return found.order_by(waiting_first, Entry.submitted_at, Entry.id).options(*_shown(), joinedload(Entry.entrant))


def _mentions(word: str) -> sa.ColumnElement[bool]:
    columns = (Entry.number, Entry.code, Entry.title, Entry.unit_name, Entry.contact_name)
    return sa.or_(*(column.icontains(word, autoescape=True) for column in columns))


def _shown() -> list[sa.orm.interfaces.ORMOption]:
    """What a row of a list shows, loaded for the whole page at once."""
    files = selectinload(Entry.files)
    return [
        joinedload(Entry.category),
        joinedload(Entry.group),
        joinedload(Entry.edition).selectinload(Edition.phases),
        files.selectinload(EntryFile.reports),
        files.joinedload(EntryFile.asset).selectinload(Asset.renditions),
        selectinload(Entry.decisions),
    ]


def counts_by_state(edition: Edition) -> Mapping[str, int]:
    """How many entries are in each state, drafts included."""
    counted = sa.select(Entry.state, sa.func.count()).where(Entry.edition_id == edition.id).group_by(Entry.state)
    rows = db.session.execute(counted).all()
    return dict(rows)


def submitted_since(edition: Edition, at: datetime) -> int:
    """How many entries came in since then."""
    came = sa.select(sa.func.count(Entry.id)).where(Entry.edition_id == edition.id, Entry.submitted_at >= at)
    return db.session.scalar(came) or 0


def file_seen_by(person: Person, entry_id: int, file_id: int) -> EntryFile | None:
    """A file of an entry, for its entrant and for those who run or audit the edition; judges have their own way in."""
    file = db.session.scalar(
        sa.select(EntryFile)
        .where(EntryFile.id == file_id, EntryFile.entry_id == entry_id)
        .options(joinedload(EntryFile.entry), joinedload(EntryFile.asset))
    )
    if file is None:
        return None
    entry = file.entry
    is_office = person.has_role("organiser", "auditor", edition_id=entry.edition_id) and entry.number is not None
    return file if entry.entrant_id == person.id or is_office else None


def files_with(asset: Asset) -> sa.Select[EntryFile]:
    """The places in entries that this file fills."""
    return sa.select(EntryFile).where(EntryFile.asset_id == asset.id, EntryFile.state == "current")


def entries_with_the_same_file(entry: Entry) -> Sequence[Entry]:
    """Other entries, of this edition and of earlier ones, that were handed in with a file of exactly the same bytes."""
    mine = sa.select(Asset.sha256).join(EntryFile, EntryFile.asset_id == Asset.id)
    mine = mine.where(EntryFile.entry_id == entry.id, EntryFile.state == "current", Asset.sha256.is_not(None))
    with_it = sa.select(EntryFile.entry_id).join(EntryFile.asset).where(Asset.sha256.in_(mine))
    others = sa.select(Entry).where(Entry.id.in_(with_it), Entry.id != entry.id, Entry.number.is_not(None))
    shown = (joinedload(Entry.edition), joinedload(Entry.category), joinedload(Entry.entrant))
    return db.session.scalars(others.options(*shown).order_by(Entry.id)).all()


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Two files of two entries that look or sound alike, as the office of the first sees them."""

    row: Resemblance
    mine: EntryFile
    theirs: EntryFile

    @property
    def mine_at_ms(self) -> int:
        return self.row.later_at_ms if self.mine.asset_id == self.row.later_id else self.row.at_ms

    @property
    def theirs_at_ms(self) -> int:
        return self.row.at_ms if self.mine.asset_id == self.row.later_id else self.row.later_at_ms

    @property
    def mine_end_ms(self) -> int:
        """Of sound that is the same."""
        return self.mine_at_ms + 1000 * self.row.alike

    @property
    def theirs_end_ms(self) -> int:
        return self.theirs_at_ms + 1000 * self.row.alike


def pairs_of(entry: Entry) -> list[Pair]:
    """What is like its files, in this edition or an earlier one, the likest first. A hint for a person who looks.

    The very same bytes are `entries_with_the_same_file`.
    """
    return _pairs(lambda mine, _theirs: mine.id == entry.id, edition_id=entry.edition_id)


def pairs_in(edition: Edition) -> list[Pair]:
    """All of an edition: those that nobody has looked at first. What lies within it is listed once."""
    return _pairs(_once(edition), edition_id=edition.id)


def pair_in(edition: Edition, resemblance_id: int) -> Pair | None:
    """One of them; None when it is no concern of this edition."""
    one = Resemblance.id == resemblance_id
    return next(iter(_pairs(_once(edition), one, edition_id=edition.id)), None)


def open_pairs(edition: Edition) -> int:
    """How many wait for somebody to look at them."""
    found, _mine, _theirs = _of_two(_once(edition), edition_id=edition.id)
    return how_many(found.where(Resemblance.verdict == "").with_only_columns(Resemblance.id))


Only = Callable[[Any, Any], sa.ColumnElement[bool]]


def _once(edition: Edition) -> Only:
    return lambda mine, theirs: sa.or_(theirs.edition_id != edition.id, mine.id > theirs.id)


def _pairs(only: Only, *further: sa.ColumnElement[bool], edition_id: int) -> list[Pair]:
    found, mine, theirs = _of_two(only, edition_id=edition_id)
    likest = (Resemblance.verdict != "", -1.0 * Resemblance.alike / Resemblance.of, Resemblance.id)
    shown = [*_with_pictures(mine), *_with_pictures(theirs), joinedload(Resemblance.decided_by)]
    rows = db.session.execute(found.where(*further).order_by(*likest).options(*shown)).unique().all()
    return [Pair(row=row, mine=one, theirs=other) for row, one, other in rows]


def _of_two(only: Only, *, edition_id: int) -> tuple[sa.Select[Resemblance, EntryFile, EntryFile], Any, Any]:
    """Resemblances with the two files; `only` says of which two entries."""
    mine, theirs = aliased(EntryFile), aliased(EntryFile)
    my_entry, their_entry = aliased(Entry), aliased(Entry)
    my_asset, their_asset = aliased(Asset), aliased(Asset)
    either_way = sa.or_(
        sa.and_(mine.asset_id == Resemblance.asset_id, theirs.asset_id == Resemblance.later_id),
        sa.and_(mine.asset_id == Resemblance.later_id, theirs.asset_id == Resemblance.asset_id),
    )
    found = (
        sa.select(Resemblance, mine, theirs)
        .join(mine, mine.asset_id.in_((Resemblance.asset_id, Resemblance.later_id)))
        .join(theirs, either_way)
        .join(my_entry, my_entry.id == mine.entry_id)
        .join(their_entry, their_entry.id == theirs.entry_id)
        .join(my_asset, my_asset.id == mine.asset_id)
        .join(their_asset, their_asset.id == theirs.asset_id)
        .where(
            my_entry.edition_id == edition_id,
            only(my_entry, their_entry),
            mine.state == "current",
            theirs.state == "current",
            my_entry.id != their_entry.id,
            my_entry.number.is_not(None),
            their_entry.number.is_not(None),
            my_asset.sha256 != their_asset.sha256,
        )
    )
    return found, mine, theirs


def _with_pictures(file: Any) -> list[sa.orm.interfaces.ORMOption]:
    """What is shown of a file and its entry."""
    entry = joinedload(file.entry)
    shown = (entry.joinedload(Entry.edition), entry.joinedload(Entry.category), entry.joinedload(Entry.entrant))
    return [*shown, joinedload(file.asset).selectinload(Asset.renditions)]


def handed_in() -> sa.Select[Asset]:
    """The files that count in entries which were handed in, once there is something to show of them."""
    film = sa.and_(Rendition.asset_id == Asset.id, Rendition.profile == "film", Rendition.state == "ready")
    counts = sa.and_(EntryFile.asset_id == Asset.id, EntryFile.state == "current")
    places = sa.exists().where(counts, Entry.id == EntryFile.entry_id, Entry.number.is_not(None))
    ready = sa.or_(Asset.kind == "photo", sa.exists().where(film))
    return sa.select(Asset).where(Asset.state == "checked", places, ready)


def without_fingerprint(*, version: int, can_know_sounds: bool) -> sa.Select[Asset]:
    """Those that have none, or one of an earlier make; the newest first."""
    made = [Fingerprint.asset_id == Asset.id, Fingerprint.version >= version]
    if can_know_sounds:
        made.append(Fingerprint.sound.is_not(None))
    return handed_in().where(~sa.exists().where(*made)).order_by(Asset.id.desc())


def how_many(found: sa.Select[Any]) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(found.order_by(None).subquery())) or 0


def troubled() -> int:
    """Of how many files no fingerprint could be made."""
    return db.session.scalar(sa.select(sa.func.count()).where(Fingerprint.trouble != "")) or 0


def fingerprints_to_compare(asset: Asset, *, after: int, most: int) -> sa.Select[int, bytes, bytes | None]:
    """Those of the other files of that kind, in parts that fit into memory."""
    prints = sa.select(Fingerprint.asset_id, Fingerprint.pictures, Fingerprint.sound).join(
        Asset, Asset.id == Fingerprint.asset_id
    )
    others = prints.where(Asset.kind == asset.kind, Asset.id != asset.id, Asset.sha256 != asset.sha256)
    return others.where(Asset.id > after).order_by(Asset.id).limit(most)


def other_work_waits() -> bool:
    """Whether a check or an encode waits or runs."""
    busy = sa.exists().where(Job.lane != "housekeeping", Job.state.in_(("waiting", "running")))
    return bool(db.session.scalar(sa.select(busy)))


def failed_checks(*, entry: Entry | None = None, edition: Edition | None = None) -> sa.Select[Job]:
    """Checks of files of that entry, or of all in that edition, which went wrong for good and can be tried again."""
    key = sa.literal("uploads.check:") + Asset.upload_id
    return _failed(key, entry, edition).where(Asset.state.in_(("waiting", "checking")))


def failed_renders(*, entry: Entry | None = None, edition: Edition | None = None) -> sa.Select[Job]:
    """The same of what is shown of them. What a film or photo can do without is not among them."""
    made = sa.select(Rendition.id).where(
        Rendition.asset_id == Asset.id, Rendition.profile.in_(("film", "photo")), Rendition.state == "ready"
    )
    key = sa.literal("uploads.render:") + sa.cast(Asset.id, sa.Text)
    return _failed(key, entry, edition).where(Asset.state == "checked", ~made.exists())


def _failed(key: sa.ColumnElement[str], entry: Entry | None, edition: Edition | None) -> sa.Select[Job]:
    later = aliased(Job)
    found = (
        sa.select(Job)
        .join(Asset, Job.key == key)
        .join(EntryFile, EntryFile.asset_id == Asset.id)
        .join(Entry, Entry.id == EntryFile.entry_id)
        .where(Job.state == "failed", EntryFile.state == "current")
        .where(~sa.exists().where(later.key == Job.key, later.id > Job.id))
        .distinct()
    )
    if entry is not None:
        found = found.where(Entry.id == entry.id)
    if edition is not None:
        found = found.where(Entry.edition_id == edition.id)
    return found


def latest_receipt(entry: Entry) -> Receipt | None:
    """The one that counts: an entry that was returned and handed in again has several."""
    return db.session.scalar(
        sa.select(Receipt).where(Receipt.entry_id == entry.id).order_by(Receipt.id.desc()).limit(1)
    )


def receipt_signed(signature: str) -> Receipt | None:
    return db.session.scalar(sa.select(Receipt).where(Receipt.signature == signature))


STEPS = ("submission", "review", "judging", "notice", "showcase")


def progress(entry: Entry, at: datetime) -> list[str]:
    """How far an entry is, for the bar of five segments: done, now, bad (the entrant must act) or later, each."""
    if entry.state == "withdrawn":
        return ["later"] * len(STEPS)
    if entry.state == "returned":
        return ["done", "bad", "later", "later", "later"]
    here = {"draft": 0, "submitted": 1}.get(entry.state)
    if here is None:
        phase = phase_at(entry.edition, at)
        here = max(2, STEPS.index(phase.kind)) if phase else 2
    return ["done"] * here + ["now"] + ["later"] * (len(STEPS) - here - 1)
