"""What every rendition is handed over as, and how ffmpeg is run for it."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from contest.media import formats
from contest.media.facts import Facts
from contest.media.formats import Format
from contest.media.process import Finished, Flooded, TimedOut
from contest.media.sandbox import Limits, Sandbox

_MIMES = {
    ".jpg": "image/jpeg",
    ".webp": "image/webp",
    ".avif": "image/avif",
    ".mp4": "video/mp4",
    ".m4s": "video/iso.segment",
    ".m3u8": "application/vnd.apple.mpegurl",
    ".vtt": "text/vtt; charset=utf-8",
}


class Trouble(StrEnum):
    """Why no rendition came of a file that had passed its check."""

    FAILED = "encoder-failed"
    KILLED = "killed"  # not by us: by a limit it ran into, or a machine that is short of memory
    TIMEOUT = "timeout"
    TOO_LARGE = "too-large"
    WRONG_LENGTH = "wrong-length"
    WRONG_OUTPUT = "wrong-output"


class RenderFailed(Exception):
    """`code` is for people, through the caller's sentence; `detail` is for the log."""

    def __init__(self, code: Trouble, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else str(code))
        self.code = code
        self.detail = detail


@dataclass(frozen=True, kw_only=True)
class Output:
    """One file of a rendition; `name` is its path below the folder. 0 x 0 when it has no size of its own."""

    name: str
    mime: str
    bytes: int
    sha256: str
    width: int = 0
    height: int = 0
    blur: str = ""  # the address of a tiny picture to be shown until this one has come: see contest.media.blur


def output_of(into: Path, name: str, *, size: tuple[int, int], blur: str = "") -> Output:
    path = into / name
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Output(
        name=name,
        mime=_MIMES[path.suffix],
        bytes=path.stat().st_size,
        sha256=digest,
        width=size[0],
        height=size[1],
        blur=blur,
    )


def opened(facts: Facts, *, box: Sandbox) -> Format:
    """As the check opened it, unless this machine has fewer walls than the one that checked."""
    form = formats.taken(facts.container, level=box.level)
    if form is None:
        raise RenderFailed(Trouble.FAILED, f"{facts.container} is not opened at level {box.level} of the sandbox")
    return form


def run_on(
    path: Path,
    argv: Sequence[str],
    *,
    box: Sandbox,
    into: Path,
    timeout_s: float,
    limits: Limits,
    on_line: Callable[[str], None] | None = None,
) -> Finished:
    """Run a command on the file; RenderFailed when it did not come to an end of its own."""
    try:
        done = box.run(
            argv, inputs={"media": path}, output=into, timeout_s=timeout_s, limits=limits, on_progress=on_line
        )
    except TimedOut as error:
        raise RenderFailed(Trouble.TIMEOUT, str(error)) from error
    except Flooded as error:
        raise RenderFailed(Trouble.TOO_LARGE, str(error)) from error
    if done.signal:
        raise RenderFailed(Trouble.KILLED, f"by signal {done.signal}: {done.stderr[-1000:]}")
    return done


def refuse_failure(done: Finished) -> None:
    if done.returncode:
        raise RenderFailed(Trouble.FAILED, f"{done.returncode}: {done.stderr[-1000:]}")
