"""The thread that looks after the whole: dead leases, left-over processes, periodic jobs, the worker's sign of life."""

import time
from datetime import datetime, timedelta
from typing import Protocol

import sqlalchemy as sa
import structlog
from flask import Flask

from contest.db import database_now, db, transaction, upsert
from contest.jobs import actions, drivers, leases, queries, registry
from contest.jobs.models import Job, WorkerBeat

log = structlog.get_logger(__name__)

EVERY_S = 2.0
BEAT_S = 5.0
FORGET_WORKER_AFTER = timedelta(days=1)


class Crew(drivers.Crew, Protocol):
    app: Flask
    name: str
    lease_s: float


class Upkeep:
    def __init__(self, crew: Crew, driver: drivers.Driver) -> None:
        self.crew, self.driver = crew, driver
        self._beat_at: float | None = None
        self._started_at: datetime | None = None
        self._slots: dict[str, int] = {}

    def run(self) -> None:
        while not self.crew.stopping.wait(min(EVERY_S, self.crew.lease_s / 4)):
            self.look()

    def look(self) -> None:
        """Every step by itself, and the next one even when one fails: this thread must not die."""
        for step in (self.sweep, self.beat, self.schedule, self.remind):
            try:
                with self.crew.app.app_context():
                    step()
            except Exception as error:
                log.error("jobs.upkeep", step=step.__name__, exc_info=error)

    def sweep(self) -> None:
        sweep_now()

    def beat(self) -> None:
        if self._beat_at is not None and time.monotonic() - self._beat_at < BEAT_S:
            return
        with transaction() as session:
            at = database_now()
            self._started_at = self._started_at or at
            row = {"worker": self.crew.name, "started_at": self._started_at, "beat_at": at}
            upsert(WorkerBeat, row, on=["worker"])
            session.execute(sa.delete(WorkerBeat).where(WorkerBeat.beat_at < at - FORGET_WORKER_AFTER))
        self._beat_at = time.monotonic()

    def schedule(self) -> None:
        """Ask the database only when some period has begun since the last time."""
        at = database_now()
        slots = {t.kind: int(at.timestamp()) // t.every_s for t in registry.TASKS.values() if t.every_s}
        if slots != self._slots:
            db.session.rollback()
            with transaction():
                actions.schedule_periodic(at=at)
            self._slots = slots

    def remind(self) -> None:
        self.driver.look_after(self.crew)

    def say_goodbye(self) -> None:
        """Let pages know at once that this worker is gone."""
        try:
            with self.crew.app.app_context(), transaction() as session:
                session.execute(sa.delete(WorkerBeat).where(WorkerBeat.worker == self.crew.name))
        except Exception as error:
            log.error("jobs.goodbye", exc_info=error)


def sweep_now() -> leases.Swept:
    """Free the jobs of dead workers and kill what they left; takes the write lock only when there is something."""
    swept = leases.Swept()
    if db.session.scalar(sa.select(Job.id).where(queries.orphaned(database_now())).limit(1)) is not None:
        with transaction():
            swept = leases.sweep(at=database_now())
        log.warning("jobs.swept", freed=swept.freed, cancelled=swept.cancelled, failed=swept.failed)
    if db.session.scalars(queries.leftover_processes().limit(1)).first() is not None:
        with transaction():
            killed = leases.kill_orphans()
        log.warning("jobs.orphans_killed", groups=killed)
    return swept
