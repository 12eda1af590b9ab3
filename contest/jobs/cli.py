"""`flask jobs ...`: the worker itself, and a look at its work."""

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask import Flask, current_app

from contest.clock import local, now
from contest.config import Settings
from contest.db import db, transaction
from contest.errors import Refused
from contest.jobs import actions, queries, worker
from contest.jobs import tasks as tasks  # makes its tasks known
from contest.jobs.drivers import driver_of
from contest.jobs.models import FINISHED, UNFINISHED, Job
from contest.jobs.upkeep import sweep_now
from contest.web.commands import EnglishGroup, typed

MOST_CHARS = 120

jobs = EnglishGroup("jobs", help="Checks, encodes and housekeeping done behind the pages.")


def register(app: Flask) -> None:
    app.extensions["jobs"] = driver_of(app.config["SETTINGS"])
    app.cli.add_command(jobs)


@jobs.command("work")
def work() -> None:
    """Do jobs until stopped by Ctrl-C or SIGTERM."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # threads need the app itself
    _keep_scratch_here(_settings())
    raise SystemExit(worker.run_worker(app, _settings()))


def _keep_scratch_here(settings: Settings) -> None:
    """What a killed worker leaves in the system's folder for such things nobody removes; here housekeeping does."""
    settings.scratch.mkdir(parents=True, exist_ok=True)
    tempfile.tempdir = str(settings.scratch)


@jobs.command("list")
@click.option("--state", type=click.Choice([*UNFINISHED, *FINISHED]), multiple=True, help="Only jobs in this state.")
@click.option("--limit", default=50, show_default=True)
def list_jobs(state: tuple[str, ...], limit: int) -> None:
    """Show the newest jobs, and whether a worker is there."""
    for job in db.session.scalars(queries.jobs_in(*state).limit(limit)):
        click.echo(_line(job))
    if not queries.worker_is_alive(now()):
        click.echo(f"No worker is running: jobs wait. Start one with: {typed('jobs work')}")


@jobs.command("show")
@click.argument("job_id", type=int)
def show(job_id: int) -> None:
    """Tell all that is known of a job; of one that failed, what the program said that it ran."""
    with _refusals_shown():
        job = _job(job_id)
    click.echo(_line(job))
    click.echo(f"        given {json.dumps(job.args)}, worker {job.worker or 'none'}")
    if job.reason:
        click.echo(f"        {job.reason_code}: {job.reason}")


@jobs.command("retry")
@click.argument("job_id", type=int)
def retry(job_id: int) -> None:
    """Let a failed or cancelled job be tried again."""
    with _refusals_shown(), transaction():
        actions.retry(_job(job_id), at=now())
    click.echo(f"Job {job_id} waits for the worker.")


@jobs.command("cancel")
@click.argument("job_id", type=int)
def cancel(job_id: int) -> None:
    """Call a job off; a running one stops within seconds."""
    with _refusals_shown(), transaction():
        actions.cancel(_job(job_id), at=now())
    click.echo(f"Job {job_id} is called off.")


@jobs.command("sweep")
def sweep() -> None:
    """Free the jobs of dead workers and kill what they left running; the worker does this by itself."""
    swept = sweep_now()
    click.echo(f"{swept.freed} wait again, {swept.cancelled} cancelled, {swept.failed} failed")


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings


def _job(job_id: int) -> Job:
    job = db.session.get(Job, job_id)
    if job is None:
        raise Refused(f"There is no job {job_id}.")
    return job


@contextmanager
def _refusals_shown() -> Iterator[None]:
    try:
        yield
    except Refused as refused:
        raise click.ClickException(refused.reason) from refused


def _line(job: Job) -> str:
    at = local(job.finished_at or job.started_at or job.created_at, _settings().time_zone)
    state = f"{job.state} {job.progress}%" if job.state == "running" else job.state
    tried = f"{job.attempts}/{job.max_attempts}"
    return f"{job.id:>6}  {at:%m-%d %H:%M:%S}  {state:<12} {tried:<5} {job.kind:<24} {_first_line(job.reason)}".rstrip()


def _first_line(reason: str | None) -> str:
    """What the list has room for."""
    first = (reason or "").partition("\n")[0]
    return first if len(first) <= MOST_CHARS else first[:MOST_CHARS] + "…"
