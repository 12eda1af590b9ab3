"""Real servers for tests, on free local ports, gone when the tests are."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

from flask import Flask
from werkzeug.serving import make_server


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for_port(port: int, *, seconds: float = 20, process: subprocess.Popen[bytes] | None = None) -> None:
    """Return when something listens on 127.0.0.1:`port`; TimeoutError when it does not in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if process is not None and process.poll() is not None:
            raise TimeoutError(f"the server ended with {process.returncode} before it listened")
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return
        except OSError:
            time.sleep(0.05)
    raise TimeoutError(f"nothing listens on port {port} after {seconds} s")


@contextmanager
def nginx(http: str, *, workers: int = 1) -> Iterator[tuple[int, int]]:
    """nginx with these lines in its http block, where {port} and {scratch} stand for its own; its port and its pid."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="contest-nginx-") as scratch:
        Path(scratch).chmod(0o755)  # its workers run as another user
        config = Path(scratch) / "nginx.conf"
        lines = http.replace("{port}", str(port)).replace("{scratch}", scratch)
        config.write_text(
            f"""daemon off; pid {scratch}/pid; worker_processes {workers}; user root;
            events {{ worker_connections 1024; }}
            http {{ access_log off; error_log {scratch}/error.log; client_body_temp_path {scratch}/body; {lines} }}"""
        )
        process = subprocess.Popen(["/usr/sbin/nginx", "-c", config, "-p", scratch])
        try:
            wait_for_port(port, process=process)
            yield port, process.pid
        finally:
            process.terminate()
            process.wait(10)


def postgres_tools() -> Path:
    """The folder of initdb and postgres; Debian keeps them out of PATH."""
    found = shutil.which("initdb")
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    if not found and not versions:
        raise RuntimeError("PostgreSQL is not installed; script/setup --test installs it")
    return Path(found).parent if found else versions[-1]


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """The address of `app` on a port of its own, answered by threads of this process."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def postgres() -> Iterator[str]:
    """A PostgreSQL server of its own that does not wait for the disk; gives the address of its `postgres` database."""
    folder = Path(tempfile.mkdtemp(prefix="contest-pg-"))
    tools, port = postgres_tools(), free_port()
    # The server refuses to run as root, so root lends it the account that Debian made for it.
    user = "postgres" if os.getuid() == 0 else None
    if user:
        shutil.chown(folder, user)
    run = {"user": user, "cwd": folder, "stdout": subprocess.DEVNULL}
    subprocess.run(
        [tools / "initdb", "-D", folder / "data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"],
        check=True,
        **run,
    )
    fast = ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200"]
    options = [word for setting in fast for word in ("-c", setting)]
    server = subprocess.Popen(
        [tools / "postgres", "-D", folder / "data", "-p", str(port), "-h", "127.0.0.1", "-k", folder, *options],
        stderr=subprocess.DEVNULL,
        **run,
    )
    try:
        wait_for_port(port, process=server)
        yield f"postgresql+psycopg://postgres@127.0.0.1:{port}/postgres"
    finally:
        server.send_signal(2)  # fast shutdown: cuts the connections that are left
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def redis() -> Iterator[str]:
    """A Redis server of its own, in memory only; gives its address."""
    port = free_port()
    server = subprocess.Popen(
        ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"],
        stdout=subprocess.DEVNULL,
    )
    try:
        wait_for_port(port, process=server)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        server.terminate()
        server.wait(10)
