"""An instance with something in it, served as `flask serve` does it, for the benchmarks."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask
from flask.sessions import SecureCookieSessionInterface

from contest import clock
from contest.accounts.actions import start_session
from contest.accounts.models import Person
from contest.app import create_app
from contest.db import db, transaction
from tests.e2e.service import Service, service


@contextmanager
def instance() -> Iterator[tuple[Service, Flask]]:
    """A service that is not started yet, and its application to fill it with; the context of the latter is open."""
    with tempfile.TemporaryDirectory() as scratch, service(Path(scratch) / "instance", log_level="warning") as made:
        app = create_app(instance=made.instance)
        with app.app_context():
            yield made, app
            db.session.remove()
            db.engine.dispose()


def cookie_of(app: Flask, person: Person) -> str:
    """The Cookie header of somebody who has just signed in."""
    with transaction():
        token = start_session(person, at=clock.now(), ip="127.0.0.1", user_agent="benchmark")
    signer = SecureCookieSessionInterface().get_signing_serializer(app)
    if signer is None:
        raise RuntimeError("the application has no secret key")
    return f"{app.config['SESSION_COOKIE_NAME']}={signer.dumps({'sid': token})}"
