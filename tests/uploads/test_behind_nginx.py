"""Sending a file through the nginx of somebody who configured nothing: it takes requests of 1 MiB at most."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import current_app
from playwright.sync_api import Browser

from contest.accounts.models import Person
from contest.app import create_app
from contest.db import db
from contest.uploads.models import Upload
from tests.chromium import PHONE
from tests.factories import a_person
from tests.servers import free_port, wait_for_port
from tests.uploads.factories import MIB
from tests.uploads.live import Sender, Server, served

NGINX = Path("/usr/sbin/nginx")
pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def server(schema: str, database_kind: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with served(schema, database_kind, tmp_path_factory.mktemp("nginx")) as server:
        yield server


@pytest.fixture
def person(server: Server) -> Iterator[Person]:
    app = create_app(instance=server.instance, testing=True)
    with app.app_context():
        yield a_person()
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def gateway(server: Server) -> Iterator[str]:
    """As it comes, apart from where it passes requests on to."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="contest-nginx-") as scratch:
        Path(scratch).chmod(0o755)  # its workers run as another user
        config = Path(scratch) / "nginx.conf"
        config.write_text(
            f"""daemon off; pid {scratch}/pid; worker_processes 1; user root;
            events {{ }}
            http {{ access_log off; error_log {scratch}/error.log; client_body_temp_path {scratch};
              server {{ listen 127.0.0.1:{port};
                location / {{ proxy_pass {server.url}; proxy_set_header Host $http_host; }} }} }}"""
        )
        process = subprocess.Popen([NGINX, "-c", config, "-p", scratch])
        try:
            wait_for_port(port, process=process)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(10)


def test_a_large_file_arrives_whole(
    gateway: str, server: Server, person: Person, chromium: Browser, tmp_path: Path
) -> None:
    film = tmp_path / "film.mp4"
    film.write_bytes(os.urandom(12 * MIB))
    context = chromium.new_context(base_url=gateway, viewport=PHONE, locale="en")
    cookie = Sender(current_app._get_current_object(), person, server).cookie  # type: ignore[attr-defined]
    context.add_cookies([{"name": "contest", "value": cookie, "url": gateway}])
    page = context.new_page()
    page.goto("/test/upload?lang=en")

    page.set_input_files("#upload-file", film)

    page.wait_for_url("**/test/received", timeout=60_000)
    context.close()
    db.session.rollback()
    upload = db.session.scalars(sa.select(Upload).where(Upload.person_id == person.id)).one()
    assert (upload.state, upload.received_bytes) == ("received", 12 * MIB)
