"""Handing files out: what a row names, in ranges, as nothing but what it is."""

import hashlib
import io
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from werkzeug.exceptions import NotFound

from contest import clock
from contest.storage import storage
from contest.uploads.models import Asset, Rendition
from contest.uploads.serving import send_original, send_rendition
from tests.factories import a_person, save
from tests.storage.conftest import s3_server as s3_server
from tests.storage.seaweed import BUCKET, KEYS
from tests.uploads.factories import an_upload

BODY = b"0123456789"
SHA = hashlib.sha256(BODY).hexdigest()
Ask = Callable[..., tuple[int, bytes, dict[str, str]]]


def an_asset(*names: str) -> Asset:
    """A checked film with a finished rendition of these files, all with the same ten bytes."""
    upload = an_upload(
        a_person(), state="received", received_bytes=10, completed_at=clock.now(), storage_key="o/2026/1"
    )
    facts: dict[str, Any] = {"kind": "video"}
    asset = Asset(
        upload=upload, kind="video", bytes=10, state="checked", sha256=SHA, facts=facts, created_at=clock.now()
    )
    asset.original_key = "o/2026/1"
    files = [{"name": name, "mime": "video/mp4", "bytes": 10, "sha256": SHA, "width": 1, "height": 1} for name in names]
    made = Rendition(profile="film", version=1, state="ready", prefix="d/ab/abc/film-1/", files=files)
    made.created_at = clock.now()
    asset.renditions.append(made)
    for key in ("o/2026/1", *(f"d/ab/abc/film-1/{name}" for name in names)):
        storage().put(key, io.BytesIO(BODY))
    saved: Asset = save(asset)
    return saved


@pytest.fixture
def ask(app: Flask) -> Ask:
    def ask(send: Callable[[], Any], method: str = "GET", **headers: str) -> tuple[int, bytes, dict[str, str]]:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        with app.test_request_context("/film", method=method, headers=named):
            response = send()
            return response.status_code, b"".join(response.iter_encoded()), dict(response.headers)

    return ask


def test_a_whole_file_comes_with_its_type_and_harmless(ask: Ask) -> None:
    asset = an_asset("hls/720p-000.m4s")

    status, body, headers = ask(lambda: send_rendition(asset, "hls/720p-000.m4s"))

    assert (status, body) == (200, BODY)
    assert headers == {
        "Content-Type": "video/mp4",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "X-Content-Type-Options": "nosniff",
        "Accept-Ranges": "bytes",
        "Content-Disposition": "inline",
        "Cache-Control": "private, max-age=600",
        "ETag": f'"{SHA}"',
        "Content-Length": "10",
    }


@pytest.mark.parametrize(
    ("wanted", "status", "body", "told"),
    [
        ("bytes=0-3", 206, b"0123", "bytes 0-3/10"),
        ("bytes=4-", 206, b"456789", "bytes 4-9/10"),
        ("bytes=-2", 206, b"89", "bytes 8-9/10"),
        ("bytes=8-99", 206, b"89", "bytes 8-9/10"),
        ("bytes=0-", 200, BODY, None),
        ("bytes=10-", 416, b"", "bytes */10"),
        ("bytes=0-1,4-5", 200, BODY, None),
        ("lines=0-1", 200, BODY, None),
        ("bytes=x", 200, BODY, None),
    ],
)
def test_a_stretch_of_the_file_can_be_asked_for(ask: Ask, wanted: str, status: int, body: bytes, told: str) -> None:
    asset = an_asset("video.mp4")

    got = ask(lambda: send_rendition(asset, "video.mp4"), Range=wanted)

    assert (got[0], got[1], got[2].get("Content-Range")) == (status, body, told)
    assert got[2].get("Content-Length", "0") == str(len(body))


def test_a_browser_that_has_it_gets_nothing_and_one_with_another_version_gets_all(ask: Ask) -> None:
    asset = an_asset("video.mp4")

    same = ask(lambda: send_rendition(asset, "video.mp4"), If_None_Match=f'"{SHA}"')
    other = ask(lambda: send_rendition(asset, "video.mp4"), Range="bytes=0-3", If_Range='"another"')
    part = ask(lambda: send_rendition(asset, "video.mp4"), Range="bytes=0-3", If_Range=f'"{SHA}"')

    assert [(one[0], one[1]) for one in (same, other, part)] == [(304, b""), (200, BODY), (206, b"0123")]


def test_a_head_request_tells_the_size_only(ask: Ask) -> None:
    asset = an_asset("video.mp4")

    status, body, headers = ask(lambda: send_rendition(asset, "video.mp4"), method="HEAD")

    assert (status, body, headers["Content-Length"]) == (200, b"", "10")


def test_only_the_browser_itself_may_keep_it(ask: Ask) -> None:
    asset = an_asset("video.mp4")

    headers = ask(lambda: send_rendition(asset, "video.mp4"))[2]

    assert headers["Cache-Control"] == "private, max-age=600"


@pytest.mark.parametrize(
    "name", ["other.mp4", "", "../film-1/video.mp4", "/etc/passwd", "../../../../o/2026/1", "VIDEO.MP4", "secret.mp4"]
)
def test_only_files_that_a_row_names_can_be_reached(ask: Ask, name: str) -> None:
    asset = an_asset("video.mp4")
    storage().put("d/ab/abc/film-1/secret.mp4", io.BytesIO(b"not in the list"))

    with pytest.raises(NotFound):
        ask(lambda: send_rendition(asset, name))


def test_what_is_still_being_made_is_not_shown(ask: Ask) -> None:
    asset = an_asset("video.mp4")
    asset.renditions[0].state = "making"

    with pytest.raises(NotFound):
        ask(lambda: send_rendition(asset, "video.mp4"))


def test_a_file_that_is_lost_is_not_found_and_no_error(ask: Ask) -> None:
    asset = an_asset("video.mp4")
    storage().delete("d/ab/abc/film-1/video.mp4")

    with pytest.raises(NotFound):
        ask(lambda: send_rendition(asset, "video.mp4"))


def test_an_original_is_only_ever_saved_never_shown(ask: Ask) -> None:
    asset = an_asset("video.mp4")

    status, body, headers = ask(lambda: send_original(asset, filename="A-017 高粱.mp4"))

    assert (status, body) == (200, BODY)
    assert headers["Content-Type"] == "application/octet-stream"
    assert headers["Content-Disposition"] == "attachment; filename*=UTF-8''A-017%20%E9%AB%98%E7%B2%B1.mp4"
    assert headers["Cache-Control"] == "private, no-store"


def test_an_original_that_was_not_checked_yet_is_not_there(ask: Ask) -> None:
    asset = an_asset("video.mp4")
    asset.original_key = None

    with pytest.raises(NotFound):
        ask(lambda: send_original(asset, filename="a.mp4"))


def test_from_a_bucket_renditions_pass_through_us_and_originals_come_by_a_signed_address(
    ask: Ask, app: Flask, s3_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    from contest.config import load
    from contest.storage import open_storage

    settings = load(
        {}, instance=app.config["SETTINGS"].instance, storage_url=f"s3://{BUCKET}/serving", s3_endpoint=s3_server
    )
    app.extensions["contest.storage"] = open_storage(settings)
    asset = an_asset("video.mp4")

    part = ask(lambda: send_rendition(asset, "video.mp4"), Range="bytes=2-4")
    original = ask(lambda: send_original(asset, filename="a.mp4"))

    assert (part[0], part[1]) == (206, b"234")
    assert original[0] == 302
    assert original[2]["Location"].startswith(f"{s3_server}/{BUCKET}/serving/o/2026/1?")
