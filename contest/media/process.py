"""One child process, watched: bounded in time and in bytes, and gone with its whole group when we leave.

Killed outright, we cannot clean up, so the child hears of it in two ways. The kernel sends it a parent-death signal
(`setpriv`), which is tied to the parent *thread*: the thread that calls `watch` starts the child and waits here until
it is gone, or the signal would take a healthy ffmpeg. But a parent that dies before the child has asked for the
signal, or before bubblewrap has passed it on, is never noticed - some 15 ms of every start. So there is also a
`LIFELINE`: a pipe that ends with us, however early, and a shell beside the program that waits for that end.
"""

import ctypes
import os
import selectors
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

TICK_S = 0.1
WEIGHED_EVERY_S = 0.05
BLOCK = 64 * 1024
_WAIT = "exec 3<&0; { cat <&3; kill -s KILL 0; } >/dev/null 2>&1 & "
LIFELINE = ("sh", "-c", f'{_WAIT}exec "$@" </dev/null 3<&-', "lifeline")
# The same around bubblewrap, which hands the pipe on to the one inside: killed while it sets up its walls, it leaves a
# half-made child that waits for ever.
OUTER_LIFELINE = ("sh", "-c", f'{_WAIT}exec "$@" 3<&-', "lifeline")
_CRASHES = {signal.SIGABRT, signal.SIGKILL, signal.SIGSEGV, signal.SIGXCPU, signal.SIGXFSZ}


class Cut(Exception):
    """The command was ended before it was done."""


class TimedOut(Cut):
    """It took longer than it was given."""


class Stopped(Cut):
    """Its caller did not want it any more."""


class Flooded(Cut):
    """It wrote more than it was allowed to."""


@dataclass(frozen=True, kw_only=True)
class Finished:
    """How a command ended."""

    returncode: int
    stdout: bytes
    stderr: str  # the end of it; never shown to entrants
    seconds: float

    @property
    def signal(self) -> int:
        """The signal that ended it, 0 if none did; bubblewrap passes one on as 128 and its number.

        Only those count that a limit or a crash sends: ffmpeg's own codes reach into the same numbers.
        """
        number = -self.returncode if self.returncode < 0 else self.returncode - 128
        return number if self.returncode < 0 or number in _CRASHES else 0


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """What a command may use of our own time and memory while we listen to it."""

    timeout_s: float
    stdout_bytes: int
    stderr_bytes: int
    output: Path | None = None  # the folder it fills
    output_bytes: int = 0


def watch(
    argv: Sequence[str],
    *,
    env: Mapping[str, str],
    cwd: Path,
    bounds: Bounds,
    on_start: Callable[[int], None] | None = None,
    on_line: Callable[[str], None] | None = None,
    stop: threading.Event | None = None,
) -> Finished:
    """Run `argv` to its end, or to the end of its bounds; raises Cut, and whatever a callback raises.

    `on_start` gets the process id, which is the id of the group too. With `on_line` standard output goes there line
    by line instead of into the result.
    """
    began = time.monotonic()
    child = subprocess.Popen(  # noqa: S603 - argv is built by this package, never through a shell
        list(argv),
        stdin=subprocess.PIPE,  # never written to: its end is how the lifeline hears that we are gone
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=cwd,
        env=dict(env),
        start_new_session=True,
    )
    try:
        if on_start:
            on_start(child.pid)
        ears, weighed = _Ears(child, bounds=bounds, on_line=on_line), began
        while ears.listen(TICK_S):
            if stop and stop.is_set():
                raise Stopped
            if time.monotonic() - began > bounds.timeout_s:
                raise TimedOut(f"not done after {bounds.timeout_s:g} s")
            # A filter may say hundreds of lines a second, and a folder takes as long as its files are many.
            if bounds.output and time.monotonic() - weighed >= WEIGHED_EVERY_S:
                weighed = time.monotonic()
                if size_of(bounds.output) > bounds.output_bytes:
                    raise Flooded(f"more than {bounds.output_bytes} bytes of files")
    finally:
        _end(child)
    return Finished(
        returncode=child.returncode,
        stdout=bytes(ears.stdout),
        stderr=ears.stderr_tail,
        seconds=time.monotonic() - began,
    )


def size_of(folder: Path) -> int:
    """Bytes of all files under `folder`, some of which may vanish while we look."""
    total = 0
    for root, _dirs, names in os.walk(folder):
        for name in names:
            try:
                total += Path(root, name).lstat().st_size
            except FileNotFoundError:
                continue
    return total


class _Ears:
    """Both pipes of a child, read as they fill, kept within bounds."""

    def __init__(
        self, child: "subprocess.Popen[bytes]", *, bounds: Bounds, on_line: Callable[[str], None] | None
    ) -> None:
        self.child = child
        self.bounds = bounds
        self.on_line = on_line
        self.stdout = bytearray()
        self._tail = b""
        self._rest = b""  # the beginning of a line whose end has not come
        self._selector = selectors.DefaultSelector()
        for pipe, hear in ((child.stdout, self._hear_out), (child.stderr, self._hear_error)):
            assert pipe is not None  # noqa: S101 - both were asked for above
            self._selector.register(pipe, selectors.EVENT_READ, hear)

    @property
    def stderr_tail(self) -> str:
        return self._tail.decode(errors="replace")

    def listen(self, tick_s: float) -> bool:
        """Take in what has come within `tick_s`; False when the child has ended and nothing is left to hear."""
        ended = _has_ended(self.child)
        if not self._selector.get_map():
            if not ended:
                time.sleep(min(tick_s, 0.005))
            return not ended
        # A grandchild that holds the pipe open does not keep us: after the child's end an empty pipe is the end.
        events = self._selector.select(0 if ended else tick_s)
        for key, _mask in events:
            pipe: IO[bytes] = key.fileobj  # type: ignore[assignment]  # only pipes were registered
            block = os.read(pipe.fileno(), BLOCK)
            if block:
                key.data(block)
            else:
                self._selector.unregister(pipe)
        return bool(events) or not ended

    def _hear_out(self, block: bytes) -> None:
        if self.on_line is None:
            if len(self.stdout) + len(block) > self.bounds.stdout_bytes:
                raise Flooded(f"more than {self.bounds.stdout_bytes} bytes on standard output")
            self.stdout += block
            return
        *lines, rest = (self._rest + block).split(b"\n")
        self._rest = rest[-BLOCK:]
        for line in lines:
            self.on_line(line.decode(errors="replace"))

    def _hear_error(self, block: bytes) -> None:
        self._tail = (self._tail + block)[-self.bounds.stderr_bytes :]


def _has_ended(child: "subprocess.Popen[bytes]") -> bool:
    """Whether the child is over, without reaping it: a zombie keeps its group id from being given to others."""
    return os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _end(child: "subprocess.Popen[bytes]") -> None:
    """Leave nothing of the group behind, then reap the leader."""
    try:
        os.killpg(child.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        child.kill()
    child.wait()
    for pipe in (child.stdin, child.stdout, child.stderr):
        if pipe:
            pipe.close()


def adopt_orphans() -> None:
    """From now on grandchildren whose parent ends become ours. For a program with one thread, which may then wait."""
    PR_SET_CHILD_SUBREAPER = 36  # noqa: N806 - the name that linux/prctl.h gives it
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1)


def bury_orphans(*, within_s: float = 1.0) -> None:
    """Wait for those that are ours by adoption and about to end, so that what they used is counted as ours."""
    until = time.monotonic() + within_s
    while time.monotonic() < until:
        try:
            if os.waitpid(-1, os.WNOHANG) == (0, 0):
                time.sleep(0.005)
        except ChildProcessError:
            return
