"""Uploads into a bucket by several web processes that share nothing but it and the database."""

import hashlib
import io
import os
import re
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from contest import clock
from contest.app import create_app
from contest.db import db, transaction
from contest.storage import storage
from contest.uploads import originals, parts, parts_in_bucket
from contest.uploads.models import Arrival, Upload
from contest.uploads.rules import sign_purpose
from tests.factories import a_person
from tests.servers import free_port
from tests.uploads.factories import MIB, Tus, an_upload, encoded
from tests.uploads.live import Sender, Server
from tests.uploads.test_housekeeping import clean

BODY = os.urandom(19 * MIB + 333)


@pytest.fixture
def hosts(bucket_app: Flask) -> Iterator[list[Server]]:
    """Two web servers, each with one process, on ports of their own."""
    servers = [Server(bucket_app.config["SETTINGS"].instance, workers=1) for _ in range(2)]
    for server in servers:
        server.start()
    yield servers
    for server in servers:
        server.kill()


@pytest.fixture
def senders(bucket_app: Flask, hosts: list[Server]) -> list[Sender]:
    person = a_person()
    return [Sender(bucket_app, person, host) for host in hosts]


def begin(sender: Sender, size: int) -> str:
    word = sign_purpose(kind="video", max_bytes=100 * MIB, ref="test:1")
    answer = sender.ask("POST", "/uploads", Upload_Length=str(size), Upload_Metadata=f"purpose {encoded(word)}")
    assert answer.status == 201
    return str(answer.headers["Location"])


def original_of(app: Flask, path: str) -> tuple[str, bytes]:
    """What the check makes of the upload: its hash, and the file in the bucket."""
    db.session.rollback()
    upload = db.session.get_one(Upload, path.rpartition("/")[2])
    sha256 = originals.keep(upload, settings=app.config["SETTINGS"], check_cancelled=lambda: None)
    return sha256, b"".join(storage().read_range(upload.key, 0, len(BODY) + 1))


def left_over() -> tuple[list[str], list[str], int]:
    db.session.rollback()
    begun = [one.key for one in storage().list_multipart("o/")]
    short = [stat.key for stat in storage().list("t/")]
    return begun, short, db.session.scalar(sa.select(sa.func.count()).select_from(Arrival)) or 0


def test_one_upload_goes_on_at_one_server_and_the_other_and_survives_a_kill(
    bucket_app: Flask, hosts: list[Server], senders: list[Sender]
) -> None:
    path, at = begin(senders[0], len(BODY)), 0

    # Alternately, in pieces that are short of a part and others that are not.
    for turn, length in enumerate([3 * MIB, 7, MIB, 8 * MIB, 700_000]):
        assert senders[turn % 2].patch(path, at, BODY[at : at + length]) == 204
        at += length
        assert [sender.offset(path) for sender in senders] == [at, at]
    assert senders[0].patch(path, at - 1, BODY[at:]) == 409

    # One is killed with the upload in its hands. Nobody can tell at once, then the other goes on.
    connection = senders[0].begin_patch(path, at, MIB)
    connection.sendall(BODY[at : at + 1000])
    time.sleep(0.5)
    assert senders[1].patch(path, at, BODY[at:]) == 423
    hosts[0].kill()
    connection.close()
    killed_at = time.monotonic()
    while (status := senders[1].patch(path, at, BODY[at:])) == 423:
        time.sleep(0.5)
    waited = time.monotonic() - killed_at

    assert status == 204
    assert waited < parts_in_bucket.LEASE_S + 5
    assert senders[1].offset(path) == len(BODY)
    sha256, kept = original_of(bucket_app, path)
    assert (kept == BODY, sha256) == (True, hashlib.sha256(BODY).hexdigest())
    assert original_of(bucket_app, path)[0] == sha256  # a repetition only hashes
    assert left_over() == ([], [], 0)


def test_a_cut_connection_keeps_what_had_arrived(senders: list[Sender]) -> None:
    path, at = begin(senders[0], len(BODY)), 0

    for sent in (1, 5 * MIB + 1, 400_000):
        connection = senders[0].begin_patch(path, at, len(BODY) - at)
        connection.sendall(BODY[at : at + sent])
        connection.close()
        at = senders[1].settled_offset(path, least=at + sent)

    assert at == 1 + 5 * MIB + 1 + 400_000


def test_a_small_file_needs_no_parts(bucket_app: Flask) -> None:
    tus = Tus(bucket_app, a_person())
    path = tus.begin(10)
    tus.patch(path, 0, b"01234")
    tus.patch(path, 5, b"56789")

    sha256, kept = original_of(bucket_app, path)

    assert (sha256, kept) == (hashlib.sha256(b"0123456789").hexdigest(), b"0123456789")
    assert left_over() == ([], [], 0)


def test_who_slept_on_an_upload_cannot_spoil_what_came_after(bucket_app: Flask) -> None:
    settings = bucket_app.config["SETTINGS"]
    upload = an_upload(a_person(), declared_bytes=len(BODY))
    whole = BODY[: 12 * MIB]

    with parts.hold(settings, upload.id) as sleeper:
        with transaction():
            db.session.execute(sa.update(Arrival).values(held_until=clock.now() - timedelta(hours=1)))
        with parts.hold(settings, upload.id) as successor:
            successor.append(io.BytesIO(whole), room=20 * MIB)
        with pytest.raises(parts.Busy):
            sleeper.append(io.BytesIO(os.urandom(8 * MIB)), room=20 * MIB)

    with parts.hold(settings, upload.id) as part:
        assert part.offset == 12 * MIB
        assert part.first_block_sha256() == hashlib.sha256(BODY[:MIB]).hexdigest()
        part.append(io.BytesIO(BODY[12 * MIB :]), room=8 * MIB)
    parts.of(settings).move(upload, check_cancelled=lambda: None)
    assert b"".join(storage().read_range(upload.key, 0, len(BODY) + 1)) == BODY


def test_too_much_takes_nothing_even_when_parts_of_it_were_stored(bucket_app: Flask) -> None:
    settings = bucket_app.config["SETTINGS"]
    upload = an_upload(a_person(), declared_bytes=12 * MIB)

    with parts.hold(settings, upload.id) as part:
        part.append(io.BytesIO(BODY[:1000]), room=12 * MIB)
        with pytest.raises(parts.TooMuch):
            part.append(io.BytesIO(BODY[1000:]), room=12 * MIB - 1000)
        assert part.offset == 1000
        part.append(io.BytesIO(BODY[1000 : 12 * MIB]), room=12 * MIB - 1000)

    parts.of(settings).move(upload, check_cancelled=lambda: None)
    assert b"".join(storage().read_range(upload.key, 0, len(BODY))) == BODY[: 12 * MIB]


def test_what_was_given_up_and_what_nobody_knows_leaves_the_bucket(bucket_app: Flask) -> None:
    tus = Tus(bucket_app, a_person())
    cancelled, late = tus.begin(len(BODY)), tus.begin(len(BODY))
    for path in (cancelled, late):
        tus.patch(path, 0, BODY[: 6 * MIB])
        tus.patch(path, 6 * MIB, BODY[6 * MIB : 7 * MIB])
    storage().create_multipart("o/2026/orphan")
    storage().put("t/orphan/0", io.BytesIO(b"1"))

    tus.request("DELETE", cancelled)
    with clock.shifted(timedelta(hours=23)):
        clean(bucket_app)
    begun, short, _rows = left_over()
    assert ("o/2026/orphan" in begun, "t/orphan/0" in short, len(begun), len(short)) == (True, True, 2, 2)
    with clock.shifted(timedelta(hours=50)):
        clean(bucket_app)

    assert left_over() == ([], [], 0)


def test_a_bucket_that_is_away_for_a_moment_costs_a_pause_and_no_byte(bucket_app: Flask) -> None:
    instance = bucket_app.config["SETTINGS"].instance
    person = a_person()
    tus = Tus(bucket_app, person)
    path = tus.begin(len(BODY))
    tus.patch(path, 0, BODY[: 8 * MIB])
    text = (instance / "contest.toml").read_text()
    elsewhere = re.sub(r"(?m)^s3_endpoint = .*$", f's3_endpoint = "http://127.0.0.1:{free_port()}"', text)
    (instance / "contest.toml").write_text(elsewhere)
    cut_off = Tus(create_app(instance=instance, testing=True), person)
    (instance / "contest.toml").write_text(text)

    answer = cut_off.patch(path, 8 * MIB, BODY[8 * MIB : 16 * MIB])

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert cut_off.offset(path) == tus.offset(path) == 8 * MIB
    assert tus.patch(path, 8 * MIB, BODY[8 * MIB : 16 * MIB]).status_code == 204
