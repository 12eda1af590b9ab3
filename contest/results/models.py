"""What came of a round: the frozen snapshot, the prizes, and whether the public may see them."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from contest.accounts.models import Person
from contest.db import Base
from contest.editions.models import Edition
from contest.entries.models import Entry
from contest.judging.models import Round


class ResultSnapshot(Base):
    """Frozen inputs, method and outcome of a closed round: canonical JSON and its SHA-256. Never changed."""

    __tablename__ = "result_snapshot"
    __table_args__ = (sa.UniqueConstraint("round_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(sa.ForeignKey("round.id"), index=True)
    version: Mapped[int]
    reason: Mapped[str] = mapped_column(default="")
    engine: Mapped[str]  # name and version of the method, as in the body
    body: Mapped[str]  # canonical JSON, exactly the bytes that were hashed
    sha256: Mapped[str]
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))

    round: Mapped[Round] = relationship()
    created_by: Mapped[Person | None] = relationship()
    rows: Mapped[list["ResultRow"]] = relationship(order_by="ResultRow.position", back_populates="snapshot")


class ResultRow(Base):
    """One entry's line of a snapshot. `place` is None under quorum; shared places repeat (1, 2, 2, 4)."""

    __tablename__ = "result_row"
    __table_args__ = (sa.UniqueConstraint("snapshot_id", "entry_id"), sa.UniqueConstraint("snapshot_id", "position"))

    id: Mapped[int] = mapped_column(primary_key=True)
    snapshot_id: Mapped[int] = mapped_column(sa.ForeignKey("result_snapshot.id"), index=True)
    entry_id: Mapped[int] = mapped_column(sa.ForeignKey("entry.id"), index=True)
    position: Mapped[int]
    place: Mapped[int | None]
    shared: Mapped[bool] = mapped_column(default=False)  # others have the same place
    mean_hundredths: Mapped[int | None]  # rounded half up from the exact fraction, for showing
    spread_hundredths: Mapped[int | None]  # highest ballot minus lowest
    ballots: Mapped[int]

    snapshot: Mapped[ResultSnapshot] = relationship(back_populates="rows")
    entry: Mapped[Entry] = relationship()


class ResultAnalysis(Base):
    """What a worker found out about a snapshot: how sure it is, how each judge judged. Only ever shown, made anew when
    prizes change; `seats` are the lines that it was made for, `sha256` the record."""

    __tablename__ = "result_analysis"

    snapshot_id: Mapped[int] = mapped_column(sa.ForeignKey("result_snapshot.id"), primary_key=True)
    sha256: Mapped[str]
    seats: Mapped[list[Any]]  # prizes down to each line, counted from the top
    body: Mapped[dict[str, Any]]
    computed_at: Mapped[datetime]

    snapshot: Mapped[ResultSnapshot] = relationship()


class Award(Base):
    """A prize given to an entry on the ground of a snapshot; taken back by a date and a reason."""

    __tablename__ = "award"
    __table_args__ = (
        sa.CheckConstraint("tier BETWEEN 1 AND 4", name="tier"),
        sa.Index(
            "uq_award_live",
            "entry_id",
            unique=True,
            sqlite_where=sa.text("revoked_at IS NULL"),
            postgresql_where=sa.text("revoked_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    edition_id: Mapped[int] = mapped_column(sa.ForeignKey("edition.id"), index=True)
    snapshot_id: Mapped[int] = mapped_column(sa.ForeignKey("result_snapshot.id"), index=True)
    entry_id: Mapped[int] = mapped_column(sa.ForeignKey("entry.id"), index=True)
    tier: Mapped[int]  # 1 first, 2 second, 3 third prize, 4 merit
    given_at: Mapped[datetime]
    given_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    revoked_at: Mapped[datetime | None]
    revoked_reason: Mapped[str] = mapped_column(default="")

    edition: Mapped[Edition] = relationship()
    snapshot: Mapped[ResultSnapshot] = relationship()
    entry: Mapped[Entry] = relationship()


class Publication(Base):
    """That the prizes resting on a snapshot are public, from when, until when. One live at a time per round."""

    __tablename__ = "publication"
    __table_args__ = (
        sa.Index(
            "uq_publication_live",
            "round_id",
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    edition_id: Mapped[int] = mapped_column(sa.ForeignKey("edition.id"), index=True)
    round_id: Mapped[int] = mapped_column(sa.ForeignKey("round.id"), index=True)
    snapshot_id: Mapped[int] = mapped_column(sa.ForeignKey("result_snapshot.id"), index=True)
    published_at: Mapped[datetime]
    published_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    ended_at: Mapped[datetime | None]
    ended_reason: Mapped[str] = mapped_column(default="")

    snapshot: Mapped[ResultSnapshot] = relationship()
