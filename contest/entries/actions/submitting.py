"""The moment an entry is handed in, its receipt, and taking it back."""

import base64
import hashlib
import hmac
import json
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from contest import clock
from contest.accounts.models import Person
from contest.audit.actions import record
from contest.db import db, lock
from contest.editions.models import Category
from contest.entries import queries, rules
from contest.entries.actions.drafting import Changed, details_of
from contest.entries.models import Entry, Receipt
from contest.errors import Refused


def submit_entry(
    entry: Entry, *, pledge: bool, showcase_consent: bool, revision: int, by: Person, at: datetime, key: str
) -> Receipt:
    """Hand the entry in and issue its receipt, signed with `key`.

    The same form sent twice is accepted once: the second gets the receipt of the first. A form opened before a
    change elsewhere is refused, because the person would hand in what they have not seen.
    """
    lock(entry)
    if entry.state == "submitted" and (receipt := queries.latest_receipt(entry)):
        return receipt
    if reason := rules.why_not_submit(entry, at):
        raise Refused(reason)
    if entry.revision != revision:
        raise Changed
    if not pledge:
        raise Refused(_("Tick the pledge of originality first."), status=422)
    entry.number = entry.number or next_number(entry)
    entry.state, entry.submitted_at, entry.changed_at = "submitted", at, at
    entry.pledged_at, entry.showcase_consent = at, showcase_consent
    receipt = issue_receipt(entry, at=at, key=key)
    record(
        "entry.submitted",
        by=by,
        on=entry,
        at=at,
        number=entry.number,
        after={"title": entry.title, "authors": details_of(entry).authors, "files": _hashes(entry)},
    )
    return receipt


def next_number(entry: Entry) -> str:
    """Such as 2026-A-0007: the year, the letter of the category, and how many were handed in there before, plus one.

    Counted on the category's row, which stays locked until the transaction ends, so that no two entries get the same
    and none is left out.
    """
    category = lock(db.session.get_one(Category, entry.category_id))
    category.last_number += 1
    opening = entry.edition.phase("submission")
    year = clock.local(opening.starts_at if opening else entry.created_at, entry.edition.time_zone).year
    return f"{year}-{category.code}-{category.last_number:04}"


def issue_receipt(entry: Entry, *, at: datetime, key: str) -> Receipt:
    """What was handed in, when, and of each file the hash and when its sending began, which decides at a deadline;
    canonical, so that it can be signed and compared."""
    said = {
        "authors": details_of(entry).authors,
        "category": entry.category.name,
        "edition": entry.edition.name,
        "files": [
            {**known, "began_at": _iso(file.asset.upload.created_at)}
            for known, file in zip(_hashes(entry), entry.current_files, strict=True)
        ],
        "number": entry.number,
        "submitted_at": _iso(at),
        "title": entry.title,
    }
    body = json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    receipt = Receipt(entry_id=entry.id, issued_at=at, body=body, signature=sign(body, key=key))
    db.session.add(receipt)
    db.session.flush()
    return receipt


def _iso(at: datetime) -> str:
    return at.isoformat(timespec="microseconds")


def sign(body: str, *, key: str) -> str:
    """160 bits of HMAC-SHA-256 in letters and digits that can be read out on the phone."""
    secret = hashlib.sha256(f"receipt:{key}".encode()).digest()
    return base64.b32encode(hmac.digest(secret, body.encode(), "sha256")[:20]).decode()


def is_genuine(receipt: Receipt, *, key: str) -> bool:
    """Whether the receipt says what it said when it was issued."""
    return hmac.compare_digest(sign(receipt.body, key=key), receipt.signature)


def _hashes(entry: Entry) -> list[dict[str, Any]]:
    return [
        {"position": file.position + 1, "bytes": file.asset.bytes, "sha256": file.asset.sha256}
        | ({"role": file.role} if file.role else {})
        for file in entry.current_files
    ]


def withdraw_entry(entry: Entry, *, by: Person, at: datetime) -> None:
    """The entrant takes it back. Number, code and texts stay for the record; nobody judges or shows it any more."""
    lock(entry)
    if reason := rules.why_not_withdraw(entry, at):
        raise Refused(reason)
    before = entry.state
    entry.state, entry.changed_at = "withdrawn", at
    record("entry.withdrawn", by=by, on=entry, at=at, before={"state": before}, after={"state": "withdrawn"})
