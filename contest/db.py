"""The database: typed base, time that keeps its zone, and the only place that commits.

SQLite and PostgreSQL behave alike through this module: writers on SQLite take the write lock at once
(`BEGIN IMMEDIATE`), because a transaction that reads first and writes later fails under load instead of waiting.
"""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Dialect, Engine
from sqlalchemy.orm import DeclarativeBase, Session, registry

from contest import clock

SQLITE_BUSY_TIMEOUT_MS = 15_000

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(sa.types.TypeDecorator[datetime]):
    """A moment. Goes in and comes out aware and in UTC, also on SQLite, which forgets zones; naive input is refused."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        at = clock.require_aware(value)
        return at.replace(tzinfo=None) if dialect.name == "sqlite" else at

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """What every model subclasses. `str` is unbounded text: lengths are rules with sentences, not database errors."""

    registry = registry(
        metadata=sa.MetaData(naming_convention=NAMING),
        type_annotation_map={
            datetime: UtcDateTime(),
            str: sa.Text(),
            dict[str, Any]: sa.JSON().with_variant(postgresql.JSONB(), "postgresql"),
            list[Any]: sa.JSON().with_variant(postgresql.JSONB(), "postgresql"),
        },
    )


db = SQLAlchemy(metadata=Base.metadata, session_options={"autoflush": True})


def one_of(column: str, *values: str) -> sa.CheckConstraint:
    """The constraint that `column` holds one of `values`, named after the column."""
    listed = ", ".join(f"'{value}'" for value in values)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=column)


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection: Any, _record: Any) -> None:
    if not type(connection).__module__.startswith("sqlite3"):
        return
    connection.isolation_level = None  # we say BEGIN ourselves, see _begin_sqlite
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute(f"PRAGMA busy_timeout={SQLITE_BUSY_TIMEOUT_MS}")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA synchronous=FULL")  # a mark given is on the disk, whatever the power does
    cursor.close()


@event.listens_for(Engine, "begin")
def _begin_sqlite(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        mode = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
        connection.exec_driver_sql(f"BEGIN {mode}")


_queues: WeakKeyDictionary[Engine, threading.Lock] = WeakKeyDictionary()


@contextmanager
def _turn(engine: Engine) -> Iterator[None]:
    """SQLite has one writer, and whoever finds it busy polls: threads of this process stand in a queue instead.

    Who waits too long goes on all the same, and SQLite says that it is locked.
    """
    if engine.dialect.name != "sqlite":
        yield
        return
    queue = _queues.setdefault(engine, threading.Lock())
    has_turn = queue.acquire(timeout=SQLITE_BUSY_TIMEOUT_MS / 1000)
    try:
        yield
    finally:
        if has_turn:
            queue.release()


@contextmanager
def transaction() -> Iterator[Session]:
    """Everything inside is committed together at the end, or nothing is.

    Called by views, tasks and commands; actions never commit. What was read before is read anew inside, so that a
    rule looks at what is true now; unsaved changes made before it are a mistake and raise RuntimeError, as does
    a transaction inside a transaction.
    """
    session = db.session()
    if session.info.get("in_transaction"):
        raise RuntimeError("transaction() inside transaction(): call it at the edge only")
    if session.new or session.dirty or session.deleted:
        raise RuntimeError("rows were changed before transaction() began; change them inside it")
    session.rollback()
    session.info["after_commit"] = []
    with _turn(db.engine):
        session.connection(execution_options={"sqlite_begin": "IMMEDIATE"})
        session.info["in_transaction"] = True
        try:
            yield session
            session.commit()
        except BaseException:
            session.rollback()
            session.info["after_commit"] = []
            raise
        finally:
            session.info["in_transaction"] = False
    for call in session.info.pop("after_commit", []):
        call()


def after_commit(call: Callable[[], None]) -> None:
    """Do `call` once the running transaction() is safely committed; never when it is not."""
    session = db.session()
    if not session.info.get("in_transaction"):
        raise RuntimeError("after_commit() outside transaction()")
    session.info["after_commit"].append(call)


ModelT = TypeVar("ModelT", bound=Base)


def lock(row: ModelT) -> ModelT:
    """`row`, read anew and held against other writers until the transaction ends."""
    db.session.refresh(row, with_for_update={"of": type(row)})  # not what its query joined to it
    return row


def upsert(model: type[Base], values: Mapping[str, Any], *, on: Sequence[str]) -> None:
    """Insert `values`, or update the row that already has the same `on` columns (they must be unique together); when
    there are no others, that row stays as it is."""
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    statement = insert(model).values(**values)
    changes = {name: statement.excluded[name] for name in values if name not in on}
    if changes:
        db.session.execute(statement.on_conflict_do_update(index_elements=list(on), set_=changes))
    else:
        db.session.execute(statement.on_conflict_do_nothing(index_elements=list(on)))


def database_now() -> datetime:
    """The moment by the one clock that all hosts share: the database server's; on SQLite this machine's."""
    if db.engine.dialect.name == "postgresql":
        at: datetime = db.session.execute(sa.select(sa.func.clock_timestamp())).scalar_one()
        return clock.require_aware(at)
    return clock.now()
