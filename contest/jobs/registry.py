"""Which function does which kind of job, and what that function is given."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from flask import Flask

from contest.db import database_now, transaction
from contest.jobs import leases, machine
from contest.jobs.leases import LostLease as LostLease
from contest.jobs.models import LANES, Job

BACKOFF_S = (2.0, 10.0, 60.0)
NOT_YET_S = 30.0
MAX_ATTEMPTS = 3


class GiveUp(Exception):
    """Trying again would not help. The code is for programs, the sentence for people."""

    def __init__(self, reason_code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.reason_code = reason_code
        self.sentence = sentence


class TryAgain(GiveUp):
    """It did not work this time and may work later; the sentence stays when the attempts are used up."""


class NotYet(GiveUp):
    """Something this machine needs for the job is not there. It is tried again every so often; no attempt counts."""


class Stopped(Exception):
    """The job shall not go on here: cancelled, taken over, or the worker is stopping. Let it pass through."""


class RunningJob:
    """One attempt of a job, in the hands of its handler.

    A handler runs inside an application context with a fresh session, calls transaction() itself, and may be
    run again from the start at any time: it writes files under a temporary name, renames, then changes rows.
    """

    def __init__(self, app: Flask, job: Job) -> None:
        self.app = app
        self.id, self.kind, self.lane = job.id, job.kind, job.lane
        self.args: Mapping[str, Any] = dict(job.args)
        self.attempt, self.max_attempts = job.attempts, job.max_attempts
        self.failed_before = job.reason_code  # the code with which the attempt before ended, if there was one
        self.token = str(job.token)
        self.stop = threading.Event()  # set: give up as soon as you can, e.g. kill the child you wait for
        self.stopped_because: Literal["cancelled", "lost", "worker_stops"] | None = None
        self.percent = 0
        self.is_finished = False
        self._groups: dict[int, int] = {}

    def progress(self, percent: float) -> None:
        """How far it is, 0 to 100. Costs nothing: the worker writes it down about once a second."""
        self.percent = max(0, min(100, int(percent)))

    def check_cancelled(self) -> None:
        """Raise Stopped when the job shall not go on; call it between steps."""
        if self.stop.is_set():
            raise Stopped(self.stopped_because)

    def note_process_group(self, leader: int) -> None:
        """Tell of a process group you started (its leader's number), so that it is killed when this worker dies.

        Call it right after the start and outside transaction(): it commits at once. When the job is stopped and
        you do not end it yourself, the group is killed after a few seconds. Raises Stopped when it is too late.
        """
        if (began := machine.started(leader)) is None:
            return  # it is over already
        self._groups[leader] = began
        try:
            with self.app.app_context(), transaction():
                leases.note_process(self.id, token=self.token, leader=leader)
        except LostLease:
            self.request_stop("lost")
            self.kill_groups()
        self.check_cancelled()

    def hold(self) -> None:
        """Inside transaction(): nothing is written unless the job is still ours at the end of it; raises LostLease."""
        leases.hold(self.id, token=self.token)

    def finish(self) -> None:
        """Inside transaction(), as its last statement: the effect and the end of the job are committed together.

        A handler that returns without it is finished by the worker afterwards; its effect may then happen twice.
        """
        leases.finish(self.id, token=self.token, at=database_now())
        self.is_finished = True

    def request_stop(self, because: Literal["cancelled", "lost", "worker_stops"]) -> None:
        if self.stopped_because is None or because == "lost":
            self.stopped_because = because
        self.stop.set()

    def kill_groups(self) -> None:
        for leader, began in tuple(self._groups.items()):
            machine.kill_group(leader, began)


Handler = Callable[[RunningJob], None]


@dataclass(frozen=True, kw_only=True)
class Task:
    """A kind of job: who does it, where, and how often it is tried."""

    kind: str
    handler: Handler
    lane: str
    attempts: int = MAX_ATTEMPTS
    backoff: Sequence[float] = field(default=BACKOFF_S)
    every_s: int | None = None  # periodic when set

    def wait_after(self, attempt: int) -> float:
        """Seconds between the failure of `attempt` (1 is the first) and the next one."""
        return self.backoff[min(attempt, len(self.backoff)) - 1]


TASKS: dict[str, Task] = {}


def task(
    kind: str, *, lane: str, attempts: int = MAX_ATTEMPTS, backoff: Sequence[float] = BACKOFF_S
) -> Callable[[Handler], Handler]:
    """The decorated function does jobs of `kind`; `backoff` are the seconds before each next attempt."""
    return _registered(kind, lane=lane, attempts=attempts, backoff=backoff)


def periodic(
    kind: str, *, every_s: int, lane: str = "housekeeping", attempts: int = MAX_ATTEMPTS
) -> Callable[[Handler], Handler]:
    """The decorated function is run once in every period of `every_s` seconds, by one of all workers."""
    return _registered(kind, lane=lane, attempts=attempts, every_s=every_s)


def _registered(kind: str, *, lane: str, **details: Any) -> Callable[[Handler], Handler]:
    if lane not in LANES:
        raise ValueError(f"{kind}: there is no lane {lane!r}; the lanes are {', '.join(LANES)}")

    def register(handler: Handler) -> Handler:
        known = TASKS.get(kind)
        if known and (known.handler.__module__, known.handler.__qualname__) != (
            handler.__module__,
            handler.__qualname__,
        ):
            raise ValueError(f"{kind} is done by {known.handler.__module__} already")
        TASKS[kind] = Task(kind=kind, handler=handler, lane=lane, **details)
        return handler

    return register
