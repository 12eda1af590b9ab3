"""Verbs of receiving: begin, take note of bytes, finish, cancel, expire."""

import hashlib
import io
import re
from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext as _

from contest.accounts.models import Person
from contest.audit.actions import record
from contest.config import Settings
from contest.db import db, lock
from contest.errors import Refused
from contest.jobs.actions import enqueue
from contest.jobs.models import Job
from contest.media.facts import Facts
from contest.media.streamable import by_facts
from contest.storage import storage
from contest.uploads import registry
from contest.uploads.models import CAPTIONS, Asset, Rendition, Upload
from contest.uploads.parts import BLOCK, Part
from contest.uploads.queries import jobs_ahead, rendition_of
from contest.uploads.rules import (
    Purpose,
    is_worth_another_look,
    why_account_full,
    why_empty,
    why_no_room,
    why_over_quota,
    why_too_large,
    why_too_many,
)

AFTER_ALL = 1_000_000  # off the turn of what may wait until nothing else in its lane does

_SHA256 = re.compile(r"[0-9a-f]{64}")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]")


def begin_upload(
    *,
    person: Person,
    purpose: Purpose,
    filename: str,
    mime: str,
    declared_bytes: int,
    at: datetime,
    settings: Settings,
    first_sha256: str = "",
) -> Upload:
    """Promise to take a file; Refused, with the status that says which kind of no it is.

    `first_sha256` is what the sender says of the first MiB, so that even an upload cut off within it is recognised;
    `take_note` puts the truth in its place.
    """
    account = registry.account_of(purpose.ref, hold=True)
    refuse_hopeless(declared_bytes, person=person, purpose=purpose, at=at, settings=settings)
    upload = Upload(
        account=account.name if account else "",
        person_id=person.id,
        purpose=purpose.ref,
        kind=purpose.kind,
        filename=clean_name(filename),
        mime=mime[:100],
        declared_bytes=declared_bytes,
        first_chunk_sha256=first_sha256 if _SHA256.fullmatch(first_sha256) else None,
        created_at=at,
        expires_at=_expiry(purpose.ref, at, settings),
    )
    db.session.add(upload)
    db.session.flush()
    return upload


def refuse_hopeless(declared_bytes: int, *, person: Person, purpose: Purpose, at: datetime, settings: Settings) -> None:
    """Raise Refused when a file of that size would not be taken from the person now; pages ask before they send it."""
    if reason := why_empty(declared_bytes):
        raise Refused(reason, status=400)
    if reason := why_too_large(declared_bytes, purpose=purpose, settings=settings):
        raise Refused(reason, status=413)
    if reason := why_too_many(person, at=at):
        raise Refused(reason, status=409)
    if reason := why_over_quota(declared_bytes, person=person, settings=settings):
        raise Refused(reason, status=413)
    if reason := why_account_full(declared_bytes, account=registry.account_of(purpose.ref)):
        raise Refused(reason, status=413)
    if reason := why_no_room(declared_bytes, at=at, settings=settings):
        raise Refused(reason, status=507)


def _expiry(purpose: str, at: datetime, settings: Settings) -> datetime:
    """Some time after the last byte, and never before the moment until which the file may be sent."""
    expires_at = at + timedelta(hours=settings.upload_expiry_h)
    return max(expires_at, registry.kept_until(purpose) or expires_at)


def clean_name(filename: str) -> str:
    """The last part of a path, without signs that hide or turn round what follows; the name is only ever shown."""
    last = _UNPRINTABLE.sub("", filename).replace("\\", "/").rpartition("/")[2].strip()
    return last[:255] or "unnamed"


def take_note(upload: Upload, part: Part, *, at: datetime, settings: Settings) -> None:
    """Write down how much is here, and finish the upload when that is all of it. Repeating it changes nothing."""
    lock(upload)
    if upload.state != "receiving":
        return
    if upload.received_bytes < min(BLOCK, upload.declared_bytes) <= part.offset:
        upload.first_chunk_sha256 = part.first_block_sha256()
    upload.received_bytes = part.offset
    upload.last_byte_at = at
    upload.expires_at = _expiry(upload.purpose, at, settings)
    if part.offset == upload.declared_bytes:
        _finish(upload, at=at)


def _finish(upload: Upload, *, at: datetime) -> None:
    upload.state, upload.completed_at = "received", at
    asset = Asset(upload=upload, kind=upload.kind, bytes=upload.declared_bytes, created_at=at)
    db.session.add(asset)
    db.session.flush()
    _ask_for_check(upload, at=at)
    registry.tell_received(upload, asset)
    record("upload.received", by=upload.person, on=upload, at=at, bytes=upload.declared_bytes, purpose=upload.purpose)


def note_original(asset: Asset, *, sha256: str, key: str) -> None:
    """The file lies in the storage now, for good, and its check begins."""
    asset.sha256 = asset.upload.sha256 = sha256
    asset.original_key = asset.upload.storage_key = key
    if asset.state == "waiting":
        asset.state = "checking"


def examine_again(asset: Asset, *, by: Person, at: datetime) -> None:
    """Look once more at a file whose check took more than it may: perhaps the machine was only busy."""
    lock(asset)
    if not is_worth_another_look(asset):
        return
    record("asset.asked_again", by=by, on=asset, at=at, code=asset.unreadable_code)
    asset.state, asset.unreadable_code, asset.unreadable_format, asset.checked_at = "checking", None, "", None
    _ask_for_check(asset.upload, at=at)


def _ask_for_check(upload: Upload, *, at: datetime) -> None:
    turn = _turn(upload.person, "check")
    key = f"uploads.check:{upload.id}"
    enqueue("uploads.check", {"upload_id": upload.id}, lane="check", key=key, priority=turn, at=at)


def note_facts(asset: Asset, facts: dict[str, Any], *, at: datetime) -> None:
    """The check has ended well: we know what is in the file."""
    asset.state, asset.facts, asset.checked_at = "checked", facts, at
    record("asset.checked", on=asset, at=at, sha256=asset.sha256)
    if registry.tell_checked(asset):
        ask_for_rendition(asset, at=at)


def note_unreadable(asset: Asset, code: str, *, form: str = "", at: datetime) -> None:
    """The check has ended: nothing can be made of the file, which is of that `form` as far as anybody knows."""
    asset.state, asset.unreadable_code, asset.checked_at = "unreadable", code, at
    asset.unreadable_format = form
    record("asset.unreadable", on=asset, at=at, sha256=asset.sha256, code=code)
    registry.tell_checked(asset)


def ask_for_rendition(asset: Asset, *, at: datetime) -> Job:
    """Have made what is shown of the file.

    Photos take a second and do not wait behind films; neither does a film whose own packets can be shown until it is
    its turn to be encoded.
    """
    lane = "encode" if asset.kind == "video" else "check"
    turn = _turn(asset.upload.person, lane)
    if asset.kind == "video" and by_facts(Facts.from_json(asset.facts or {})) is None:
        key = f"uploads.first:{asset.id}"
        enqueue("uploads.first", {"asset_id": asset.id}, lane="check", key=key, priority=turn - AFTER_ALL, at=at)
    key = f"uploads.render:{asset.id}"
    return enqueue("uploads.render", {"asset_id": asset.id}, lane=lane, key=key, priority=turn, at=at)


def ask_for_storyboard(asset: Asset, *, at: datetime) -> None:
    """Have the little pictures made for the seek bar, when no film waits to be encoded."""
    key = f"uploads.storyboard:{asset.id}"
    enqueue("uploads.storyboard", {"asset_id": asset.id}, lane="encode", key=key, priority=-AFTER_ALL, at=at)


def ask_for_smaller(asset: Asset, *, at: datetime) -> Job:
    """Have a photo made in a smaller format too, when nothing else is to be done."""
    key = f"uploads.smaller:{asset.id}"
    return enqueue("uploads.smaller", {"asset_id": asset.id}, lane="encode", key=key, priority=-2 * AFTER_ALL, at=at)


def _turn(person: Person, lane: str) -> int:
    """Units take turns: the second work of one waits behind the first of every other, the third behind the seconds."""
    return -jobs_ahead(person, lane)


def begin_rendition(asset: Asset, profile: str, *, version: int, attempt: str, at: datetime) -> Rendition:
    """A place for the files, not shown before `finish_rendition`.

    Each attempt has a place of its own: encoders do not repeat themselves to the byte on a busy machine, and one
    that was given up for dead may still write when another has finished.
    """
    assert asset.sha256 is not None  # noqa: S101  checked assets have one, by constraint
    prefix = f"d/{asset.sha256[:2]}/{asset.sha256}/{profile}-{version}/{attempt[:12]}/"
    rendition = rendition_of(asset, profile, version=version)
    if rendition is None:
        rendition = Rendition(asset=asset, profile=profile, version=version, state="making", files=[], created_at=at)
        db.session.add(rendition)
    if rendition.state == "making":
        rendition.prefix = prefix
    db.session.flush()
    return rendition


def finish_rendition(rendition: Rendition, files: list[dict[str, Any]], *, prefix: str) -> None:
    """All files are in their place: from now on they are shown, and never changed."""
    rendition.prefix, rendition.files, rendition.state = prefix, files, "ready"
    if rendition.profile in ("poster", "photo"):
        rendition.asset.poster_key = rendition.prefix + smallest_picture(files)


def choose_poster(asset: Asset, number: int) -> None:
    """Let another picture stand for the film, by its place in `asset.posters`, from 1."""
    made = asset.rendition("poster")
    assert made is not None  # noqa: S101  it has the posters
    asset.poster_key = made.prefix + asset.posters[number - 1][1]


def smallest_picture(files: list[dict[str, Any]]) -> str:
    """The name of the file that suits a list."""
    jpegs = [file for file in files if file["mime"] == "image/jpeg"]
    name: str = min(jpegs, key=lambda file: file["width"] * file["height"])["name"]
    return name


def cancel_upload(upload: Upload, *, by: Person, at: datetime) -> None:
    """Give it up. A request that is still writing finds out when it ends; the bytes are removed after the commit."""
    lock(upload)
    if upload.state == "received":
        raise Refused(_("The file has already been received; it can no longer be cancelled here."), status=409)
    if upload.state == "receiving":
        upload.state = "cancelled"
        record("upload.cancelled", by=by, on=upload, at=at, bytes=upload.received_bytes)


def expire_upload(upload: Upload, *, at: datetime) -> bool:
    """Give up what nobody went on with; False when somebody did since it was looked up, or has more time by now."""
    lock(upload)
    if upload.state != "receiving" or upload.expires_at > at:
        return False
    if (until := registry.kept_until(upload.purpose)) is not None and until > at:
        upload.expires_at = until  # the deadline was put off
        return False
    upload.state = "expired"
    record("upload.expired", on=upload, at=at, bytes=upload.received_bytes)
    return True


def store_captions(asset: Asset, vtt: str, *, language: str) -> tuple[str, dict[str, Any]]:
    """Put the file where it can be read; its prefix, and what the row says of it. No row is touched."""
    body = vtt.encode()
    digest = hashlib.sha256(body).hexdigest()
    prefix = f"d/{asset.upload_id[:2]}/{asset.upload_id}/{CAPTIONS}{language}/"
    name = f"{CAPTIONS}{language}-{digest[:8]}.vtt"  # another text, another name: browsers keep what they have
    storage().put(prefix + name, io.BytesIO(body), content_type="text/vtt")
    return prefix, {
        "name": name,
        "mime": "text/vtt; charset=utf-8",
        "bytes": len(body),
        "sha256": digest,
        "width": 0,
        "height": 0,
    }


def set_captions(asset: Asset, prefix: str, file: dict[str, Any], *, language: str, at: datetime) -> None:
    """Show the stored file as the captions in that language, instead of those there were."""
    drop_captions(asset, language=language)
    made = Rendition(profile=CAPTIONS + language, version=1, state="ready", prefix=prefix, files=[file], created_at=at)
    asset.renditions.append(made)
    db.session.flush()


def drop_captions(asset: Asset, *, language: str) -> bool:
    """Show none in that language; whether there were any."""
    there = [one for one in asset.renditions if one.profile == CAPTIONS + language]
    for one in there:
        asset.renditions.remove(one)
        db.session.delete(one)
    db.session.flush()
    return bool(there)
