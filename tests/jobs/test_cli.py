"""`flask jobs ...`, and what a page can ask."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from contest.clock import now
from contest.db import database_now, db, transaction
from contest.jobs import leases, queries
from contest.jobs.models import Job, WorkerBeat
from contest.jobs.worker import run_waiting
from contest.web.commands import typed
from tests.jobs.factories import a_claimed_job, a_job, later, state_of


def run(app: Flask, *words: str, expect: int = 0) -> str:
    db.session.rollback()
    result = app.test_cli_runner().invoke(args=["jobs", *words])
    assert result.exit_code == expect, result.output
    return result.output


def a_failed_job(**details: object) -> Job:
    job = a_claimed_job(**details)  # type: ignore[arg-type]
    with transaction():
        leases.give_up(
            job.id, token=str(job.token), code="too_long", reason="The video is 3:26 long.", at=database_now()
        )
    return job


def test_the_list_says_what_failed_and_that_no_worker_is_there(app: Flask) -> None:
    a_job("test.nothing")
    failed = a_failed_job(kind="test.gives_up")

    output = run(app, "list", "--state", "failed")

    first, last = output.strip().splitlines()
    assert first.split()[0] == str(failed.id)
    assert first.endswith("failed       1/3   test.gives_up            The video is 3:26 long.")
    assert last == f"No worker is running: jobs wait. Start one with: {typed('jobs work')}"


def test_a_failed_job_is_retried_by_its_number(app: Flask) -> None:
    job = a_failed_job()

    output = run(app, "retry", str(job.id))

    assert (output, state_of(job.id)) == (f"Job {job.id} waits for the worker.\n", "waiting")


def test_a_retry_that_makes_no_sense_is_refused_in_words(app: Flask) -> None:
    job = a_job()

    assert run(app, "retry", str(job.id), expect=1).startswith("Error: This job is still waiting or running")
    assert "There is no job 4711." in run(app, "retry", "4711", expect=1)


def test_a_waiting_job_is_called_off_by_its_number(app: Flask) -> None:
    job = a_job()

    run(app, "cancel", str(job.id))

    assert state_of(job.id) == "cancelled"


def test_the_sweep_can_be_done_by_hand(app: Flask) -> None:
    with transaction():
        job = a_job_in_dead_hands()

    output = run(app, "sweep")

    assert output.endswith("1 wait again, 0 cancelled, 0 failed\n")
    assert state_of(job.id) == "waiting"


def a_job_in_dead_hands() -> Job:
    job = Job(kind="test.nothing", lane="check", args={}, max_attempts=3, attempts=1, state="running", token="t")
    job.run_at = job.created_at = job.started_at = later(-100)
    job.lease_until, job.worker = later(-50), "another-host/00000000/1:77:1"
    db.session.add(job)
    return job


@pytest.mark.parametrize(("silent_s", "alive"), [(10, True), (20, False)])
def test_a_worker_counts_as_down_after_fifteen_silent_seconds(app: Flask, silent_s: int, alive: bool) -> None:
    at = now()
    with transaction() as session:
        heard = at - timedelta(seconds=silent_s)
        session.add(WorkerBeat(worker="w", started_at=heard, beat_at=heard))

    assert queries.worker_is_alive(at) is alive


def test_old_housekeeping_is_forgotten_and_what_failed_is_not(app: Flask) -> None:
    jobs = [a_failed_job(lane="housekeeping"), a_job("test.nothing"), a_job("test.nothing", lane="housekeeping")]
    run_waiting(app)
    with transaction() as session:
        session.execute(sa.update(Job).where(Job.state == "done").values(finished_at=later(-8 * 24 * 3600)))
        session.execute(sa.update(Job).where(Job.state == "failed").values(finished_at=later(-8 * 24 * 3600)))
    tidy = a_job("jobs.tidy", lane=None)

    run_waiting(app)

    db.session.rollback()
    left = set(db.session.scalars(sa.select(Job.id)))
    assert left == {jobs[0].id, jobs[1].id, tidy.id}
