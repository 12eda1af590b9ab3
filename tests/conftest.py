"""What every test may ask for. The database is real: SQLite, or PostgreSQL with `--database postgresql`."""

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import Browser as Chromium

from contest.app import create_app
from contest.db import Base, db
from tests import servers
from tests.browser import Browser
from tests.chromium import launched

ADMIN = "TEST_POSTGRES_ADMIN"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.addoption("--not-run-file", help="where to list the tests that were not run, and why")


def pytest_configure(config: pytest.Config) -> None:
    """Start one PostgreSQL for all test processes; the workers find its address in the environment."""
    if config.getoption("--database") == "postgresql" and ADMIN not in os.environ:
        config.stash[STACK] = ExitStack()
        os.environ[ADMIN] = config.stash[STACK].enter_context(servers.postgres())


def pytest_unconfigure(config: pytest.Config) -> None:
    if STACK in config.stash:
        config.stash[STACK].close()


STACK = pytest.StashKey[ExitStack]()


def make_schema(app: Flask) -> None:
    with app.app_context():
        Base.metadata.create_all(db.engine)
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Chromium]:
    """Debian's Chromium, shared by all tests of this process."""
    with launched() as browser:
        yield browser


@pytest.fixture(scope="session")
def database_kind(request: pytest.FixtureRequest) -> str:
    kind: str = request.config.getoption("--database")
    return kind


@pytest.fixture(scope="session")
def schema(database_kind: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Where a database with the schema and no rows is: a file to copy, or the address of one to empty."""
    if database_kind == "sqlite":
        instance = tmp_path_factory.mktemp("schema")
        make_schema(create_app(instance=instance, testing=True))
        return str(instance / "contest.sqlite")
    name = f"test_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}"
    admin = sa.create_engine(os.environ[ADMIN], isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    admin.dispose()
    url = os.environ[ADMIN].rsplit("/", 1)[0] + f"/{name}"
    make_schema(create_app(instance=tmp_path_factory.mktemp("schema"), database_url=url, testing=True))
    return url


@cache
def emptier(url: str) -> sa.Engine:
    return sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)


@cache
def filled_tables() -> sa.CompoundSelect[tuple[str]]:
    tables = Base.metadata.sorted_tables
    return sa.union_all(*(sa.select(sa.literal(table.name)).where(sa.exists().select_from(table)) for table in tables))


def empty(url: str) -> None:
    """Delete every row, count from 1 again, and drop tables that a test made for itself; triggers that forbid it are
    put aside, which only the tests' superuser can. A test fills few tables: to truncate them all takes longer."""
    with emptier(url).connect() as connection:
        connection.execute(sa.text("SET session_replication_role = replica"))
        for name in connection.scalars(filled_tables()).all():
            connection.execute(Base.metadata.tables[name].delete())
        counted = "SELECT sequencename FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL"
        for name in connection.scalars(sa.text(counted)).all():
            connection.execute(sa.text(f'ALTER SEQUENCE "{name}" RESTART'))
        for name in set(sa.inspect(connection).get_table_names()) - {*Base.metadata.tables, "alembic_version"}:
            connection.execute(sa.text(f'DROP TABLE "{name}" CASCADE'))


@pytest.fixture
def instance(tmp_path: Path, database_kind: str, schema: str) -> Path:
    """The instance folder of a service that was just set up, with an empty database."""
    folder = tmp_path / "instance"
    folder.mkdir()
    if database_kind == "sqlite":
        shutil.copy(schema, folder / "contest.sqlite")
    else:
        empty(schema)
        (folder / "contest.toml").write_text(f'database_url = "{schema}"\n')
    (folder / "secret_key").write_text("a secret that only tests know")
    return folder


@pytest.fixture
def app(instance: Path) -> Iterator[Flask]:
    """The whole service on a fresh instance, inside its application context."""
    app = create_app(instance=instance, testing=True)
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def browser(app: Flask) -> Browser:
    """Nobody's browser yet; `browser.sign_in(person)` makes it theirs."""
    return Browser(app)


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Nothing is skipped silently: say what was not run and why, also to script/test; CI takes only stated reasons."""
    lines = []
    for report in terminalreporter.stats.get("skipped", []):
        _, _, reason = report.longrepr
        lines.append(f"{report.nodeid}: {reason.removeprefix('Skipped: ')}")
    if target := config.getoption("--not-run-file"):
        Path(target).write_text("".join(f"{line}\n" for line in sorted(lines)), encoding="utf-8")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long ones begin first, so that two cores end together."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)
