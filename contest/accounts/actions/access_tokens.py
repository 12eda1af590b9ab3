"""Secrets for scripts: made, used, ended."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from contest.accounts.actions.sessions import TOUCH_EVERY
from contest.accounts.models import AccessToken, Person
from contest.accounts.queries import tokens_of
from contest.accounts.rules import why_not_another_token
from contest.accounts.tokens import new_token, sha256_of
from contest.audit.actions import record
from contest.db import db
from contest.errors import Refused

MARK = "zg_"  # so that tools which look for lost secrets know one


def make_access_token(person: Person, *, name: str, days: int, at: datetime) -> tuple[AccessToken, str]:
    """A token, and its secret, which is shown once."""
    if reason := why_not_another_token(len(tokens_of(person))):
        raise Refused(reason)
    secret = MARK + new_token()
    token = AccessToken(
        person_id=person.id,
        name=name,
        token_sha256=sha256_of(secret),
        created_at=at,
        expires_at=at + timedelta(days=days),
    )
    db.session.add(token)
    db.session.flush()
    record("token.made", by=person, on=token, at=at, name=name, days=days)
    return token, secret


def touch_token(token_id: int, *, at: datetime) -> None:
    """Remember that it was used; no audit line, since nothing is decided."""
    seldom = sa.or_(AccessToken.used_at.is_(None), AccessToken.used_at <= at - TOUCH_EVERY)
    db.session.execute(sa.update(AccessToken).where(AccessToken.id == token_id, seldom).values(used_at=at))


def end_token(token: AccessToken, *, by: Person, at: datetime) -> None:
    """Whatever holds it is refused from now on; ending it twice is the same as once."""
    if token.ended_at is None:
        token.ended_at = at
        record("token.ended", by=by, on=token, at=at, name=token.name)


def end_all_tokens(person: Person, *, by: Person | None, at: datetime) -> None:
    """With a new password, or for somebody who is shut out."""
    for token in tokens_of(person):
        token.ended_at = at
        record("token.ended", by=by, on=token, at=at, name=token.name)
