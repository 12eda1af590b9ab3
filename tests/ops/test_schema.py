"""A database that does not fit this version is told apart before anything is started."""

import pytest
import sqlalchemy as sa
from flask import Flask

from contest.app import create_app
from contest.db import db
from contest.ops import schema
from contest.web.commands import typed
from tests.ops.factories import stamped


@pytest.mark.parametrize(
    ("revision", "state"),
    [("head", "ok"), (None, "older"), ("a later one", "newer")],
)
def test_the_revision_tells_how_the_database_stands_to_the_code(app: Flask, revision: str | None, state: str) -> None:
    stamped(schema.head() if revision == "head" else revision)

    assert schema.schema_state() == state
    assert (schema.what_to_run(schema.schema_state()) is None) == (state == "ok")


def test_a_database_without_tables_is_empty_and_can_be_migrated_up_and_down(tmp_path) -> None:
    app = create_app(instance=tmp_path, testing=True)
    with app.app_context():
        assert schema.schema_state() == "empty"

        schema.migrate_to(schema.head())

        assert schema.schema_state() == "ok"
        db.session.remove()
        db.engine.dispose()


@pytest.mark.parametrize("command", ["serve", "backup x.tar", "demo load", "demo empty", "init"])
def test_commands_refuse_a_newer_database_and_say_what_to_do(app: Flask, command: str) -> None:
    stamped("a later one")

    result = app.test_cli_runner().invoke(args=command.split())

    assert result.exit_code == 1
    assert "changed by a newer version" in result.output


def test_serve_refuses_an_older_database_and_names_the_command(app: Flask) -> None:
    stamped(None)

    result = app.test_cli_runner().invoke(args=["serve"])

    assert result.exit_code == 1
    assert f"then run: {typed('db upgrade')}" in result.output


def test_the_tables_of_the_stamp_are_not_the_services(app: Flask) -> None:
    stamped()

    with db.engine.connect() as connection:
        assert "alembic_version" not in schema.tables_of(connection)
        assert sa.inspect(connection).has_table("alembic_version")
