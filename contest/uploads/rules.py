"""Why a file is not taken, before its first byte; and the signed word that says what a file is for."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import current_app
from flask_babel import gettext as _
from itsdangerous import BadSignature, URLSafeTimedSerializer

from contest.accounts.models import Person
from contest.config import MIB, Settings
from contest.db import db
from contest.errors import Refused
from contest.media.facts import Code
from contest.uploads import parts
from contest.uploads.models import KINDS, Asset, Upload
from contest.uploads.registry import Account
from contest.web.filters import size

# Wide on purpose: a narrow list makes some phones hide the very files they made, or copy them into another format; with
# image/* in it iPhones leave photos as they are. The endings are of files whose type some systems do not know.
ACCEPT = {
    "video": "video/*,.mp4,.mov,.m4v,.3gp,.mkv,.webm",
    "photo": "image/*,.jpg,.jpeg,.png,.webp,.heic,.heif,.avif",
}
ACCEPT_OLD = ",.avi,.mpg,.mpeg,.mts,.m2ts,.flv,.wmv,.ogv"  # films that only a sandbox with walls opens
PURPOSE_LASTS_S = 7 * 24 * 3600
MOST_UNFINISHED = 12  # of one person: room is kept for each of them
PLAIN_MAX_BYTES = 60 * MIB  # by an ordinary form post; the rest of the request must fit as well

# What nobody knows is kept this long before it is taken for rubbish: an attempt may take hours, and what it has put
# down is in no row before it ends.
LEFT_ALONE_S = 24 * 3600
# These may be the machine's fault and not the file's: a child killed for want of memory looks just the same. So they
# must come again, and a worker that died in between is no proof.
BLAME_LATE = (Code.TOO_HARD, Code.TIMEOUT)


@dataclass(frozen=True, kw_only=True)
class Purpose:
    """What a file will be used for, as the feature that asked for it said."""

    kind: str
    max_bytes: int
    ref: str


def sign_purpose(*, kind: str, max_bytes: int, ref: str, person_id: int | None = None) -> str:
    """A word for the page that asks for a file; only who has it can send one. `ref` begins with a registered prefix.

    With `person_id` it works for that person only, even when the page is shown to others.
    """
    if kind not in KINDS:
        raise ValueError(f"{kind!r} is none of {KINDS}")
    return _signer().dumps({"kind": kind, "max": max_bytes, "ref": ref, "person": person_id})


def read_purpose(word: str, *, person: Person) -> Purpose:
    """What `sign_purpose` was told; Refused when it is too old, somebody else's or nobody's."""
    try:
        said: dict[str, Any] = _signer().loads(word, max_age=PURPOSE_LASTS_S)
    except BadSignature:
        said = {"person": 0}
    if said["person"] not in (None, person.id):
        raise Refused(_("This page is too old to send a file from. Load it again and choose the file once more."))
    return Purpose(kind=said["kind"], max_bytes=said["max"], ref=said["ref"])


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.secret_key), salt="uploads.purpose")


def why_too_large(declared_bytes: int, *, purpose: Purpose, settings: Settings) -> str | None:
    limit = min(purpose.max_bytes, settings.upload_max_mib * MIB)
    if declared_bytes <= limit:
        return None
    if purpose.kind == "photo":
        return _(
            "The file is %(size)s, larger than %(limit)s. Save the photo as a JPEG and choose it again.",
            size=size(declared_bytes),
            limit=size(limit),
        )
    return _(
        "The file is %(size)s, larger than %(limit)s. Export it as 1080p at about 10 Mbit/s; three minutes are then "
        "about 230 MB.",
        size=size(declared_bytes),
        limit=size(limit),
    )


def why_empty(declared_bytes: int) -> str | None:
    return _("The file is empty. Choose another one.") if declared_bytes == 0 else None


def why_too_many(person: Person, *, at: datetime) -> str | None:
    mine = sa.select(sa.func.count()).where(
        Upload.person_id == person.id, Upload.state == "receiving", Upload.expires_at > at
    )
    if (db.session.scalar(mine) or 0) < MOST_UNFINISHED:
        return None
    return _("You have many unfinished uploads. Finish or cancel one of them first.")


def why_over_quota(declared_bytes: int, *, person: Person, settings: Settings) -> str | None:
    """Replaced files count as well: they are kept, so that what was said of them can be proved."""
    sent = _sent()
    mine = sent.where(Upload.person_id == person.id)
    if reason := _over(settings.person_quota_mib, mine, declared_bytes):
        return _("With this file you would have sent more than %(limit)s. Ask the organisers for help.", limit=reason)
    ours = sent.join(Person, Person.id == Upload.person_id).where(Person.unit_id == person.unit_id)
    if person.unit_id is not None and (reason := _over(settings.unit_quota_mib, ours, declared_bytes)):
        return _("With this file your unit would have sent more than %(limit)s. Ask the organisers.", limit=reason)
    return None


def why_account_full(declared_bytes: int, *, account: Account | None) -> str | None:
    """Room is taken by what was promised, so that what runs can always end; only a new upload is turned away."""
    if account is None or account.max_bytes is None:
        return None
    left = account.max_bytes - bytes_counted_for(account.name)
    if declared_bytes <= left:
        return None
    return _(
        "The file is %(size)s, but of the %(limit)s that the organisers keep for this contest only %(left)s are free. "
        "Your texts and all that has arrived are kept. Choose a smaller file, or ask the organisers for more room.",
        size=size(declared_bytes),
        limit=size(account.max_bytes),
        left=size(max(left, 0)),
    )


def bytes_counted_for(account: str) -> int:
    """What was sent and is being sent; files that were replaced are kept, and count."""
    return int(db.session.scalar(_sent().where(Upload.account == account)) or 0)


def _sent() -> sa.Select[int]:
    total = sa.select(sa.func.coalesce(sa.func.sum(Upload.declared_bytes), 0))
    return total.where(Upload.state.in_(("receiving", "received")))


def _over(quota_mib: int, sent: sa.Select[int], declared_bytes: int) -> str:
    """The quota in words when it would be passed."""
    passed = quota_mib and int(db.session.scalar(sent) or 0) + declared_bytes > quota_mib * MIB
    return size(quota_mib * MIB) if passed else ""


def why_no_room(declared_bytes: int, *, at: datetime, settings: Settings) -> str | None:
    """Room is kept for what others have begun, so that they can finish; only a new upload is turned away.

    A bucket has room enough, but a file that is worked on lies on a disk of ours meanwhile.
    """
    promised = sa.select(sa.func.coalesce(sa.func.sum(Upload.declared_bytes - Upload.received_bytes), 0)).where(
        Upload.state == "receiving", Upload.expires_at > at
    )
    coming = 0 if parts.are_in_bucket(settings) else int(db.session.scalar(promised) or 0)
    left = parts.free_bytes(settings) - coming - declared_bytes
    if left >= settings.disk_reserve_mib * MIB:
        return None
    return _("The server has too little room left and cannot take files just now. What you typed is saved.")


def is_worth_another_look(asset: Asset) -> bool:
    """Whether another check may come to another end."""
    return asset.state == "unreadable" and asset.unreadable_code in BLAME_LATE
