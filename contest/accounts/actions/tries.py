"""Tries to sign in, counted in the database so that they hold for every process and host."""

import ipaddress
from datetime import datetime

import sqlalchemy as sa
from flask_babel import gettext as _

from contest.accounts.logins import name_key
from contest.accounts.models import Person, SignInAttempt
from contest.accounts.rules import TooFast, why_not_register_from, why_not_try
from contest.accounts.tokens import sha256_of
from contest.db import db
from contest.errors import Refused

REGISTRATION = sha256_of("\0registration")  # no name that anybody types


class TriesTooFast(Refused):
    """Too many tries; says when the next one may be made."""

    def __init__(self, reason: str, *, wait_s: int) -> None:
        super().__init__(reason, status=429)
        self.wait_s = wait_s


def count_try(name: str, *, ip: str, at: datetime) -> int:
    """Count a try before the password is looked at, or refuse it. Gives its id, for `try_succeeded`.

    The password is compared outside the transaction; since the try counts as failed until then, any number of tries
    at the same moment cannot be more than the limit.
    """
    name_sha256, network = sha256_of(name_key(name)), network_of(ip)
    _one_at_a_time(name_sha256, network)
    if too_fast := why_not_try(name_sha256=name_sha256, ip=network, at=at):
        raise _refusal(too_fast, at)
    return _add(name_sha256, network, at=at, succeeded=False)


def try_succeeded(attempt_id: int, *, person: Person, verified_hash: str, fresh_hash: str | None) -> None:
    """The password was right: earlier failures from this address are forgotten, and an old hash is made anew.

    Refused when the password was changed since it was compared with `verified_hash`.
    """
    if person.password_hash != verified_hash:
        raise Refused(_("The password was changed a moment ago. Sign in with the new one."))
    db.session.execute(sa.update(SignInAttempt).where(SignInAttempt.id == attempt_id).values(succeeded=True))
    if fresh_hash:
        person.password_hash = fresh_hash


def count_registration(*, ip: str, at: datetime) -> None:
    """Count a registration, or refuse it."""
    network = network_of(ip)
    _one_at_a_time(REGISTRATION, network)
    if too_fast := why_not_register_from(name_sha256=REGISTRATION, ip=network, at=at):
        raise _refusal(too_fast, at)
    _add(REGISTRATION, network, at=at, succeeded=True)


def network_of(ip: str) -> str:
    """What tries are counted under: an IPv4 address, or the /64 that one household has of IPv6."""
    try:
        address = ipaddress.ip_address(ip)
    except ValueError:
        return ip
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


def waiting_minutes(wait_s: int) -> int:
    return max(1, -(-wait_s // 60))


def _refusal(too_fast: TooFast, at: datetime) -> TriesTooFast:
    wait_s = max(1, int((too_fast.until - at).total_seconds()) + 1)
    minutes = waiting_minutes(wait_s)
    return TriesTooFast(_("Too many tries. You can try again in %(minutes)s min.", minutes=minutes), wait_s=wait_s)


def _add(name_sha256: str, network: str, *, at: datetime, succeeded: bool) -> int:
    attempt = SignInAttempt(name_sha256=name_sha256, ip=network, at=at, succeeded=succeeded)
    db.session.add(attempt)
    db.session.flush()
    return attempt.id


def _one_at_a_time(*names: str) -> None:
    """Let nobody else count these until the transaction ends. SQLite has one writer anyway."""
    if db.engine.dialect.name == "postgresql":
        for name in sorted({int(sha256_of(name)[:15], 16) for name in names}):
            db.session.execute(sa.select(sa.func.pg_advisory_xact_lock(name)))
