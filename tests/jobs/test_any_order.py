"""Jobs in any order of events that hypothesis can think of, compared with a model small enough to be believed."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)

from contest.db import database_now, db, transaction
from contest.errors import Refused
from contest.jobs import actions, leases
from contest.jobs.leases import LostLease
from contest.jobs.models import FINISHED, Job
from tests.jobs.factories import effects_of
from tests.jobs.workshop import EFFECTS, make_effects

LEASE_S = 30
ELSEWHERE = "another-host/00000000/1:77:1"


@dataclass
class Expected:
    """What should be true of one job."""

    key: str | None
    max_attempts: int
    state: str = "waiting"
    attempts: int = 0
    token: str | None = None
    lease_until: datetime | None = None
    cancel_asked: bool = False
    effects: int = 0

    def end(self, state: str) -> None:
        self.state, self.token, self.lease_until = state, None, None
        if state == "waiting":
            self.cancel_asked = False


class AnyOrder(RuleBasedStateMachine):
    jobs = Bundle("jobs")
    claims = Bundle("claims")  # (job, token), good or long gone

    def __init__(self) -> None:
        super().__init__()
        db.session.rollback()
        with transaction() as session:
            session.execute(sa.delete(Job))
            session.execute(EFFECTS.delete())
        self.at = database_now()
        self.expected: dict[int, Expected] = {}

    def held(self, claim: tuple[int, str]) -> Expected | None:
        """The job of this claim if the claim is still good."""
        job = self.expected[claim[0]]
        return job if job.token == claim[1] else None

    @rule(
        target=jobs,
        lane=st.sampled_from(["check", "encode"]),
        key=st.sampled_from([None, "a", "b"]),
        max_attempts=st.integers(1, 3),
        priority=st.integers(0, 1),
    )
    def enqueue(self, lane: str, key: str | None, max_attempts: int, priority: int) -> int:
        with transaction():
            job = actions.enqueue(
                "test.effect",
                {},
                lane=lane,
                key=key,
                at=self.at,
                run_at=self.at,
                max_attempts=max_attempts,
                priority=priority,
            )
        same = [i for i, e in self.expected.items() if key and e.key == key and e.state not in FINISHED]
        if same:
            assert job.id == same[0]
        else:
            assert job.id not in self.expected
            self.expected[job.id] = Expected(key, max_attempts)
        return job.id

    @rule(target=claims, lane=st.sampled_from(["check", "encode"]))
    def claim(self, lane: str) -> object:
        with transaction():
            job = leases.claim(lane, worker=ELSEWHERE, lease_s=LEASE_S, at=self.at)
        return self.claimed(job)

    @rule(target=claims, job_id=jobs)
    def claim_this(self, job_id: int) -> object:
        with transaction():
            job = leases.claim_job(job_id, worker=ELSEWHERE, lease_s=LEASE_S, at=self.at)
        return self.claimed(job)

    def claimed(self, job: Job | None) -> object:
        if job is None:
            return multiple()
        expected = self.expected[job.id]
        assert expected.state == "waiting"
        expected.state, expected.token = "running", job.token
        expected.attempts += 1
        expected.lease_until = self.at + timedelta(seconds=LEASE_S)
        return (job.id, job.token)

    @rule(claim=claims, percent=st.integers(0, 100))
    def beat(self, claim: tuple[int, str], percent: int) -> None:
        with transaction():
            good = leases.beat({claim[1]: percent}, lease_s=LEASE_S, at=self.at)
        job = self.held(claim)
        assert good == ({claim[1]} if job else set())
        if job:
            job.lease_until = self.at + timedelta(seconds=LEASE_S)

    @rule(claim=claims)
    def finish_with_effect(self, claim: tuple[int, str]) -> None:
        def work() -> None:
            with transaction() as session:
                session.execute(EFFECTS.insert().values(job_id=claim[0], at=0))
                leases.finish(claim[0], token=claim[1], at=self.at)

        if job := self.held(claim):
            work()
            job.end("done")
            job.effects += 1
        else:
            with pytest.raises(LostLease):
                work()

    @rule(claim=claims, how=st.sampled_from(["fail", "give up", "release", "postpone", "cancel"]))
    def end_otherwise(self, claim: tuple[int, str], how: str) -> None:
        job_id, token = claim
        told = {"code": "odd", "reason": "Odd."}

        def work() -> None:
            with transaction():
                if how == "fail":
                    leases.fail(job_id, token=token, wait_s=5, at=self.at, **told)
                elif how == "give up":
                    leases.give_up(job_id, token=token, at=self.at, **told)
                elif how == "release":
                    leases.release(job_id, token=token)
                elif how == "postpone":
                    leases.postpone(job_id, token=token, wait_s=5, at=self.at, **told)
                else:
                    leases.end_cancelled(job_id, token=token, at=self.at)

        job = self.held(claim)
        if job is None:
            with pytest.raises(LostLease):
                work()
            return
        work()
        if how in ("release", "postpone"):
            job.attempts -= 1
        again = how in ("release", "postpone") or (how == "fail" and job.attempts < job.max_attempts)
        job.end("waiting" if again else "cancelled" if how == "cancel" else "failed")

    @rule(job_id=jobs)
    def cancel(self, job_id: int) -> None:
        expected = self.expected[job_id]

        def work() -> None:
            with transaction() as session:
                actions.cancel(session.get_one(Job, job_id), at=self.at)

        if expected.state in FINISHED:
            with pytest.raises(Refused):
                work()
            return
        work()
        if expected.state == "waiting":
            expected.end("cancelled")
        else:
            expected.cancel_asked = True

    @rule(job_id=jobs)
    def retry(self, job_id: int) -> None:
        expected = self.expected[job_id]

        def work() -> None:
            with transaction() as session:
                actions.retry(session.get_one(Job, job_id), at=self.at)

        others = [e for e in self.expected.values() if e.key == expected.key and e.state not in FINISHED]
        if expected.state not in ("failed", "cancelled") or (expected.key and others):
            with pytest.raises(Refused):
                work()
            return
        work()
        expected.end("waiting")
        expected.attempts = 0

    @rule(seconds=st.sampled_from([1, 10, 29, 31]))
    def time_passes(self, seconds: int) -> None:
        self.at += timedelta(seconds=seconds)

    @rule()
    def sweep(self) -> None:
        with transaction():
            leases.sweep(at=self.at)
        for job in self.expected.values():
            if job.lease_until and job.lease_until < self.at:
                again = job.attempts < job.max_attempts
                job.end("cancelled" if job.cancel_asked else "waiting" if again else "failed")

    @rule(target=claims, lane=st.sampled_from(["check", "encode"]))
    def a_worker_is_silent_and_another_takes_over(self, lane: str) -> object:
        """The one order of events that matters most, made likely: the silent one may yet come back to write."""
        self.time_passes(seconds=31)
        self.sweep()
        return self.claim(lane=lane)

    @invariant()
    @precondition(lambda self: self.expected)
    def the_database_agrees(self) -> None:
        db.session.rollback()
        found = {job.id: (job.state, job.attempts, job.token) for job in db.session.scalars(sa.select(Job))}
        assert found == {i: (e.state, e.attempts, e.token) for i, e in self.expected.items()}
        for job_id, job in self.expected.items():
            assert job.attempts <= job.max_attempts
            assert effects_of(job_id) == job.effects == (1 if job.state == "done" else 0)

    def teardown(self) -> None:
        """Whatever happened: when workers only ever die from here on, every job ends."""
        for _ in range(1 + sum(job.max_attempts for job in self.expected.values())):
            self.at += timedelta(seconds=100)
            self.sweep()
            for lane in ("check", "encode"):
                self.claim(lane=lane)
        self.at += timedelta(seconds=100)
        self.sweep()
        assert {job.state for job in self.expected.values()} <= set(FINISHED)
        self.the_database_agrees()


@pytest.mark.slow
def test_jobs_keep_their_promises_in_any_order(app: Flask) -> None:
    make_effects()

    run_state_machine_as_test(
        AnyOrder,
        settings=settings(
            max_examples=50,
            stateful_step_count=30,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
