"""A service whose processes are killed and come back, and who kills them."""

import os
import random
import signal
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from flask import Flask

from contest.jobs.machine import started
from contest.ops.serve import Child, stop, web_command, worker_command
from tests.servers import free_port

TOOLS = ("ffmpeg", "ffprobe", "python", "python3", "python3.11", "python3.12", "python3.13")
GROWN_AFTER_S = 2.5
WORKERS = 2  # one goes on while the other comes back


class Living:
    """Web server and workers, started as `flask serve` starts them, and again whenever they die."""

    def __init__(self, app: Flask) -> None:
        settings = app.config["SETTINGS"]
        self.port = free_port()
        environ = os.environ | {"CONTEST_INSTANCE": str(settings.instance), "CONTEST_PORT": str(self.port)}
        environ |= {"CONTEST_CHECK_SLOTS": "1", "CONTEST_JOB_LEASE_S": "10"}
        self.web = Child("web server", web_command(replace(settings, host="127.0.0.1", port=self.port)), environ)
        self.workers = [Child(f"worker {number}", worker_command(), environ) for number in range(WORKERS)]

    def look(self) -> None:
        for child in (self.web, *self.workers):
            child.early_deaths = 0  # we killed it; it did not fail
            child.look(time.monotonic())

    def stand(self) -> bool:
        """Whether all are there."""
        self.look()
        return all(child.process for child in (self.web, *self.workers))

    def look_for(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self.look()
            time.sleep(0.02)

    def tools(self) -> list[int]:
        """What workers have started to look into files and to make others: ffmpeg, ffprobe, Python for photos."""
        children = _children()
        found, seen = [], [child.process.pid for child in self.workers if child.process]
        while seen:
            below = children.get(seen.pop(), [])
            seen += below
            found += [pid for pid in below if name_of(pid) in TOOLS]
        return found

    def end(self) -> None:
        stop([self.web, *self.workers])


def _children() -> dict[int, list[int]]:
    """The living processes of this machine by their parent."""
    found: dict[int, list[int]] = {}
    for process in Path("/proc").iterdir():
        if process.name.isdigit():
            with suppress(OSError):
                parent = int((process / "stat").read_text().rpartition(")")[2].split()[1])
                found.setdefault(parent, []).append(int(process.name))
    return found


@dataclass
class Killer:
    living: Living
    chance: random.Random
    killed: Counter[str] = field(default_factory=Counter)

    def kill(self) -> None:
        """Somebody; what runs only for moments is waited for a little."""
        way = self.chance.choice([self.web, self.worker, self.worker, self.tool, self.tool, self.tool])
        until = time.monotonic() + 1.5
        while not (name := way()) and time.monotonic() < until:
            self.living.look()
            time.sleep(0.005)
        if name:
            self.killed[name] += 1

    def web(self) -> str:
        """All its processes, or one, after which the others must end by themselves."""
        process = self.living.web.process
        if process is None or age_s(process.pid) < GROWN_AFTER_S:
            return ""
        whole = self.chance.random() < 0.5
        group = [process.pid, *_children().get(process.pid, [])]
        for pid in group if whole else [self.chance.choice(group)]:
            _kill(pid)
        return "web"

    def worker(self) -> str:
        """One that has come so far as to do something, as a rule."""
        busy = [child.process for child in self.living.workers if child.process and _children().get(child.process.pid)]
        grown = [process for process in busy if age_s(process.pid) > GROWN_AFTER_S or self.chance.random() < 0.02]
        if grown:
            _kill(self.chance.choice(grown).pid)
        return "worker" if grown else ""

    def tool(self) -> str:
        found = self.living.tools()
        if not found:
            return ""
        pid = self.chance.choice(found)
        time.sleep(self.chance.uniform(0, 0.3))  # else most would die young
        name = name_of(pid)
        return name if name and _kill(pid) else ""


def name_of(pid: int) -> str:
    with suppress(OSError):
        return Path(f"/proc/{pid}/comm").read_text().strip()
    return ""


def age_s(pid: int) -> float:
    ticks = started(pid)
    return time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK") if ticks else 0


def _kill(pid: int) -> bool:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True
