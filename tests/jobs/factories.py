"""Jobs for tests, and short ways to look at them."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask

from contest.clock import now
from contest.config import ROOT
from contest.db import database_now, db, transaction
from contest.jobs import leases
from contest.jobs.actions import enqueue
from contest.jobs.machine import started
from contest.jobs.models import Job
from tests.jobs.workshop import EFFECTS

WORKER = "a-worker"


def a_job(kind: str = "test.nothing", args: dict[str, Any] | None = None, **details: Any) -> Job:
    """A job that waits in the check lane, committed."""
    with transaction():
        return enqueue(kind, args or {}, **({"lane": "check", "at": now()} | details))


def a_claimed_job(*, lease_s: float = 30, worker: str = WORKER, **details: Any) -> Job:
    """A job that runs in `worker`'s name."""
    job_id = a_job(**details).id
    with transaction():
        job = leases.claim_job(job_id, worker=worker, lease_s=lease_s, at=database_now())
    assert job is not None
    return job


def later(seconds: float) -> datetime:
    return database_now() + timedelta(seconds=seconds)


def state_of(job_id: int) -> str:
    db.session.rollback()
    job = db.session.get(Job, job_id, populate_existing=True)
    assert job is not None
    return job.state


@contextmanager
def workers(app: Flask, count: int = 1, **settings: Any) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Real worker processes of this instance, stopped hard at the end."""
    processes = [start_worker(app, **settings) for _ in range(count)]
    try:
        yield processes
    finally:
        for process in processes:
            process.kill()
            process.wait()


def start_worker(app: Flask, *, host: str = "", **settings: Any) -> subprocess.Popen[bytes]:
    """A worker process of this machine, or one that passes for a worker of `host`."""
    environ = os.environ | {f"CONTEST_{name.upper()}": str(value) for name, value in settings.items()}
    environ["TEST_HOST"] = host
    folder = app.config["SETTINGS"].instance
    log = (folder / "worker.log").open("ab")
    command = [sys.executable, "-m", "tests.jobs.workshop", str(folder)]
    return subprocess.Popen(command, cwd=ROOT, env=environ, stdout=log, stderr=log)


def wait_until(true: Callable[[], bool], *, seconds: float = 20) -> None:
    """Each look is at what is committed by then."""
    deadline = time.monotonic() + seconds
    db.session.rollback()
    while not true():
        db.session.rollback()
        assert time.monotonic() < deadline, f"not true within {seconds} s"
        time.sleep(0.05)


def encoders(app: Flask) -> list[int]:
    """The live ffmpeg processes that jobs of this instance started."""
    mark = f"comment={app.config['SETTINGS'].instance}".encode()
    found = []
    for process in Path("/proc").iterdir():
        with suppress(OSError):
            if process.name.isdigit() and mark in (process / "cmdline").read_bytes() and started(int(process.name)):
                found.append(int(process.name))
    return found


def effects_of(job_id: int) -> int:
    db.session.rollback()
    count = sa.select(sa.func.count()).select_from(EFFECTS).where(EFFECTS.c.job_id == job_id)
    return db.session.scalar(count) or 0
