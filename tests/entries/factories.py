"""Entries for tests, committed. Their files are rows only: no media lies behind them unless a test puts it there."""

from hashlib import sha256
from itertools import count
from typing import Any

from contest import clock
from contest.accounts.models import Person
from contest.db import transaction
from contest.editions.models import Category, Edition
from contest.entries.actions import pass_entry
from contest.entries.models import CheckReport, Entry, EntryAuthor, EntryFile
from contest.media.facts import Facts
from contest.uploads.models import Asset, Rendition, Upload
from tests.factories import a_person, an_organiser, save

_numbers = count(1)

# What contest.media measures in a phone video of 2:58 and in a photo.
VIDEO_FACTS = Facts(
    kind="video",
    container="mp4",
    size_bytes=52_428_800,
    width=1920,
    height=1080,
    codec="h264",
    length_ms=178_000,
    header_ms=178_000,
    fps=30.0,
    audio_stream=1,
    audio_codec="aac",
    audio_channels=2,
    loudness_lufs=-16.5,
)
PHOTO_FACTS = Facts(kind="photo", container="jpeg", size_bytes=4_194_304, width=4000, height=3000, codec="jpeg")


def a_category(edition: Edition, kind: str = "video") -> Category:
    """The edition's first category of that kind."""
    return next(category for category in edition.categories if category.kind == kind)


def an_asset(
    person: Person,
    *,
    kind: str = "video",
    ready: bool = True,
    filename: str | None = None,
    facts: Facts | None = None,
    **columns: Any,
) -> Asset:
    """A received and checked file; `ready`: with the rows of its renditions, whose files do not exist."""
    number, at = next(_numbers), clock.now()
    facts = facts or (VIDEO_FACTS if kind == "video" else PHOTO_FACTS)
    digest = sha256(f"asset {number}".encode()).hexdigest()
    name = filename or ("VID_20260401.mp4" if kind == "video" else "IMG_0001.jpg")
    upload = Upload(
        person_id=person.id,
        purpose="entry-file:test",
        kind=kind,
        filename=name,
        mime="video/mp4" if kind == "video" else "image/jpeg",
        declared_bytes=facts.size_bytes,
        received_bytes=facts.size_bytes,
        state="received",
        sha256=digest,
        created_at=at,
        completed_at=at,
        expires_at=at,
    )
    values = {
        "kind": kind,
        "state": "checked",
        "bytes": facts.size_bytes,
        "sha256": digest,
        "original_key": f"o/2026/{number}",
        "facts": facts.to_json(),
        "created_at": at,
        "checked_at": at,
    }
    asset = Asset(upload=upload, **{**values, **columns})
    if ready:
        profiles = ("poster", "film") if kind == "video" else ("photo",)
        asset.renditions = [a_rendition(profile, digest) for profile in profiles]
    save(asset)
    return asset


def a_rendition(profile: str, digest: str) -> Rendition:
    """Not saved: put it on an asset."""
    names = {
        "poster": {"poster.jpg": "image/jpeg", "poster-small.jpg": "image/jpeg"},
        "film": {"hls/master.m3u8": "application/vnd.apple.mpegurl", "video.mp4": "video/mp4"},
        "photo": {f"photo-{side}.jpg": "image/jpeg" for side in (2048, 1024, 480)},
    }
    files = [
        {"name": name, "mime": mime, "bytes": 1000, "sha256": digest, "width": 1280, "height": 720}
        for name, mime in names[profile].items()
    ]
    prefix = f"d/{digest[:2]}/{digest}/{profile}-1/"
    return Rendition(profile=profile, version=1, state="ready", prefix=prefix, files=files, created_at=clock.now())


def an_entry(
    edition: Edition,
    *,
    entrant: Person | None = None,
    kind: str = "video",
    authors: tuple[str, ...] = ("Zhang Xiaolan",),
    with_asset: bool = False,
    photos: int = 1,
    asset: Asset | None = None,
    **columns: Any,
) -> Entry:
    """A draft with all its texts; `with_asset` (or `asset`) gives it checked files."""
    category = a_category(edition, kind)
    at, number = clock.now(), next(_numbers)
    values = {
        "title": f"The light of Taigu {number}",
        "synopsis": "A school teacher and her forty years of star charts.",
        "unit_name": "Taigu No. 2 Primary School",
        "contact_name": "Zhang Xiaolan",
        "contact_phone": "13803540000",
        "group_id": edition.groups[0].id if edition.groups else None,
        "created_at": at,
        "changed_at": at,
    }
    entry = Entry(
        edition_id=edition.id,
        category_id=category.id,
        entrant_id=(entrant or a_person()).id,
        **{**values, **columns},
    )
    entry.authors = [EntryAuthor(position=position, name=name) for position, name in enumerate(authors)]
    save(entry)
    if asset or with_asset:
        for position in range(photos if kind == "photo" else 1):
            put_file(entry, asset or an_asset(entry.entrant, kind=kind), position=position)
    return entry


def put_file(entry: Entry, asset: Asset, *, position: int = 0, outcome: str = "ok", role: str = "") -> EntryFile:
    """`asset` as the current file at `position`, with a check report that says `outcome`."""
    file: EntryFile = save(
        EntryFile(entry_id=entry.id, position=position, asset_id=asset.id, role=role, added_at=clock.now())
    )
    save(CheckReport(entry_file_id=file.id, outcome=outcome, limits={}, findings=[], checked_at=clock.now()))
    return file


def a_submitted_entry(edition: Edition, *, with_asset: bool = True, **options: Any) -> Entry:
    """In the office's hands, with a number; its files are rows only."""
    at = clock.now()
    number = options.pop("number", None) or f"2026-T-{next(_numbers):04}"
    columns = {"state": "submitted", "number": number, "submitted_at": at, "pledged_at": at, **options}
    return an_entry(edition, with_asset=with_asset, **columns)


def a_passed_entry(
    edition: Edition,
    *,
    title: str = "",
    code: str | None = None,
    with_asset: bool = True,
    organiser: Person | None = None,
    **options: Any,
) -> Entry:
    """Passed by the office: ready for judges. `code` fixes the code name that is else drawn by lot."""
    if title:
        options["title"] = title
    entry = a_submitted_entry(edition, with_asset=with_asset, **options)
    by = organiser or an_organiser(edition)
    with transaction():
        pass_entry(entry, by=by, at=clock.now())
        entry.code = code or entry.code
    return entry
