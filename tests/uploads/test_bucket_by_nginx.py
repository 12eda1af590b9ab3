"""Films in a bucket, sent by nginx once the service has said who may see them; as docs/operators.md sets it up."""

import io
import os
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.client import HTTPResponse
from urllib.parse import urlsplit

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
def award(bucket_app: Flask) -> Award:
    award = a_work(an_edition(phase="showcase"))
    storage().put(files_shown(award.entry.files[0].asset)["video.mp4"].key, io.BytesIO(FILM), content_type="text/html")
    return award


@pytest.fixture
def service(bucket_app: Flask, award: Award) -> Iterator[Server]:
    instance = bucket_app.config["SETTINGS"].instance
    with (instance / "contest.toml").open("a") as settings:
        settings.write('media_accel = "/_media"\n')
    server = Server(instance, workers=1)
    server.start()
    yield server
    server.kill()


@pytest.fixture
def gateway(service: Server, s3_server: str) -> Iterator[str]:
    """nginx in front of the service, with the block of the operators' guide."""
    bucket = urlsplit(s3_server).netloc
    block = f"""server {{ listen 127.0.0.1:{{port}};
      location / {{ proxy_pass {service.url}; proxy_set_header Host $http_host; }}
      location /_media/ {{ internal;
        proxy_pass http://{bucket}/; proxy_set_header Host {bucket};
        proxy_method GET; proxy_pass_request_body off; proxy_set_header Content-Length "";
        proxy_set_header Cookie ""; proxy_set_header Authorization "";
        proxy_http_version 1.1; proxy_set_header Connection "";
        proxy_intercept_errors on; error_page 400 403 404 =404 @gone;
        proxy_hide_header X-Amz-Request-Id; proxy_hide_header X-Amz-Id-2; proxy_hide_header Accept-Ranges;
        proxy_hide_header Seaweed-X-Amz-Owner; proxy_hide_header Seaweed-X-Amz-ETag;
        add_header X-Content-Type-Options nosniff;
        add_header Content-Security-Policy "sandbox; default-src 'none'"; }}
      location @gone {{ return 404; }} }}"""
    with nginx(block) as (port, _pid):
        yield f"http://127.0.0.1:{port}"


def get(address: str, method: str = "GET", **headers: str) -> HTTPResponse:
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    answer: HTTPResponse = urllib.request.urlopen(
        urllib.request.Request(address, headers=named, method=method), timeout=30
    )
    return answer


def code_of(address: str, **headers: str) -> int:
    with pytest.raises(urllib.error.HTTPError) as refused:
        get(address, **headers)
    return refused.value.code


def test_the_film_comes_from_the_bucket_with_its_type_and_harmless(gateway: str, service: Server, award: Award) -> None:
    path = f"{address_of(award)}/media/0/video.mp4"

    whole, part = get(gateway + path), get(gateway + path, Range="bytes=1000-1999")
    asked, told = get(gateway + path, method="HEAD"), get(service.url + path)

    assert (whole.status, whole.read()) == (200, FILM)
    assert (part.status, part.read()) == (206, FILM[1000:2000])
    assert (asked.status, asked.headers["Content-Length"]) == (200, str(len(FILM)))
    assert whole.headers.get_all("Content-Type") == ["image/jpeg"]  # as the row says, whatever the bucket thinks
    assert whole.headers.get_all("Content-Disposition") == ["inline"]
    assert whole.headers.get_all("Cache-Control") == ["private, max-age=600"]
    assert whole.headers.get_all("X-Content-Type-Options") == ["nosniff"]
    assert whole.headers.get_all("Content-Security-Policy") == ["sandbox; default-src 'none'"]
    shown = str(whole.headers).lower()
    assert not any(word in shown for word in ("x-accel", "x-amz", "amz-", "signature", "seaweed"))
    assert code_of(gateway + path, If_None_Match=whole.headers["ETag"]) == 304
    # What nginx is told is good for a minute, and names nothing but what we made up ourselves.
    place, _, signature = told.headers["X-Accel-Redirect"].partition("?")
    assert place.endswith(files_shown(award.entry.files[0].asset)["video.mp4"].key)
    assert "X-Amz-Expires=60" in signature
    assert award.entry.title not in told.headers["X-Accel-Redirect"]


def test_what_is_not_to_be_had_is_not_there(gateway: str, service: Server, award: Award) -> None:
    path = f"{address_of(award)}/media/0/video.mp4"
    inside = get(service.url + path).headers["X-Accel-Redirect"]
    file = files_shown(award.entry.files[0].asset)["video.mp4"]

    assert code_of(gateway + inside) == 404  # nobody gets in there by himself
    storage().delete(file.key)
    assert code_of(gateway + path) == 404  # and no word of the bucket comes out
    storage().put(file.key, io.BytesIO(FILM))
    assert get(gateway + path).status == 200
    with transaction():
        revoke_award(award, reason="Copied", by=an_organiser(award.edition), at=clock.now())
    assert code_of(gateway + path) == 404
