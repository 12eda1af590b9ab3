"""People, the units they belong to, what they may do, and how they come in."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_login import UserMixin
from sqlalchemy.orm import Mapped, mapped_column, relationship

from contest.db import Base, one_of

ROLES = ("entrant", "judge", "organiser", "unit_officer", "auditor")


class Area(Base):
    """A county, district, city or development zone."""

    __tablename__ = "area"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)


class Unit(Base):
    """An organisation: it recommends entries and reports on its science week."""

    __tablename__ = "unit"
    __table_args__ = (one_of("kind", "bureau", "school", "institute", "hospital", "enterprise", "media", "other"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str] = mapped_column(default="other")
    area_id: Mapped[int | None] = mapped_column(sa.ForeignKey("area.id"), index=True)

    area: Mapped[Area | None] = relationship()


class Person(Base, UserMixin):
    """Somebody with an account. E-mail and phone are sign-in names: folded, at least one, each used once."""

    __tablename__ = "person"
    __table_args__ = (
        sa.CheckConstraint("email IS NOT NULL OR phone IS NOT NULL", name="reachable"),
        sa.CheckConstraint("name <> ''", name="name"),
        sa.CheckConstraint("email <> ''", name="email"),
        sa.CheckConstraint("phone <> ''", name="phone"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    email: Mapped[str | None] = mapped_column(unique=True)
    phone: Mapped[str | None] = mapped_column(unique=True)
    password_hash: Mapped[str | None]  # argon2id; None until the person chose one
    password_changed_at: Mapped[datetime | None]
    unit_id: Mapped[int | None] = mapped_column(sa.ForeignKey("unit.id"), index=True)
    locale: Mapped[str | None]
    created_at: Mapped[datetime]
    blocked_at: Mapped[datetime | None]

    unit: Mapped[Unit | None] = relationship()
    grants: Mapped[list["RoleGrant"]] = relationship(
        foreign_keys="RoleGrant.person_id", back_populates="person", lazy="selectin"
    )

    @property
    def is_active(self) -> bool:
        return self.blocked_at is None

    @property
    def contact(self) -> str:
        """How to reach the person, in one line."""
        return " · ".join(part for part in (self.phone, self.email) if part)

    def has_role(self, *roles: str, edition_id: int | None = None) -> bool:
        """Whether the person holds one of `roles` now: in that edition, or without one in any."""
        return any(
            grant.role in roles and grant.revoked_at is None and edition_id in (None, grant.edition_id)
            for grant in self.grants
        )


class RoleGrant(Base):
    """That a person may act as something in one edition; taken back by a date, never deleted."""

    __tablename__ = "role_grant"
    __table_args__ = (
        one_of("role", *ROLES),
        sa.CheckConstraint("revoked_at IS NULL OR revoked_at >= granted_at", name="order"),
        sa.Index(
            "uq_role_grant_live",
            "person_id",
            "edition_id",
            "role",
            unique=True,
            sqlite_where=sa.text("revoked_at IS NULL"),
            postgresql_where=sa.text("revoked_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    edition_id: Mapped[int] = mapped_column(sa.ForeignKey("edition.id"), index=True)
    role: Mapped[str]
    unit_id: Mapped[int | None] = mapped_column(sa.ForeignKey("unit.id"))
    granted_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    granted_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    revoked_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))

    person: Mapped[Person] = relationship(foreign_keys=[person_id], back_populates="grants")
    granted_by: Mapped[Person | None] = relationship(foreign_keys=[granted_by_id])
    edition: Mapped[Any] = relationship("Edition")  # of a feature above this one, known here by its name only


class SignInSession(Base):
    """One signed-in browser. Only the hash of its secret is kept; ended by sign-out, revocation, idleness or age."""

    __tablename__ = "sign_in_session"
    __table_args__ = (
        sa.CheckConstraint("length(token_sha256) = 64", name="token"),
        sa.CheckConstraint("seen_at >= started_at", name="order"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    token_sha256: Mapped[str] = mapped_column(unique=True)
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ip: Mapped[str]
    user_agent: Mapped[str]

    person: Mapped[Person] = relationship()


class AccessToken(Base):
    """A secret for a script of its owner's: it sends files as they would, and can do nothing else in their name."""

    __tablename__ = "access_token"
    __table_args__ = (
        sa.CheckConstraint("length(token_sha256) = 64", name="token"),
        sa.CheckConstraint("name <> ''", name="name"),
        sa.CheckConstraint("expires_at > created_at", name="order"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    name: Mapped[str]  # what its owner calls it
    token_sha256: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]  # last, to the minute
    ended_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship()


class SignInAttempt(Base):
    """A try to sign in, counted against the name and the address it came from.

    The row is written before the password is looked at, so that tries at the same moment count as well. Of the name
    only a hash is kept: people type passwords into the wrong field.
    """

    __tablename__ = "sign_in_attempt"
    __table_args__ = (
        sa.Index("ix_sign_in_attempt_name", "name_sha256", "at"),
        sa.Index("ix_sign_in_attempt_ip", "ip", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name_sha256: Mapped[str]
    ip: Mapped[str]
    at: Mapped[datetime]
    succeeded: Mapped[bool]


class Invitation(Base):
    """A link that makes its bearer judge, organiser and so on, once, until it expires. Only its hash is kept."""

    __tablename__ = "invitation"
    __table_args__ = (
        one_of("role", *ROLES),
        sa.CheckConstraint("length(token_sha256) = 64", name="token"),
        sa.CheckConstraint("expires_at > created_at", name="order"),
        sa.CheckConstraint("(accepted_at IS NULL) = (accepted_by_id IS NULL)", name="accepted_by_somebody"),
        sa.CheckConstraint(
            "(CASE WHEN accepted_at IS NULL THEN 0 ELSE 1 END + CASE WHEN declined_at IS NULL THEN 0 ELSE 1 END"
            " + CASE WHEN cancelled_at IS NULL THEN 0 ELSE 1 END) <= 1",
            name="one_end",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    token_sha256: Mapped[str] = mapped_column(unique=True)
    edition_id: Mapped[int] = mapped_column(sa.ForeignKey("edition.id"), index=True)
    round_id: Mapped[int | None] = mapped_column(sa.ForeignKey("round.id"), index=True)  # the panel a judge joins
    role: Mapped[str]
    name: Mapped[str]  # whom it is for
    email: Mapped[str | None]
    phone: Mapped[str | None]
    unit_id: Mapped[int | None] = mapped_column(sa.ForeignKey("unit.id"))
    invited_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    accepted_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    declined_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]

    invited_by: Mapped[Person | None] = relationship(foreign_keys=[invited_by_id])
    accepted_by: Mapped[Person | None] = relationship(foreign_keys=[accepted_by_id])
    edition: Mapped[Any] = relationship("Edition")

    @property
    def contact(self) -> str:
        return " · ".join(part for part in (self.phone, self.email) if part)

    def state_at(self, at: datetime) -> str:
        """accepted, declined, cancelled, expired or open."""
        ends = {"accepted": self.accepted_at, "declined": self.declined_at, "cancelled": self.cancelled_at}
        ended = next((state for state, moment in ends.items() if moment is not None), None)
        return ended or ("expired" if at >= self.expires_at else "open")


class PasswordReset(Base):
    """A link with which one person chooses a new password, once, until it expires; an organiser hands it over."""

    __tablename__ = "password_reset"
    __table_args__ = (
        sa.CheckConstraint("length(token_sha256) = 64", name="token"),
        sa.CheckConstraint("expires_at > created_at", name="order"),
        sa.CheckConstraint("used_at IS NULL OR cancelled_at IS NULL", name="one_end"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    token_sha256: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    issued_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]  # a newer link took its place

    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    issued_by: Mapped[Person | None] = relationship(foreign_keys=[issued_by_id])

    def state_at(self, at: datetime) -> str:
        """used, cancelled, expired or open."""
        if self.used_at or self.cancelled_at:
            return "used" if self.used_at else "cancelled"
        return "expired" if at >= self.expires_at else "open"
