"""One submission: its texts, people, files, pledge, and what was decided about it."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from contest.accounts.models import Person
from contest.db import Base, one_of
from contest.editions.models import Category, Edition, Group
from contest.uploads.models import Asset

AI_USES = ("none", "partly", "mostly")
SHOTS = ("panorama", "close-up")
SHOWCASE = "showcase"  # the role of the copy that only the public sees


class Entry(Base):
    """One submission. `number` is the entrant's, on the receipt; `code` is all that a judge ever sees.

    draft -> submitted -> passed, or returned -> submitted again; withdrawn from any of these by the entrant.
    """

    __tablename__ = "entry"
    __table_args__ = (
        one_of("state", "draft", "submitted", "returned", "passed", "withdrawn"),
        one_of("ai_use", "", *AI_USES),
        sa.CheckConstraint("state IN ('draft', 'withdrawn') OR number IS NOT NULL", name="submitted_has_number"),
        sa.CheckConstraint("state != 'passed' OR code IS NOT NULL", name="passed_has_code"),
        sa.UniqueConstraint("edition_id", "number"),
        sa.UniqueConstraint("edition_id", "code"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    edition_id: Mapped[int] = mapped_column(sa.ForeignKey("edition.id"), index=True)
    category_id: Mapped[int] = mapped_column(sa.ForeignKey("category.id"), index=True)
    group_id: Mapped[int | None] = mapped_column(sa.ForeignKey("contest_group.id"), index=True)
    entrant_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    state: Mapped[str] = mapped_column(default="draft")
    number: Mapped[str | None]
    code: Mapped[str | None]
    title: Mapped[str] = mapped_column(default="")
    synopsis: Mapped[str] = mapped_column(default="")
    unit_name: Mapped[str] = mapped_column(default="")
    contact_name: Mapped[str] = mapped_column(default="")
    contact_phone: Mapped[str] = mapped_column(default="")
    contact_email: Mapped[str] = mapped_column(default="")
    ai_use: Mapped[str] = mapped_column(default="", server_default="")  # what the entrant declares; empty: nothing yet
    pledged_at: Mapped[datetime | None]  # when the originality pledge was ticked
    showcase_consent: Mapped[bool] = mapped_column(default=False)
    revision: Mapped[int] = mapped_column(default=0)  # counts saves, so that a stale form is noticed
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]

    edition: Mapped[Edition] = relationship()
    category: Mapped[Category] = relationship()
    group: Mapped[Group | None] = relationship()
    entrant: Mapped[Person] = relationship()
    authors: Mapped[list["EntryAuthor"]] = relationship(
        order_by="EntryAuthor.position", cascade="all, delete-orphan", back_populates="entry"
    )
    files: Mapped[list["EntryFile"]] = relationship(
        order_by="(EntryFile.role, EntryFile.position, EntryFile.id)", back_populates="entry"
    )
    decisions: Mapped[list["EligibilityDecision"]] = relationship(order_by="EligibilityDecision.id")

    @property
    def current_files(self) -> list["EntryFile"]:
        """The files that count, in order; replaced and removed ones keep their rows but not their place."""
        return [file for file in self.files if file.state == "current"]

    @property
    def judged_files(self) -> list["EntryFile"]:
        """What judges see: never the showcase copy, in whose credits names stand."""
        return [file for file in self.current_files if not file.is_showcase_copy]

    @property
    def shown_files(self) -> list["EntryFile"]:
        """What the public sees of a winner: the showcase copy where there is one, else what was judged."""
        return [file for file in self.current_files if file.is_showcase_copy] or self.judged_files

    @property
    def showcase_copy(self) -> "EntryFile | None":
        return next((file for file in self.current_files if file.is_showcase_copy), None)

    @property
    def says_ai_made_it(self) -> bool:
        """Whether the entrant declares it; a file may carry a label that says so beside."""
        return self.ai_use in ("partly", "mostly")

    @property
    def has_ai_label(self) -> bool:
        """Whether a file that counts carries the label of AI-made content."""
        return any((file.asset.facts or {}).get("ai_label") for file in self.current_files)

    @property
    def is_editable(self) -> bool:
        """Whether it is in the entrant's hands."""
        return self.state in ("draft", "returned")

    @property
    def check(self) -> str:
        """What the checks say of all files together: none, waiting, must_fix, advice or ok."""
        verdicts = {file.check for file in self.current_files}
        return next((word for word in ("must_fix", "waiting", "advice", "ok") if word in verdicts), "none")

    @property
    def return_reason(self) -> str:
        """What the office asks to be changed, while the entry is returned."""
        returned = [decision for decision in self.decisions if decision.outcome == "returned"]
        return returned[-1].reason if returned and self.state == "returned" else ""


class EntryAuthor(Base):
    """A person credited on the entry, in order."""

    __tablename__ = "entry_author"
    __table_args__ = (sa.UniqueConstraint("entry_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(sa.ForeignKey("entry.id"), index=True)
    position: Mapped[int]
    name: Mapped[str]

    entry: Mapped[Entry] = relationship(back_populates="authors")


class EntryFile(Base):
    """A place for one file of an entry, and the received file that fills it. Replaced files keep their row."""

    __tablename__ = "entry_file"
    __table_args__ = (
        one_of("state", "current", "replaced", "removed"),
        one_of("shot", "", *SHOTS),
        one_of("role", "", SHOWCASE),
        sa.Index(
            "uq_entry_file_current",
            "entry_id",
            "role",
            "position",
            unique=True,
            sqlite_where=sa.text("state = 'current'"),
            postgresql_where=sa.text("state = 'current'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(sa.ForeignKey("entry.id"), index=True)
    position: Mapped[int]
    asset_id: Mapped[int] = mapped_column(sa.ForeignKey("asset.id"), index=True)
    state: Mapped[str] = mapped_column(default="current")
    caption: Mapped[str] = mapped_column(default="")
    shot: Mapped[str] = mapped_column(default="", server_default="")  # what the entrant says it is, where that is asked
    role: Mapped[str] = mapped_column(default="", server_default="")  # positions are counted in each role from 0
    added_at: Mapped[datetime]

    entry: Mapped[Entry] = relationship(back_populates="files")
    asset: Mapped[Asset] = relationship()
    reports: Mapped[list["CheckReport"]] = relationship(order_by="CheckReport.id")

    @property
    def is_showcase_copy(self) -> bool:
        return self.role == SHOWCASE

    @property
    def report(self) -> "CheckReport | None":
        """The newest one; earlier ones tell what was said at the time."""
        return self.reports[-1] if self.reports else None

    @property
    def check(self) -> str:
        """waiting, must_fix, advice or ok."""
        if self.report is None or not self.asset.is_checked:
            return "waiting"
        return "must_fix" if self.report.outcome == "unreadable" else self.report.outcome


class CheckReport(Base):
    """Measured facts about a file and the rules they meet or miss, as they stood when it was checked."""

    __tablename__ = "check_report"
    __table_args__ = (one_of("outcome", "ok", "advice", "must_fix", "unreadable"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_file_id: Mapped[int] = mapped_column(sa.ForeignKey("entry_file.id"), index=True)
    outcome: Mapped[str]
    limits: Mapped[dict[str, Any]]  # the category's limits at that time
    findings: Mapped[list[Any]]  # [{"code", "outcome", "measured", "limit"}], worded when shown
    checked_at: Mapped[datetime]


class EligibilityDecision(Base):
    """A person checked a submitted entry: it passed, or it was returned with a reason the entrant reads."""

    __tablename__ = "eligibility_decision"
    __table_args__ = (
        one_of("outcome", "passed", "returned"),
        sa.CheckConstraint("outcome = 'passed' OR reason != ''", name="returned_has_reason"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(sa.ForeignKey("entry.id"), index=True)
    outcome: Mapped[str]
    reason: Mapped[str] = mapped_column(default="")
    decided_by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    decided_at: Mapped[datetime]

    decided_by: Mapped[Person] = relationship()


class Receipt(Base):
    """What the entrant keeps: number, server time and SHA-256 of each file, signed so that it can be verified."""

    __tablename__ = "receipt"

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(sa.ForeignKey("entry.id"), index=True)
    issued_at: Mapped[datetime]
    body: Mapped[str]  # canonical JSON, as signed
    signature: Mapped[str] = mapped_column(unique=True)


class Fingerprint(Base):
    """By what the pictures and the sound of a handed-in file are known again; read of thousands at a time."""

    __tablename__ = "fingerprint"
    __table_args__ = (sa.CheckConstraint("version > 0", name="version"),)

    asset_id: Mapped[int] = mapped_column(sa.ForeignKey("asset.id"), primary_key=True)
    version: Mapped[int]
    pictures: Mapped[bytes] = mapped_column(sa.LargeBinary)  # eight bytes each: contest.media.likeness
    sound: Mapped[bytes | None] = mapped_column(sa.LargeBinary)  # None: ffmpeg lacked chromaprint
    trouble: Mapped[str] = mapped_column(default="")  # why there is none; not tried again by itself
    made_at: Mapped[datetime]


class Resemblance(Base):
    """Two files that look or sound alike, the older first; a hint to the office, and what a person found it to be."""

    __tablename__ = "resemblance"
    __table_args__ = (
        one_of("what", "pictures", "sound"),
        one_of("verdict", "", "copy", "not-a-copy"),
        sa.UniqueConstraint("asset_id", "later_id", "what"),
        sa.CheckConstraint("asset_id < later_id", name="order"),
        sa.CheckConstraint("(verdict = '') = (decided_at IS NULL)", name="decided"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    asset_id: Mapped[int] = mapped_column(sa.ForeignKey("asset.id"))
    later_id: Mapped[int] = mapped_column(sa.ForeignKey("asset.id"), index=True)
    what: Mapped[str]
    alike: Mapped[int]  # pictures of `of`, or seconds of sound
    of: Mapped[int]
    at_ms: Mapped[int] = mapped_column(default=0)  # where the agreement begins, in either
    later_at_ms: Mapped[int] = mapped_column(default=0)
    verdict: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(default="")
    decided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    found_at: Mapped[datetime]

    decided_by: Mapped[Person | None] = relationship()
