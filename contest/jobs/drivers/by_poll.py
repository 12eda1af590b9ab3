"""The embedded driver: one thread asks the database what is due, and rings for the threads of those lanes."""

import threading

import structlog
from sqlalchemy.exc import SQLAlchemyError

from contest.jobs.drivers import Crew

log = structlog.get_logger(__name__)
PAUSE_WHEN_DATABASE_FAILS_S = 1.0


class PollDriver:
    wants_messages = False

    def __init__(self, *, poll_s: float) -> None:
        self.poll_s = poll_s

    def send(self, job_id: int, *, lane: str) -> None:
        """Nothing to tell: the worker asks often."""

    def look_after(self, crew: Crew) -> None:
        """Nothing to repeat."""

    def run(self, crew: Crew) -> None:
        bells = {lane: threading.Event() for lane in crew.slots}
        for lane, slots in crew.slots.items():
            for number in range(slots):
                name = f"{lane}-{number + 1}"
                threading.Thread(target=_serve, args=(crew, lane, bells[lane]), name=name, daemon=True).start()
        while not crew.stopping.wait(self.poll_s):
            try:
                for lane in crew.lanes_with_due_jobs():
                    bells[lane].set()
            except SQLAlchemyError as error:
                log.warning("jobs.database_unreachable", error=str(error))
                crew.stopping.wait(PAUSE_WHEN_DATABASE_FAILS_S)
        for bell in bells.values():
            bell.set()


def _serve(crew: Crew, lane: str, bell: threading.Event) -> None:
    while not crew.stopping.is_set():
        bell.wait()
        if not crew.work_on_lane(lane):
            bell.clear()  # a job that came in between rings again at the next poll
