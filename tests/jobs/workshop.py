"""A real worker process for tests, with kinds of jobs only tests have: `python -m tests.jobs.workshop INSTANCE`."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import sqlalchemy as sa
from flask import Flask
from flask_babel import Babel

from contest.config import flask_config, load
from contest.db import db, transaction
from contest.jobs import cli, machine
from contest.jobs.registry import GiveUp, RunningJob, TryAgain, periodic, task
from contest.jobs.worker import run_worker

# Rows say what took effect, how often and when. It has no constraint, so that doing a thing twice would show.
EFFECTS = sa.Table(
    "test_effect",
    sa.MetaData(),
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("job_id", sa.Integer, nullable=False),
    sa.Column("at", sa.Float, nullable=False),
)


def encode(job: RunningJob, *, seconds: float, dies_with_parent: bool = True) -> subprocess.Popen[bytes]:
    """A real ffmpeg at its own pace, in its own process group; the folder of the instance is on its command line."""
    mortal = ["setpriv", "--pdeathsig", "KILL"] if dies_with_parent else []
    source = f"testsrc=size=64x64:rate=5:duration={seconds}"
    mark = ["-metadata", f"comment={job.app.config['SETTINGS'].instance}"]
    quiet = ["-hide_banner", "-nostdin", "-loglevel", "error"]
    return subprocess.Popen(
        [*mortal, "ffmpeg", *quiet, "-re", "-f", "lavfi", "-i", source, *mark, "-f", "null", "-"],
        start_new_session=True,
    )


@task("test.nothing", lane="check")
def nothing(job: RunningJob) -> None:
    """Done at once."""


@task("test.effect", lane="check")
def effect(job: RunningJob) -> None:
    with transaction() as session:
        session.execute(EFFECTS.insert().values(job_id=job.id, at=time.time()))
        job.finish()


@task("test.encode", lane="encode", attempts=4, backoff=(0.2,))
def encode_then_effect(job: RunningJob) -> None:
    """What media work is like: a child that takes its time, then one transaction."""
    child = encode(job, seconds=job.args["seconds"], dies_with_parent=job.args.get("dies_with_parent", True))
    job.note_process_group(child.pid)
    while child.poll() is None:
        job.check_cancelled()
        job.progress(50)
        time.sleep(0.02)
    if child.returncode:
        raise TryAgain("encoder_died", "The encoder was killed.")
    effect(job)


@task("test.stubborn", lane="encode")
def stubborn(job: RunningJob) -> None:
    """Waits for its child and listens to nobody."""
    child = encode(job, seconds=60)
    job.note_process_group(child.pid)
    child.wait()
    raise GiveUp("unreadable", "The file cannot be read.")


@task("test.raises", lane="check", attempts=2, backoff=(0.1,))
def raises(job: RunningJob) -> None:
    errors = {"ValueError": ValueError, "MemoryError": MemoryError, "SystemExit": SystemExit}
    raise errors[job.args["error"]]("secret detail")


@task("test.gives_up", lane="check")
def gives_up(job: RunningJob) -> None:
    raise GiveUp("too_long", "The video is 3:26 long.")


@task("test.deadly", lane="check", attempts=2)
def deadly(job: RunningJob) -> None:
    """Takes its whole worker with it, as running out of memory does."""
    os.kill(os.getpid(), signal.SIGKILL)


@task("test.leaves_child", lane="check")
def leaves_child(job: RunningJob) -> None:
    job.note_process_group(encode(job, seconds=60).pid)
    raise GiveUp("odd", "Odd.")


@task("test.loses", lane="check", attempts=2, backoff=(0.1,))
def loses(job: RunningJob) -> None:
    """Is thought dead in the middle, and comes back to write."""
    if job.attempt == 1:
        with job.app.app_context(), transaction() as session:
            session.execute(
                sa.text("UPDATE job SET state = 'waiting', token = NULL, lease_until = NULL WHERE id = :id"),
                {"id": job.id},
            )
    effect(job)


@periodic("test.tick", every_s=3600)
def tick(job: RunningJob) -> None:
    """Once in every hour."""


def make_effects() -> None:
    db.session.rollback()
    EFFECTS.drop(db.engine, checkfirst=True)
    EFFECTS.create(db.engine)


def small_app(instance: Path) -> Flask:
    """The platform without the features: jobs need no more, and it starts in a fraction of the time."""
    settings = load(instance=instance)
    app = Flask("contest", instance_path=str(instance))
    app.config.update(flask_config(settings))
    db.init_app(app)
    Babel(app)
    cli.register(app)
    return app


if __name__ == "__main__":
    app = small_app(Path(sys.argv[1]))
    if host := os.environ.get("TEST_HOST"):  # as if on a machine of its own, whose processes no other worker can see
        machine.this_machine = lambda: f"{host}/00000000/1"
    sys.exit(run_worker(app, app.config["SETTINGS"]))
