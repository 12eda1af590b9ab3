"""How soon after its commit a job starts, in the embedded form: a worker process beside, on SQLite.

Promised: p95 <= 500 ms. Also what waiting costs: CPU time of a worker that has nothing to do.
"""

import os
import statistics
import tempfile
import time
from pathlib import Path

import sqlalchemy as sa

from contest.clock import now
from contest.db import db
from contest.jobs import queries
from contest.jobs.models import Job, JobProcess, PeriodicSlot, WorkerBeat
from tests.benchmarks.load import table
from tests.jobs.factories import a_job, wait_until, workers
from tests.jobs.workshop import make_effects, small_app

TABLES = (Job, JobProcess, PeriodicSlot, WorkerBeat)
JOBS = 200
IDLE_S = 20


def cpu_s(pid: int) -> float:
    """Processor time that `pid` has used so far."""
    after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(after_name[11]) + int(after_name[12])) / os.sysconf("SC_CLK_TCK")


def pick_up_ms() -> list[float]:
    """From the commit, measured after it, to the start that the worker wrote down; one job at a time."""
    committed = {}
    for number in range(JOBS):
        job_id = a_job("test.effect").id
        committed[job_id] = now()
        time.sleep(0.05 + (number % 10) * 0.021)  # at all phases of the worker's poll
    wait_until(lambda: db.session.scalar(sa.select(Job.id).where(Job.state != "done").limit(1)) is None, seconds=60)
    started = db.session.execute(sa.select(Job.id, Job.started_at).where(Job.kind == "test.effect"))
    return [max(0.0, (at - committed[job_id]).total_seconds() * 1000) for job_id, at in started if at]


def main() -> None:
    with tempfile.TemporaryDirectory() as scratch:
        app = small_app(Path(scratch))
        with app.app_context():
            db.metadata.create_all(db.engine, tables=[model.__table__ for model in TABLES])  # type: ignore[misc]
            make_effects()
            with workers(app) as (worker,):
                wait_until(lambda: queries.worker_is_alive(now()))
                time.sleep(2)
                before = cpu_s(worker.pid)
                time.sleep(IDLE_S)
                idle_percent = (cpu_s(worker.pid) - before) / IDLE_S * 100
                measured = sorted(pick_up_ms())
    p95 = statistics.quantiles(measured, n=20)[18]
    rows = [
        [f"commit to start, {len(measured)} jobs, p50", f"{statistics.median(measured):.0f} ms", ""],
        ["p95", f"{p95:.0f} ms", "500 ms"],
        ["slowest", f"{measured[-1]:.0f} ms", ""],
        ["worker with nothing to do", f"{idle_percent:.1f} % of a core", ""],
    ]
    table("Job pick-up, embedded form", ["what", "measured", "goal"], rows)


if __name__ == "__main__":
    main()
