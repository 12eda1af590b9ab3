"""`flask serve`: the web server and the worker under one supervisor that starts either again when it dies.

Nobody is left behind: each child leads a process group of its own, which is killed to the last member when the
child ends; and the kernel kills the child when the supervisor dies, by whatever cause.
"""

import ctypes
import errno
import os
import queue
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field, fields
from typing import NoReturn

import click
import structlog

from contest import config
from contest.config import ROOT, Settings
from contest.ops import logs

log = structlog.get_logger(__name__)

STOP_S = 10.0
STEADY_AFTER_S = 10.0  # who lived so long has started well; before that, each death makes the next pause longer
PAUSE_S, LONGEST_PAUSE_S = 0.5, 30.0
TRIES_AT_START = 3
LOOK_EVERY_S = 0.2
DIES_WITH_PARENT = ["setpriv", "--pdeathsig", "KILL", "--"]


def web_command(settings: Settings) -> list[str]:
    """The web server. Another one would be named here, and only here."""
    options = {
        "--interface": "wsgi",
        "--host": settings.host,
        "--port": settings.port,
        "--workers": 1,
        "--blocking-threads": settings.web_threads,
        "--workers-kill-timeout": 5,
        "--log-level": "error",
    }
    words = [str(word) for option in options.items() for word in option]
    return [sys.executable, "-m", "granian", *words, "--no-ws", "--factory", "contest.app:supervised_app"]


def die_with_parent() -> None:
    """Granian's own worker process outlives a killed master, so what it loads asks the kernel not to."""
    PR_SET_PDEATHSIG = 1  # noqa: N806 - the name that linux/prctl.h gives it
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def worker_command() -> list[str]:
    return [sys.executable, "-m", "flask", "--app", "wsgi", "jobs", "work"]


def address(settings: Settings) -> str:
    """Where people open the service."""
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(settings.host, settings.host)  # noqa: S104  # only shown
    return settings.public_url or f"http://{host}:{settings.port}/"


def become_supervisor(settings: Settings) -> NoReturn:
    """Turn this process, which has looked at the database, into a supervisor that needs a third of the memory."""
    os.chdir(ROOT)
    environ = os.environ | _given_by_hand(settings)
    os.execve(sys.executable, [sys.executable, "-m", "contest.ops.serve"], environ)  # noqa: S606 - our own words


def serve(settings: Settings, *, announce: Callable[[], None]) -> int:
    """Run web and worker until SIGTERM or SIGINT; `announce` is called once, when the pages can be opened.

    Returns the exit code: 0 when it was told to stop, 1 when it could not start, after saying why.
    """
    if reason := why_not_listen(settings.host, settings.port):
        click.echo(reason, err=True)
        return 1
    environ = os.environ | _given_by_hand(settings)
    web = Child("web server", web_command(settings), environ)
    children = [web, Child("worker", worker_command(), environ)]
    asked_to_stop: queue.SimpleQueue[int] = queue.SimpleQueue()  # may be put into inside a signal handler
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda received, _frame: asked_to_stop.put(received))
    try:
        return _supervise(children, web=web, settings=settings, announce=announce, asked_to_stop=asked_to_stop)
    finally:
        stop(children)


def _supervise(
    children: list["Child"],
    *,
    web: "Child",
    settings: Settings,
    announce: Callable[[], None],
    asked_to_stop: queue.SimpleQueue[int],
) -> int:
    announced = False
    while True:
        for child in children:
            child.look(time.monotonic())
        if not announced and web.early_deaths >= TRIES_AT_START:
            click.echo("The web server does not start; what it says about it stands above.", err=True)
            return 1
        if not announced and web.process and _answers(settings.host, settings.port):
            announced = True
            announce()
        with suppress(queue.Empty):
            asked_to_stop.get(timeout=LOOK_EVERY_S)
            return 0


@dataclass
class Child:
    """A process that shall always be there."""

    name: str
    command: list[str]
    environ: dict[str, str]
    process: subprocess.Popen[bytes] | None = None
    early_deaths: int = 0  # in a row
    _started_at: float = 0.0
    _start_at: float = field(default=0.0)

    def look(self, now: float) -> None:
        """Start it when it is not there and its pause is over; bury it when it has died."""
        if self.process is None:
            if now >= self._start_at:
                self.start(now)
        elif (code := self.process.poll()) is not None:
            lived_s = now - self._started_at
            self.early_deaths = 0 if lived_s > STEADY_AFTER_S else self.early_deaths + 1
            pause_s = min(PAUSE_S * 2 ** max(0, self.early_deaths - 1), LONGEST_PAUSE_S)
            log.warning("serve.died", child=self.name, code=code, lived_s=round(lived_s, 1), pause_s=pause_s)
            self.kill_group()
            self.process, self._start_at = None, now + pause_s

    def start(self, now: float) -> None:
        self.process = subprocess.Popen(  # noqa: S603 - our own words, no shell
            [*DIES_WITH_PARENT, *self.command],
            cwd=ROOT,
            env=self.environ,
            stdin=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C reaches the supervisor alone, which stops the children in order
        )
        self._started_at = now

    def kill_group(self) -> None:
        """What the child started and left. Its number stays reserved for as long as the group has members."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)


def stop(children: Iterable[Child], *, within_s: float = STOP_S) -> None:
    """Ask all to end, at the same time; kill who has not after `within_s`, and whatever they leave."""
    running = [(child, child.process) for child in children if child.process is not None]
    for _, process in running:
        process.terminate()
    deadline = time.monotonic() + within_s
    for child, process in running:
        try:
            process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            log.warning("serve.would_not_stop", child=child.name)
        child.kill_group()
        process.wait()


def why_not_listen(host: str, port: int) -> str | None:
    """Why the web server cannot take this address."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen(1)
    except PermissionError:
        return f"Port {port} may be taken only by root. Choose one above 1023, for example CONTEST_PORT=8000."
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            return f"Port {port} of {host} is taken by another program. Stop it, or choose another: CONTEST_PORT=8001."
        return f"This machine has no address {host}. Write CONTEST_HOST=127.0.0.1, or 0.0.0.0 for all its addresses."
    return None


def _answers(host: str, port: int) -> bool:
    reachable = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared with, not bound to
    try:
        with socket.create_connection((reachable, port), timeout=1):
            return True
    except OSError:
        return False


def _given_by_hand(settings: Settings) -> dict[str, str]:
    """Variables that give the children these settings; what they read from the instance themselves stays there."""
    environ = {"CONTEST_INSTANCE": str(settings.instance)}
    theirs = config.load(instance=settings.instance)
    for name in (f.name for f in fields(Settings) if f.name not in ("instance", "extra")):
        if (value := getattr(settings, name)) != getattr(theirs, name):
            environ[f"CONTEST_{name.upper()}"] = str(value)
    return environ


def main() -> int:
    """The supervisor alone: the database and the like are its children's."""
    settings = config.load()
    logs.configure(settings.log_level)
    return serve(settings, announce=lambda: click.echo(f"\n  {address(settings)}\n\nStop with Ctrl-C."))


if __name__ == "__main__":
    sys.exit(main())
