"""Processes of this machine: who is alive, and whose group may be killed without hitting a stranger.

A process number is used again after a while, so a process is always named together with the moment it started
(ticks since boot, from /proc), and a machine together with its boot and its process-number space.
"""

import os
import signal
import socket
from functools import cache
from pathlib import Path

PROC = Path("/proc")


@cache
def this_machine() -> str:
    """A name for this boot of this host (or container); workers with the same name see each other's processes."""
    boot = (PROC / "sys/kernel/random/boot_id").read_text().strip()[:8]
    space = (PROC / "self/ns/pid").readlink().name.strip("pid:[]")
    return f"{socket.gethostname()}/{boot}/{space}"


def this_worker() -> str:
    """A name for this process that no later process will have."""
    pid = os.getpid()
    return f"{this_machine()}:{pid}:{started(pid)}"


def started(pid: int) -> int | None:
    """When process `pid` started, in ticks since boot; None when it is gone or only waits to be buried."""
    try:
        stat = (PROC / str(pid) / "stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    state, *rest = stat.rpartition(")")[2].split()  # the name before it may hold spaces and brackets
    return None if state in "ZX" else int(rest[18])


def is_dead(worker: str) -> bool:
    """True when `worker` (see this_worker) surely lives no more; never known of a worker of another machine."""
    machine, _, process = worker.partition(f"{this_machine()}:")
    if machine or not process:
        return False
    pid, ticks = process.split(":")
    return str(started(int(pid))) != ticks


def kill_group(leader: int, leader_started: int) -> bool:
    """SIGKILL the process group of `leader`; False when it is not there any more.

    Linux gives a number to no new process as long as a group carries it. So with the leader gone the group, if
    there is one, is still the old one; and with a leader of another age the number is a stranger's.
    """
    now_started = started(leader)
    if leader <= 1 or (now_started is not None and now_started != leader_started):
        return False
    try:
        os.killpg(leader, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return False
    return True
