"""Questions about jobs and workers."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from contest.db import db
from contest.jobs import machine
from contest.jobs.models import UNFINISHED, Job, JobProcess, WorkerBeat

WORKER_SILENCE_S = 15  # a worker that says nothing for so long counts as down


def worker_is_alive(at: datetime) -> bool:
    """Whether some worker takes jobs; when none does, pages say that checking waits."""
    since = at - timedelta(seconds=WORKER_SILENCE_S)
    return bool(db.session.scalar(sa.select(sa.exists().where(WorkerBeat.beat_at >= since))))


def lanes_with_due_jobs(at: datetime) -> sa.Select[str]:
    return sa.select(Job.lane).where(Job.state == "waiting", Job.run_at <= at).distinct()


def due_jobs(lane: str, at: datetime) -> sa.Select[Job]:
    """In the order in which they are claimed."""
    due = sa.select(Job).where(Job.state == "waiting", Job.lane == lane, Job.run_at <= at)
    return due.order_by(Job.priority.desc(), Job.run_at, Job.id)


def unfinished_job(key: str) -> sa.Select[Job]:
    """The one job with this key that waits or runs."""
    return sa.select(Job).where(Job.key == key, Job.state.in_(UNFINISHED))


def latest_job(key: str) -> sa.Select[Job]:
    """The newest job with this key, finished or not: a page tells its state and progress."""
    return sa.select(Job).where(Job.key == key).order_by(Job.id.desc()).limit(1)


def jobs_in(*states: str) -> sa.Select[Job]:
    """Newest first; all states when none is named."""
    newest = sa.select(Job).order_by(Job.id.desc())
    return newest.where(Job.state.in_(states)) if states else newest


def orphaned(at: datetime) -> sa.ColumnElement[bool]:
    """Jobs that run in the name of a worker that is dead, as far as this machine can know, or silent for too long."""
    workers = db.session.scalars(sa.select(Job.worker).where(Job.state == "running").distinct())
    dead = [worker for worker in workers if worker and machine.is_dead(worker)]
    return sa.and_(Job.state == "running", sa.or_(Job.lease_until < at, Job.worker.in_(dead)))


def leftover_processes() -> sa.Select[JobProcess]:
    """What attempts that are over may have left running on this machine."""
    still = sa.select(Job.id).where(Job.token == JobProcess.token, Job.state == "running").exists()
    return sa.select(JobProcess).where(JobProcess.machine == machine.this_machine(), ~still)
