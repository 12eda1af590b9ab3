"""What a line says as one text that is the same on every database, and the hash that seals it."""

import hashlib
import json
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from contest.audit.models import AuditLine

SECRETS = ("password", "token", "secret", "cookie")


def plain(details: dict[str, Any]) -> dict[str, Any]:
    """`details` as they come back from the database: text keys, no floats that are no numbers, times as text.

    ValueError when a key promises a secret: what is in this table can never be taken out again.
    """
    text = json.dumps(details, default=_as_text, allow_nan=False)
    found: dict[str, Any] = json.loads(text)
    if leaked := next(_secret_keys(found), None):
        raise ValueError(f"details[{leaked!r}] looks like a secret; the audit record must not hold any")
    return found


def seal(line: AuditLine | sa.Row[Any]) -> str:
    """The SHA-256 over everything the line says and the seal of the line before."""
    said = [
        line.id,
        line.previous_sha256,
        line.at.isoformat(timespec="microseconds"),
        line.actor_id,
        line.edition_id,
        line.verb,
        line.object_kind,
        line.object_id,
        line.details,
    ]
    text = json.dumps(said, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _as_text(value: object) -> str:
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"{value!r} does not fit into the audit record; give text, numbers, lists or dicts")


def _secret_keys(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if any(word in key.lower().split("_") for word in SECRETS):
                yield key
            yield from _secret_keys(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _secret_keys(inner)
