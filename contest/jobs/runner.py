"""One attempt at one job: the handler is called, and what came of it is written down."""

import time
from collections.abc import Callable
from datetime import datetime

import structlog
from sqlalchemy.exc import SQLAlchemyError

from contest.db import database_now, transaction
from contest.errors import Refused
from contest.jobs import leases, registry
from contest.jobs.leases import LostLease
from contest.jobs.registry import GiveUp, NotYet, RunningJob, TryAgain
from contest.jobs.rules import REASONS

log = structlog.get_logger(__name__)

Outcome = Callable[[datetime], object]
WRITE_AGAIN_AFTER_S = (0.5, 1.0, 2.0, 4.0)


def run(job: RunningJob) -> None:
    """Do `job` in this thread. Whatever the handler raises, MemoryError and SystemExit too, ends only the attempt."""
    outcome = _attempt(job)
    job.kill_groups()
    if not job.is_finished and job.stopped_because != "lost":
        _write_down(job, outcome)


def _attempt(job: RunningJob) -> Outcome:
    task = registry.TASKS.get(job.kind)
    if task is None:
        return _try_again(job, "unknown_kind", REASONS["unknown_kind"])
    try:
        with job.app.app_context():
            task.handler(job)
    except BaseException as error:
        job.is_finished = False  # if it had said so, its transaction was undone, or the job is no longer ours
        return _after(error, job)
    return lambda at: leases.finish(job.id, token=job.token, at=at)


def _after(error: BaseException, job: RunningJob) -> Outcome:
    # Being stopped comes first: a handler whose child was killed under it takes that for a fault of the file.
    if job.stopped_because == "cancelled":
        return lambda at: leases.end_cancelled(job.id, token=job.token, at=at)
    if job.stopped_because is not None:
        return lambda _at: leases.release(job.id, token=job.token)
    match error:
        case NotYet():
            return _wait(job, error.reason_code, error.sentence)
        case TryAgain():
            log.warning("jobs.attempt_ended", job=job.id, kind=job.kind, code=error.reason_code, reason=error.sentence)
            return _try_again(job, error.reason_code, error.sentence)
        case GiveUp():
            code, sentence = error.reason_code, error.sentence
        case Refused():
            code, sentence = "refused", error.reason
        case _:
            log.error("jobs.attempt_failed", job=job.id, kind=job.kind, attempt=job.attempt, exc_info=error)
            return _try_again(job, "error", REASONS["error"])
    return lambda at: leases.give_up(job.id, token=job.token, code=code, reason=sentence, at=at)


def _try_again(job: RunningJob, code: str, reason: str) -> Outcome:
    task = registry.TASKS.get(job.kind)
    wait_s = task.wait_after(job.attempt) if task else registry.BACKOFF_S[-1]
    return lambda at: leases.fail(job.id, token=job.token, code=code, reason=reason, wait_s=wait_s, at=at)


def _wait(job: RunningJob, code: str, reason: str) -> Outcome:
    return lambda at: leases.postpone(
        job.id, token=job.token, code=code, reason=reason, wait_s=registry.NOT_YET_S, at=at
    )


def _write_down(job: RunningJob, outcome: Outcome) -> None:
    for pause_s in (*WRITE_AGAIN_AFTER_S, None):
        try:
            with job.app.app_context(), transaction():
                outcome(database_now())
            return
        except LostLease:
            log.warning("jobs.lease_lost", job=job.id, kind=job.kind, attempt=job.attempt)
            return
        except SQLAlchemyError as error:
            log.warning("jobs.outcome_not_written", job=job.id, error=str(error))
            if pause_s is not None:  # else the lease runs out, and the sweep lets the job be tried again
                time.sleep(pause_s)
