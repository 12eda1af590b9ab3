"""A program that runs on somebody's file is bounded, alone, and gone when it should be."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from contest.errors import WrongSetting
from contest.media import sandbox
from contest.media.process import Flooded, Stopped, TimedOut
from contest.media.sandbox import LIMITS_ONLY, WALLED, Limits, Sandbox, detect, detect_level, python_paths

PYTHON, NEEDED = python_paths()
ROOT = Path(__file__).resolve().parents[2]


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def until(so: Callable[[], bool], *, within_s: float = 20) -> bool:
    end = time.monotonic() + within_s
    while not so() and time.monotonic() < end:
        time.sleep(0.02)
    return so()


def sleepers(marker: str) -> list[int]:
    """Processes of this machine whose command line holds the marker, those inside walls included."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if marker.encode() in command and is_alive(int(folder.name)) and int(folder.name) != os.getpid():
            found.append(int(folder.name))
    return found


def test_the_input_can_be_read_and_the_output_folder_written(box: Sandbox, tmp_path: Path, into: Path) -> None:
    given = tmp_path / "-name with %d and ünïcode"
    given.write_text("hello")

    done = box.run(["cp", "/in/media", "copy"], inputs={"media": given}, output=into, timeout_s=10)

    assert (done.returncode, (into / "copy").read_text()) == (0, "hello")


def test_a_hanging_program_is_killed_with_all_its_children(box: Sandbox) -> None:
    marker = f"61.{time.time_ns()}"
    command = ["sh", "-c", f"sleep {marker} & sleep {marker}"]

    with pytest.raises(TimedOut):
        box.run(command, inputs={}, timeout_s=0.5)

    assert until(lambda: sleepers(marker) == [])


def test_a_child_that_outlives_the_program_is_not_left_behind(box: Sandbox) -> None:
    marker = f"62.{time.time_ns()}"

    done = box.run(["sh", "-c", f"sleep {marker} & echo said"], inputs={}, timeout_s=20)

    assert (done.stdout, done.seconds < 15) == (b"said\n", True)
    assert until(lambda: sleepers(marker) == [])


def test_a_caller_can_stop_it(box: Sandbox) -> None:
    stop = threading.Event()
    threading.Timer(0.3, stop.set).start()
    began = time.monotonic()

    with pytest.raises(Stopped):
        box.for_job(stop=stop).run(["sleep", "60"], inputs={}, timeout_s=50)

    assert time.monotonic() - began < 30


def test_a_progress_listener_that_raises_ends_it(box: Sandbox) -> None:
    marker = f"63.{time.time_ns()}"

    def hear(line: str) -> None:
        raise ValueError(line)

    with pytest.raises(ValueError, match="one"):
        box.run(["sh", "-c", f"echo one; sleep {marker}"], inputs={}, timeout_s=50, on_progress=hear)

    assert until(lambda: sleepers(marker) == [])


def test_a_flood_of_output_is_cut(box: Sandbox) -> None:
    with pytest.raises(Flooded):
        box.run(["yes"], inputs={}, timeout_s=20, limits=Limits(stdout_mib=1))


def test_of_a_flood_of_complaints_the_end_is_kept(box: Sandbox) -> None:
    command = ["sh", "-c", "yes | head -c 3000000 >&2; echo the end >&2"]

    done = box.run(command, inputs={}, timeout_s=20, limits=Limits(stderr_kib=8))

    assert (len(done.stderr), done.stderr.endswith("the end\n")) == (8192, True)


def test_a_flood_of_files_is_cut(box: Sandbox, into: Path) -> None:
    command = ["sh", "-c", "for n in $(seq 1000); do yes | head -c 1000000 > f$n || exit; done; sleep 9"]

    with pytest.raises(Flooded):
        box.run(command, inputs={}, output=into, timeout_s=20, limits=Limits(output_mib=5))


def test_one_file_cannot_grow_past_its_limit(box: Sandbox, into: Path) -> None:
    done = box.run(
        ["sh", "-c", "yes | head -c 9000000 > big; exit $?"],
        inputs={},
        output=into,
        timeout_s=20,
        limits=Limits(file_mib=2),
    )

    assert (done.returncode != 0, (into / "big").stat().st_size) == (True, 2 * 1024 * 1024)


def test_memory_is_limited(box: Sandbox) -> None:
    done = box.run(
        [*PYTHON, "-c", "bytearray(900_000_000)"],
        inputs={},
        timeout_s=20,
        limits=Limits(memory_mib=512),
        readable=NEEDED,
    )

    assert (done.returncode, "MemoryError" in done.stderr) == (1, True)


def test_processor_time_is_limited(box: Sandbox) -> None:
    done = box.run([*PYTHON, "-c", "while 1: pass"], inputs={}, timeout_s=30, limits=Limits(cpu_s=1), readable=NEEDED)

    assert done.signal in (signal.SIGXCPU, signal.SIGKILL)


def test_nothing_of_the_services_environment_gets_in(box: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONTEST_SECRET_KEY", "known to few")

    done = box.run(["env"], inputs={}, timeout_s=10)

    assert b"known to few" not in done.stdout


@pytest.fixture
def walled(best: Sandbox) -> Sandbox:
    if best.level < WALLED:
        pytest.skip("level 2 of the sandbox: bubblewrap does not work here")
    return best


def test_behind_walls_there_is_no_network(walled: Sandbox) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        code = f"import socket; socket.create_connection(('127.0.0.1', {server.getsockname()[1]}), 2)"
        reached_us = [*PYTHON, "-c", code]
        outside = subprocess.run(reached_us, check=False, timeout=20)

        here = walled.run(reached_us, inputs={}, timeout_s=20, readable=NEEDED)
        away = walled.run(
            [*PYTHON, "-c", code.replace("127.0.0.1", "192.0.2.1")], inputs={}, timeout_s=20, readable=NEEDED
        )

    assert outside.returncode == 0
    assert "Connection refused" in here.stderr
    assert "Network is unreachable" in away.stderr


def test_behind_walls_no_other_file_can_be_read(walled: Sandbox, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("another entrant's film")
    (tmp_path / "mine").write_text("mine")

    done = walled.run(
        ["sh", "-c", f"cat /in/media {secret} /etc/passwd {ROOT}/pyproject.toml; ls /proc"],
        inputs={"media": tmp_path / "mine"},
        timeout_s=10,
    )

    assert done.stdout == b"mine"


def test_behind_walls_nothing_can_be_written_but_the_output(walled: Sandbox, tmp_path: Path, into: Path) -> None:
    given = tmp_path / "mine"
    given.write_text("mine")
    places = "/in/media /usr/x /x /in/x /tmp/x /dev/x"

    done = walled.run(
        ["sh", "-c", f"for p in {places}; do (echo bad > $p) 2>/dev/null && echo wrote $p; done; echo good > x"],
        inputs={"media": given},
        output=into,
        timeout_s=10,
    )

    assert (done.stdout, given.read_text(), (into / "x").read_text()) == (b"", "mine", "good\n")


WORKER = """
import sys
from contest.media.sandbox import Sandbox
box = Sandbox(level=int(sys.argv[1]), on_start=lambda pid: sys.stdout.write("started\\n") and sys.stdout.flush())
box.run(["sleep", sys.argv[2]], inputs={}, timeout_s=60)
"""


@pytest.mark.parametrize("moment_ms", [0, 1, 2, 4, 8, 12, 20, 100])
def test_a_worker_killed_outright_leaves_no_orphan(moment_ms: int, box: Sandbox) -> None:
    """At any moment: also before the child could ask the kernel to be told of it."""
    marker = f"64.{time.time_ns()}"
    command = [sys.executable, "-c", WORKER, str(box.level), marker]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as worker:
        assert worker.stdout is not None
        assert worker.stdout.readline() == b"started\n"

        time.sleep(moment_ms / 1000)
        worker.kill()

    assert until(lambda: sleepers(marker) == [])


def test_the_group_is_told_as_soon_as_it_runs(box: Sandbox) -> None:
    told: list[tuple[int, int]] = []

    box.for_job(on_start=lambda pid: told.append((pid, os.getpgid(pid)))).run(["true"], inputs={}, timeout_s=10)

    ((pid, group),) = told
    assert (pid, pid != os.getpgid(0)) == (group, True)


def test_without_bubblewrap_the_limits_are_used_and_the_reason_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox.shutil, "which", lambda *_args, **_named: None)

    found = detect("best")

    assert (found.level, found.reason) == (LIMITS_ONLY, "bubblewrap (bwrap) is not installed")


def test_an_installation_that_requires_walls_does_not_start_without(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "why_no_walls", lambda: "bubblewrap does not work here: no namespaces")

    with pytest.raises(WrongSetting, match=r"CONTEST_SANDBOX.*no namespaces"):
        detect("require")


def test_walls_can_be_switched_off() -> None:
    assert detect_level("limits") == LIMITS_ONLY
