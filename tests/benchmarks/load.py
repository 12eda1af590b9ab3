"""What the benchmarks share: load by wrk, and tables in Markdown."""

import os
import platform
import re
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests import servers


def requests_per_second(url: str, *, clients: int = 16, seconds: int = 5, script: str = "") -> float:
    """What wrk reaches on `url` with one thread; `script` is Lua. RuntimeError when any answer was an error."""
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as file:
        file.write(script)
        file.flush()
        words = ["wrk", "-t1", f"-c{clients}", f"-d{seconds}s", "-s", file.name, url]
        printed = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in printed or "Socket errors" in printed:
        raise RuntimeError(printed)
    found = re.search(r"Requests/sec:\s+([\d.]+)", printed)
    if not found:
        raise RuntimeError(printed)
    return float(found[1])


def ranges_script(size: int, length: int) -> str:
    """Lua for wrk: ask for `length` bytes at a random place of a file of `size` bytes."""
    return f"""
    request = function()
      local first = math.random(0, {size - length})
      return wrk.format("GET", nil, {{["Range"] = "bytes=" .. first .. "-" .. (first + {length} - 1)}})
    end
    """


@contextmanager
def nginx(folder: Path) -> Iterator[str]:
    """nginx serving `folder`, as it comes from Debian; gives its address."""
    block = f"sendfile on; tcp_nopush on; server {{ listen 127.0.0.1:{{port}}; root {folder}; }}"
    with servers.nginx(block, workers=2) as (port, _pid):
        yield f"http://127.0.0.1:{port}"


def table(title: str, columns: list[str], rows: list[list[str]]) -> None:
    """Print a Markdown table, and what machine it was measured on."""
    print(f"\n**{title}** ({os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()})\n")
    for row in [columns, ["---"] * len(columns), *rows]:
        print(f"| {' | '.join(row)} |")
