"""A real worker process: what it does with jobs that go well, badly, too long, or are called off."""

import signal
import subprocess
import time

import pytest
import sqlalchemy as sa
from flask import Flask

from contest.clock import now
from contest.db import db, transaction
from contest.jobs import actions, queries
from contest.jobs.models import Job, JobProcess, PeriodicSlot
from contest.jobs.worker import run_waiting
from tests.jobs.factories import a_job, effects_of, encoders, start_worker, state_of, wait_until, workers
from tests.jobs.workshop import make_effects


@pytest.fixture(autouse=True)
def effects(app: Flask) -> None:
    make_effects()


def ended(job: Job) -> tuple[str, int, str | None]:
    """State, attempts and reason of a job, once it is over."""
    wait_until(lambda: state_of(job.id) in ("done", "failed", "cancelled"), seconds=30)
    return job.state, job.attempts, job.reason_code


def test_jobs_are_done_and_the_worker_gives_signs_of_life(app: Flask) -> None:
    jobs = [a_job("test.effect"), a_job("test.nothing"), a_job("test.encode", {"seconds": 0.4}, lane="encode")]
    dead_before = queries.worker_is_alive(now())

    with workers(app):
        outcomes = [ended(job) for job in jobs]
        alive = queries.worker_is_alive(now())

    assert (dead_before, alive) == (False, True)
    assert outcomes == [("done", 1, None)] * 3
    assert [effects_of(job.id) for job in jobs] == [1, 0, 1]
    assert all(job.progress == 100 and job.reason is None for job in jobs)


@pytest.mark.parametrize("error", ["ValueError", "MemoryError", "SystemExit"])
def test_a_handler_that_breaks_fails_its_attempts_and_nothing_else(app: Flask, error: str) -> None:
    job = a_job("test.raises", {"error": error}, lane=None)

    with workers(app) as (process,):
        outcome = ended(job)
        after = ended(a_job("test.effect"))

        assert process.poll() is None

    assert (outcome, after) == (("failed", 2, "error"), ("done", 1, None))
    assert "secret detail" not in str(job.reason)


def test_a_handler_that_gives_up_is_not_tried_again(app: Flask) -> None:
    job = a_job("test.gives_up")

    with workers(app):
        outcome = ended(job)

    assert (outcome, job.reason) == (("failed", 1, "too_long"), "The video is 3:26 long.")


def test_a_kind_nobody_knows_fails_with_a_reason(app: Flask) -> None:
    job = a_job("test.of-a-newer-version", max_attempts=1)

    with workers(app):
        outcome = ended(job)

    assert outcome == ("failed", 1, "unknown_kind")


def test_a_job_that_kills_its_worker_ends_as_failed(app: Flask) -> None:
    job = a_job("test.deadly", lane=None)

    for _ in range(2):
        start_worker(app).wait(20)
    with workers(app):
        outcome = ended(job)

    assert outcome == ("failed", 2, "worker_lost")


def test_who_was_thought_dead_can_write_nothing_when_it_comes_back(app: Flask) -> None:
    job = a_job("test.loses", lane=None)

    with workers(app):
        outcome = ended(job)

    assert outcome == ("done", 2, None)
    assert effects_of(job.id) == 1


def test_a_cancelled_job_stops_within_seconds(app: Flask) -> None:
    job = a_job("test.encode", {"seconds": 60}, lane="encode")
    with workers(app):
        wait_until(lambda: encoders(app) != [])

        with transaction():
            actions.cancel(job, at=now())
        outcome = ended(job)

        assert outcome == ("cancelled", 1, None)
        assert encoders(app) == []


def test_a_handler_that_does_not_listen_is_cancelled_all_the_same(app: Flask) -> None:
    job = a_job("test.stubborn", lane="encode")
    with workers(app):
        wait_until(lambda: encoders(app) != [])

        with transaction():
            actions.cancel(job, at=now())

        assert ended(job) == ("cancelled", 1, None)
        assert encoders(app) == []


@pytest.mark.parametrize("kind", ["test.encode", "test.stubborn"])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_told_to_stop_gives_its_jobs_back(app: Flask, kind: str, number: signal.Signals) -> None:
    job = a_job(kind, {"seconds": 60}, lane="encode")
    with workers(app) as (process,):
        wait_until(lambda: encoders(app) != [])

        process.send_signal(number)
        code = process.wait(10)

    assert code == 0
    assert (state_of(job.id), job.attempts, encoders(app)) == ("waiting", 0, [])
    assert not queries.worker_is_alive(now())


def test_what_a_handler_leaves_running_is_killed_when_it_ends(app: Flask) -> None:
    job = a_job("test.leaves_child")

    with workers(app):
        ended(job)

        wait_until(lambda: encoders(app) == [])
    assert db.session.scalars(sa.select(JobProcess)).all() == []


def test_a_child_that_outlived_its_worker_is_killed_by_the_next_one(app: Flask) -> None:
    job = a_job("test.encode", {"seconds": 30, "dies_with_parent": False}, lane="encode", max_attempts=1)
    with workers(app) as (first,):
        wait_until(lambda: encoders(app) != [] and db.session.scalar(sa.select(JobProcess)) is not None)
        first.kill()
        first.wait()
    assert encoders(app) != []

    began = time.monotonic()
    with workers(app):
        outcome = ended(job)
        wait_until(lambda: encoders(app) == [])

    assert outcome == ("failed", 1, "worker_lost")
    assert time.monotonic() - began < 10  # long before the lease of 30 s is over: the first is known to be dead


def test_a_worker_leaves_the_children_of_a_living_worker_alone(app: Flask) -> None:
    job = a_job("test.encode", {"seconds": 3}, lane="encode")

    with workers(app) as (_first,):
        wait_until(lambda: encoders(app) != [])
        with workers(app):
            outcome = ended(job)

    assert outcome == ("done", 1, None)


def test_a_worker_that_hangs_loses_its_job_to_another(app: Flask) -> None:
    job = a_job("test.encode", {"seconds": 1.5}, lane="encode")
    with workers(app, job_lease_s=2) as (first,):
        wait_until(lambda: state_of(job.id) == "running")
        with transaction():  # on SQLite nobody can write while a frozen process holds the lock: take care it does not
            first.send_signal(signal.SIGSTOP)
        with workers(app, job_lease_s=2):
            outcome = ended(job)
            first.send_signal(signal.SIGCONT)
            time.sleep(2)

    assert outcome == ("done", 2, None)
    assert effects_of(job.id) == 1


def test_two_workers_make_one_job_of_a_period(app: Flask) -> None:
    with workers(app, 2):
        wait_until(lambda: len(db.session.scalars(sa.select(Job).where(Job.kind == "test.tick")).all()) > 0)
        time.sleep(2.5)

    assert len(db.session.scalars(sa.select(Job).where(Job.kind == "test.tick")).all()) == 1
    assert len(db.session.scalars(sa.select(PeriodicSlot).where(PeriodicSlot.name == "test.tick")).all()) == 1


def test_what_waits_can_be_done_here_and_now(app: Flask) -> None:
    jobs = [a_job("test.effect"), a_job("test.nothing", lane="housekeeping")]

    count = run_waiting(app)

    assert (count, [state_of(job.id) for job in jobs]) == (2, ["done", "done"])


def test_a_worker_waits_for_a_database_that_does_not_answer(app: Flask) -> None:
    """On SQLite a long writer stands in for it; on PostgreSQL a lock on the table."""
    with workers(app) as (process,):
        wait_until(lambda: queries.worker_is_alive(now()))
        with transaction() as session:
            if db.engine.dialect.name == "postgresql":
                session.execute(sa.text("LOCK TABLE job IN ACCESS EXCLUSIVE MODE"))
            job = actions.enqueue("test.effect", {}, lane="check", at=now())
            time.sleep(2)
        outcome = ended(job)

        assert isinstance(process, subprocess.Popen)
        assert process.poll() is None

    assert outcome == ("done", 1, None)
