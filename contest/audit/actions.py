"""Writing the record. Every action that changes something calls `record` in the same transaction."""

import hashlib
import json
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from contest.audit.models import AuditLine
from contest.db import Base, db

GENESIS = "0" * 64


def record(
    verb: str,
    *,
    on: Base,
    at: datetime,
    by: Base | None = None,
    **details: Any,
) -> AuditLine:
    """Add one line: `by` (a Person, or None for the service itself) did `verb` to `on`; `details` must fit JSON."""
    db.session.flush()
    last = db.session.scalar(sa.select(AuditLine.sha256).order_by(AuditLine.id.desc()).limit(1))
    line = AuditLine(
        at=at,
        actor_id=getattr(by, "id", None),
        verb=verb,
        object_kind=on.__tablename__,
        object_id=str(sa.inspect(on).identity[0]),
        details=details,
        previous_sha256=last or GENESIS,
    )
    line.sha256 = seal(line)
    db.session.add(line)
    db.session.flush()
    return line


def seal(line: AuditLine) -> str:
    """The SHA-256 over everything the line says and the seal of the line before."""
    said = [
        line.previous_sha256,
        line.at.isoformat(),
        line.actor_id,
        line.verb,
        line.object_kind,
        line.object_id,
        line.details,
    ]
    text = json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
