"""The worker process: threads that do jobs, one that keeps their leases, one that looks after the whole."""

import queue
import signal
import threading
import time
from collections.abc import Callable, Mapping
from datetime import datetime

import structlog
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from contest.config import Settings
from contest.db import database_now, db, transaction
from contest.jobs import leases, queries, runner
from contest.jobs.drivers import Driver
from contest.jobs.keeper import Keeper
from contest.jobs.leases import LostLease
from contest.jobs.machine import this_worker
from contest.jobs.models import Job
from contest.jobs.registry import RunningJob
from contest.jobs.upkeep import Upkeep

log = structlog.get_logger(__name__)

STOP_S = 7.0  # running jobs are asked to stop; after this their leases are given back, whatever they do
PAUSE_WHEN_DATABASE_FAILS_S = 1.0


class Crew:
    """The jobs this process does at the moment, and how it comes by them."""

    def __init__(self, app: Flask, settings: Settings, *, stopping: threading.Event | None = None) -> None:
        self.app = app
        self.name = this_worker()
        self.lease_s = float(settings.job_lease_s)
        self.slots: Mapping[str, int] = {
            "check": settings.check_slots,
            "encode": settings.encode_slots,
            "housekeeping": 1,
        }
        self.stopping = stopping or threading.Event()
        self._running: dict[str, RunningJob] = {}
        self._lock = threading.Lock()

    def running(self) -> list[RunningJob]:
        with self._lock:
            return list(self._running.values())

    def lanes_with_due_jobs(self) -> set[str]:
        with self.app.app_context():
            return set(db.session.scalars(queries.lanes_with_due_jobs(database_now())))

    def due_jobs(self, lane: str, *, limit: int) -> list[int]:
        with self.app.app_context():
            due = queries.due_jobs(lane, database_now()).limit(limit).with_only_columns(Job.id)
            return list(db.session.scalars(due))

    def work_on_lane(self, lane: str) -> bool:
        return self._work(lambda at: leases.claim(lane, worker=self.name, lease_s=self.lease_s, at=at))

    def work_on_job(self, job_id: int) -> bool:
        return self._work(lambda at: leases.claim_job(job_id, worker=self.name, lease_s=self.lease_s, at=at))

    def _work(self, claim: Callable[[datetime], Job | None]) -> bool:
        job = None if self.stopping.is_set() else self._claimed(claim)
        if job is None:
            return False
        with self._lock:
            self._running[job.token] = job
        try:
            if self.stopping.is_set():
                job.request_stop("worker_stops")
            log.info("jobs.started", job=job.id, kind=job.kind, attempt=job.attempt)
            runner.run(job)
        finally:
            with self._lock:
                self._running.pop(job.token)
        return True

    def _claimed(self, claim: Callable[[datetime], Job | None]) -> RunningJob | None:
        try:
            with self.app.app_context(), transaction():
                row = claim(database_now())
                return RunningJob(self.app, row) if row else None
        except SQLAlchemyError as error:
            log.warning("jobs.claim_failed", error=str(error))
            self.stopping.wait(PAUSE_WHEN_DATABASE_FAILS_S)
            return None


def run_worker(app: Flask, settings: Settings, *, stopping: threading.Event | None = None) -> int:
    """Do jobs until SIGTERM, SIGINT or `stopping`; then end within seconds, leaving no job and no child running."""
    crew = Crew(app, settings, stopping=stopping)
    driver: Driver = app.extensions["jobs"]
    upkeep, keeper = Upkeep(crew, driver), Keeper(crew)
    if threading.current_thread() is threading.main_thread():
        _stop_at_signals(crew.stopping)
    upkeep.look()  # what an earlier worker left here goes first
    threading.Thread(target=keeper.run, name="keeper", daemon=True).start()
    threading.Thread(target=upkeep.run, name="upkeep", daemon=True).start()
    log.info("jobs.worker_started", worker=crew.name, driver=settings.jobs_driver, slots=dict(crew.slots))
    driver.run(crew)
    _wind_up(crew)
    upkeep.say_goodbye()
    log.info("jobs.worker_stopped", worker=crew.name)
    return 0


def run_waiting(app: Flask, *, limit: int = 1000) -> int:
    """Do all jobs that are due, here and now, and those they lead to; how many. For commands and tests."""
    crew = Crew(app, app.config["SETTINGS"])
    done = 0
    while done < limit and any(crew.work_on_lane(lane) for lane in crew.slots):
        done += 1
    return done


def _stop_at_signals(stopping: threading.Event) -> None:
    # An Event may not be set inside a signal handler: the interrupted thread may hold its lock. A SimpleQueue may.
    asked: queue.SimpleQueue[int] = queue.SimpleQueue()

    def wait_for_signal() -> None:
        asked.get()
        stopping.set()

    threading.Thread(target=wait_for_signal, name="signals", daemon=True).start()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda received, _frame: asked.put(received))


def _wind_up(crew: Crew) -> None:
    for job in crew.running():
        job.request_stop("worker_stops")
    deadline = time.monotonic() + STOP_S
    while crew.running() and time.monotonic() < deadline:
        time.sleep(0.05)
    for job in crew.running():
        log.warning("jobs.would_not_stop", job=job.id, kind=job.kind)
        job.kill_groups()
        try:
            with crew.app.app_context(), transaction():
                leases.release(job.id, token=job.token)
        except (LostLease, SQLAlchemyError) as error:
            log.warning("jobs.not_released", job=job.id, error=str(error))
