"""Rounds, their rubric and panel, who scores what, and the marks."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from contest.accounts.models import Area, Person, Unit
from contest.db import Base, one_of
from contest.editions.models import Category, Edition, Group, in_language
from contest.entries.models import Entry

TO_DO = ("open", "draft")  # states of an assignment that still waits for its judge
COUNTED = ("submitted", "locked")  # states whose ballot counts
RECUSAL_KINDS = ("conflict", "abstained", "other")  # a tie to the work; cannot judge it; anything else
FLAG_KINDS = ("identity", "rules", "playback", "other")
CONFLICT_KINDS = ("own", "unit", "area", "relation", "name", "declared")


METHODS = ("mean", "trimmed", "adjusted", "calibrated")  # how ballots become an order, see docs/ranking.md
TIE_RULES = ("criterion", "median", "head_to_head")  # what may part equals, in the order that a round declares


class Round(Base):
    """One pass of judging of one category, or of one group of it. What the marks rest on is fixed once it is open.

    A draft without a method gets the one that suits when it is opened. Without `per_entry` every judge scores every
    work. `based_on`: an earlier round, whose best works, or those with a score at least, are the works of this one.
    """

    __tablename__ = "round"
    __table_args__ = (
        one_of("state", "draft", "open", "closed"),
        one_of("method", "", *METHODS),
        one_of("rank_on", "exact", "published"),
        sa.CheckConstraint("state = 'draft' OR method <> ''", name="open_has_method"),
        sa.CheckConstraint("trim BETWEEN 1 AND 3", name="trim"),
        sa.CheckConstraint("decimals BETWEEN 0 AND 6", name="decimals"),
        sa.CheckConstraint("per_entry >= 1", name="per_entry"),
        sa.CheckConstraint("cap >= 1", name="cap"),
        sa.CheckConstraint(
            "CASE WHEN based_on_id IS NULL THEN shortlist_best IS NULL AND shortlist_from IS NULL"
            " ELSE (shortlist_best IS NULL) <> (shortlist_from IS NULL) END",
            name="shortlist",
        ),
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
    group_id: Mapped[int | None] = mapped_column(sa.ForeignKey("contest_group.id"))  # None: the whole category
    based_on_id: Mapped[int | None] = mapped_column(sa.ForeignKey("round.id"))
    shortlist_best: Mapped[int | None]  # works from the earlier round; who ties with the last of them comes along
    shortlist_from: Mapped[int | None]  # the least score there instead, in hundredths
    method: Mapped[str] = mapped_column(default="", server_default="mean")
    trim: Mapped[int] = mapped_column(default=1, server_default="1")  # ballots left out at each end
    decimals: Mapped[int] = mapped_column(default=2, server_default="2")
    rank_on: Mapped[str] = mapped_column(default="exact", server_default="exact")
    tie_chain: Mapped[list[Any]] = mapped_column(default=lambda: list(TIE_RULES), server_default="[]")
    per_entry: Mapped[int | None]  # ballots for each work
    cap: Mapped[int | None]  # works of a judge at most, where the panel says nothing else
    quorum: Mapped[int] = mapped_column(default=1)
    seed: Mapped[str]  # from which who scores what and every judge's own order are drawn
    opens_at: Mapped[datetime | None]  # judges see nothing before
    closes_at: Mapped[datetime | None]
    area_bars: Mapped[bool] = mapped_column(default=False, server_default=sa.false())  # the same area is a conflict
    created_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]

    edition: Mapped[Edition] = relationship()
    category: Mapped[Category] = relationship()
    group: Mapped[Group | None] = relationship()
    based_on: Mapped["Round | None"] = relationship(remote_side="Round.id")
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
        sa.CheckConstraint("cap >= 1", name="cap"),
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
    cap: Mapped[int | None]  # works at most; None: as the round says

    round: Mapped[Round] = relationship(back_populates="panel")
    judge: Mapped[Person] = relationship()

    @property
    def is_on(self) -> bool:
        """Whether the judge is on the panel now."""
        return self.removed_at is None


class Assignment(Base):
    """That this judge scores this entry in this round; the state is here, never a pointer on the judge.

    open -> draft -> submitted -> locked when the round closes; recused by the judge; void when the judge left the
    panel before submitting. Only submitted and locked ones count. Deferred is a mark beside the state, because a
    ballot that is put off keeps its marks and is still to be done.
    """

    __tablename__ = "assignment"
    __table_args__ = (
        one_of("state", "open", "draft", "submitted", "locked", "recused", "void"),
        one_of("recusal_kind", "", *RECUSAL_KINDS),
        sa.UniqueConstraint("round_id", "judge_id", "entry_id"),
        sa.UniqueConstraint("round_id", "judge_id", "position"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(sa.ForeignKey("round.id"), index=True)
    entry_id: Mapped[int] = mapped_column(sa.ForeignKey("entry.id"), index=True)
    judge_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    position: Mapped[int]  # in this judge's own order
    state: Mapped[str] = mapped_column(default="open")
    recusal_kind: Mapped[str] = mapped_column(default="")
    recusal_reason: Mapped[str] = mapped_column(default="")
    deferred_at: Mapped[datetime | None]
    conflict_id: Mapped[int | None] = mapped_column(sa.ForeignKey("conflict_of_interest.id"))  # that made it void
    created_at: Mapped[datetime]

    round: Mapped[Round] = relationship(back_populates="assignments")
    entry: Mapped[Entry] = relationship()
    judge: Mapped[Person] = relationship()
    ballot: Mapped["Ballot | None"] = relationship(back_populates="assignment", uselist=False)
    viewing: Mapped["Viewing | None"] = relationship(uselist=False)
    conflict: Mapped["ConflictOfInterest | None"] = relationship()

    @property
    def is_submitted(self) -> bool:
        return self.state in COUNTED

    @property
    def is_deferred(self) -> bool:
        """Put off by the judge, to come back to."""
        return self.deferred_at is not None and self.state in TO_DO

    @property
    def is_abstained(self) -> bool:
        """No mark because the judge cannot judge it, which is neither a zero nor a conflict of interest."""
        return self.state == "recused" and self.recusal_kind == "abstained"


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


class Flag(Base):
    """What a judge tells the organisers about a work without stopping. The answer goes back to that judge alone."""

    __tablename__ = "flag"
    __table_args__ = (
        one_of("kind", *FLAG_KINDS),
        sa.CheckConstraint("(closed_at IS NULL) = (closed_by_id IS NULL)", name="closed"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    assignment_id: Mapped[int] = mapped_column(sa.ForeignKey("assignment.id"), index=True)
    kind: Mapped[str]
    note: Mapped[str] = mapped_column(default="")
    raised_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    closed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    answer: Mapped[str] = mapped_column(default="")

    assignment: Mapped[Assignment] = relationship()
    closed_by: Mapped[Person | None] = relationship()

    @property
    def is_open(self) -> bool:
        return self.closed_at is None


class Viewing(Base):
    """What the bench remembers for its judge alone: notes, and which seconds of the film were on.

    Apart from the ballot, so that nothing that shows or exports ballots can take it along. It decides nothing.
    """

    __tablename__ = "viewing"
    __table_args__ = (sa.CheckConstraint("watched_share BETWEEN 0 AND 100", name="share"),)

    assignment_id: Mapped[int] = mapped_column(sa.ForeignKey("assignment.id"), primary_key=True)
    note: Mapped[str] = mapped_column(default="")
    watched: Mapped[list[Any]] = mapped_column(default=list)  # [from, to) in seconds, in order
    watched_share: Mapped[int] = mapped_column(default=0)  # per cent
    saved_at: Mapped[datetime]


class ConflictOfInterest(Base):
    """Why a judge must not score a work, or any work of a unit, an area or a person. Lifted by a date, never deleted.

    What the rules find is pinned here when somebody is assigned: it holds although the judge moves to another unit, or
    the unit of the work is written differently. A row that was lifted says that this was looked at and is none.
    """

    __tablename__ = "conflict_of_interest"
    __table_args__ = (
        one_of("kind", *CONFLICT_KINDS),
        one_of("declared_by_role", "rule", "judge", "entrant", "organiser"),
        sa.CheckConstraint("reason <> ''", name="reason"),
        sa.CheckConstraint("(declared_by_role = 'rule') = (declared_by_id IS NULL)", name="declared_by_somebody"),
        sa.CheckConstraint(
            "entry_id IS NOT NULL OR unit_id IS NOT NULL OR area_id IS NOT NULL"
            " OR unit_name <> '' OR person_name <> ''",
            name="of_something",
        ),
        sa.CheckConstraint(
            "(lifted_at IS NULL AND lifted_by_id IS NULL AND lifted_reason = '')"
            " OR (lifted_at IS NOT NULL AND lifted_by_id IS NOT NULL AND lifted_reason <> '')",
            name="lifted_with_reason",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    edition_id: Mapped[int] = mapped_column(sa.ForeignKey("edition.id"), index=True)
    round_id: Mapped[int | None] = mapped_column(sa.ForeignKey("round.id"), index=True)  # None: in the whole edition
    judge_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    kind: Mapped[str]
    entry_id: Mapped[int | None] = mapped_column(sa.ForeignKey("entry.id"), index=True)
    unit_id: Mapped[int | None] = mapped_column(sa.ForeignKey("unit.id"))
    area_id: Mapped[int | None] = mapped_column(sa.ForeignKey("area.id"))
    unit_name: Mapped[str] = mapped_column(default="")  # as it was called then
    person_name: Mapped[str] = mapped_column(default="")
    reason: Mapped[str]
    declared_by_role: Mapped[str]
    declared_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime]
    lifted_at: Mapped[datetime | None]
    lifted_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    lifted_reason: Mapped[str] = mapped_column(default="")

    judge: Mapped[Person] = relationship(foreign_keys=[judge_id])
    declared_by: Mapped[Person | None] = relationship(foreign_keys=[declared_by_id])
    lifted_by: Mapped[Person | None] = relationship(foreign_keys=[lifted_by_id])
    entry: Mapped[Entry | None] = relationship()
    area: Mapped[Area | None] = relationship()

    @property
    def stands(self) -> bool:
        return self.lifted_at is None

    @property
    def is_found(self) -> bool:
        """Found by the rules, not declared by anybody."""
        return self.declared_by_role == "rule"


class UnitAlias(Base):
    """Another name that entrants write for a unit: a former or a short one. `key` is the name as names are compared."""

    __tablename__ = "unit_alias"
    __table_args__ = (sa.CheckConstraint("key <> ''", name="key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"), index=True)
    name: Mapped[str]
    key: Mapped[str] = mapped_column(unique=True)
    added_at: Mapped[datetime]

    unit: Mapped[Unit] = relationship()
