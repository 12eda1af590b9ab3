"""The thread that holds on to the leases of running jobs and hears when they shall stop."""

import threading
import time
from typing import Protocol

import sqlalchemy as sa
import structlog
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from contest.db import database_now, db, transaction
from contest.jobs import leases
from contest.jobs.models import Job
from contest.jobs.registry import RunningJob

log = structlog.get_logger(__name__)

TICK_S = 0.5
KILL_AFTER_S = 3.0  # a stopped job's processes are killed when its handler has not ended them by then


class Crew(Protocol):
    app: Flask
    lease_s: float
    stopping: threading.Event

    def running(self) -> list[RunningJob]: ...


class Keeper:
    def __init__(self, crew: Crew) -> None:
        self.crew = crew
        self._told: dict[str, tuple[float, int]] = {}  # token: when it last beat, and the progress it told
        self._stopped_since: dict[str, float] = {}

    def run(self) -> None:
        """For as long as the process lives: jobs that are stopping need their leases too."""
        tick_s = min(TICK_S, self.crew.lease_s / 6)
        pause = threading.Event()
        while not pause.wait(tick_s):
            try:
                self.look()
            except Exception as error:  # this thread must not die: without it every lease runs out
                log.error("jobs.keeper", exc_info=error)

    def look(self) -> None:
        """Beat for the jobs that are due to, write down progress, pass on requests to stop."""
        jobs = {job.token: job for job in self.crew.running()}
        now = time.monotonic()
        self._told = {token: self._told.get(token, (now, 0)) for token in jobs}
        self._stopped_since = {t: since for t, since in self._stopped_since.items() if t in jobs}
        if jobs:
            try:
                self._beat(jobs, now)
            except SQLAlchemyError as error:
                log.warning("jobs.beat_failed", error=str(error))
            self._stop_overdue(jobs, now)
        for token, job in jobs.items():
            if self.crew.stopping.is_set():
                job.request_stop("worker_stops")
            if job.stop.is_set():
                since = self._stopped_since.setdefault(token, now)
                if job.stopped_because == "lost" or now - since > KILL_AFTER_S:
                    job.kill_groups()

    def _beat(self, jobs: dict[str, RunningJob], now: float) -> None:
        due = {
            token: job.percent
            for token, job in jobs.items()
            if now - self._told[token][0] > self.crew.lease_s / 3 or job.percent != self._told[token][1]
        }
        with self.crew.app.app_context():
            if due:
                with transaction():
                    leases.beat(due, lease_s=self.crew.lease_s, at=database_now())
                self._told |= {token: (now, percent) for token, percent in due.items()}
            rows = sa.select(Job.token, Job.cancel_requested_at).where(Job.token.in_(jobs))
            cancel_asked = {token: asked_at is not None for token, asked_at in db.session.execute(rows)}
        for token, job in jobs.items():
            if not job.is_finished and token not in cancel_asked:
                job.request_stop("lost")
            elif cancel_asked.get(token):
                job.request_stop("cancelled")

    def _stop_overdue(self, jobs: dict[str, RunningJob], now: float) -> None:
        """When the database cannot be reached for a whole lease, others may have the job by now."""
        for token, job in jobs.items():
            if now - self._told[token][0] > self.crew.lease_s:
                job.request_stop("lost")
