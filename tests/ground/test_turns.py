"""Writers of one database in one process stand in a queue; nobody else has to wait with them."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest
import sqlalchemy as sa
from flask import Flask

from contest.accounts.models import Area
from contest.db import after_commit, db, transaction

SOON_S = 5  # a third of what a writer waits before it goes on without its turn


def elsewhere(work: Callable[[], None]) -> None:
    """Do `work` in another thread, and be back soon."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(work).result(timeout=SOON_S)


def a_write(app: Flask) -> Callable[[], None]:
    def write() -> None:
        with app.app_context(), transaction() as session:
            session.execute(sa.select(1))

    return write


def test_a_writer_of_another_database_is_not_kept_waiting(app: Flask, tmp_path: Path) -> None:
    other = Flask("other")
    other.config["SQLALCHEMY_DATABASE_URI"] = f"sqlite:///{tmp_path / 'other.sqlite'}"
    db.init_app(other)

    with transaction():
        elsewhere(a_write(other))


def test_a_turn_ends_with_a_transaction_that_fails(app: Flask) -> None:
    with pytest.raises(ZeroDivisionError), transaction():
        _ = 1 / 0

    elsewhere(a_write(app))


def test_a_turn_ends_when_the_commit_itself_fails(app: Flask) -> None:
    with pytest.raises(sa.exc.IntegrityError), transaction() as session:
        session.add_all([Area(name="榆次"), Area(name="榆次")])

    elsewhere(a_write(app))


def test_who_only_reads_waits_for_no_writer(app: Flask) -> None:
    def read() -> None:
        with app.app_context():
            db.session.scalar(sa.select(sa.func.count(Area.id)))

    with transaction() as session:
        session.add(Area(name="榆次"))
        session.flush()
        elsewhere(read)


def test_what_is_done_after_the_commit_holds_nobody_up(app: Flask) -> None:
    done = Event()

    with transaction():
        after_commit(lambda: elsewhere(a_write(app)))
        after_commit(done.set)

    assert done.is_set()
