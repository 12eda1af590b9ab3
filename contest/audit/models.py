"""The record of who did what: lines that are only ever added, each sealed with the hash of the one before."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from contest.db import Base

GENESIS = "0" * 64  # what the first line names as the seal before it


class AuditLine(Base):
    """One thing somebody did. Never changed, never deleted: triggers on both databases see to it.

    Numbers have no gaps, so that a missing line shows; no two lines can follow the same one, so the chain cannot fork.
    """

    __tablename__ = "audit_line"
    __table_args__ = (
        sa.CheckConstraint("id >= 1", name="id"),
        sa.CheckConstraint("verb <> ''", name="verb"),
        sa.CheckConstraint("object_kind <> '' AND object_id <> ''", name="object"),
        sa.CheckConstraint("length(sha256) = 64 AND length(previous_sha256) = 64", name="seals"),
        sa.CheckConstraint("sha256 <> previous_sha256", name="moves_on"),
        sa.Index("ix_audit_line_object", "object_kind", "object_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # the place in the chain
    at: Mapped[datetime] = mapped_column(index=True)
    actor_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    edition_id: Mapped[int | None] = mapped_column(sa.ForeignKey("edition.id"), index=True)
    verb: Mapped[str] = mapped_column(index=True)  # such as "entry.submitted"
    object_kind: Mapped[str]
    object_id: Mapped[str]
    # Plain JSON on PostgreSQL too: JSONB would write numbers anew, and the seal would no longer fit.
    details: Mapped[dict[str, Any]] = mapped_column(sa.JSON())  # before and after, reason: whatever matters
    previous_sha256: Mapped[str] = mapped_column(unique=True)
    sha256: Mapped[str] = mapped_column(unique=True)


# What makes the table append-only. A migration executes these after creating the table; create_all() does as well.
APPEND_ONLY_DDL: dict[str, tuple[str, ...]] = {
    "sqlite": (
        "CREATE TRIGGER audit_line_no_update BEFORE UPDATE ON audit_line "
        "BEGIN SELECT RAISE(ABORT, 'audit_line is append-only'); END",
        "CREATE TRIGGER audit_line_no_delete BEFORE DELETE ON audit_line "
        "BEGIN SELECT RAISE(ABORT, 'audit_line is append-only'); END",
        # INSERT OR REPLACE deletes the row in its way without firing the trigger above.
        "CREATE TRIGGER audit_line_no_replace BEFORE INSERT ON audit_line "
        "WHEN EXISTS (SELECT 1 FROM audit_line WHERE id = NEW.id OR sha256 = NEW.sha256 "
        "OR previous_sha256 = NEW.previous_sha256) "
        "BEGIN SELECT RAISE(ABORT, 'audit_line is append-only'); END",
    ),
    "postgresql": (
        "CREATE FUNCTION audit_line_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'audit_line is append-only'; END $$",
        "CREATE TRIGGER audit_line_no_change BEFORE UPDATE OR DELETE ON audit_line "
        "FOR EACH ROW EXECUTE FUNCTION audit_line_is_append_only()",
        "CREATE TRIGGER audit_line_no_truncate BEFORE TRUNCATE ON audit_line "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_line_is_append_only()",
    ),
}
# What a migration executes after dropping the table; the triggers go with it.
APPEND_ONLY_UNDO: dict[str, tuple[str, ...]] = {
    "sqlite": (),
    "postgresql": ("DROP FUNCTION audit_line_is_append_only()",),
}

for _dialect, _statements in APPEND_ONLY_DDL.items():
    for _statement in _statements:
        _ddl = sa.DDL(_statement)  # type: ignore[no-untyped-call]
        sa.event.listen(AuditLine.__table__, "after_create", _ddl.execute_if(dialect=_dialect))
for _dialect, _statements in APPEND_ONLY_UNDO.items():
    for _statement in _statements:
        _ddl = sa.DDL(_statement)  # type: ignore[no-untyped-call]
        sa.event.listen(AuditLine.__table__, "after_drop", _ddl.execute_if(dialect=_dialect))
