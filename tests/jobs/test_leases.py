"""Who holds a job, for how long, and what others can then not do."""

import threading
from collections.abc import Callable

import pytest
from flask import Flask

from contest.clock import now
from contest.db import database_now, db, transaction
from contest.jobs import actions, leases
from contest.jobs.leases import LostLease, Swept
from contest.jobs.machine import this_machine, this_worker
from contest.jobs.models import Job
from contest.jobs.rules import reason_shown
from tests.jobs.factories import WORKER, a_claimed_job, a_job, later, state_of


def claim(lane: str = "check", *, at: object = None) -> Job | None:
    with transaction():
        return leases.claim(lane, worker=WORKER, lease_s=30, at=at or database_now())  # type: ignore[arg-type]


def test_the_claim_of_an_empty_lane_is_nothing(app: Flask) -> None:
    a_job(lane="encode")

    assert claim("check") is None


def test_jobs_are_claimed_by_priority_then_age(app: Flask) -> None:
    ids = [a_job(priority=priority).id for priority in (0, 5, 0, 5)]

    claimed = [job.id for job in iter(claim, None)]

    assert claimed == [ids[1], ids[3], ids[0], ids[2]]


def test_a_job_is_not_claimed_before_its_time(app: Flask) -> None:
    job = a_job(run_at=later(60))

    assert claim() is None
    assert claim(at=later(61)) is job


def test_a_claim_counts_the_attempt_and_gives_a_new_token(app: Flask) -> None:
    job = a_claimed_job()
    first = (job.attempts, job.token)
    with transaction():
        leases.sweep(at=later(31))

    again = claim()

    assert again is job
    assert (first[0], job.attempts) == (1, 2)
    assert first[1] != job.token


def test_eight_workers_that_claim_at_once_get_eight_jobs(app: Flask) -> None:
    expected = {a_job().id for _ in range(8)}
    claimed: list[int] = []
    start = threading.Barrier(8)

    def work() -> None:
        with app.app_context():
            start.wait()
            job = claim()
            claimed.append(job.id if job else 0)
            db.session.remove()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(claimed) == sorted(expected)


def test_a_beat_prolongs_the_lease_and_tells_the_progress(app: Flask) -> None:
    job = a_claimed_job(lease_s=5)

    with transaction():
        good = leases.beat({str(job.token): 40, "someone-else's": 10}, lease_s=60, at=database_now())
        swept = leases.sweep(at=later(30))

    assert (good, swept, job.progress) == ({job.token}, Swept(), 40)


def test_progress_stays_between_0_and_100(app: Flask) -> None:
    job = a_claimed_job()

    with transaction():
        leases.report_progress(job.id, token=str(job.token), percent=250)

    assert job.progress == 100


def test_a_failed_attempt_waits_before_the_next(app: Flask) -> None:
    job = a_claimed_job()

    with transaction():
        state = leases.fail(
            job.id, token=str(job.token), code="busy", reason="The disk is busy.", wait_s=10, at=database_now()
        )

    assert (state, claim()) == ("waiting", None)
    assert claim(at=later(11)) is job


def test_the_last_failed_attempt_leaves_a_reason_to_read(app: Flask) -> None:
    job = a_claimed_job(max_attempts=1)

    with transaction():
        leases.fail(job.id, token=str(job.token), code="odd", reason="Odd file.", wait_s=10, at=database_now())

    assert (state_of(job.id), job.reason_code, reason_shown(job)) == ("failed", "odd", "Odd file.")


def test_a_released_job_has_lost_no_attempt(app: Flask) -> None:
    job = a_claimed_job()

    with transaction():
        leases.release(job.id, token=str(job.token))

    assert (state_of(job.id), job.attempts) == ("waiting", 0)
    assert claim() is job


LATE_WRITES: dict[str, Callable[[int, str], object]] = {
    "hold": lambda job_id, token: leases.hold(job_id, token=token),
    "progress": lambda job_id, token: leases.report_progress(job_id, token=token, percent=50),
    "finish": lambda job_id, token: leases.finish(job_id, token=token, at=database_now()),
    "fail": lambda job_id, token: leases.fail(job_id, token=token, code="c", reason="r", wait_s=0, at=database_now()),
    "give up": lambda job_id, token: leases.give_up(job_id, token=token, code="c", reason="r", at=database_now()),
    "release": lambda job_id, token: leases.release(job_id, token=token),
    "cancel": lambda job_id, token: leases.end_cancelled(job_id, token=token, at=database_now()),
    "note a process": lambda job_id, token: leases.note_process(job_id, token=token, leader=1),
}


@pytest.mark.parametrize("write", LATE_WRITES.values(), ids=LATE_WRITES)
def test_who_lost_the_lease_can_write_nothing(app: Flask, write: Callable[[int, str], object]) -> None:
    job = a_claimed_job()
    old = str(job.token)
    with transaction():
        leases.sweep(at=later(31))
    claim()
    before = (job.state, job.token, job.attempts, job.lease_until, job.progress)

    with pytest.raises(LostLease), transaction():
        write(job.id, old)

    db.session.refresh(job)
    assert (job.state, job.token, job.attempts, job.lease_until, job.progress) == before


def test_the_sweep_lets_a_job_wait_again_when_its_lease_ran_out(app: Flask) -> None:
    job = a_claimed_job(lease_s=30)

    with transaction():
        early = leases.sweep(at=later(29))
        late = leases.sweep(at=later(31))

    assert (early, late, state_of(job.id)) == (Swept(), Swept(freed=1), "waiting")


def test_the_sweep_fails_a_job_that_killed_its_worker_every_time(app: Flask) -> None:
    job = a_claimed_job(max_attempts=1)

    with transaction():
        swept = leases.sweep(at=later(31))

    assert (swept, state_of(job.id), job.reason_code) == (Swept(failed=1), "failed", "worker_lost")


def test_the_sweep_ends_a_cancelled_job_whose_worker_died(app: Flask) -> None:
    job = a_claimed_job()
    with transaction():
        actions.cancel(job, at=now())

    with transaction():
        swept = leases.sweep(at=later(31))

    assert (swept, state_of(job.id)) == (Swept(cancelled=1), "cancelled")


def test_the_jobs_of_a_worker_known_to_be_dead_are_freed_before_their_lease_ends(app: Flask) -> None:
    dead = a_claimed_job(worker=f"{this_machine()}:{2**22}:1")
    alive = a_claimed_job(worker=this_worker())
    elsewhere = a_claimed_job(worker="another-host/00000000/1:77:1")

    with transaction():
        swept = leases.sweep(at=database_now())

    assert swept == Swept(freed=1)
    assert [state_of(job.id) for job in (dead, alive, elsewhere)] == ["waiting", "running", "running"]
