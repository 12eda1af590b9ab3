"""Films sent by nginx, once the service has said who may see them; as docs/operators.md sets it up."""

import io
import os
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.client import HTTPResponse

import pytest
from flask import Flask

from contest import clock
from contest.db import transaction
from contest.results.actions import revoke_award
from contest.results.models import Award
from contest.storage import storage
from contest.uploads.serving import files_shown
from tests.factories import an_edition, an_organiser
from tests.servers import nginx
from tests.showcase.factories import a_work, address_of
from tests.uploads.live import Server

FILM = os.urandom(300_000)


@pytest.fixture
def award(app: Flask) -> Award:
    award = a_work(an_edition(phase="showcase"))
    storage().put(files_shown(award.entry.files[0].asset)["video.mp4"].key, io.BytesIO(FILM))
    return award


@pytest.fixture
def gateway(app: Flask, award: Award) -> Iterator[str]:
    """nginx in front of the service, with the block of the operators' guide."""
    instance = app.config["SETTINGS"].instance
    with (instance / "contest.toml").open("a") as settings:
        settings.write('media_accel = "/_media"\n')
    server = Server(instance, workers=1)
    server.start()
    block = f"""server {{ listen 127.0.0.1:{{port}};
      location / {{ proxy_pass {server.url}; proxy_set_header Host $http_host; }}
      location /_media/ {{ internal; alias {instance}/media/;
        add_header X-Content-Type-Options nosniff;
        add_header Content-Security-Policy "sandbox; default-src 'none'"; }} }}"""
    try:
        with nginx(block) as (port, _pid):
            yield f"http://127.0.0.1:{port}"
    finally:
        server.kill()


def get(address: str, **headers: str) -> HTTPResponse:
    asked = urllib.request.Request(address, headers={name.replace("_", "-"): text for name, text in headers.items()})
    answer: HTTPResponse = urllib.request.urlopen(asked, timeout=30)
    return answer


def test_the_film_comes_whole_or_in_parts_with_its_type_and_harmless(gateway: str, award: Award) -> None:
    film = f"{gateway}{address_of(award)}/media/0/video.mp4"

    whole, part = get(film), get(film, Range="bytes=1000-1999")

    assert (whole.status, whole.read(), whole.headers["Content-Type"]) == (200, FILM, "image/jpeg")  # as the row says
    assert (part.status, part.read()) == (206, FILM[1000:2000])
    assert whole.headers["Cache-Control"] == "private, max-age=600"
    assert whole.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in whole.headers["Content-Security-Policy"]
    assert "X-Accel-Redirect" not in whole.headers


def test_the_internal_place_and_what_was_taken_back_are_not_to_be_had(gateway: str, award: Award) -> None:
    key = files_shown(award.entry.files[0].asset)["video.mp4"].key
    film = f"{gateway}{address_of(award)}/media/0/video.mp4"
    get(film).read()

    with transaction():
        revoke_award(award, reason="Copied", by=an_organiser(award.edition), at=clock.now())

    for address in (f"{gateway}/_media/{key}", film):
        with pytest.raises(urllib.error.HTTPError) as refused:
            get(address)
        assert refused.value.code == 404
