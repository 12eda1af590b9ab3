"""What is kept about people for a while only."""

from datetime import datetime, timedelta
from typing import Any, cast

import sqlalchemy as sa

from contest.accounts.models import SignInAttempt, SignInSession
from contest.config import Settings
from contest.db import db

KEPT_FOR = timedelta(days=180)  # network logs have to be kept for six months, and are not kept longer


def forget_old(*, at: datetime, settings: Settings) -> tuple[int, int]:
    """Delete tries and sessions that ended more than half a year ago; how many of each."""
    before = at - KEPT_FOR
    tries = db.session.execute(sa.delete(SignInAttempt).where(SignInAttempt.at < before))
    over = sa.or_(
        SignInSession.ended_at < before,
        SignInSession.seen_at < before - timedelta(hours=settings.session_idle_h),
        SignInSession.started_at < before - timedelta(hours=settings.session_absolute_h),
    )
    sessions = db.session.execute(sa.delete(SignInSession).where(over))
    return cast("sa.CursorResult[Any]", tries).rowcount, cast("sa.CursorResult[Any]", sessions).rowcount
