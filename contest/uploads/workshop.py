"""A job's bench: a file to read, a scratch folder to fill, a sandbox, and the way into the storage.

Nothing here decides; nothing made here is shown before a row is flipped by the task.
"""

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from flask import current_app

from contest.config import Settings
from contest.db import db
from contest.errors import WrongSetting
from contest.jobs.registry import NotYet, RunningJob, TryAgain
from contest.media import process
from contest.media.outputs import Output, RenderFailed
from contest.media.sandbox import ENVIRONMENT, LIMITS_ONLY, Sandbox, detect
from contest.storage import Missing, storage
from contest.uploads.models import Asset
from contest.web.commands import typed


@dataclass(frozen=True, kw_only=True)
class Bench:
    """What a job works with."""

    path: Path  # the file to work on; read only
    into: Path  # an empty folder, gone with the job
    box: Sandbox


def scratch_folder(settings: Settings) -> Path:
    """Where jobs put what is half done; each under the token of its attempt."""
    settings.scratch.mkdir(parents=True, exist_ok=True)
    return settings.scratch


@contextmanager
def bench(asset: Asset, job: RunningJob, *, key: str | None = None) -> Iterator[Bench]:
    """Everything a job needs to work on the original, or on the file of ours at `key`, with the ways it can fail turned
    into those of a job."""
    settings: Settings = current_app.config["SETTINGS"]
    require_programs(asset)
    key = key or asset.original_key
    assert key is not None  # noqa: S101  the check has put it there
    db.session.rollback()  # the work takes minutes, and a connection is not to wait for it
    try:
        with (
            storage().local_copy(key) as path,
            tempfile.TemporaryDirectory(dir=scratch_folder(settings), prefix=f"{job.token}-") as folder,
        ):
            box = _sandbox(settings).for_job(stop=job.stop, on_start=job.note_process_group)
            yield Bench(path=path, into=Path(folder), box=box)
    except process.Stopped:
        job.check_cancelled()
        raise
    except Missing as error:
        raise TryAgain("bytes-missing", "The received file is not where this worker can read it.") from error
    except RenderFailed as error:
        # People are told by the code; this is for the operator.
        raise TryAgain(str(error.code), f"Nothing to show could be made of the file ({error}).") from error


def require_programs(asset: Asset) -> None:
    """Without ffmpeg every film would look damaged; the job waits for it instead of blaming the file."""
    needed = ["setpriv", "prlimit", *(["ffmpeg", "ffprobe"] if asset.kind == "video" else [])]
    missing = [name for name in needed if shutil.which(name, path=ENVIRONMENT["PATH"]) is None]
    if missing:
        raise NotYet(
            "program-missing", f"This machine lacks {', '.join(missing)}. The remedy is told by: {typed('doctor')}"
        )


def keep(outputs: Sequence[Output], *, made_in: Path, prefix: str, job: RunningJob) -> list[dict[str, Any]]:
    """Put the files under `prefix`, each durably; what a row may then say about them."""
    for output in outputs:
        job.check_cancelled()
        stored = storage().put(f"{prefix}{output.name}", made_in / output.name, content_type=output.mime, move=True)
        if stored.bytes != output.bytes:
            raise TryAgain("storage", f"The storage kept {stored.bytes} bytes of {output.bytes}.")
    return [_recorded(output) for output in outputs]


def _recorded(output: Output) -> dict[str, Any]:
    """Without what few files have, since a film has hundreds."""
    return {name: value for name, value in asdict(output).items() if name != "blur" or value}


def level() -> int:
    """Of the sandbox, by which it is decided what kinds of film are taken; the lowest where none may be built."""
    try:
        return _sandbox(current_app.config["SETTINGS"]).level
    except WrongSetting:  # it is required and cannot be had: the worker says so, and opens nothing
        return LIMITS_ONLY


def _sandbox(settings: Settings) -> Sandbox:
    """The best walls this machine can build; found out once for each process, since it runs a program to see."""
    found: Sandbox | None = current_app.extensions.get("contest.sandbox")
    if found is None:
        found = current_app.extensions["contest.sandbox"] = detect(settings.sandbox)
    return found
