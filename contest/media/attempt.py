"""A command on a stranger's file, whose ways to go wrong are reasons why the file cannot be used."""

import os
import signal
from collections.abc import Sequence
from pathlib import Path

from contest.media.facts import Code, Unreadable
from contest.media.process import Finished, Flooded, TimedOut
from contest.media.sandbox import Limits, Sandbox

TIMEOUT_S = 60.0


def attempt(
    argv: Sequence[str],
    path: Path,
    *,
    box: Sandbox,
    timeout_s: float = TIMEOUT_S,
    limits: Limits | None = None,
    output: Path | None = None,
    on_flood: Code = Code.TOO_HARD,
) -> Finished:
    """What came of it, with whatever it returned; Unreadable when it was stopped for taking too much."""
    limits = limits or Limits()
    try:
        done = box.run(argv, inputs={"media": path}, output=output, timeout_s=timeout_s, limits=limits)
    except TimedOut as error:
        raise Unreadable(Code.TIMEOUT, str(error)) from error
    except Flooded as error:
        raise Unreadable(on_flood, str(error)) from error
    if "Cannot allocate memory" in done.stderr or done.signal:
        raise Unreadable(Code.TOO_HARD, done.stderr[-200:], killed=was_killed(done, limits))
    return done


def was_killed(done: Finished, limits: Limits) -> bool:
    """Whether somebody else ended it: a machine short of memory, or a person. Of our limits only that of processor time
    sends SIGKILL, and that takes a while."""
    return done.signal == signal.SIGKILL and done.seconds * (os.cpu_count() or 1) < limits.cpu_s
