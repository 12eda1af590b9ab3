"""The driver at scale, over a real Redis: fast when the broker is there, and nothing lost when it is not."""

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from flask import Flask

from contest.clock import now
from contest.db import transaction
from contest.jobs import actions
from contest.jobs.drivers.by_dramatiq import ACTOR, FEW_MESSAGES, NAMESPACE, DramatiqDriver
from tests import servers
from tests.jobs.factories import a_job, effects_of, encoders, state_of, wait_until, workers
from tests.jobs.workshop import make_effects, small_app


@pytest.fixture
def broker_url() -> Iterator[str]:
    with servers.redis() as url:
        yield url


@pytest.fixture
def app(instance: Path, broker_url: str) -> Iterator[Flask]:
    with (instance / "contest.toml").open("a") as settings:
        settings.write(f'jobs_driver = "dramatiq"\nbroker_url = "{broker_url}"\n')
    app = small_app(instance)
    with app.app_context():
        make_effects()
        yield app


def messages(broker_url: str, lane: str = "check") -> int:
    return int(redis.Redis.from_url(broker_url).hlen(f"{NAMESPACE}:{lane}.msgs"))  # type: ignore[arg-type]


def test_a_message_is_the_number_of_a_job_and_no_more(app: Flask, broker_url: str) -> None:
    job = a_job("test.effect", {"name": "Zhang San"})

    (message,) = redis.Redis.from_url(broker_url).hvals(f"{NAMESPACE}:check.msgs")  # type: ignore[misc]

    assert f'"args":[{job.id}]'.encode() in message
    assert ACTOR.encode() in message
    assert b"Zhang" not in message


def test_nothing_is_sent_for_what_was_not_committed(app: Flask, broker_url: str) -> None:
    def undone() -> None:
        with transaction():
            actions.enqueue("test.effect", {}, lane="check", at=now())
            raise LookupError

    with pytest.raises(LookupError):
        undone()

    assert messages(broker_url) == 0


def test_jobs_of_all_lanes_are_done(app: Flask, broker_url: str) -> None:
    jobs = [a_job("test.effect", lane=lane) for lane in ("check", "encode", "housekeeping")]

    with workers(app, 2):
        wait_until(lambda: all(state_of(job.id) == "done" for job in jobs))

        wait_until(lambda: messages(broker_url) == 0)

    assert [effects_of(job.id) for job in jobs] == [1, 1, 1]


def test_a_failed_attempt_is_tried_again_after_its_pause(app: Flask) -> None:
    job = a_job("test.raises", {"error": "ValueError"}, lane=None)

    with workers(app):
        wait_until(lambda: state_of(job.id) == "failed")

    assert job.attempts == 2


def test_a_message_that_comes_twice_or_late_changes_nothing(app: Flask, broker_url: str) -> None:
    driver = app.extensions["jobs"]
    job = a_job("test.effect")
    for _ in range(5):
        driver.send(job.id, lane="check")
    driver.send(987654, lane="check")

    with workers(app, 2):
        wait_until(lambda: state_of(job.id) == "done")
        wait_until(lambda: messages(broker_url) == 0)

    assert (effects_of(job.id), job.attempts) == (1, 1)


def test_a_broker_that_forgot_everything_loses_no_job(app: Flask, broker_url: str) -> None:
    jobs = [a_job("test.effect") for _ in range(3)]
    redis.Redis.from_url(broker_url).flushall()

    with workers(app):
        wait_until(lambda: all(state_of(job.id) == "done" for job in jobs))

    assert [effects_of(job.id) for job in jobs] == [1, 1, 1]


def test_a_page_can_enqueue_while_the_broker_is_down(app: Flask) -> None:
    app.extensions["jobs"] = DramatiqDriver(f"redis://127.0.0.1:{servers.free_port()}/0")
    began = time.monotonic()

    job = a_job("test.effect")

    assert state_of(job.id) == "waiting"
    assert time.monotonic() - began < 3
    with workers(app):
        wait_until(lambda: state_of(job.id) == "done")


def test_reminders_never_fill_the_queue(app: Flask, broker_url: str) -> None:
    class Crew:
        def due_jobs(self, lane: str, *, limit: int) -> list[int]:
            return list(range(1000))[:limit] if lane == "check" else []

    for _ in range(5):
        app.extensions["jobs"].look_after(Crew())

    assert messages(broker_url) == FEW_MESSAGES


def test_a_worker_told_to_stop_gives_its_jobs_back(app: Flask) -> None:
    job = a_job("test.stubborn", lane="encode")
    with workers(app) as (process,):
        wait_until(lambda: encoders(app) != [])

        process.terminate()
        code = process.wait(12)

    assert (code, state_of(job.id), job.attempts, encoders(app)) == (0, "waiting", 0, [])


def test_a_worker_survives_a_restart_of_the_broker(instance: Path) -> None:
    port = servers.free_port()
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
    with (instance / "contest.toml").open("a") as settings:
        settings.write(f'jobs_driver = "dramatiq"\nbroker_url = "redis://127.0.0.1:{port}/0"\n')
    app = small_app(instance)
    with app.app_context(), subprocess.Popen(command, stdout=subprocess.DEVNULL) as first:
        make_effects()
        servers.wait_for_port(port)
        with workers(app) as (process,):
            before = a_job("test.effect")
            wait_until(lambda: state_of(before.id) == "done")
            first.kill()
            first.wait()
            during = a_job("test.effect")
            with subprocess.Popen(command, stdout=subprocess.DEVNULL) as second:
                wait_until(lambda: state_of(during.id) == "done", seconds=30)
                second.terminate()

            assert process.poll() is None
