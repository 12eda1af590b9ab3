"""Real server processes, real connections, real kills."""

import hashlib
import json
import os
import random
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from tusclient.client import TusClient

from contest import clock
from contest.accounts.actions import make_access_token
from contest.db import db, transaction
from contest.uploads.models import Upload
from contest.uploads.rules import sign_purpose
from tests.entries.factories import an_entry
from tests.factories import a_person, an_edition
from tests.uploads.factories import MIB, encoded
from tests.uploads.live import Sender, Server, reset
from tests.uploads.part_files import part_file


@pytest.fixture
def server(app: Flask) -> Iterator[Server]:
    server = Server(app.config["SETTINGS"].instance)
    server.start()
    yield server
    server.kill()


@pytest.fixture
def sender(app: Flask, server: Server) -> Sender:
    return Sender(app, a_person(), server)


def begin(sender: Sender, size: int) -> str:
    word = sign_purpose(kind="video", max_bytes=100 * MIB, ref="test:1")
    answer = sender.ask("POST", "/uploads", Upload_Length=str(size), Upload_Metadata=f"purpose {encoded(word)}")
    assert answer.status == 201
    return str(answer.headers["Location"])


def kept(app: Flask, path: str) -> bytes:
    return part_file(app, path.rpartition("/")[2]).read_bytes()


def state_of(path: str) -> str:
    db.session.rollback()
    return db.session.get_one(Upload, path.rpartition("/")[2]).state


def test_a_connection_cut_at_any_byte_keeps_exactly_what_had_arrived(app: Flask, sender: Sender) -> None:
    body = os.urandom(6 * MIB + 333)
    path, at = begin(sender, len(body)), 0

    for _ in range(15):
        length = random.randint(1, min(len(body) - at, MIB))
        sent = random.choice([0, 1, length - 1, random.randrange(length)])
        connection = sender.begin_patch(path, at, length)
        connection.sendall(body[at : at + sent])
        connection.close()
        # A broken request may still be going on when we ask; it ends by itself with these bytes and no others.
        at = sender.settled_offset(path, least=at + sent)
        assert kept(app, path) == body[:at]
        assert at == sender.offset(path)

    while sender.patch(path, at, body[at:]) == 423:
        time.sleep(0.02)
    assert (kept(app, path) == body, state_of(path)) == (True, "received")


def test_a_connection_that_is_reset_never_leaves_wrong_bytes(app: Flask, sender: Sender) -> None:
    body = os.urandom(4 * MIB)
    path, at = begin(sender, len(body)), 0

    for _ in range(6):
        connection = sender.begin_patch(path, at, len(body) - at)
        connection.sendall(body[at : at + random.randrange(min(len(body) - at, 600_000))])
        reset(connection)
        while True:
            at = sender.offset(path)
            if sender.patch(path, at, b"") == 204:  # the broken request has ended when the lock is free
                break
        assert kept(app, path) == body[:at]

    assert sender.patch(path, at, body[at:]) == 204
    assert (kept(app, path) == body, state_of(path)) == (True, "received")


def test_a_killed_server_comes_back_and_the_upload_goes_on_from_its_last_byte(
    app: Flask, sender: Sender, server: Server
) -> None:
    body = os.urandom(9 * MIB)
    path, at = begin(sender, len(body)), 0

    for _ in range(3):
        connection = sender.begin_patch(path, at, len(body) - at)
        sent = random.randrange(MIB, 2 * MIB)
        connection.sendall(body[at : at + sent])
        sender.settled_offset(path, least=at + 1, seconds=2)
        server.kill()
        connection.close()
        server.start()
        before, at = at, sender.offset(path)
        assert before <= at <= before + sent
        assert kept(app, path) == body[:at]

    assert sender.patch(path, at, body[at:]) == 204
    assert (kept(app, path) == body, state_of(path)) == (True, "received")


def test_two_at_once_are_kept_apart_also_across_processes(app: Flask, sender: Sender) -> None:
    body = os.urandom(MIB)
    path = begin(sender, len(body))
    first = sender.begin_patch(path, 0, len(body))
    first.sendall(body[:1000])
    time.sleep(0.3)

    others = {sender.patch(path, 0, body) for _ in range(8)}  # some of them reach the other process
    first.sendall(body[1000:])
    answer = first.recv(4096).split(b"\r\n")[0]
    first.close()

    assert (others, answer) == ({423}, b"HTTP/1.1 204 No Content")
    assert (kept(app, path) == body, state_of(path)) == (True, "received")


def test_who_is_still_sending_when_we_refuse_hears_the_refusal(app: Flask, sender: Sender) -> None:
    body = os.urandom(8 * MIB)
    path = begin(sender, len(body))

    heard = [sender.patch(path, 1, body) for _ in range(5)]  # at a wrong point
    heard += [sender.patch(path, 0, body + b"and more") for _ in range(5)]
    heard += [sender.ask("POST", "/sign-in", bytes(70 * MIB)).status]  # larger than any form may be

    assert heard == [409] * 5 + [413] * 6
    assert kept(app, path) == b""


def test_bytes_after_the_last_one_do_not_harm_a_received_file(app: Flask, sender: Sender) -> None:
    body = os.urandom(1000)
    path = begin(sender, len(body))
    assert sender.patch(path, 0, body) == 204

    replays = [sender.patch(path, 0, body), sender.patch(path, 1000, b"more"), sender.patch(path, 1000, b"")]

    assert replays == [409, 409, 204]
    assert kept(app, path) == body


def test_the_reference_client_for_python_can_stop_and_go_on(
    app: Flask, sender: Sender, server: Server, tmp_path: Path
) -> None:
    film = tmp_path / "film.mp4"
    film.write_bytes(os.urandom(5 * MIB + 7))
    headers = {name: value for name, value in sender.headers.items() if name != "Tus-Resumable"}
    client = TusClient(f"{server.url}/uploads", headers=headers)
    word = sign_purpose(kind="video", max_bytes=100 * MIB, ref="test:1")
    said = {"filename": "高粱.mp4", "filetype": "video/mp4", "purpose": word}

    first = client.uploader(str(film), chunk_size=MIB, metadata=said)
    first.upload(stop_at=2 * MIB)
    second = client.uploader(str(film), chunk_size=MIB, url=first.url, upload_checksum=False)
    second.upload()

    body = kept(app, str(first.url))
    assert hashlib.sha256(body).digest() == hashlib.sha256(film.read_bytes()).digest()
    assert state_of(str(first.url)) == "received"


def test_a_script_of_an_office_sends_a_file_with_an_access_token(app: Flask, server: Server, tmp_path: Path) -> None:
    """As docs/uploads.md says it."""
    person = a_person()
    an_entry(an_edition(phase="submission"), entrant=person)
    with transaction():
        _token, secret = make_access_token(person, name="office", days=30, at=clock.now())
    film = tmp_path / "film.mp4"
    film.write_bytes(os.urandom(2 * MIB + 5))
    headers = {"Authorization": f"Bearer {secret}"}

    asked = urllib.request.Request(f"{server.url}/uploads/places", headers=headers)
    with urllib.request.urlopen(asked, timeout=30) as answer:
        place = json.load(answer)["places"][0]
    said = {"filename": "film.mp4", "filetype": "video/mp4", "purpose": place["purpose"]}
    uploader = TusClient(f"{server.url}/uploads", headers=headers).uploader(
        str(film), chunk_size=MIB, metadata=said, retries=10, retry_delay=1
    )
    uploader.upload()

    assert kept(app, str(uploader.url)) == film.read_bytes()
    assert state_of(str(uploader.url)) == "received"
