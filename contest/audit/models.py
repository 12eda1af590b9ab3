"""The record of who did what: lines that are only ever added, each sealed with the hash of the one before."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from contest.db import Base


class AuditLine(Base):
    """One thing somebody did. Never changed, never deleted: a trigger on both databases sees to it."""

    __tablename__ = "audit_line"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    actor_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    verb: Mapped[str]  # such as "entry.submitted"
    object_kind: Mapped[str]
    object_id: Mapped[str]
    details: Mapped[dict[str, Any]]  # before and after, reason: whatever matters
    previous_sha256: Mapped[str]
    sha256: Mapped[str] = mapped_column(unique=True)
