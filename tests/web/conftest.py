"""The manners are tried on a service that has nothing else; the house rules, on the whole one."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from contest.db import db
from tests.browser import Browser
from tests.web.sample import sample_app


@pytest.fixture
def sample(tmp_path: Path) -> Iterator[Flask]:
    app = sample_app(tmp_path)
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def visitor(sample: Flask) -> Browser:
    """Somebody at the sample service."""
    return Browser(sample)
