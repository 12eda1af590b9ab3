"""The form for browsers without scripts."""

import io

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from contest.db import db
from contest.uploads.models import Asset, Upload
from contest.uploads.rules import sign_purpose
from tests.uploads.factories import MIB, Tus
from tests.uploads.part_files import part_file


def post(tus: Tus, body: bytes, *, name: str = "film.mp4", limit: int = MIB, **fields: str) -> TestResponse:
    word = sign_purpose(kind="video", max_bytes=limit, ref="test:1")
    form = {"purpose": word, "next": "/my-entries", "back": "/back", "csrf_token": tus.token, **fields}
    with tus.app.app_context():
        return tus.client.post("/uploads/plain", data={**form, "file": (io.BytesIO(body), name)})


def test_a_file_comes_in_by_an_ordinary_form(tus: Tus, app: Flask) -> None:
    answer = post(tus, b"0123456789", name="高粱.mp4")

    upload = db.session.scalars(sa.select(Upload)).one()
    assert (answer.status_code, answer.headers["Location"]) == (302, "/my-entries")
    assert (upload.state, upload.filename, upload.received_bytes) == ("received", "高粱.mp4", 10)
    assert part_file(app, upload.id).read_bytes() == b"0123456789"
    assert db.session.scalars(sa.select(Asset.upload_id)).all() == [upload.id]


@pytest.mark.parametrize("body", [b"", bytes(MIB + 1)])
def test_a_refusal_comes_as_a_sentence_on_the_page_it_came_from(tus: Tus, body: bytes) -> None:
    answer = post(tus, body)
    with tus.client.session_transaction() as session:
        flashes = session["_flashes"]

    assert (answer.status_code, answer.headers["Location"]) == (302, "/back")
    assert len(flashes) == 1
    assert db.session.scalars(sa.select(Upload)).all() == []


@pytest.mark.parametrize(
    "target", ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere", "javascript:1"]
)
def test_it_never_sends_people_elsewhere(tus: Tus, target: str) -> None:
    answer = post(tus, b"1", next=target)

    assert answer.headers["Location"].startswith("/")
    assert "elsewhere" not in answer.headers["Location"]


def test_without_a_file_it_asks_for_one(tus: Tus) -> None:
    answer = post(tus, b"", name="")

    assert (answer.status_code, answer.headers["Location"]) == (302, "/back")


def test_more_than_a_form_takes_is_refused(tus: Tus) -> None:
    answer = post(tus, bytes(61 * MIB), limit=500 * MIB)

    assert answer.headers["Location"] == "/back"


def test_a_body_beyond_every_form_is_refused_with_a_page(tus: Tus) -> None:
    answer = post(tus, bytes(65 * MIB), limit=500 * MIB)

    assert (answer.status_code, answer.mimetype) == (413, "text/html")
