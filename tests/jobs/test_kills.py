"""Workers and encoders killed with SIGKILL at random moments: every job still ends, and takes effect once at most.

TEST_KILLS says how many times; the promise is made for 60 on each database. TEST_SEED repeats a run.
"""

import os
import random
import signal
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from contest.db import db
from contest.jobs.models import FINISHED, UNFINISHED, Job, JobProcess, WorkerBeat
from tests.jobs.factories import a_job, effects_of, encoders, start_worker, wait_until
from tests.jobs.workshop import make_effects

KILLS = int(os.environ.get("TEST_KILLS", "60"))
SEED = int(os.environ.get("TEST_SEED", "0")) or random.randrange(1, 10**6)
LEASE_S = 2
WORKERS = 3
JOBS_AT_ONCE = 5


@dataclass
class Massacre:
    """Workers that are replaced when they are killed, as a supervisor would, and a record of what had to recover."""

    app: Flask
    chance: random.Random
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)
    awaited: dict[str, float] = field(default_factory=dict)  # token of an attempt that was killed: when
    recovered_s: list[float] = field(default_factory=list)
    hosts: int = 0
    here: set[int] = field(default_factory=set)  # numbers of the workers that are of this machine

    def man(self) -> None:
        """Half of the workers see one another's deaths; the others pass for workers of other machines.

        One at least is of this machine: what is left running here nobody else can kill.
        """
        while len(self.workers) < WORKERS:
            self.hosts += 1
            away = self.chance.random() < 0.5 and any(worker.pid in self.here for worker in self.workers)
            host = f"host-{self.hosts}" if away else ""
            worker = start_worker(self.app, host=host, job_lease_s=LEASE_S, encode_slots=2)
            self.workers.append(worker)
            self.here |= set() if away else {worker.pid}

    def kill_worker(self) -> bool:
        return self.kill_some_worker(with_encoders=False)

    def kill_worker_with_all_its_encoders(self) -> bool:
        return self.kill_some_worker(with_encoders=True)

    def kill_some_worker(self, *, with_encoders: bool) -> bool:
        ready = self.ready()
        victims = [worker for worker in self.workers if ready - {worker.pid}]  # one must be left to recover the jobs
        if not victims:
            return False
        busy = [worker for worker in victims if self.running(worker)]
        worker = self.chance.choice(busy if busy and self.chance.random() < 0.8 else victims)
        tokens = self.running(worker)
        children = [pid for pid in encoders(self.app) if with_encoders and parent_of(pid) == worker.pid]
        for pid in (worker.pid, *children):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        worker.wait()
        self.awaited |= dict.fromkeys(tokens, time.monotonic())
        self.workers.remove(worker)
        return True

    def kill_encoder(self) -> bool:
        found = encoders(self.app)
        if found:
            with suppress(ProcessLookupError):
                os.kill(self.chance.choice(found), signal.SIGKILL)
        return bool(found)

    def ready(self) -> set[int]:
        """The workers that have come so far as to give a sign of life."""
        db.session.rollback()
        names = db.session.scalars(sa.select(WorkerBeat.worker))
        return {int(name.split(":")[1]) for name in names} & {worker.pid for worker in self.workers}

    def running(self, worker: subprocess.Popen[bytes]) -> list[str]:
        db.session.rollback()
        ours = sa.select(Job.token).where(Job.state == "running", Job.worker.contains(f":{worker.pid}:"))
        return [token for token in db.session.scalars(ours) if token]

    def look(self) -> None:
        """Note which killed attempts are out of the way by now."""
        db.session.rollback()
        held = set(db.session.scalars(sa.select(Job.token).where(Job.state == "running")))
        for token in set(self.awaited) - held:
            self.recovered_s.append(time.monotonic() - self.awaited.pop(token))

    def unfinished(self) -> int:
        db.session.rollback()
        return (
            db.session.scalar(sa.select(sa.func.count()).where(Job.kind == "test.encode", Job.state.in_(UNFINISHED)))
            or 0
        )


def parent_of(pid: int) -> int:
    with suppress(OSError):
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    return 0


def left_over() -> list[int]:
    """Groups of processes that some worker of this machine still has to look after."""
    db.session.rollback()
    return list(db.session.scalars(sa.select(JobProcess.leader).where(~JobProcess.machine.startswith("host-"))))


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_every_job_ends_and_takes_effect_once_however_often_its_worker_is_killed(app: Flask) -> None:
    make_effects()
    massacre = Massacre(app, random.Random(SEED))
    print(f"TEST_SEED={SEED}")  # noqa: T201 - shown when the test fails
    ways = [massacre.kill_worker, massacre.kill_encoder, massacre.kill_worker_with_all_its_encoders]
    killed = {way.__name__: 0 for way in ways}
    try:
        while sum(killed.values()) < KILLS:
            massacre.man()
            while massacre.unfinished() < JOBS_AT_ONCE:
                a_job("test.encode", {"seconds": 1}, lane=None)
            pause_until = time.monotonic() + massacre.chance.uniform(0.05, 1.6)
            while time.monotonic() < pause_until:
                massacre.look()
                time.sleep(0.02)
            way = massacre.chance.choice(ways)
            killed[way.__name__] += way()
        massacre.man()
        wait_until(lambda: massacre.look() is None and massacre.unfinished() == 0, seconds=90)
        wait_until(lambda: encoders(app) == [], seconds=5)
        wait_until(lambda: left_over() == [], seconds=LEASE_S + 5)
    finally:
        for worker in massacre.workers:
            worker.kill()
            worker.wait()

    jobs = db.session.scalars(sa.select(Job).where(Job.kind == "test.encode")).all()
    recovery = f"slowest recovery {max(massacre.recovered_s):.1f} s of {len(massacre.recovered_s)}"
    print(f"{killed}, {len(jobs)} jobs, {sum(job.state == 'failed' for job in jobs)} failed, {recovery}")  # noqa: T201
    assert {job.state for job in jobs} <= set(FINISHED) - {"cancelled"}
    assert [effects_of(job.id) for job in jobs] == [int(job.state == "done") for job in jobs]
    assert all(job.reason for job in jobs if job.state == "failed")
    assert all(job.attempts <= job.max_attempts for job in jobs)
    assert sum(job.state == "done" for job in jobs) > 0
    assert massacre.awaited == {}
    assert max(massacre.recovered_s) <= LEASE_S + 5
