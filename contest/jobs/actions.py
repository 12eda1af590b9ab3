"""Verbs of those who want work done: ask for it, call it off, ask again."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.dialects import postgresql, sqlite

from contest.db import after_commit, database_now, db, lock
from contest.errors import Refused
from contest.jobs import registry
from contest.jobs.drivers import Driver
from contest.jobs.models import IS_UNFINISHED, Job, PeriodicSlot
from contest.jobs.queries import unfinished_job
from contest.jobs.rules import why_not_cancel, why_not_retry


def enqueue(
    kind: str,
    args: Mapping[str, Any],
    *,
    at: datetime,
    lane: str | None = None,
    key: str | None = None,
    priority: int = 0,
    run_at: datetime | None = None,
    max_attempts: int | None = None,
) -> Job:
    """A job that waits for a worker, committed together with what needs it.

    With a `key` that an unfinished job has, that job is returned and nothing is added. The lane and the number of
    attempts are the task's unless given. `run_at` (not before) counts by the database's clock.
    """
    task = registry.TASKS.get(kind)
    lane = lane or (task.lane if task else None)
    if lane is None:
        raise ValueError(f"nothing is registered for jobs of kind {kind!r}, so say its lane")
    values = {
        "kind": kind,
        "lane": lane,
        "args": dict(args),
        "key": key,
        "priority": priority,
        "created_at": at,
        "run_at": run_at or database_now(),
        "max_attempts": max_attempts or (task.attempts if task else registry.MAX_ATTEMPTS),
    }
    job = _inserted(values) if key is None else _inserted_or_unfinished(key, values)
    _tell_driver(job)
    return job


def _inserted(values: dict[str, Any]) -> Job:
    job = Job(**values)
    db.session.add(job)
    db.session.flush()
    return job


def _inserted_or_unfinished(key: str, values: dict[str, Any]) -> Job:
    """The constraint decides between two that ask at once; the loser waits for the winner and gets its job."""
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    statement = insert(Job).values(**values)
    statement = statement.on_conflict_do_nothing(index_elements=[Job.key], index_where=IS_UNFINISHED)
    while True:
        new_id = db.session.scalar(statement.returning(Job.id))
        found = db.session.get(Job, new_id) if new_id else db.session.scalar(unfinished_job(key))
        if found is not None:
            return found  # None when the other one finished between the two statements


def cancel(job: Job, *, at: datetime) -> None:
    """Call it off: at once while it waits; a running one is asked to stop, and stops within seconds."""
    lock(job)
    if reason := why_not_cancel(job):
        raise Refused(reason)
    job.cancel_requested_at = job.cancel_requested_at or at
    if job.state == "waiting":
        job.state, job.finished_at = "cancelled", at


def retry(job: Job, *, at: datetime) -> None:
    """Let a failed or cancelled job be tried again, with all its attempts."""
    lock(job)
    if reason := why_not_retry(job):
        raise Refused(reason)
    job.state, job.attempts, job.progress, job.run_at = "waiting", 0, 0, database_now()
    job.finished_at = job.cancel_requested_at = None
    db.session.flush()
    _tell_driver(job)


def schedule_periodic(*, at: datetime) -> list[Job]:
    """Enqueue every periodic job whose present period nobody has seen to yet."""
    jobs = []
    for task in registry.TASKS.values():
        if task.every_s and _take_slot(task.kind, int(at.timestamp()) // task.every_s, at):
            jobs.append(enqueue(task.kind, {}, key=f"periodic:{task.kind}", at=at))
    return jobs


def _take_slot(name: str, slot: int, at: datetime) -> bool:
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    statement = insert(PeriodicSlot).values(name=name, slot=slot, made_at=at)
    statement = statement.on_conflict_do_nothing(index_elements=["name", "slot"])
    taken = db.session.scalar(statement.returning(PeriodicSlot.id)) is not None
    if taken:
        past = sa.delete(PeriodicSlot).where(PeriodicSlot.name == name, PeriodicSlot.slot < slot - 1)
        db.session.execute(past)
    return taken


def _tell_driver(job: Job) -> None:
    driver: Driver = current_app.extensions["jobs"]
    if driver.wants_messages and job.run_at <= database_now():
        job_id, lane = job.id, job.lane
        after_commit(lambda: driver.send(job_id, lane=lane))
