"""Winning works as they are in the database once an organiser has published them."""

import io
from itertools import count
from typing import Any

from contest import clock
from contest.db import db
from contest.editions.models import Edition
from contest.entries.models import Entry, EntryAuthor, EntryFile
from contest.judging.models import Round
from contest.results.models import Award, Publication, ResultRow, ResultSnapshot
from contest.storage import storage
from contest.uploads.models import Asset, Rendition, Upload
from tests.factories import a_person, save

_numbers = count(1)
SECRETS = ("Li Entrant", "13900001234", "secret@example.org", "IMG_secret_name.mp4", "Contact Wang")


def a_work(
    edition: Edition,
    *,
    kind: str = "video",
    tier: int = 1,
    title: str = "一粒高粱的远征",
    published: bool = True,
    files: int = 1,
    ai_label: bool = False,
    **columns: Any,
) -> Award:
    """A passed entry with a rendition for each file and an award; published unless told otherwise."""
    number = next(_numbers)
    category = next(one for one in edition.categories if one.kind == kind)
    at = clock.now()
    columns = {
        "synopsis": "三代育种人用四十年改写了一株作物的命运。",
        "unit_name": "高粱研究所",
        "showcase_consent": True,
        **columns,
    }
    entrant = a_person(name=SECRETS[0], email=f"secret{number}@example.org")
    entry = Entry(
        edition_id=edition.id,
        category_id=category.id,
        entrant_id=entrant.id,
        state="passed",
        number=f"{category.code}-{number:04d}",
        code=f"{category.code}-X{number:03d}",
        title=title,
        contact_name=SECRETS[4],
        contact_phone=SECRETS[1],
        contact_email=SECRETS[2],
        created_at=at,
        changed_at=at,
        submitted_at=at,
        **columns,
    )
    entry.authors = [EntryAuthor(position=0, name="张晓岚"), EntryAuthor(position=1, name="武文斌")]
    entry.files = [
        EntryFile(position=position, asset=an_asset(kind, entrant.id, ai_label=ai_label), added_at=at, caption="")
        for position in range(files)
    ]
    save(entry)
    snapshot = a_snapshot(edition, category.id, published=published)
    save(
        ResultRow(snapshot_id=snapshot.id, entry_id=entry.id, position=number, place=1, mean_hundredths=9000, ballots=1)
    )
    award = Award(edition_id=edition.id, snapshot_id=snapshot.id, entry_id=entry.id, tier=tier, given_at=at)
    return save(award)


def a_snapshot(edition: Edition, category_id: int, *, published: bool) -> ResultSnapshot:
    """The category's snapshot of a closed round, one for the published works and one for the others."""
    at, number = clock.now(), 1 if published else 2
    held = db.session.query(Round).filter_by(edition_id=edition.id, category_id=category_id, number=number).first()
    if held:
        return db.session.query(ResultSnapshot).filter_by(round_id=held.id).one()
    held = Round(
        edition_id=edition.id,
        category_id=category_id,
        number=number,
        name="终评",
        state="closed",
        method="mean",
        seed="s",
        created_at=at,
        opened_at=at,
        closed_at=at,
    )
    save(held)
    snapshot = ResultSnapshot(round_id=held.id, version=1, engine="mean 1", body="{}", sha256="0" * 64, created_at=at)
    save(snapshot)
    if published:
        save(Publication(edition_id=edition.id, round_id=held.id, snapshot_id=snapshot.id, published_at=at))
    return snapshot


def an_asset(kind: str, person_id: int, *, ai_label: bool = False) -> Asset:
    """A received and checked file with everything that is shown of it, a few bytes each."""
    at, number = clock.now(), next(_numbers)
    upload = Upload(
        person_id=person_id,
        purpose=f"entry-file:{number}",
        kind=kind,
        filename=SECRETS[3],
        mime="video/mp4",
        declared_bytes=9,
        received_bytes=9,
        state="received",
        created_at=at,
        completed_at=at,
        expires_at=at,
    )
    facts: dict[str, Any] = {"kind": kind, "width": 1280, "height": 720, "length_ms": 12_400}
    if ai_label:
        facts["ai_label"] = {"value": "1", "raw": "{}", "source": "tag"}
    asset = Asset(
        upload=upload, kind=kind, state="checked", bytes=9, sha256="0" * 64, facts=facts, created_at=at, checked_at=at
    )
    asset.original_key = f"o/{number}/original"
    storage().put(asset.original_key, io.BytesIO(b"original"))
    names = {
        "video": {
            "hls": ["hls/master.m3u8", "hls/seg-1.m4s"],
            "mp4": ["video.mp4"],
            "poster": ["poster.jpg", "poster-small.jpg"],
        },
        "photo": {"photo": ["photo-2048.jpg", "photo-1024.jpg", "photo-480.jpg"]},
    }[kind]
    for profile, files in names.items():
        prefix = f"d/{number}/{profile}-1/"
        for name in files:
            storage().put(prefix + name, io.BytesIO(b"rendition"))
        said = [
            {"name": name, "mime": "image/jpeg", "bytes": 9, "sha256": "a", "width": 1024, "height": 576}
            for name in files
        ]
        asset.renditions.append(
            Rendition(profile=profile, version=1, state="ready", prefix=prefix, files=said, created_at=at)
        )
    return save(asset)


def address_of(award: Award) -> str:
    return f"/works/{award.edition.slug}/{award.entry.number}"


def media_of(award: Award) -> list[str]:
    """The address of every file that is shown of the work."""
    return [
        f"{address_of(award)}/media/{file.position}/{name}"
        for file in award.entry.files
        for made in file.asset.renditions
        for name in (one["name"] for one in made.files)
    ]
