"""How soon a second start answers, and what the service needs of memory when nobody asks anything of it."""

import re
import subprocess
import tempfile
import time
from pathlib import Path

from tests.benchmarks.load import table
from tests.e2e.service import Service, service


def descendants(pid: int) -> list[int]:
    """`pid` and all processes below it."""
    listed = subprocess.run(["ps", "-e", "-o", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    children: dict[int, list[int]] = {}
    for line in listed.splitlines():
        child, parent = map(int, line.split())
        children.setdefault(parent, []).append(child)
    found = [pid]
    for one in found:
        found += children.get(one, [])
    return found


def memory_mib(pid: int) -> float:
    """Proportional share of memory of the whole family, MiB: shared pages are counted once."""
    total_kib = 0
    for one in descendants(pid):
        rollup = Path(f"/proc/{one}/smaps_rollup")
        found = re.search(r"^Pss:\s+(\d+)", rollup.read_text(), re.MULTILINE)
        total_kib += int(found[1]) if found else 0
    return total_kib / 1024


def main() -> None:
    with tempfile.TemporaryDirectory() as scratch, service(Path(scratch) / "instance") as made:
        made.start()
        made.stop()
        starts = [one_start(made) for _ in range(5)]
        made.start()
        time.sleep(5)
        process = made.process
        memory = memory_mib(process.pid) if process else 0.0
        made.stop()
    rows = [
        ["second start, slowest of 5", f"{max(starts):.2f} s", "5 s"],
        ["memory of web + worker + supervisor, idle (PSS)", f"{memory:.0f} MiB", "300 MB"],
    ]
    table("Start and memory", ["what", "measured", "goal"], rows)


def one_start(made: Service) -> float:
    seconds = made.start()
    made.stop()
    return seconds


if __name__ == "__main__":
    main()
