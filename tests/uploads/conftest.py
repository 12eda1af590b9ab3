"""A signed-in sender, and somebody else."""

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from contest.app import create_app
from contest.db import db
from contest.uploads import registry
from tests.factories import a_person
from tests.storage.conftest import s3_server as s3_server
from tests.storage.seaweed import BUCKET, KEYS
from tests.uploads.factories import Tus


@pytest.fixture
def tus(app: Flask) -> Tus:
    return Tus(app, a_person(name="Sender"))


@pytest.fixture
def bucket_app(instance: Path, s3_server: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """The whole service with its media in a bucket; instead of `app`. Its settings lie in the instance."""
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    with (instance / "contest.toml").open("a") as file:
        file.write(f'storage_url = "s3://{BUCKET}/{secrets.token_hex(8)}"\ns3_endpoint = "{s3_server}"\n')
    app = create_app(instance=instance, testing=True)
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def stranger(app: Flask) -> Tus:
    return Tus(app, a_person(name="Stranger"))


@pytest.fixture(autouse=True)
def nothing_registered() -> Iterator[None]:
    """What a test registers for a purpose is forgotten after it."""
    before = [dict(calls) for calls in (registry._received, registry._checked, registry._rendered)]
    yield
    for calls, kept in zip((registry._received, registry._checked, registry._rendered), before, strict=True):
        calls.clear()
        calls.update(kept)
