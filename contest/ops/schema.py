"""Whether the database fits the code: asked before anything is started, backed up or restored."""

from pathlib import Path
from typing import Literal

import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app
from flask_migrate import downgrade, upgrade

from contest.db import Base, db
from contest.web.commands import typed

NEW_INSTANCE = Path("/srv/contest-new")  # an example: to be put in the place of a path of their own

State = Literal["ok", "older", "newer", "empty"]


def schema_state() -> State:
    """How the database stands to this code; `newer` means that a later version has already changed it."""
    with db.engine.connect() as connection:
        if not tables_of(connection):
            return "empty"
        revision = MigrationContext.configure(connection).get_current_revision()
    if revision == head():
        return "ok"
    return "older" if revision is None or is_known(revision) else "newer"


def what_to_run(state: State) -> str | None:
    """The sentence for whoever tried to start with a database in `state`; None when nothing is in the way.

    In English only: it is read in a terminal or a log, by whoever installs.
    """
    return {
        "ok": None,
        "empty": f"The database has no tables yet. Run: {typed('db upgrade')}",
        "older": "The database is older than this version."
        f" Make a backup ({typed('backup FILE')}), then run: {typed('db upgrade')}",
        "newer": "The database was already changed by a newer version. Start that version again, or restore a backup"
        f" made by this one into an empty instance: {typed('restore FILE', instance=NEW_INSTANCE)}",
    }[state]


def current_revision() -> str | None:
    """What the database says it was last migrated to."""
    with db.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def head() -> str | None:
    """The newest migration of this code; None before there is any."""
    return _scripts().get_current_head()


def is_known(revision: str) -> bool:
    """Whether this code has that migration, so that it can start from there."""
    return revision in {script.revision for script in _scripts().walk_revisions()}


def migrate_to(revision: str | None) -> None:
    """Bring the database to `revision`, up or down. Going down deletes what the old version had no place for."""
    present = current_revision()
    if revision is None or revision == present:
        return
    older = present is not None and revision in _before(present)
    (downgrade if older else upgrade)(directory=_directory(), revision=revision)


def tables_of(connection: sa.Connection) -> set[str]:
    """The names of the service's tables that exist."""
    return set(sa.inspect(connection).get_table_names()) & set(Base.metadata.tables)


def _before(revision: str) -> set[str]:
    return {script.revision for script in _scripts().iterate_revisions(revision, "base")} - {revision}


def _scripts() -> ScriptDirectory:
    return ScriptDirectory(_directory())


def _directory() -> str:
    directory: str = current_app.extensions["migrate"].directory
    return directory
