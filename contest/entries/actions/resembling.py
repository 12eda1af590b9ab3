"""Fingerprints of what was handed in, what is alike by them, and what a person says of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from contest.accounts.models import Person
from contest.audit.actions import record
from contest.db import db
from contest.editions.models import Edition
from contest.entries.models import Fingerprint, Resemblance
from contest.entries.queries import fingerprints_to_compare
from contest.media.fingerprints import Prints
from contest.media.likeness import alike_films, alike_photos, first_alike
from contest.media.sound_likeness import same_sound
from contest.uploads.models import Asset

VERSION = 1  # raise it when prints are made otherwise: all are made anew, bit by bit
STEP_MS = 2000  # from one picture of a film to the next
AT_ONCE = 500  # fingerprints in memory: of films of three minutes these are four megabytes
MOST_ALIKE = 20  # kept of each file, and of each way to be alike; the song of a season is in every second film


@dataclass(frozen=True, kw_only=True)
class Alike:
    """Another file that looks or sounds like the one in hand, and where in both it begins."""

    asset_id: int
    what: str
    alike: int
    of: int
    at_ms: int = 0
    other_at_ms: int = 0


def note_fingerprint(asset: Asset, prints: Prints, *, at: datetime, trouble: str = "") -> Fingerprint:
    """Keep it in place of an earlier one."""
    made = db.session.get(Fingerprint, asset.id) or Fingerprint(asset_id=asset.id)
    made.version, made.made_at, made.trouble = VERSION, at, trouble
    made.pictures, made.sound = prints.pictures, prints.sound
    db.session.add(made)
    db.session.flush()
    return made


def forget_troubles() -> int:
    """Let those be made anew that could not be made; how many."""
    failed = db.session.scalars(sa.select(Fingerprint).where(Fingerprint.trouble != "")).all()
    for one in failed:
        db.session.delete(one)
    return len(failed)


def what_is_like(asset: Asset, prints: Prints) -> list[Alike]:
    """The files most like it among all that have fingerprints, whatever their edition."""
    found: list[Alike] = []
    length_s = max(1, round(int((asset.facts or {}).get("length_ms") or 0) / 1000))
    after = 0
    while rows := db.session.execute(fingerprints_to_compare(asset, after=after, most=AT_ONCE)).all():
        ids, pictures = [row[0] for row in rows], [row[1] for row in rows]
        sounds = [row[2] or b"" for row in rows]
        found += _looking_alike(asset.kind, prints.pictures, ids, pictures)
        found += _sounding_alike(prints.sound or b"", ids, sounds, length_s)
        after = ids[-1]
    likest = sorted(found, key=lambda one: (-one.alike / one.of, one.asset_id))
    return [one for what in ("pictures", "sound") for one in [x for x in likest if x.what == what][:MOST_ALIKE]]


def _looking_alike(kind: str, mine: bytes, ids: Sequence[int], others: Sequence[bytes]) -> Iterator[Alike]:
    if kind == "photo":
        for asset_id, is_alike in zip(ids, alike_photos(mine, others), strict=True):
            if is_alike:
                yield Alike(asset_id=asset_id, what="pictures", alike=1, of=1)
        return
    for asset_id, other, hit in zip(ids, others, alike_films(mine, others), strict=True):
        if hit:
            here, there = first_alike(mine, other)
            yield Alike(
                asset_id=asset_id,
                what="pictures",
                alike=hit[0],
                of=hit[1],
                at_ms=here * STEP_MS,
                other_at_ms=there * STEP_MS,
            )


def _sounding_alike(mine: bytes, ids: Sequence[int], others: Sequence[bytes], length_s: int) -> Iterator[Alike]:
    for asset_id, hit in zip(ids, same_sound(mine, others), strict=True):
        if hit:
            yield Alike(
                asset_id=asset_id,
                what="sound",
                alike=round(hit.length_s),
                of=max(length_s, round(hit.length_s)),
                at_ms=round(1000 * hit.mine_s),
                other_at_ms=round(1000 * hit.theirs_s),
            )


def note_resemblances(asset: Asset, found: Sequence[Alike], *, at: datetime) -> None:
    """Keep them; told again of a pair, what a person said of it stays, and what nobody looked at is made anew."""
    both = sa.or_(Resemblance.asset_id == asset.id, Resemblance.later_id == asset.id)
    known = {
        (row.asset_id, row.later_id, row.what): row for row in db.session.scalars(sa.select(Resemblance).where(both))
    }
    wanted = set()
    for one in found:
        is_later = asset.id > one.asset_id
        pair = (one.asset_id, asset.id) if is_later else (asset.id, one.asset_id)
        row = known.get((*pair, one.what)) or Resemblance(
            asset_id=pair[0], later_id=pair[1], what=one.what, found_at=at
        )
        row.alike, row.of = one.alike, one.of
        row.later_at_ms, row.at_ms = (one.at_ms, one.other_at_ms) if is_later else (one.other_at_ms, one.at_ms)
        wanted.add((*pair, one.what))
        db.session.add(row)
    for key, row in known.items():
        if key not in wanted and not row.verdict:
            db.session.delete(row)
    db.session.flush()


def judge_resemblance(row: Resemblance, edition: Edition, *, verdict: str, note: str, by: Person, at: datetime) -> None:
    """What a person found who looked and listened. It changes nothing else, and may be changed."""
    before = {"verdict": row.verdict, "note": row.note}
    row.verdict, row.note, row.decided_by, row.decided_at = verdict, note, by, at
    record(
        "resemblance.judged",
        on=row,
        by=by,
        at=at,
        edition_id=edition.id,
        before=before,
        after={"verdict": verdict, "note": note},
    )
