"""Which entries are whose, and which wait for whom. Whoever asks is part of the question."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from contest.accounts.models import Person
from contest.db import db
from contest.editions.models import Category, Edition
from contest.editions.queries import phase_at
from contest.entries.models import Entry, EntryFile, Receipt
from contest.jobs.models import Job
from contest.media.likeness import alike_films, alike_photos
from contest.uploads.models import Asset


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


MOST_COMPARED = 20_000  # files, the newest: an office never waits longer for a hint than for the page itself
MOST_ALIKE = 10


@dataclass(frozen=True, kw_only=True)
class Lookalike:
    """Another entry whose pictures are nearly this one's: `alike` of `of`; and where to see it best."""

    entry: Entry
    mine: EntryFile
    theirs: EntryFile
    alike: int
    of: int


def entries_that_look_alike(entry: Entry) -> list[Lookalike]:
    """Other entries of this and earlier editions, the likest first. A hint for a person who looks, and no more.

    The very same bytes are `entries_with_the_same_file`.
    """
    mine = [file for file in entry.current_files if (file.asset.facts or {}).get("likeness")]
    if not mine:
        return []
    found = _alike(mine, _others(entry, mine))
    likest = sorted(found.items(), key=lambda pair: (-pair[1][2] / pair[1][3], pair[0]))[:MOST_ALIKE]
    files = {file.id: file for file in db.session.scalars(_with_pictures(theirs for _id, (_m, theirs, *_n) in likest))}
    return [
        Lookalike(entry=files[theirs].entry, mine=my_file, theirs=files[theirs], alike=alike, of=of)
        for _id, (my_file, theirs, alike, of) in likest
        if theirs in files
    ]


def _others(entry: Entry, mine: Sequence[EntryFile]) -> Sequence[sa.Row[int, int, list[str]]]:
    """Id, entry and fingerprints of the files of the same kind that count in other entries."""
    prints = Asset.facts["likeness"]
    found = sa.select(EntryFile.id, EntryFile.entry_id, prints).join(EntryFile.asset).join(EntryFile.entry)
    found = found.where(
        EntryFile.state == "current",
        EntryFile.entry_id != entry.id,
        Entry.number.is_not(None),
        Asset.kind == entry.category.kind,
        Asset.state == "checked",
        Asset.sha256.not_in([file.asset.sha256 for file in mine]),
    )
    return db.session.execute(found.order_by(EntryFile.id.desc()).limit(MOST_COMPARED)).all()


def _alike(
    mine: Sequence[EntryFile], others: Sequence[sa.Row[int, int, list[str]]]
) -> Mapping[int, tuple[EntryFile, int, int, int]]:
    """By other entry: which of my files is like which of its own, and how many pictures of how many are."""
    prints = [likeness or [] for _id, _entry_id, likeness in others]
    found: dict[int, tuple[EntryFile, int, int, int]] = {}
    for file in mine:
        likeness = (file.asset.facts or {})["likeness"]
        if file.asset.kind == "video":
            counts = alike_films(likeness, prints)
        else:
            counts = [(1, len(mine)) if is_alike else None for is_alike in alike_photos(likeness, prints)]
        hits = {other.entry_id: (other.id, hit) for other, hit in zip(others, counts, strict=True) if hit}
        for entry_id, (theirs, (alike, of)) in hits.items():
            first, at, before, of_before = found.get(entry_id, (file, theirs, 0, 1))
            if file.asset.kind == "photo":  # one of a series after the other
                found[entry_id] = (first, at, before + alike, of)
            elif alike / of > before / of_before:
                found[entry_id] = (file, theirs, alike, of)
    return found


def _with_pictures(ids: Iterable[int]) -> sa.Select[EntryFile]:
    """Those files, with what is shown of them and their entries."""
    entry = joinedload(EntryFile.entry)
    shown = (entry.joinedload(Entry.edition), entry.joinedload(Entry.category), entry.joinedload(Entry.entrant))
    pictures = joinedload(EntryFile.asset).selectinload(Asset.renditions)
    return sa.select(EntryFile).where(EntryFile.id.in_(list(ids))).options(*shown, pictures)


def failed_checks(*, entry: Entry | None = None, edition: Edition | None = None) -> sa.Select[Job]:
    """Checks of files of that entry, or of all in that edition, which went wrong for good and can be tried again."""
    found = (
        sa.select(Job)
        .join(Asset, Job.key == sa.literal("uploads.check:") + Asset.upload_id)
        .join(EntryFile, EntryFile.asset_id == Asset.id)
        .join(Entry, Entry.id == EntryFile.entry_id)
        .where(Job.state == "failed", EntryFile.state == "current", Asset.state.in_(("waiting", "checking")))
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
