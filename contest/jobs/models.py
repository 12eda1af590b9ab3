"""Jobs, the processes they started, the periods already seen to, and the workers' signs of life."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from contest.db import Base, one_of

LANES = ("check", "encode", "housekeeping")
UNFINISHED = ("waiting", "running")
FINISHED = ("done", "failed", "cancelled")

IS_UNFINISHED = sa.text("state IN ('waiting', 'running')")
_IS_WAITING = sa.text("state = 'waiting'")
_IS_RUNNING = sa.text("state = 'running'")


class Job(Base):
    """Something to be done by a worker, inserted in the transaction of the thing that needs it.

    While it runs, `token` belongs to one attempt of one worker: whoever writes without holding it writes nothing.
    A waiting job that was tried before keeps the reason of its last failure.
    """

    __tablename__ = "job"
    __table_args__ = (
        one_of("lane", *LANES),
        one_of("state", *UNFINISHED, *FINISHED),
        sa.CheckConstraint("progress BETWEEN 0 AND 100", name="progress"),
        sa.CheckConstraint("attempts BETWEEN 0 AND max_attempts", name="attempts"),
        sa.CheckConstraint("max_attempts >= 1", name="max_attempts"),
        sa.CheckConstraint("(state = 'running') = (token IS NOT NULL)", name="running_token"),
        sa.CheckConstraint("(state = 'running') = (lease_until IS NOT NULL)", name="running_lease"),
        sa.CheckConstraint(
            "state <> 'running' OR (worker IS NOT NULL AND started_at IS NOT NULL AND attempts >= 1)",
            name="running_worker",
        ),
        sa.CheckConstraint("(state IN ('done', 'failed', 'cancelled')) = (finished_at IS NOT NULL)", name="finished"),
        sa.CheckConstraint("state <> 'failed' OR (reason_code IS NOT NULL AND reason IS NOT NULL)", name="reason"),
        sa.CheckConstraint("state <> 'done' OR progress = 100", name="done_progress"),
        sa.CheckConstraint("state <> 'waiting' OR attempts < max_attempts", name="waiting_attempts"),
        sa.CheckConstraint("state <> 'waiting' OR cancel_requested_at IS NULL", name="waiting_cancel"),
        sa.CheckConstraint("state <> 'cancelled' OR cancel_requested_at IS NOT NULL", name="cancelled"),
        sa.Index(
            "uq_job_key_unfinished", "key", unique=True, sqlite_where=IS_UNFINISHED, postgresql_where=IS_UNFINISHED
        ),
        sa.Index(
            "ix_job_waiting",
            "lane",
            "priority",
            "run_at",
            sqlite_where=_IS_WAITING,
            postgresql_where=_IS_WAITING,
        ),
        sa.Index("ix_job_running", "lease_until", sqlite_where=_IS_RUNNING, postgresql_where=_IS_RUNNING),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(index=True)
    lane: Mapped[str]
    args: Mapped[dict[str, Any]]
    key: Mapped[str | None]  # no two unfinished jobs share one
    state: Mapped[str] = mapped_column(default="waiting")
    priority: Mapped[int] = mapped_column(default=0)  # the higher goes first
    run_at: Mapped[datetime]  # not before
    attempts: Mapped[int] = mapped_column(default=0)
    max_attempts: Mapped[int]
    token: Mapped[str | None] = mapped_column(unique=True)
    lease_until: Mapped[datetime | None]
    worker: Mapped[str | None]  # the last that claimed it, as contest.jobs.machine names it
    progress: Mapped[int] = mapped_column(default=0)
    cancel_requested_at: Mapped[datetime | None]
    reason_code: Mapped[str | None]
    reason: Mapped[str | None]  # in English; contest.jobs.rules.reason_shown translates what it knows
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]  # of the latest attempt
    finished_at: Mapped[datetime | None]

    @property
    def is_finished(self) -> bool:
        return self.state in FINISHED


class JobProcess(Base):
    """A process group that an attempt started, so that it can be killed after its worker was.

    It is a row of its own because the job may by then be in the hands of another machine, which cannot kill it.
    """

    __tablename__ = "job_process"

    id: Mapped[int] = mapped_column(primary_key=True)
    job_id: Mapped[int] = mapped_column(sa.ForeignKey("job.id", ondelete="CASCADE"), index=True)
    token: Mapped[str] = mapped_column(index=True)
    machine: Mapped[str] = mapped_column(index=True)
    leader: Mapped[int]
    leader_started: Mapped[int] = mapped_column(sa.BigInteger)


class PeriodicSlot(Base):
    """A period of a periodic job that has been seen to: several workers schedule, the constraint lets one win."""

    __tablename__ = "periodic_slot"
    __table_args__ = (sa.UniqueConstraint("name", "slot"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    slot: Mapped[int] = mapped_column(sa.BigInteger)
    made_at: Mapped[datetime]


class WorkerBeat(Base):
    """A worker's last sign of life; pages read it to say that checking waits."""

    __tablename__ = "worker_beat"

    worker: Mapped[str] = mapped_column(primary_key=True)
    started_at: Mapped[datetime]
    beat_at: Mapped[datetime] = mapped_column(index=True)
