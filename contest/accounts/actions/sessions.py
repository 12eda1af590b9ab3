"""Signed-in browsers: begun, touched, ended."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from contest.accounts.models import Person, SignInSession
from contest.accounts.tokens import new_token, sha256_of
from contest.audit.actions import record
from contest.db import db

TOUCH_EVERY = timedelta(minutes=1)
USER_AGENT_CHARACTERS = 300


def start_session(person: Person, *, at: datetime, ip: str, user_agent: str) -> str:
    """Begin a session and give the secret that the browser keeps in `session["sid"]`; it is new at every sign-in."""
    token = new_token()
    row = SignInSession(
        person_id=person.id,
        token_sha256=sha256_of(token),
        started_at=at,
        seen_at=at,
        ip=ip,
        user_agent=user_agent[:USER_AGENT_CHARACTERS],
    )
    db.session.add(row)
    db.session.flush()
    record("session.started", by=person, on=row, at=at, ip=ip)
    return token


def touch_session(session_id: int, *, at: datetime) -> None:
    """Remember that the browser was here; no audit line, since nothing is decided."""
    db.session.execute(
        sa.update(SignInSession)
        .where(SignInSession.id == session_id, SignInSession.ended_at.is_(None))
        .where(SignInSession.seen_at <= at - TOUCH_EVERY)
        .values(seen_at=at)
    )


def end_session(session: SignInSession, *, by: Person, at: datetime) -> None:
    """Sign one browser out; ending it twice is the same as once."""
    if session.ended_at is None:
        session.ended_at = at
        record("session.ended", by=by, on=session, at=at)


def end_other_sessions(person: Person, *, keep: int | None, by: Person | None, at: datetime) -> int:
    """Sign every browser of `person` out but the session `keep`; says how many there were."""
    rows = db.session.scalars(
        sa.select(SignInSession).where(
            SignInSession.person_id == person.id, SignInSession.ended_at.is_(None), SignInSession.id != (keep or 0)
        )
    ).all()
    for row in rows:
        row.ended_at = at
    if rows:
        record("sessions.ended", by=by, on=person, at=at, sessions=[row.id for row in rows])
    return len(rows)
