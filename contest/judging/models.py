"""Rounds, their rubric and panel, who scores what, and the marks."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from contest.accounts.models import Person
from contest.db import Base, one_of
from contest.editions.models import Category, Edition, in_language
from contest.entries.models import Entry

TO_DO = ("open", "draft")  # states of an assignment that still waits for its judge
COUNTED = ("submitted", "locked")  # states whose ballot counts


class Round(Base):
    """One pass of judging of one category. What the marks rest on is fixed once it is open."""

    __tablename__ = "round"
    __table_args__ = (
        one_of("state", "draft", "open", "closed"),
        sa.UniqueConstraint("edition_id", "category_id", "number"),
        sa.CheckConstraint("quorum >= 1", name="quorum"),
        sa.CheckConstraint("state = 'draft' OR opened_at IS NOT NULL", name="open_has_time"),
        sa.CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="closed_has_time"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    edition_id: Mapped[int] = mapped_column(sa.ForeignKey("edition.id"), index=True)
    category_id: Mapped[int] = mapped_column(sa.ForeignKey("category.id"), index=True)
    number: Mapped[int] = mapped_column(default=1)
    name: Mapped[str]
    state: Mapped[str] = mapped_column(default="draft")
    method: Mapped[str] = mapped_column(default="mean")
    quorum: Mapped[int] = mapped_column(default=1)
    seed: Mapped[str]  # from which every judge's own order is drawn
    closes_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]

    edition: Mapped[Edition] = relationship()
    category: Mapped[Category] = relationship()
    criteria: Mapped[list["Criterion"]] = relationship(
        order_by="Criterion.position", cascade="all, delete-orphan", back_populates="round"
    )
    panel: Mapped[list["PanelMember"]] = relationship(order_by="PanelMember.id", back_populates="round")
    assignments: Mapped[list["Assignment"]] = relationship(back_populates="round")

    @property
    def is_draft(self) -> bool:
        return self.state == "draft"

    @property
    def is_open(self) -> bool:
        return self.state == "open"

    @property
    def is_closed(self) -> bool:
        return self.state == "closed"

    @property
    def judges(self) -> list["PanelMember"]:
        """Who is on the panel now."""
        return [member for member in self.panel if member.is_on]


class Criterion(Base):
    """A line of the rubric. Weights are basis points and sum to 10,000 in a round; marks run 0..max in steps."""

    __tablename__ = "criterion"
    __table_args__ = (
        sa.UniqueConstraint("round_id", "position"),
        sa.CheckConstraint("weight_bp > 0 AND weight_bp <= 10000", name="weight"),
        sa.CheckConstraint("max_hundredths > 0 AND step_hundredths > 0", name="scale"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(sa.ForeignKey("round.id"), index=True)
    position: Mapped[int]
    name: Mapped[str]
    name_en: Mapped[str] = mapped_column(default="")
    description: Mapped[str] = mapped_column(default="")
    description_en: Mapped[str] = mapped_column(default="")
    weight_bp: Mapped[int]
    max_hundredths: Mapped[int] = mapped_column(default=10_000)
    step_hundredths: Mapped[int] = mapped_column(default=50)

    round: Mapped[Round] = relationship(back_populates="criteria")

    @property
    def title(self) -> str:
        return in_language(self.name, self.name_en)

    @property
    def about(self) -> str:
        return in_language(self.description, self.description_en)


class PanelMember(Base):
    """A judge of a round. Taken off by a date: what was scored stays."""

    __tablename__ = "panel_member"
    __table_args__ = (
        one_of("role", "main", "reserve", "chair"),
        sa.UniqueConstraint("round_id", "judge_id"),
        sa.UniqueConstraint("round_id", "letter"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(sa.ForeignKey("round.id"), index=True)
    judge_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    role: Mapped[str] = mapped_column(default="main")
    letter: Mapped[str | None]  # under which the judge stands in the record: drawn by lot when the round opens
    added_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
    removed_reason: Mapped[str] = mapped_column(default="")

    round: Mapped[Round] = relationship(back_populates="panel")
    judge: Mapped[Person] = relationship()

    @property
    def is_on(self) -> bool:
        """Whether the judge is on the panel now."""
        return self.removed_at is None


class Assignment(Base):
    """That this judge scores this entry in this round; the state is here, never a pointer on the judge.

    open -> draft -> submitted -> locked when the round closes; recused by the judge; void when the judge left the
    panel before submitting. Only submitted and locked ones count.
    """

    __tablename__ = "assignment"
    __table_args__ = (
        one_of("state", "open", "draft", "submitted", "locked", "recused", "void"),
        sa.UniqueConstraint("round_id", "judge_id", "entry_id"),
        sa.UniqueConstraint("round_id", "judge_id", "position"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(sa.ForeignKey("round.id"), index=True)
    entry_id: Mapped[int] = mapped_column(sa.ForeignKey("entry.id"), index=True)
    judge_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    position: Mapped[int]  # in this judge's own order
    state: Mapped[str] = mapped_column(default="open")
    recusal_reason: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]

    round: Mapped[Round] = relationship(back_populates="assignments")
    entry: Mapped[Entry] = relationship()
    judge: Mapped[Person] = relationship()
    ballot: Mapped["Ballot | None"] = relationship(back_populates="assignment", uselist=False)

    @property
    def is_submitted(self) -> bool:
        return self.state in COUNTED


class Ballot(Base):
    """A judge's marks for one entry. `revision` counts saves, so that a second tab cannot overwrite unseen."""

    __tablename__ = "ballot"

    id: Mapped[int] = mapped_column(primary_key=True)
    assignment_id: Mapped[int] = mapped_column(sa.ForeignKey("assignment.id"), unique=True)
    revision: Mapped[int] = mapped_column(default=0)
    comment: Mapped[str] = mapped_column(default="")
    saved_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]

    assignment: Mapped[Assignment] = relationship(back_populates="ballot")
    scores: Mapped[list["Score"]] = relationship(cascade="all, delete-orphan", back_populates="ballot")

    @property
    def marks(self) -> dict[int, int]:
        """Hundredths by criterion id; what was not scored is not in it."""
        return {score.criterion_id: score.value_hundredths for score in self.scores}


class Score(Base):
    """A mark for one criterion, in hundredths. No row: not scored, which is not zero."""

    __tablename__ = "score"
    __table_args__ = (
        sa.UniqueConstraint("ballot_id", "criterion_id"),
        sa.CheckConstraint("value_hundredths >= 0", name="value"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ballot_id: Mapped[int] = mapped_column(sa.ForeignKey("ballot.id"), index=True)
    criterion_id: Mapped[int] = mapped_column(sa.ForeignKey("criterion.id"), index=True)
    value_hundredths: Mapped[int]

    ballot: Mapped[Ballot] = relationship(back_populates="scores")
    criterion: Mapped[Criterion] = relationship()


class BallotRevision(Base):
    """Every saved state of a ballot, kept for good: nothing a judge gave is ever lost."""

    __tablename__ = "ballot_revision"
    __table_args__ = (sa.UniqueConstraint("ballot_id", "revision"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    ballot_id: Mapped[int] = mapped_column(sa.ForeignKey("ballot.id"), index=True)
    revision: Mapped[int]
    body: Mapped[dict[str, Any]]  # {"scores": {criterion id: hundredths}, "comment", "state"}
    saved_at: Mapped[datetime]
