"""The record of who did what cannot be changed unseen, whoever writes at the same time."""

from datetime import UTC, datetime, timedelta, timezone
from threading import Thread

import pytest
import sqlalchemy as sa
from flask import Flask

from contest.accounts.models import Person
from contest.audit.actions import record
from contest.audit.models import GENESIS, AuditLine
from contest.audit.queries import Break, Head, first_break, head, holds
from contest.clock import now
from contest.db import db, transaction
from tests.factories import a_person, an_edition

AT = datetime(2026, 5, 6, 7, 8, 9, 123456, tzinfo=UTC)


def write(number: int, **details: object) -> None:
    person = a_person()
    for step in range(number):
        with transaction():
            record("entry.saved", by=person, on=person, at=now(), step=step, **details)


def record_and_fail(person: Person) -> None:
    with transaction():
        record("lost", by=person, on=person, at=now())
        _ = 1 / 0


def tamper(*statements: str) -> None:
    """Do as somebody with all rights on the database would: put the triggers aside, change, put them back."""
    db.session.remove()
    engine = db.engine
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(sa.text("SET session_replication_role = replica"))
            for statement in statements:
                connection.execute(sa.text(statement))
            connection.execute(sa.text("SET session_replication_role = origin"))
        else:
            triggers = connection.execute(
                sa.text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit_line'")
            ).all()
            for name, _sql in triggers:
                connection.execute(sa.text(f"DROP TRIGGER {name}"))
            for statement in statements:
                connection.execute(sa.text(statement))
            for _name, sql in triggers:
                connection.execute(sa.text(sql))
        connection.commit()


def test_a_line_says_who_did_what_when_on_which_object(app: Flask) -> None:
    person, edition = a_person(), an_edition()

    with transaction():
        record("edition.renamed", by=person, on=edition, at=AT, before={"name": "旧"}, after={"name": "新'\"/🎈"})

    line = db.session.scalars(sa.select(AuditLine)).one()
    assert (line.id, line.at, line.actor_id, line.edition_id) == (1, AT, person.id, edition.id)
    assert (line.verb, line.object_kind, line.object_id) == ("edition.renamed", "edition", str(edition.id))
    assert line.details == {"before": {"name": "旧"}, "after": {"name": "新'\"/🎈"}}
    assert line.previous_sha256 == GENESIS


def test_the_record_is_whole_after_a_round_trip_of_awkward_values(app: Flask) -> None:
    person = a_person()
    beijing = timezone(timedelta(hours=8))

    with transaction():
        record("a", by=person, on=person, at=datetime(2026, 5, 6, tzinfo=beijing), numbers={2: 1e22, 10: 0.1, 1: 1e-7})
        record("b", on=person, at=AT.replace(microsecond=0), when=AT, text="\x00\u2028\u202e€")
        record("c", on=person, at=AT.replace(microsecond=1), nested=[{"z": None, "a": True}], big=2**70)

    db.session.remove()
    assert first_break() is None


@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit_line SET verb = 'x'", "DELETE FROM audit_line", "DELETE FROM audit_line WHERE id = 2"],
)
def test_no_line_can_be_changed_or_deleted(app: Flask, statement: str) -> None:
    write(3)

    with pytest.raises(sa.exc.DatabaseError, match="append-only"), db.engine.begin() as connection:
        connection.execute(sa.text(statement))

    assert db.session.scalar(sa.select(sa.func.count()).select_from(AuditLine)) == 3


def test_no_line_can_be_replaced_or_the_table_emptied(app: Flask, database_kind: str) -> None:
    write(2)
    statement = (
        "TRUNCATE audit_line"
        if database_kind == "postgresql"
        else "INSERT OR REPLACE INTO audit_line SELECT id, at, actor_id, edition_id, 'x', object_kind, object_id, "
        "details, previous_sha256, sha256 FROM audit_line WHERE id = 1"
    )

    with pytest.raises(sa.exc.DatabaseError, match="append-only"), db.engine.begin() as connection:
        connection.execute(sa.text(statement))

    assert first_break() is None


def test_what_was_rolled_back_leaves_no_line(app: Flask) -> None:
    person = a_person()

    with pytest.raises(ZeroDivisionError):
        record_and_fail(person)
    with transaction() as session:
        record("kept.before", on=person, at=now())
        savepoint = session.begin_nested()
        record("lost", on=person, at=now())
        savepoint.rollback()
        with session.begin_nested():
            record("kept.inside", on=person, at=now())
        record("kept.after", on=person, at=now())

    verbs = db.session.scalars(sa.select(AuditLine.verb).order_by(AuditLine.id)).all()
    assert verbs == ["kept.before", "kept.inside", "kept.after"]
    assert first_break() is None


def test_the_line_after_a_failed_transaction_continues_the_chain_without_a_gap(app: Flask) -> None:
    person = a_person()
    write(2)

    with pytest.raises(ZeroDivisionError):
        record_and_fail(person)
    write(1)

    assert db.session.scalars(sa.select(AuditLine.id).order_by(AuditLine.id)).all() == [1, 2, 3]
    assert first_break() is None


@pytest.mark.parametrize("details", [{"password": "x"}, {"after": {"reset_token": "x"}}, {"list": [{"Secret": 1}]}])
def test_a_secret_is_refused(app: Flask, details: dict[str, object]) -> None:
    person = a_person()

    with pytest.raises(ValueError, match="looks like a secret"), transaction():
        record("person.changed", on=person, at=now(), **details)

    assert head() is None


def test_eight_writers_at_once_make_one_chain(app: Flask) -> None:
    person_id = a_person().id
    db.session.rollback()
    errors: list[BaseException] = []

    def writer(name: int) -> None:
        try:
            with app.app_context():
                for step in range(10):
                    with transaction():
                        person = db.session.get_one(Person, person_id)
                        record("entry.saved", by=person, on=person, at=now(), writer=name, step=step)
        except BaseException as error:
            errors.append(error)

    threads = [Thread(target=writer, args=(name,)) for name in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert errors == []
    assert db.session.scalars(sa.select(AuditLine.id).order_by(AuditLine.id)).all() == list(range(1, 81))
    assert first_break() is None


def test_verification_reads_in_batches(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("contest.audit.queries.BATCH", 3)
    write(7)
    assert first_break() is None

    tamper("UPDATE audit_line SET actor_id = NULL WHERE id = 5")

    assert first_break() == Break(5, "changed")


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE audit_line SET verb = 'entry.withdrawn' WHERE id = 3", Break(3, "changed")),
        ("UPDATE audit_line SET details = '{\"step\": 9}' WHERE id = 1", Break(1, "changed")),
        ("UPDATE audit_line SET at = '2001-01-01 00:00:00.000000' WHERE id = 4", Break(4, "changed")),
        ("DELETE FROM audit_line WHERE id = 2", Break(3, "missing", (2, 2))),
        ("DELETE FROM audit_line WHERE id < 4", Break(4, "missing", (1, 3))),
        ("UPDATE audit_line SET id = 12 WHERE id = 2", Break(3, "missing", (2, 2))),
    ],
)
def test_tampering_is_found_at_its_line(app: Flask, statement: str, found: Break) -> None:
    write(5)

    tamper(statement)

    assert first_break() == found


def test_a_line_written_anew_with_a_fitting_seal_is_found_at_the_next_one(app: Flask) -> None:
    from contest.audit.seals import seal

    write(3)
    line = db.session.get_one(AuditLine, 2)
    line.verb = "entry.withdrawn"
    forged = seal(line)
    db.session.rollback()

    tamper(f"UPDATE audit_line SET verb = 'entry.withdrawn', sha256 = '{forged}' WHERE id = 2")  # noqa: S608 - our own hash

    assert first_break() == Break(3, "replaced")


def test_an_unreadable_line_is_a_break_and_no_crash(app: Flask, database_kind: str) -> None:
    write(4)
    if database_kind == "postgresql":  # it refuses text that is no JSON by itself
        with pytest.raises(sa.exc.DatabaseError):
            tamper("UPDATE audit_line SET details = '{' WHERE id = 3")
        return

    tamper("UPDATE audit_line SET details = '{' WHERE id = 3")

    assert first_break() == Break(3, "changed")


def test_a_cut_off_end_is_found_by_a_head_noted_down_earlier(app: Flask) -> None:
    write(5)
    noted = head()
    assert noted is not None

    tamper("DELETE FROM audit_line WHERE id > 3")

    assert first_break() is None
    assert not holds(noted)


def test_the_command_says_that_the_record_is_whole_and_its_head(app: Flask) -> None:
    runner = app.test_cli_runner()
    assert runner.invoke(args=["audit", "verify"]).output == "The record is whole: it has no lines yet.\n"
    write(2)
    last = head()
    assert last is not None

    result = runner.invoke(args=["audit", "verify", "--head", f"{last.line_id}:{last.sha256}"])

    assert result.exit_code == 0
    assert result.output.splitlines()[0] == "The record is whole: 2 lines."
    assert result.output.splitlines()[1].endswith(f" 2:{last.sha256}")


def test_the_command_says_where_the_record_breaks(app: Flask) -> None:
    write(4)
    tamper("DELETE FROM audit_line WHERE id IN (2, 3)")

    result = app.test_cli_runner().invoke(args=["audit", "verify"])

    assert (result.exit_code, result.output) == (
        1,
        "The record is broken at line 4: lines 2 to 3 before it are missing.\n",
    )


def test_the_command_finds_a_cut_off_end(app: Flask) -> None:
    write(3)
    noted = head()
    assert noted == Head(3, noted.sha256 if noted else "")
    tamper("DELETE FROM audit_line WHERE id = 3")

    result = app.test_cli_runner().invoke(args=["audit", "verify", "--head", f"3:{noted.sha256}"])

    assert result.exit_code == 1
    assert "line 3 is not the line that was noted" in result.output


def test_the_command_lists_the_newest_lines(app: Flask) -> None:
    write(3)

    result = app.test_cli_runner().invoke(args=["audit", "list", "--limit", "2", "--verb", "entry."])

    assert [line.split()[0] for line in result.output.splitlines()] == ["2", "3"]
    assert "entry.saved person 1" in result.output
