"""Rows as lines of JSON and back, the same for SQLite and PostgreSQL, so that either can be restored into the other.

The tables are read from the database itself and not from the models: a backup of an older version has other columns.
"""

import base64
import gzip
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from contest.db import Base

# What only this machine's processes know, or is about bytes that are in no backup; a restored instance begins without.
OF_THE_MACHINE = frozenset({"alembic_version", "worker_beat", "job_process", "arrival"})
BATCH = 500


def tables(connection: sa.Connection) -> list[sa.Table]:
    """Every table of ours that is kept, the ones that others point at first.

    Other programs may have tables in the same database. A migration that drops a table of ours must add its name here,
    so that backups made before can be restored and then brought up to date.
    """
    metadata = sa.MetaData()
    metadata.reflect(connection, only=lambda name, _metadata: is_kept(name))
    return [table for table in metadata.sorted_tables if is_kept(table.name)]


def is_kept(name: str) -> bool:
    """Whether the table called `name` belongs into a backup."""
    return name in Base.metadata.tables and name not in OF_THE_MACHINE


def dump(connection: sa.Connection, table: sa.Table, path: Path) -> int:
    """Write every row of `table` to `path` (gzipped lines); how many there were."""
    count = 0
    order = list(table.primary_key.columns) or list(table.columns)
    with gzip.open(path, "wt", encoding="utf-8", compresslevel=6) as file:
        for row in connection.execution_options(yield_per=BATCH).execute(sa.select(table).order_by(*order)).mappings():
            said = {name: _to_json(value) for name, value in row.items()}
            file.write(json.dumps(said, ensure_ascii=False, separators=(",", ":")) + "\n")
            count += 1
    return count


def load(connection: sa.Connection, table: sa.Table, path: Path) -> int:
    """Insert the rows that `dump` wrote; ValueError for a line that is no row of `table`."""
    read = {column.name: _reader(connection, column) for column in table.columns}
    count = 0
    for batch in _batches(path):
        if any(set(said) != set(read) for said in batch):
            raise ValueError(f"a row of {table.name} does not have the columns of this version")
        connection.execute(
            table.insert(), [{name: read[name](value) for name, value in said.items()} for said in batch]
        )
        count += len(batch)
    return count


def continue_numbering(connection: sa.Connection, table: sa.Table) -> None:
    """Let PostgreSQL count on after the rows that brought their numbers along; SQLite does so by itself."""
    if connection.dialect.name != "postgresql" or "id" not in table.c:
        return
    sequence = connection.scalar(sa.select(sa.func.pg_get_serial_sequence(f'"{table.name}"', "id")))
    last = connection.scalar(sa.select(sa.func.max(table.c.id)))
    if sequence and last:
        connection.execute(sa.select(sa.func.setval(sequence, last)))


def _batches(path: Path) -> Iterator[list[dict[str, Any]]]:
    batch: list[dict[str, Any]] = []
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            batch.append(json.loads(line))
            if len(batch) == BATCH:
                yield batch
                batch = []
    if batch:
        yield batch


def _to_json(value: Any) -> Any:
    if isinstance(value, datetime):
        return (value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)).isoformat()
    if isinstance(value, bytes):
        return {"base64": base64.b64encode(value).decode()}
    return value


def _reader(connection: sa.Connection, column: sa.Column[Any]) -> Callable[[Any], Any]:
    """From JSON to what `column` takes. A moment has no zone on SQLite, see contest.db.UtcDateTime."""
    naive = connection.dialect.name == "sqlite"
    if isinstance(column.type, sa.DateTime):

        def moment(value: Any) -> Any:
            at = None if value is None else datetime.fromisoformat(value).astimezone(UTC)
            return at.replace(tzinfo=None) if at and naive else at

        return moment
    if isinstance(column.type, sa.LargeBinary):
        return lambda value: None if value is None else base64.b64decode(value["base64"])
    if isinstance(column.type, sa.JSON):
        return lambda value: sa.null() if value is None else value  # no value, not the JSON word null
    return lambda value: value
