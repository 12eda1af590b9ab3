"""Receiving a file of 1 GiB by pieces of 8 MiB, against nginx taking the same pieces by WebDAV, each on the disk.

Processor time is that of the server's own processes. Hashing is done by the worker, once, after the last byte: its
cost is measured here by itself and counted on both sides.
"""

import hashlib
import http.client
import os
import random
import socket
import struct
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from contest.db import db
from contest.uploads.rules import sign_purpose
from tests.benchmarks.load import table
from tests.benchmarks.world import cookie_of, instance
from tests.factories import a_person
from tests.servers import nginx
from tests.uploads.factories import encoded

MIB = 1024 * 1024
PIECE = 8 * MIB
SIZE = 1024 * MIB
CUTS = 100
BODY = os.urandom(PIECE)


class Client:
    """A browser that sends one file."""

    def __init__(self, url: str, cookie: str) -> None:
        self.where = urlsplit(url)
        self.headers = {"Cookie": cookie, "Tus-Resumable": "1.0.0"}
        self.line = self._line()
        answer = self.ask("GET", "/form-token")
        self.headers["X-CSRFToken"] = answer[1].split(b'"')[3].decode()

    def _line(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection(self.where.hostname or "", self.where.port, timeout=120)

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[http.client.HTTPResponse, bytes]:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.line.request(method, path, body, {**self.headers, **named})
        answer = self.line.getresponse()
        said = answer.read()
        if new := answer.getheader("Set-Cookie"):
            self.headers["Cookie"] = new.partition(";")[0]
        if answer.status >= 300:
            raise RuntimeError(f"{method} {path} answered {answer.status}: {said[:200]!r}")
        return answer, said

    def begin(self, size: int, purpose: str) -> str:
        answer, _ = self.ask("POST", "/uploads", Upload_Length=str(size), Upload_Metadata=f"purpose {encoded(purpose)}")
        return answer.headers["Location"]

    def send(self, path: str, offset: int, body: bytes) -> None:
        self.ask("PATCH", path, body, Upload_Offset=str(offset), Content_Type="application/offset+octet-stream")

    def offset(self, path: str) -> int:
        return int(self.ask("HEAD", path)[0].headers["Upload-Offset"])

    def cut(self, path: str, offset: int, *, after: int) -> None:
        """Send a piece that breaks off after so many bytes, as a phone does that leaves the network."""
        told = {**self.headers, "Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"}
        told |= {"Content-Length": str(PIECE), "Host": "x"}
        lines = [f"PATCH {path} HTTP/1.1", *(f"{name}: {value}" for name, value in told.items())]
        with socket.create_connection((self.where.hostname, self.where.port), timeout=60) as line:
            line.sendall(("\r\n".join(lines) + "\r\n\r\n").encode() + BODY[:after])
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def main() -> None:
    with instance() as (made, app):
        person = a_person()
        word = sign_purpose(kind="video", max_bytes=2 * SIZE, ref="test:1")
        cookie = cookie_of(app, person)
        db.session.rollback()
        made.start()
        assert made.process is not None
        client = Client(made.url, cookie)
        web = web_process(made.process.pid)
        forget_peak(web)
        idle = peak_mib(web)
        ours = measured(web, lambda path: whole(client, path), client.begin(SIZE, word))
        peak = peak_mib(web)
        resent = [one_cut(client, word) for _ in range(CUTS)]
        made.stop()
        with webdav() as (address, pid):
            theirs = measured(pid, lambda path: put(address), "")
    began = time.process_time()
    for _ in range(SIZE // PIECE // 8):
        hashlib.sha256(BODY).digest()
    hashing = (time.process_time() - began) / (SIZE / MIB / 8)
    mine, floor = (ours[0] + hashing) * 1000, (theirs[0] + hashing) * 1000
    again = f"{sum(resent) / CUTS / MIB:.2f}, {max(resent) / MIB:.2f} MiB"
    rows = [
        ["processor time a MiB, with the hash", f"{mine:.2f} ms", f"{floor:.2f} ms", f"{mine / floor:.2f}", "1.8"],
        ["one client, MiB a second", f"{ours[1]:.0f}", f"{theirs[1]:.0f}", f"{ours[1] / theirs[1]:.2f}", "0.4"],
        ["web process at its largest, above idle", f"{peak - idle:.0f} MiB", "", "", "16 MiB"],
        [f"bytes sent again after a cut, of {CUTS}: mean, most", again, "", "", "8 MiB"],
    ]
    table("Receiving 1 GiB in pieces of 8 MiB", ["what", "measured", "nginx WebDAV", "ratio", "goal"], rows)


def whole(client: Client, path: str) -> None:
    for offset in range(0, SIZE, PIECE):
        client.send(path, offset, BODY)


def put(address: str) -> None:
    line = http.client.HTTPConnection("127.0.0.1", int(address.rpartition(":")[2]), timeout=120)
    for number in range(SIZE // PIECE):
        line.request("PUT", f"/{number}", BODY)
        answer = line.getresponse()
        answer.read()
        if answer.status not in (201, 204):
            raise RuntimeError(f"nginx answered {answer.status}")


def measured(pid: int, send: object, path: str) -> tuple[float, float]:
    """Seconds of processor time a MiB of the process, and MiB a second."""
    spent, began = cpu_s(pid), time.monotonic()
    send(path)  # type: ignore[operator]
    took = time.monotonic() - began
    return (cpu_s(pid) - spent) / (SIZE / MIB), SIZE / MIB / took


def one_cut(client: Client, word: str) -> int:
    """How many bytes that were sent have to be sent again."""
    path, after = client.begin(PIECE, word), random.randrange(1, PIECE)
    client.cut(path, 0, after=after)
    kept, steady = client.offset(path), 0
    while steady < 3:  # what the server still reads of the broken connection
        time.sleep(0.02)
        steady, kept = (steady + 1, kept) if client.offset(path) == kept else (0, client.offset(path))
    client.ask("DELETE", path)
    return after - kept


def web_process(supervisor: int) -> int:
    """The process that answers: granian's worker, which is the largest below its master."""
    from tests.benchmarks.bench_start import descendants

    below = descendants(supervisor)
    served = [pid for pid in below if b"granian" in Path(f"/proc/{pid}/cmdline").read_bytes()]
    return max(served, key=lambda pid: rss_kib(pid, "VmRSS"))


def rss_kib(pid: int, name: str) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith(f"{name}:"))


def forget_peak(pid: int) -> None:
    Path(f"/proc/{pid}/clear_refs").write_text("5")


def peak_mib(pid: int) -> float:
    return rss_kib(pid, "VmHWM") / 1024


def cpu_s(pid: int) -> float:
    """User and system time of the process and its threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def webdav() -> Iterator[tuple[str, int]]:
    """nginx that takes files by PUT: its address, and the process that does the work."""
    with tempfile.TemporaryDirectory(prefix="contest-webdav-") as files:
        block = f"server {{ listen 127.0.0.1:{{port}}; root {files}; dav_methods PUT; }}"
        with nginx(f"client_max_body_size 0; client_body_buffer_size 1m; {block}") as (port, pid):
            children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
            yield f"http://127.0.0.1:{port}", int(children[0])


if __name__ == "__main__":
    sys.exit(main())
