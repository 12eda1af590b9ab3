"""One run of the contest: theme, calendar, categories with their limits, groups."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import get_locale
from sqlalchemy.orm import Mapped, mapped_column, relationship

from contest.db import Base, one_of

PHASES = ("submission", "review", "judging", "notice", "showcase")


def in_language(chinese: str, english: str) -> str:
    """The text in the reader's language, in the other one when there is none."""
    locale = get_locale()
    return (english or chinese) if locale is not None and locale.language == "en" else (chinese or english)


class Edition(Base):
    """One run of the contest. At most one is current: the one that the home page shows."""

    __tablename__ = "edition"
    __table_args__ = (
        one_of("state", "draft", "open", "archived"),
        sa.CheckConstraint("NOT is_current OR state = 'open'", name="current_is_open"),
        sa.CheckConstraint("upload_grace_min BETWEEN 0 AND 1440", name="upload_grace"),
        sa.CheckConstraint("upload_quota_mib > 0", name="upload_quota"),
        sa.Index(
            "uq_edition_current",
            "is_current",
            unique=True,
            sqlite_where=sa.text("is_current"),
            postgresql_where=sa.text("is_current"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    name_en: Mapped[str] = mapped_column(default="")
    theme: Mapped[str] = mapped_column(default="")
    theme_en: Mapped[str] = mapped_column(default="")
    introduction: Mapped[str] = mapped_column(default="")
    introduction_en: Mapped[str] = mapped_column(default="")
    organisers: Mapped[str] = mapped_column(default="")  # who holds it, one per line, for the footer
    contact_phone: Mapped[str] = mapped_column(default="")
    contact_email: Mapped[str] = mapped_column(default="")
    time_zone: Mapped[str] = mapped_column(default="Asia/Shanghai")
    upload_grace_min: Mapped[int] = mapped_column(default=30)  # an upload begun in time may end this long after
    upload_quota_mib: Mapped[int | None]  # room for all files sent to it; None: as much as the server has
    state: Mapped[str] = mapped_column(default="draft")
    is_current: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]

    phases: Mapped[list["Phase"]] = relationship(order_by="Phase.position", back_populates="edition")
    categories: Mapped[list["Category"]] = relationship(order_by="Category.position", back_populates="edition")
    groups: Mapped[list["Group"]] = relationship(order_by="Group.position", back_populates="edition")

    def phase(self, kind: str) -> "Phase | None":
        return next((phase for phase in self.phases if phase.kind == kind), None)

    @property
    def account(self) -> str:
        """Under which name uploads are counted for it."""
        return f"edition:{self.id}"

    @property
    def title(self) -> str:
        return in_language(self.name, self.name_en)

    @property
    def motto(self) -> str:
        """The theme in the reader's language."""
        return in_language(self.theme, self.theme_en)

    @property
    def lead(self) -> str:
        """The introduction in the reader's language."""
        return in_language(self.introduction, self.introduction_en)

    @property
    def contact_lines(self) -> list[str]:
        """Who holds it and how to reach them, for the foot of every page."""
        lines = [*self.organisers.splitlines(), self.contact_phone, self.contact_email]
        return [line.strip() for line in lines if line.strip()]


class Phase(Base):
    """A stretch of the calendar. It includes its start and ends just before `ends_at`."""

    __tablename__ = "phase"
    __table_args__ = (
        one_of("kind", *PHASES),
        sa.UniqueConstraint("edition_id", "kind"),
        sa.CheckConstraint("ends_at IS NULL OR ends_at > starts_at", name="order"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    edition_id: Mapped[int] = mapped_column(sa.ForeignKey("edition.id"), index=True)
    kind: Mapped[str]
    position: Mapped[int]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]  # None: stays open, as the showcase does

    edition: Mapped[Edition] = relationship(back_populates="phases")


class Category(Base):
    """What kind of work may be entered, and its limits. Lengths in ms, sizes in bytes, sides in pixels."""

    __tablename__ = "category"
    __table_args__ = (
        one_of("kind", "video", "photo"),
        sa.UniqueConstraint("edition_id", "code"),
        sa.CheckConstraint("min_files >= 1 AND max_files >= min_files", name="files"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    edition_id: Mapped[int] = mapped_column(sa.ForeignKey("edition.id"), index=True)
    position: Mapped[int]
    code: Mapped[str]  # the letter of code names: A-017
    kind: Mapped[str]
    name: Mapped[str]
    name_en: Mapped[str] = mapped_column(default="")
    description: Mapped[str] = mapped_column(default="")
    description_en: Mapped[str] = mapped_column(default="")
    min_files: Mapped[int] = mapped_column(default=1)
    max_files: Mapped[int] = mapped_column(default=1)
    max_bytes: Mapped[int] = mapped_column(sa.BigInteger)
    min_length_ms: Mapped[int | None]
    max_length_ms: Mapped[int | None]
    tolerance_ms: Mapped[int] = mapped_column(default=500)  # editors export 180.02 s for "3:00"
    min_short_side: Mapped[int | None]
    min_long_side: Mapped[int | None]
    sound_required: Mapped[bool] = mapped_column(default=False)
    further_limits: Mapped[dict[str, Any]] = mapped_column(
        default=dict, server_default="{}"
    )  # of contest.entries.rules.limits.Rules
    last_number: Mapped[int] = mapped_column(default=0)  # of the entry numbers given out; only ever counts up

    edition: Mapped[Edition] = relationship(back_populates="categories")

    @property
    def title(self) -> str:
        return in_language(self.name, self.name_en)

    @property
    def about(self) -> str:
        return in_language(self.description, self.description_en)


class Group(Base):
    """Who competes with whom: pupils, sci-tech workers, the public."""

    __tablename__ = "contest_group"  # GROUP is a word of SQL
    __table_args__ = (sa.UniqueConstraint("edition_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    edition_id: Mapped[int] = mapped_column(sa.ForeignKey("edition.id"), index=True)
    position: Mapped[int]
    name: Mapped[str]
    name_en: Mapped[str] = mapped_column(default="")

    edition: Mapped[Edition] = relationship(back_populates="groups")

    @property
    def title(self) -> str:
        return in_language(self.name, self.name_en)
