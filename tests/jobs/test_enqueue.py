"""Asking for work, calling it off, asking again."""

import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import IntegrityError

from contest.clock import now
from contest.db import database_now, db, transaction
from contest.errors import Refused
from contest.jobs import actions, leases, queries, registry
from contest.jobs.models import Job, PeriodicSlot
from tests.jobs.factories import WORKER, a_claimed_job, a_job, state_of


def test_a_job_is_there_only_when_what_needs_it_is_committed(app: Flask) -> None:
    def undone() -> None:
        with transaction():
            actions.enqueue("test.nothing", {}, lane="check", at=now())
            raise LookupError

    with pytest.raises(LookupError):
        undone()

    assert db.session.scalars(sa.select(Job)).all() == []


def test_a_job_carries_its_arguments_and_waits(app: Flask) -> None:
    job = a_job("test.nothing", {"title": "黄土高原", "sizes": [720, 480]}, priority=5)

    assert (job.args, job.state, job.lane) == ({"title": "黄土高原", "sizes": [720, 480]}, "waiting", "check")
    assert (job.priority, job.attempts, job.max_attempts, job.progress) == (5, 0, 3, 0)


def test_a_key_in_use_brings_the_job_that_has_it(app: Flask) -> None:
    first = a_job(args={"n": 1}, key="asset-7")

    second = a_job(args={"n": 2}, key="asset-7")

    assert (second.id, second.args) == (first.id, {"n": 1})


def test_a_key_is_free_again_when_its_job_is_over(app: Flask) -> None:
    first = a_claimed_job(key="asset-7")
    with transaction():
        leases.finish(first.id, token=str(first.token), at=database_now())

    second = a_job(key="asset-7")

    assert second.id != first.id
    assert db.session.scalar(queries.latest_job("asset-7")) is second


def test_eight_that_ask_at_once_with_one_key_get_one_job(app: Flask) -> None:
    found: list[int] = []
    start = threading.Barrier(8)

    def ask() -> None:
        with app.app_context():
            start.wait()
            found.append(a_job(key="asset-7").id)
            db.session.remove()

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(found) == 8
    assert len(set(found)) == 1


def test_a_task_gives_its_lane_and_attempts(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "TASKS", {})
    registry.task("test.poster", lane="encode", attempts=5)(lambda job: None)

    job = a_job("test.poster", lane=None)

    assert (job.lane, job.max_attempts) == ("encode", 5)


def test_an_unknown_kind_without_a_lane_is_a_mistake(app: Flask) -> None:
    with pytest.raises(ValueError, match=r"test\.never.*say its lane"):
        a_job("test.never", lane=None)


@pytest.mark.parametrize(
    "wrong",
    [
        {"lane": "express"},
        {"state": "paused"},
        {"state": "running"},
        {"state": "done"},
        {"state": "failed", "finished_at": sa.func.current_timestamp()},
        {"state": "cancelled", "finished_at": sa.func.current_timestamp()},
        {"progress": 101},
        {"attempts": 3},
        {"attempts": 4},
        {"token": "t"},
        {"cancel_requested_at": sa.func.current_timestamp()},
    ],
    ids=" ".join,
)
def test_the_database_refuses_a_state_that_cannot_be(app: Flask, wrong: dict[str, object]) -> None:
    job_id = a_job().id

    with pytest.raises(IntegrityError), transaction():
        db.session.execute(sa.update(Job).where(Job.id == job_id).values(**wrong))


def test_a_waiting_job_is_cancelled_at_once(app: Flask) -> None:
    job = a_job()

    with transaction():
        actions.cancel(job, at=now())

    assert state_of(job.id) == "cancelled"


def test_a_running_job_is_asked_to_stop(app: Flask) -> None:
    job = a_claimed_job()

    with transaction():
        actions.cancel(job, at=now())

    assert (state_of(job.id), job.cancel_requested_at is not None) == ("running", True)


def test_a_job_that_is_over_cannot_be_cancelled(app: Flask) -> None:
    job = a_job()
    with transaction():
        actions.cancel(job, at=now())

    with pytest.raises(Refused), transaction():
        actions.cancel(job, at=now())


def test_a_failed_job_can_be_retried_with_all_its_attempts(app: Flask) -> None:
    job = a_claimed_job()
    with transaction():
        leases.give_up(job.id, token=str(job.token), code="odd", reason="Odd file.", at=database_now())

    with transaction():
        actions.retry(job, at=now())

    assert (state_of(job.id), job.attempts, job.finished_at) == ("waiting", 0, None)
    with transaction():
        assert leases.claim("check", worker=WORKER, lease_s=30, at=database_now()) is job


@pytest.mark.parametrize("over", [False, True], ids=["waiting", "done"])
def test_a_job_that_has_not_failed_cannot_be_retried(app: Flask, over: bool) -> None:
    job = a_claimed_job()
    with transaction():
        if over:
            leases.finish(job.id, token=str(job.token), at=database_now())
        else:
            leases.release(job.id, token=str(job.token))

    with pytest.raises(Refused), transaction():
        actions.retry(job, at=now())


def test_a_job_is_not_retried_beside_another_with_its_key(app: Flask) -> None:
    job = a_job(key="asset-7")
    with transaction():
        actions.cancel(job, at=now())
    a_job(key="asset-7")

    with pytest.raises(Refused), transaction():
        actions.retry(job, at=now())


def test_a_periodic_job_is_enqueued_once_in_a_period(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "TASKS", {})
    registry.periodic("test.tidy", every_s=600)(lambda job: None)
    at = database_now()

    for moment in (at, at, at + timedelta(seconds=600)):
        with transaction():
            made = actions.schedule_periodic(at=moment)
        for job in made:
            with transaction():
                actions.cancel(job, at=moment)

    kinds = db.session.scalars(sa.select(Job.kind)).all()
    assert kinds == ["test.tidy", "test.tidy"]
    assert len(db.session.scalars(sa.select(PeriodicSlot)).all()) == 2
