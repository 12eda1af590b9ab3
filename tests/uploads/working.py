"""The worker's part, one job after another in this process, and real files for it to work on."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

from flask import Flask
from PIL import Image

from contest.db import database_now, db, transaction
from contest.jobs import leases, machine, runner
from contest.jobs.models import LANES
from contest.jobs.registry import RunningJob


def work(app: Flask, *, most: int = 20, lanes: Sequence[str] = LANES) -> list[str]:
    """Do every job of `lanes` that is due; their kinds, in the order they were done."""
    done = []
    for _ in range(most):
        job = _next(app, lanes)
        if job is None:
            break
        runner.run(job)
        done.append(job.kind)
    db.session.rollback()
    return done


def _next(app: Flask, lanes: Sequence[str]) -> RunningJob | None:
    with app.app_context(), transaction():
        for lane in lanes:
            row = leases.claim(lane, worker=machine.this_worker(), lease_s=120, at=database_now())
            if row is not None:
                return RunningJob(app, row)
    return None


def make_film(path: Path, *, seconds: float = 2, size: str = "640x360") -> Path:
    """A short film with sound."""
    sources = ["-f", "lavfi", "-i", f"testsrc2=size={size}:rate=25", "-f", "lavfi", "-i", "sine=frequency=440"]
    coded = ["-t", str(seconds), "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac"]
    quiet = ["ffmpeg", "-nostdin", "-hide_banner", "-loglevel", "error"]
    subprocess.run([*quiet, *sources, *coded, "-movflags", "+faststart", "-y", path], check=True)
    return path


def make_photo(path: Path) -> Path:
    Image.linear_gradient("L").resize((1200, 900)).convert("RGB").save(path, "JPEG")
    return path
