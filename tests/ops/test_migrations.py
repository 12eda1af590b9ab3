"""The migrations build what the models say, on both databases, and come back down."""

from pathlib import Path

import flask_migrate
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask

from contest.app import create_app
from contest.db import Base, db


@pytest.fixture
def bare(app: Flask, instance: Path, tmp_path: Path) -> Flask:
    """The service on a database without a single table."""
    if db.engine.dialect.name == "postgresql":
        Base.metadata.drop_all(db.engine)
        return app
    return create_app(instance=tmp_path / "bare", testing=True)


def tables_and_triggers() -> set[str]:
    inspector = sa.inspect(db.engine)
    names = set(inspector.get_table_names()) - {"alembic_version"}
    kind = db.engine.dialect.name
    catalogue = "sqlite_master WHERE type = 'trigger'" if kind == "sqlite" else "pg_trigger WHERE NOT tgisinternal"
    column = "name" if kind == "sqlite" else "tgname"
    with db.engine.connect() as connection:
        rows = connection.execute(sa.text(f"SELECT {column} FROM {catalogue}"))  # noqa: S608 - our own two words
        return names | {row[0] for row in rows}


def test_up_down_up_leaves_the_same_schema_as_the_models(bare: Flask) -> None:
    with bare.app_context():
        flask_migrate.upgrade()
        first = tables_and_triggers()
        flask_migrate.downgrade(revision="base")
        nothing = tables_and_triggers()
        flask_migrate.upgrade()
        second = tables_and_triggers()
        with db.engine.connect() as connection:
            differences = compare_metadata(MigrationContext.configure(connection), Base.metadata)
        flask_migrate.downgrade(revision="base")
        with db.engine.begin() as connection:
            connection.execute(sa.text("DROP TABLE alembic_version"))
        Base.metadata.create_all(db.engine)
        from_models = tables_and_triggers()
        db.session.remove()
        db.engine.dispose()

    assert nothing == set()
    assert first == second == from_models
    assert differences == []
