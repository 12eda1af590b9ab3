"""Questions about people and how they come in."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from contest.accounts.models import SignInSession
from contest.accounts.tokens import sha256_of
from contest.config import Settings
from contest.db import db


def live(at: datetime, settings: Settings) -> sa.ColumnElement[bool]:
    """That a session is neither ended nor idle nor too old at `at`."""
    return sa.and_(
        SignInSession.ended_at.is_(None),
        SignInSession.seen_at > at - timedelta(hours=settings.session_idle_h),
        SignInSession.started_at > at - timedelta(hours=settings.session_absolute_h),
    )


def live_session(token: str, *, at: datetime, settings: Settings) -> SignInSession | None:
    """The session that `token` opens, with its person, in one query."""
    return db.session.scalar(
        sa.select(SignInSession)
        .options(joinedload(SignInSession.person))
        .where(SignInSession.token_sha256 == sha256_of(token), live(at, settings))
    )
