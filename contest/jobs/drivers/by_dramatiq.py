"""The driver at scale: Dramatiq over Redis wakes a worker of any host at once. A message is a job's number, no more."""

import threading

import dramatiq
import redis
import structlog
from dramatiq.brokers.redis import RedisBroker
from dramatiq.errors import DramatiqError

from contest.jobs.drivers import Crew
from contest.jobs.models import LANES

log = structlog.get_logger(__name__)
NAMESPACE = "contest-jobs"
ACTOR = "work_on_job"
FEW_MESSAGES = 64  # with more than these in its queue a lane is told of nothing twice
STOP_S = 1.0  # for putting back what was fetched; when it is cut short, reminders do the same


class DramatiqDriver:
    wants_messages = True

    def __init__(self, broker_url: str) -> None:
        self.brokers = {lane: _broker(broker_url, lane) for lane in LANES}

    def send(self, job_id: int, *, lane: str) -> None:
        message = dramatiq.Message[None](queue_name=lane, actor_name=ACTOR, args=(job_id,), kwargs={}, options={})
        try:
            self.brokers[lane].enqueue(message)
        except (redis.RedisError, DramatiqError) as error:
            log.warning("jobs.broker_unreachable", job=job_id, error=str(error))

    def look_after(self, crew: Crew) -> None:
        """Fill up short queues with what is due.

        This is how a job is found whose message was lost or never sent, and whose time has come after a back-off.
        A message too many costs one claim that finds nothing.
        """
        for lane, broker in self.brokers.items():
            try:
                room = FEW_MESSAGES - int(broker.do_qsize(lane))
            except redis.RedisError as error:
                log.warning("jobs.broker_unreachable", error=str(error))
                return
            for job_id in crew.due_jobs(lane, limit=room) if room > 0 else ():
                self.send(job_id, lane=lane)

    def run(self, crew: Crew) -> None:
        workers = []
        for lane, slots in crew.slots.items():
            broker = self.brokers[lane]

            def work_on_job(job_id: int) -> None:
                crew.work_on_job(job_id)

            dramatiq.Actor(work_on_job, broker=broker, actor_name=ACTOR, queue_name=lane, priority=0, options={})
            workers.append(dramatiq.Worker(broker, queues={lane}, worker_threads=slots, worker_timeout=100))
        for worker in workers:
            worker.start()
        crew.stopping.wait()
        stops = [threading.Thread(target=worker.stop, daemon=True) for worker in workers]
        for stop in stops:
            stop.start()
        for stop in stops:
            stop.join(STOP_S / len(stops))


def _broker(url: str, lane: str) -> RedisBroker:
    """One broker for each lane, because a broker's workers share all of its queues.

    Without middleware: limits of time and tries are the job's own, and a page never waits long for a dead broker.
    """
    client = redis.Redis.from_url(url, socket_connect_timeout=1, socket_timeout=5)
    broker = RedisBroker(client=client, middleware=[], namespace=NAMESPACE)  # type: ignore[no-untyped-call]
    broker.declare_queue(lane)
    return broker
