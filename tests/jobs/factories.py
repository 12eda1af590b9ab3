"""Jobs for tests, and short ways to look at them."""

from datetime import datetime, timedelta
from typing import Any

from contest.clock import now
from contest.db import database_now, db, transaction
from contest.jobs import leases
from contest.jobs.actions import enqueue
from contest.jobs.models import Job

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
