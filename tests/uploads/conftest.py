"""A signed-in sender, and somebody else."""

from collections.abc import Iterator

import pytest
from flask import Flask

from contest.uploads import registry
from tests.factories import a_person
from tests.uploads.factories import Tus


@pytest.fixture
def tus(app: Flask) -> Tus:
    return Tus(app, a_person(name="Sender"))


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
