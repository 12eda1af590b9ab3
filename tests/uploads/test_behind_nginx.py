"""Sending a file through the nginx of somebody who configured nothing: it takes requests of 1 MiB at most."""

import os
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
from tests.servers import nginx
from tests.uploads.factories import MIB
from tests.uploads.live import Sender, Server, served

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
    passed_on = f"location / {{ proxy_pass {server.url}; proxy_set_header Host $http_host; }}"
    with nginx(f"server {{ listen 127.0.0.1:{{port}}; {passed_on} }}") as (port, _pid):
        yield f"http://127.0.0.1:{port}"


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
