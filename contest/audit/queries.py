"""Questions to the record: is it whole, and who did what."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa

from contest.audit.models import GENESIS, AuditLine
from contest.audit.seals import seal
from contest.db import db

BATCH = 1_000

Kind = Literal["changed", "missing", "forked", "replaced"]


@dataclass(frozen=True)
class Break:
    """The first place where the record is not what was written.

    changed: the line does not fit its own seal. missing: lines before it are gone. forked: it follows a line that
    another one already follows. replaced: it follows a line that is not there; the one before was written anew.
    """

    line_id: int
    kind: Kind
    missing: tuple[int, int] | None = None  # the first and last number that are gone


@dataclass(frozen=True)
class Head:
    """The newest line: its number and seal. Noted down elsewhere, it shows later whether the end was cut off."""

    line_id: int
    sha256: str


def head() -> Head | None:
    """The newest line, None while there is none."""
    row = db.session.execute(sa.select(AuditLine.id, AuditLine.sha256).order_by(AuditLine.id.desc()).limit(1)).first()
    return Head(*row) if row else None


def holds(noted: Head) -> bool:
    """Whether a head that was noted down earlier is still in the record as it was."""
    return db.session.scalar(sa.select(AuditLine.sha256).where(AuditLine.id == noted.line_id)) == noted.sha256


def first_break() -> Break | None:
    """Where the record stops being what was written, None when it is whole. Reads it all, a batch at a time."""
    before = Head(0, GENESIS)
    for line_id, line in _in_order():
        if line is None or seal(line) != line.sha256:
            return Break(line_id, "changed")
        if line.previous_sha256 != before.sha256 or line_id != before.line_id + 1:
            return _broken_link(line, before)
        before = Head(line_id, line.sha256)
    return None


def _broken_link(line: sa.Row[Any], before: Head) -> Break:
    follows = sa.select(AuditLine.id).where(AuditLine.id < line.id, AuditLine.sha256 == line.previous_sha256)
    follows_older = db.session.scalar(follows) not in (None, before.line_id)
    if follows_older or (line.previous_sha256 == GENESIS and before.line_id):
        return Break(line.id, "forked")
    if line.id > before.line_id + 1:
        return Break(line.id, "missing", (before.line_id + 1, line.id - 1))
    return Break(line.id, "replaced")


def _in_order() -> Iterator[tuple[int, sa.Row[Any] | None]]:
    """The number and content of every line, in order; None for content that cannot even be read."""
    last = 0
    select = sa.select(*AuditLine.__table__.columns).order_by(AuditLine.id)
    while ids := db.session.scalars(
        sa.select(AuditLine.id).where(AuditLine.id > last).order_by(AuditLine.id).limit(BATCH)
    ).all():
        try:
            rows: Sequence[sa.Row[Any] | None] = db.session.execute(select.where(AuditLine.id.in_(ids))).all()
        except ValueError:  # a time or JSON text that was tampered with: look at each line alone
            rows = [_readable(line_id) for line_id in ids]
        yield from zip(ids, rows, strict=True)
        last = ids[-1]


def _readable(line_id: int) -> sa.Row[Any] | None:
    try:
        return db.session.execute(sa.select(*AuditLine.__table__.columns).where(AuditLine.id == line_id)).one()
    except ValueError:
        return None


def lines_of(edition_id: int) -> sa.Select[AuditLine]:
    """What an auditor of the edition reads, newest first: its own lines, what the service did, and what belongs to no
    edition (such as signing in) when it was done by somebody who acted in this one."""
    acted = sa.select(AuditLine.actor_id).where(AuditLine.edition_id == edition_id, AuditLine.actor_id.is_not(None))
    of_nobody_else = sa.or_(AuditLine.actor_id.is_(None), AuditLine.actor_id.in_(acted))
    return (
        sa.select(AuditLine)
        .where(
            sa.or_(AuditLine.edition_id == edition_id, sa.and_(AuditLine.edition_id.is_(None), of_nobody_else)),
        )
        .order_by(AuditLine.id.desc())
    )


def verbs_in_use() -> list[str]:
    """Every verb that some line has, in order."""
    return list(db.session.scalars(sa.select(AuditLine.verb).distinct().order_by(AuditLine.verb)))


def kinds_in_use() -> list[str]:
    """Every kind of object that some line is about, in order."""
    return list(db.session.scalars(sa.select(AuditLine.object_kind).distinct().order_by(AuditLine.object_kind)))
