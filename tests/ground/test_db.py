"""What every feature builds on: all or nothing, moments with a zone, writers that wait instead of failing."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import IntegrityError, StatementError

from contest.accounts.models import Area, Person
from contest.db import after_commit, database_now, db, lock, transaction, upsert
from tests.factories import a_person

NOON = datetime(2026, 4, 30, 12, 0, 0, 123456, tzinfo=UTC)


def names() -> list[str]:
    return list(db.session.scalars(sa.select(Area.name).order_by(Area.name)))


def test_all_of_a_transaction_is_kept(app: Flask) -> None:
    with transaction() as session:
        session.add_all([Area(name="榆次"), Area(name="太谷")])
    db.session.rollback()

    assert set(names()) == {"榆次", "太谷"}


def test_nothing_of_a_transaction_that_fails_is_kept(app: Flask) -> None:
    with pytest.raises(ZeroDivisionError), transaction() as session:
        session.add(Area(name="榆次"))
        session.flush()
        _ = 1 / 0

    assert names() == []


def test_a_transaction_inside_another_is_a_mistake(app: Flask) -> None:
    with transaction(), pytest.raises(RuntimeError, match="inside"), transaction():
        pass


def test_rows_changed_before_the_transaction_are_a_mistake(app: Flask) -> None:
    db.session.add(Area(name="榆次"))

    with pytest.raises(RuntimeError, match="before"), transaction():
        pass


def test_what_was_read_before_is_read_anew(app: Flask) -> None:
    person = a_person(name="Old")
    with db.engine.begin() as other:
        other.execute(sa.update(Person).values(name="New"))

    with transaction():
        seen = person.name

    assert seen == "New"


def test_after_commit_is_called_once_and_only_after_a_commit(app: Flask) -> None:
    calls: list[str] = []
    with transaction():
        after_commit(lambda: calls.append("kept"))
    with pytest.raises(ZeroDivisionError), transaction():
        after_commit(lambda: calls.append("lost"))
        _ = 1 / 0

    assert calls == ["kept"]


def test_a_moment_comes_back_as_it_went_in(app: Flask) -> None:
    beijing = NOON.astimezone(timezone(timedelta(hours=8)))
    person = a_person(created_at=beijing)
    db.session.expire_all()

    assert person.created_at == NOON
    assert person.created_at.tzinfo is UTC


def test_a_moment_without_a_zone_never_reaches_the_database(app: Flask) -> None:
    with pytest.raises(StatementError, match="no time zone"), transaction() as session:
        session.add(Person(name="x", email="x@example.org", created_at=datetime(2026, 1, 1)))  # noqa: DTZ001
        session.flush()


def test_constraints_hold(app: Flask) -> None:
    with pytest.raises(IntegrityError), transaction() as session:
        session.add(Person(name="nobody can reach", created_at=NOON))
        session.flush()
    with pytest.raises(IntegrityError), transaction() as session:
        session.add(Person(name="x", email="x@example.org", created_at=NOON, unit_id=999))
        session.flush()


def test_an_upsert_inserts_then_updates(app: Flask) -> None:
    for name in ("old", "new"):
        with transaction():
            upsert(Person, {"email": "a@example.org", "name": name, "created_at": NOON}, on=["email"])

    assert db.session.execute(sa.select(Person.email, Person.name)).all() == [("a@example.org", "new")]


def test_the_databases_clock_is_right(app: Flask) -> None:
    assert abs(database_now() - datetime.now(UTC)) < timedelta(seconds=5)


def test_sixteen_that_read_and_then_write_lose_nothing(app: Flask) -> None:
    """The mistake this guards against: readers that turn writers fail at once on SQLite, and overwrite elsewhere."""
    person_id = a_person(name="0").id

    def count_up(_number: int) -> None:
        with app.app_context(), transaction() as session:
            person: Any = lock(session.get_one(Person, person_id))
            person.name = str(int(person.name) + 1)

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(count_up, range(64)))
    db.session.rollback()  # else SQLite goes on showing what it showed before

    assert db.session.get_one(Person, person_id).name == "64"
