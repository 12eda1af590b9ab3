"""Jobs are platform, so their tests run on the platform alone: a worker process starts in a fraction of the time."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from contest.db import db
from tests.jobs.workshop import EFFECTS, small_app


@pytest.fixture
def app(instance: Path) -> Iterator[Flask]:
    app = small_app(instance)
    with app.app_context():
        yield app
        db.session.remove()
        EFFECTS.drop(db.engine, checkfirst=True)  # PostgreSQL's database is that of all other tests too
        db.engine.dispose()
