"""`flask serve`: web and worker come back when they die, and nothing is left when it ends."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest

from contest.config import ROOT, load
from contest.jobs.machine import started
from contest.ops import serve
from tests.servers import free_port, wait_for_port


@dataclass
class Service:
    """A supervisor with its children, and a view of all processes of its instance."""

    instance: Path
    port: int
    process: subprocess.Popen[bytes]

    def pids(self, words: str = "") -> set[int]:
        """Living processes of this instance, but the supervisor, with `words` on their command line."""
        mark = f"CONTEST_INSTANCE={self.instance}\0".encode()
        found = set()
        for folder in Path("/proc").iterdir():
            with suppress(OSError):
                if folder.name.isdigit() and mark in (folder / "environ").read_bytes() + b"\0":
                    command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                    if words in command and started(int(folder.name)):
                        found.add(int(folder.name))
        return found - {self.process.pid}

    def web(self) -> set[int]:
        return self.pids("granian") | self.pids("multiprocessing")

    def worker(self) -> set[int]:
        return self.pids("jobs work")


def eventually(true: Callable[[], object], *, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"not true within {seconds} s"
        time.sleep(0.05)


def alive_in(group: int) -> list[int]:
    pids = [int(folder.name) for folder in Path("/proc").iterdir() if folder.name.isdigit()]
    found = []
    for pid in pids:
        with suppress(OSError):
            if os.getpgid(pid) == group and started(pid):
                found.append(pid)
    return found


@pytest.fixture
def service(instance: Path) -> Iterator[Service]:
    port = free_port()
    command = [sys.executable, "-m", "tests.jobs.supervisor", str(instance), str(port)]
    said = instance / "serve.log"
    process = subprocess.Popen(command, cwd=ROOT, stdout=said.open("wb"))
    service = Service(instance, port, process)
    try:
        eventually(lambda: b"ready\n" in said.read_bytes())
        eventually(service.worker)
        yield service
    finally:
        process.kill()
        process.wait()
        for pid in service.pids():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


@pytest.mark.slow
def test_either_process_comes_back_when_it_dies(service: Service) -> None:
    for processes in (service.web, service.worker):
        for pick in (min, max):  # the first and the last started: a server with processes of its own loses each once
            before = processes()
            os.kill(pick(before), signal.SIGKILL)

            eventually(lambda look=processes, old=before: (new := look()) and not new & old)

            wait_for_port(service.port, seconds=30)


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_nothing_is_left_when_the_supervisor_ends(service: Service, number: signal.Signals) -> None:
    began = time.monotonic()

    service.process.send_signal(number)
    code = service.process.wait(15)

    eventually(lambda: not service.pids(), seconds=3)
    assert code == (-9 if number == signal.SIGKILL else 0)
    assert time.monotonic() - began < 12
    eventually(lambda: serve.why_not_listen("127.0.0.1", service.port) is None, seconds=3)


def test_a_port_that_is_taken_is_said_so(instance: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]

        code = serve.serve(load(instance=instance, port=port), announce=lambda: None)

    assert code == 1
    assert capfd.readouterr().err.startswith(f"Port {port} of 127.0.0.1 is taken by another program.")


def test_a_host_that_is_not_ours_is_said_so(instance: Path) -> None:
    assert "no address 192.0.2.1" in str(serve.why_not_listen("192.0.2.1", 8000))


@pytest.fixture
def signals_kept() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def test_a_web_server_that_never_starts_ends_the_supervisor(
    instance: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], signals_kept: None
) -> None:
    monkeypatch.setattr(serve, "web_command", lambda settings: ["false"])
    monkeypatch.setattr(serve, "worker_command", lambda: ["sleep", "1234"])
    monkeypatch.setattr(serve, "PAUSE_S", 0.05)

    code = serve.serve(load(instance=instance, port=free_port()), announce=lambda: None)

    assert code == 1
    assert "The web server does not start" in capfd.readouterr().err


def test_a_child_that_dies_at_once_again_and_again_is_given_longer_pauses() -> None:
    child = serve.Child("broken", ["false"], dict(os.environ))
    starts = []
    for tick in range(600):  # a minute of the supervisor's clock
        had = child.process
        child.look(tick / 10)
        if child.process is not None and child.process is not had:
            starts.append(tick / 10)
            child.process.wait()

    pauses = [round(later - earlier, 1) for earlier, later in pairwise(starts)]
    assert pauses[:5] == sorted(pauses[:5])
    assert len(starts) < 9


def test_a_child_that_will_not_stop_is_killed_with_all_it_started() -> None:
    stubborn = "trap '' TERM; sleep 4321 & echo $!; while true; do sleep 0.1; done"
    child = serve.Child("stubborn", ["sh", "-c", stubborn], dict(os.environ))
    child.start(time.monotonic())
    time.sleep(0.3)
    group = child.process.pid if child.process else 0

    serve.stop([child], within_s=0.3)

    eventually(lambda: not alive_in(group), seconds=3)


def test_settings_given_by_hand_reach_the_children_and_secrets_of_the_instance_do_not(instance: Path) -> None:
    (instance / "contest.toml").write_text('secret_key = "very secret"\nweb_threads = 3\n')
    settings = load(instance=instance, port=8123)

    environ = serve._given_by_hand(settings)

    assert environ == {"CONTEST_INSTANCE": str(instance), "CONTEST_PORT": "8123"}
