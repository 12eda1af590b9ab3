"""Writing the record. Every action that changes something calls `record` in the same transaction.

The lines of a transaction are sealed and inserted when it commits, in one go and last of all: on PostgreSQL only one
transaction at a time may add to the chain, and holding that lock for longer would stop everybody, or lock two
transactions against each other.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session, SessionTransaction

from contest.audit.models import GENESIS, AuditLine
from contest.audit.seals import plain, seal
from contest.clock import require_aware
from contest.db import Base, db

CHAIN_LOCK = 0x617564697421  # any number that no other advisory lock uses
# How to come from a row to the edition it belongs to, when it does not say so itself.
OWNERS = ("entry", "round", "assignment", "ballot")


@dataclass
class Draft:
    """A line that waits for its transaction, or for the savepoint it was written in, to be committed."""

    owner: SessionTransaction | None
    values: dict[str, Any]


def record(
    verb: str,
    *,
    on: Base,
    at: datetime,
    by: Base | None = None,
    edition_id: int | None = None,
    **details: Any,
) -> None:
    """Add one line: `by` (a Person, or None for the service itself) did `verb` to `on`; `details` must fit JSON.

    The line belongs to `edition_id`, or to the edition of `on`, or to none. It appears when the transaction commits.
    """
    session = db.session()
    session.connection()  # a draft always has a transaction whose end decides about it
    session.flush()
    values = {
        "at": require_aware(at),
        "actor_id": None if by is None else _id_of(by),
        "edition_id": edition_id if edition_id is not None else edition_of(on),
        "verb": verb,
        "object_kind": on.__tablename__,
        "object_id": str(_id_of(on)),
        "details": plain(details),
    }
    owner = session.get_nested_transaction() or session.get_transaction()
    _drafts(session).append(Draft(owner, values))


def edition_of(row: Any) -> int | None:
    """The edition that `row` belongs to, as far as it or what it hangs on says so."""
    if row.__tablename__ == "edition":
        return cast(int, row.id)
    if getattr(row, "edition_id", None) is not None:
        return cast(int, row.edition_id)
    owners = (getattr(row, name, None) for name in OWNERS)
    return next((edition_of(owner) for owner in owners if isinstance(owner, Base)), None)


def _id_of(row: Base) -> Any:
    identity = sa.inspect(row).identity
    if identity is None:
        raise ValueError(f"{row!r} is not in the database, nothing can be recorded about it")
    return identity[0]


def _drafts(session: Session) -> list[Draft]:
    drafts: list[Draft] = session.info.setdefault("audit_drafts", [])
    return drafts


@sa.event.listens_for(Session, "before_commit")
def _write(session: Session) -> None:
    """Seal the waiting lines onto the chain, after everything else of the transaction is written."""
    drafts = _drafts(session)
    if not drafts or session.in_nested_transaction():
        return
    session.flush()
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(CHAIN_LOCK)))
    last = session.execute(sa.select(AuditLine.id, AuditLine.sha256).order_by(AuditLine.id.desc()).limit(1)).first()
    number, before = last or (0, GENESIS)
    for place, draft in enumerate(drafts, start=1):
        line = AuditLine(id=number + place, previous_sha256=before, **draft.values)
        before = line.sha256 = seal(line)
        session.add(line)
    drafts.clear()
    session.flush()


@sa.event.listens_for(Session, "after_soft_rollback")
def _forget(session: Session, ended: SessionTransaction) -> None:
    """What was rolled back did not happen: drop its lines, and those of savepoints inside it."""
    drafts = _drafts(session)
    drafts[:] = [draft for draft in drafts if not _within(draft.owner, ended)]


def _within(inner: SessionTransaction | None, outer: SessionTransaction) -> bool:
    while inner is not None and inner is not outer:
        inner = inner.parent
    return inner is outer
