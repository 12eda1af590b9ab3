"""What these tests leave behind goes again."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from contest.db import db


@pytest.fixture(autouse=True)
def _unstamped(request: pytest.FixtureRequest) -> Iterator[None]:
    """The revision that a test wrote down (see factories.stamped); on PostgreSQL the next test has the same tables."""
    if "app" not in request.fixturenames:
        yield
        return
    app = request.getfixturevalue("app")
    yield
    with app.app_context():
        db.session.remove()
        with db.engine.begin() as connection:
            connection.execute(sa.text("DROP TABLE IF EXISTS alembic_version"))
