"""How a worker learns that a job waits: it asks the database (poll), or a broker wakes it (dramatiq).

Only a matter of speed: the row is the truth, a driver may lose or repeat what it says.
"""

import threading
from collections.abc import Mapping
from typing import Protocol

from contest.config import Settings


class Crew(Protocol):
    """What a driver sees of the worker process that runs it."""

    @property
    def stopping(self) -> threading.Event: ...

    @property
    def slots(self) -> Mapping[str, int]:
        """Lane to how many of its jobs may run at once here."""

    def lanes_with_due_jobs(self) -> set[str]: ...

    def due_jobs(self, lane: str, *, limit: int) -> list[int]: ...

    def work_on_lane(self, lane: str) -> bool:
        """Do the next job of `lane` in this thread; False when there was none to have."""

    def work_on_job(self, job_id: int) -> bool: ...


class Driver(Protocol):
    wants_messages: bool

    def send(self, job_id: int, *, lane: str) -> None:
        """Tell the workers of a job just committed. Never raises: what is not told is found by the sweep."""

    def run(self, crew: Crew) -> None:
        """Give the crew's jobs to threads that live as long as the process, until `crew.stopping` is set."""

    def look_after(self, crew: Crew) -> None:
        """Called every few seconds beside run(): tell again of jobs that still wait."""


def driver_of(settings: Settings) -> Driver:
    if settings.jobs_driver == "dramatiq":
        from contest.jobs.drivers.by_dramatiq import DramatiqDriver  # not loaded in the embedded form

        return DramatiqDriver(settings.broker_url)
    from contest.jobs.drivers.by_poll import PollDriver

    return PollDriver(poll_s=settings.job_poll_ms / 1000)
