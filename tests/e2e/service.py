"""The real service in its own processes, as script/server starts it: web and worker under the supervisor."""

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.servers import free_port

ROOT = Path(__file__).resolve().parents[2]


class Service:
    """A running service; `log` is what it printed, for when a test fails."""

    def __init__(self, url: str, instance: Path, environ: dict[str, str], log: Path) -> None:
        self.url = url
        self.instance = instance
        self.environ = environ
        self.log = log
        self.process: subprocess.Popen[bytes] | None = None

    def flask(self, *words: str) -> str:
        """What `flask WORDS` prints for this instance."""
        command = [sys.executable, "-m", "flask", "--app", "wsgi", *words]
        done = subprocess.run(command, env=self.environ, cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"flask {' '.join(words)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
        return done.stdout

    def start(self) -> float:
        """Start it and return the seconds until it answered."""
        began = time.monotonic()
        command = [sys.executable, "-m", "flask", "--app", "wsgi", "serve"]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, env=self.environ, cwd=ROOT, stdout=log, stderr=log)
        while time.monotonic() - began < 40:
            if self.process.poll() is not None:
                raise RuntimeError(f"the service ended with {self.process.returncode}:\n{self.log.read_text()}")
            try:
                with urllib.request.urlopen(f"{self.url}/health/live", timeout=2):
                    return time.monotonic() - began
            except OSError:
                time.sleep(0.05)
        raise RuntimeError(f"the service did not answer in 40 s:\n{self.log.read_text()}")

    def stop(self) -> int:
        """Ask it to stop, as Ctrl-C does, and return its exit code."""
        if self.process is None:
            raise RuntimeError("the service was not started")
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(20)


@contextmanager
def service(folder: Path, **settings: str) -> Iterator[Service]:
    """An instance in `folder` with an empty, migrated database; not started yet."""
    port = free_port()
    environ = {
        **os.environ,
        "CONTEST_INSTANCE": str(folder),
        "CONTEST_PORT": str(port),
        **{f"CONTEST_{name.upper()}": value for name, value in settings.items()},
    }
    made = Service(f"http://127.0.0.1:{port}", folder, environ, folder.parent / "service.log")
    folder.mkdir(parents=True, exist_ok=True)
    made.flask("db", "upgrade")
    try:
        yield made
    finally:
        if made.process is not None and made.process.poll() is None:
            made.process.terminate()
            try:
                made.process.wait(15)
            except subprocess.TimeoutExpired:
                made.process.kill()
