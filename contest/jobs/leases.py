"""Verbs of the worker that holds a job. Each later write names the token of its claim, or nothing is written.

Called inside transaction(); `at` is contest.db.database_now(), so that all hosts measure leases by one clock.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from contest.db import db
from contest.jobs import machine, queries
from contest.jobs.models import Job, JobProcess
from contest.jobs.rules import REASONS

FROZEN_AFTER_S = 10  # in a transaction that has locked a job's row


class LostLease(Exception):
    """The job is in other hands by now (or over): what this attempt would write must not be written."""


def claim(lane: str, *, worker: str, lease_s: float, at: datetime) -> Job | None:
    """The job of `lane` whose turn it is, now `worker`'s; None when nothing is due."""
    first = (
        sa.select(Job.id)
        .where(Job.state == "waiting", Job.lane == lane, Job.run_at <= at)
        .order_by(Job.priority.desc(), Job.run_at, Job.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    return _claim(Job.id == first.scalar_subquery(), worker=worker, lease_s=lease_s, at=at)


def claim_job(job_id: int, *, worker: str, lease_s: float, at: datetime) -> Job | None:
    """This very job, if it is due and nobody's; a message about it may well come late or twice."""
    return _claim(sa.and_(Job.id == job_id, Job.run_at <= at), worker=worker, lease_s=lease_s, at=at)


def _claim(which: sa.ColumnElement[bool], *, worker: str, lease_s: float, at: datetime) -> Job | None:
    _bound_the_freeze()
    claimed = (
        sa.update(Job)
        .where(which, Job.state == "waiting")
        .values(
            state="running",
            token=secrets.token_hex(16),
            worker=worker,
            attempts=Job.attempts + 1,
            lease_until=at + timedelta(seconds=lease_s),
            progress=0,
            started_at=at,
        )
        .returning(Job)
    )
    return db.session.scalars(claimed, execution_options={"populate_existing": True}).one_or_none()


def beat(progress: Mapping[str, int], *, lease_s: float, at: datetime) -> set[str]:
    """Hold on to the jobs of these tokens, and tell how far each is; the tokens that are still good come back."""
    until = at + timedelta(seconds=lease_s)
    return {
        token
        for token, percent in progress.items()
        if _changed(Job.token == token, {"lease_until": until, "progress": percent})
    }


def report_progress(job_id: int, *, token: str, percent: int) -> None:
    _write(job_id, token, {"progress": max(0, min(100, percent))})


def hold(job_id: int, *, token: str) -> None:
    """Make sure that the job is still ours until this transaction ends; raises LostLease."""
    _bound_the_freeze()
    mine = sa.select(Job.id).where(_held(job_id, token)).with_for_update()
    if db.session.scalar(mine) is None:
        raise LostLease(f"job {job_id}")


def finish(job_id: int, *, token: str, at: datetime) -> None:
    """Done. In the transaction of the job's effect, both are true or neither is."""
    _write(job_id, token, _nobodys("done", finished_at=at, progress=100, reason_code=None, reason=None))


def fail(job_id: int, *, token: str, code: str, reason: str, wait_s: float, at: datetime) -> str:
    """This attempt came to nothing. Waits `wait_s` for the next one, or has failed when it was the last."""
    told = {"reason_code": code, "reason": reason}
    again = _nobodys("waiting", run_at=at + timedelta(seconds=wait_s), cancel_requested_at=None, **told)
    if _changed(_held(job_id, token) & (Job.attempts < Job.max_attempts), again):
        return "waiting"
    _write(job_id, token, _nobodys("failed", finished_at=at, **told))
    return "failed"


def give_up(job_id: int, *, token: str, code: str, reason: str, at: datetime) -> None:
    """Trying again would not help: failed, whatever attempts are left."""
    _write(job_id, token, _nobodys("failed", finished_at=at, reason_code=code, reason=reason))


def release(job_id: int, *, token: str) -> None:
    """Put it back because the worker stops; the attempt does not count."""
    _write(job_id, token, _nobodys("waiting", attempts=Job.attempts - 1, cancel_requested_at=None))


def postpone(job_id: int, *, token: str, code: str, reason: str, wait_s: float, at: datetime) -> None:
    """Put it back for `wait_s` with the reason; the attempt does not count."""
    told = {"reason_code": code, "reason": reason, "run_at": at + timedelta(seconds=wait_s)}
    _write(job_id, token, _nobodys("waiting", attempts=Job.attempts - 1, cancel_requested_at=None, **told))


def end_cancelled(job_id: int, *, token: str, at: datetime) -> None:
    """It was asked to stop, and has."""
    asked_at = sa.func.coalesce(Job.cancel_requested_at, at, type_=Job.cancel_requested_at.type)
    _write(job_id, token, _nobodys("cancelled", finished_at=at, cancel_requested_at=asked_at))


def note_process(job_id: int, *, token: str, leader: int) -> None:
    """Remember the process group of `leader` for as long as the attempt lasts; raises LostLease."""
    hold(job_id, token=token)
    began = machine.started(leader)
    if began is not None:
        db.session.add(
            JobProcess(job_id=job_id, token=token, machine=machine.this_machine(), leader=leader, leader_started=began)
        )


@dataclass(frozen=True)
class Swept:
    """How many jobs without a living worker were let wait again, ended as asked, or failed for good."""

    freed: int = 0
    cancelled: int = 0
    failed: int = 0


def sweep(*, at: datetime) -> Swept:
    """Take jobs away from workers that died: their lease ran out, or they are known to be dead on this machine."""
    # A locked row is left for the next sweep: a worker that froze in the middle of a write holds up its own only.
    orphans = sa.select(Job.id).where(queries.orphaned(at)).with_for_update(skip_locked=True)
    orphaned = Job.id.in_(db.session.scalars(orphans).all()) & (Job.state == "running")
    told = {"reason_code": "worker_lost", "reason": REASONS["worker_lost"]}
    cancelled = _count(orphaned & Job.cancel_requested_at.is_not(None), _nobodys("cancelled", finished_at=at))
    freed = _count(orphaned & (Job.attempts < Job.max_attempts), _nobodys("waiting", **told))
    failed = _count(orphaned, _nobodys("failed", finished_at=at, **told))
    return Swept(freed=freed, cancelled=cancelled, failed=failed)


def kill_orphans() -> int:
    """Kill what attempts that are over have left running on this machine; how many groups were there to kill."""
    killed = 0
    for process in db.session.scalars(queries.leftover_processes()).all():
        killed += machine.kill_group(process.leader, process.leader_started)
        db.session.delete(process)
    return killed


def _nobodys(state: str, **values: Any) -> dict[str, Any]:
    return {"state": state, "token": None, "lease_until": None, **values}


def _held(job_id: int, token: str) -> sa.ColumnElement[bool]:
    return sa.and_(Job.id == job_id, Job.token == token, Job.state == "running")


def _write(job_id: int, token: str, values: dict[str, Any]) -> None:
    if not _changed(_held(job_id, token), values):
        raise LostLease(f"job {job_id}")
    if values.get("state"):
        db.session.execute(sa.delete(JobProcess).where(JobProcess.token == token))


def _changed(which: sa.ColumnElement[bool], values: dict[str, Any]) -> bool:
    return _count(which, values) > 0


def _count(which: sa.ColumnElement[bool], values: dict[str, Any]) -> int:
    _bound_the_freeze()
    changed = db.session.execute(sa.update(Job).where(which).values(**values).returning(Job.id))
    return len(changed.all())


def _bound_the_freeze() -> None:
    """Let PostgreSQL end this transaction when nothing more comes from us: its lock on the job would outlive the lease.

    A host that is suspended or cut off keeps its connection for hours. On SQLite a writer is on this machine.
    """
    if db.engine.dialect.name == "postgresql":
        db.session.execute(sa.text(f"SET LOCAL idle_in_transaction_session_timeout = '{FROZEN_AFTER_S}s'"))
