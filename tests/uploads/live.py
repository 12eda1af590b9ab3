"""The service behind a real server in processes of its own, and raw connections to it that can be cut anywhere."""

import http.client
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from flask import Flask

from contest.accounts.models import Person
from tests.conftest import empty
from tests.servers import free_port, wait_for_port
from tests.uploads.sessions import signed_in_client

ROOT = Path(__file__).resolve().parents[2]
OFFSET_STREAM = "application/offset+octet-stream"


class Server:
    """One or more processes that share one port."""

    def __init__(self, instance: Path, *, target: str = "wsgi:app", workers: int = 2) -> None:
        self.instance = instance
        self.target, self.workers = target, workers
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        words = ["--interface", "wsgi", "--host", "127.0.0.1", "--port", str(self.port), "--workers", str(self.workers)]
        words += ["--blocking-threads", "8", "--no-access-log", self.target]
        environ = {**os.environ, "CONTEST_INSTANCE": str(self.instance)}
        log = (self.instance / "server.log").open("ab")
        with log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "granian", *words],
                cwd=ROOT,
                env=environ,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        wait_for_port(self.port, seconds=40, process=self.process)

    def kill(self) -> None:
        """SIGKILL for all its processes at once, as a power cut does it to programs."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(10)
            self.process = None
            while self._answers():  # its children die a moment later than it
                time.sleep(0.01)

    def _answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


@contextmanager
def served(schema: str, database_kind: str, instance: Path) -> Iterator[Server]:
    """One service with the test pages of `tests.uploads.page`, for all tests of a module: starting it takes longer."""
    if database_kind == "sqlite":
        shutil.copy(schema, instance / "contest.sqlite")
    else:
        empty(schema)
        (instance / "contest.toml").write_text(f'database_url = "{schema}"\n')
    server = Server(instance, target="tests.uploads.page:app", workers=1)
    server.start()
    try:
        yield server
    finally:
        server.kill()


class Somewhere(Protocol):
    port: int


class Sender:
    """Somebody signed in who speaks HTTP by hand."""

    def __init__(self, app: Flask, person: Person, server: Somewhere) -> None:
        client, token = signed_in_client(app, person)
        cookie = client.get_cookie("contest")
        assert cookie is not None
        self.server, self.cookie = server, cookie.value
        self.headers = {"Cookie": f"contest={cookie.value}", "X-CSRFToken": token, "Tus-Resumable": "1.0.0"}

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=30)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body=body or None, headers={**self.headers, **named})
        answer = connection.getresponse()
        answer.read()
        connection.close()
        return answer

    def offset(self, path: str) -> int:
        answer = self.ask("HEAD", path)
        assert answer.status == 200, answer.status
        return int(answer.headers["Upload-Offset"])

    def patch(self, path: str, offset: int, body: bytes) -> int:
        return self.ask("PATCH", path, body, Upload_Offset=str(offset), Content_Type=OFFSET_STREAM).status

    def begin_patch(self, path: str, offset: int, length: int) -> socket.socket:
        """A connection on which a PATCH of `length` bytes was announced and nothing of it sent."""
        told = {**self.headers, "Upload-Offset": str(offset), "Content-Type": OFFSET_STREAM}
        told |= {"Content-Length": str(length), "Host": "127.0.0.1"}
        lines = [f"PATCH {path} HTTP/1.1", *(f"{name}: {value}" for name, value in told.items())]
        connection = socket.create_connection(("127.0.0.1", self.server.port), timeout=30)
        connection.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        return connection

    def settled_offset(self, path: str, *, least: int, seconds: float = 10) -> int:
        """The offset once it is `least`, or what it is after a while."""
        deadline = time.monotonic() + seconds
        while (offset := self.offset(path)) < least and time.monotonic() < deadline:
            time.sleep(0.02)
        return offset


def reset(connection: socket.socket) -> None:
    """Break the connection off with RST, as a phone that leaves the network: what is not read yet is lost."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()
