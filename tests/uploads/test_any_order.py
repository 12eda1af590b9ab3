"""Uploads in any order of events that hypothesis can think of, held against a model small enough to be believed."""

import base64
import hashlib
import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from unittest.mock import patch

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from contest.db import database_now, db, transaction
from contest.jobs.models import Job
from contest.storage import storage
from contest.uploads import parts, parts_in_bucket
from contest.uploads import views as uploads_views
from contest.uploads.models import Arrival, Asset, Upload
from contest.uploads.tasks import housekeeping
from tests.factories import a_person
from tests.uploads.factories import Tus
from tests.uploads.part_files import part_file


class PowerCut(BaseException):
    """The process ends here; nothing below it may tidy up."""


@dataclass
class Expected:
    """What should be true of one upload."""

    body: bytes
    kept: int = 0
    state: str = "receiving"

    @property
    def size(self) -> int:
        return len(self.body)


class AnyOrder(RuleBasedStateMachine):
    uploads = Bundle("uploads")
    app: Flask
    same: Callable[[Flask, str, bytes], None]

    def __init__(self) -> None:
        super().__init__()
        db.session.rollback()
        person = a_person()
        self.windows = [Tus(self.app, person), Tus(self.app, person)]  # two devices of one person
        self.expected: dict[str, Expected] = {}

    @rule(target=uploads, body=st.binary(min_size=1, max_size=40), at_once=st.integers(0, 40))
    def begin(self, body: bytes, at_once: int) -> str:
        for path, old in list(self.expected.items()):  # there is an end to how many may be unfinished
            if old.state == "receiving" and len(self.expected) > 6:
                self.give_up(path, window=0)
        first = body[:at_once]
        options = {"Content_Type": "application/offset+octet-stream"} if first else {}
        answer = self.windows[0].create(len(body), body=first, **options)
        assert answer.status_code == 201
        path = answer.headers["Location"]
        self.expected[path] = Expected(body)
        self._grew(path, len(first))
        assert answer.headers["Upload-Offset"] == str(len(first))
        return path

    @rule(path=uploads, window=st.integers(0, 1), offset=st.integers(0, 41), length=st.integers(0, 41))
    def send(self, path: str, window: int, offset: int, length: int) -> None:
        """A piece at any place: right, repeated, out of order, or too long."""
        upload = self.expected[path]
        piece = (upload.body + b"beyond the end of it")[offset : offset + length]
        answer = self.windows[window].patch(path, offset, piece)
        if upload.state == "cancelled":
            assert answer.status_code == 410
        elif upload.state == "received":
            assert answer.status_code == (204 if offset == upload.size and not piece else 409)
        elif offset != upload.kept:
            assert answer.status_code == 409
        elif offset + len(piece) > upload.size:
            assert answer.status_code == 413
        else:
            assert (answer.status_code, answer.headers["Upload-Offset"]) == (204, str(offset + len(piece)))
            self._grew(path, len(piece))

    @rule(path=uploads, window=st.integers(0, 1))
    def send_the_rest(self, path: str, window: int) -> None:
        upload = self.expected[path]
        self.send(path, window=window, offset=upload.kept, length=upload.size - upload.kept)

    @rule(path=uploads, length=st.integers(1, 40), arrives=st.integers(0, 39))
    def cut(self, path: str, length: int, arrives: int) -> None:
        """More was announced than comes: the line breaks in mid-piece."""
        upload = self.expected[path]
        length = min(length, upload.size - upload.kept)
        arrives = min(arrives, length)
        if upload.state != "receiving" or length == 0:
            return
        piece = upload.body[upload.kept : upload.kept + arrives]
        window = self.windows[0]
        told = {
            "Upload-Offset": str(upload.kept),
            "Content-Type": "application/offset+octet-stream",
            "Content-Length": str(length),
            **window.headers,
            "X-CSRFToken": window.token,
        }
        with self.app.app_context():
            window.client.patch(path, input_stream=io.BytesIO(piece), headers=told)
        self._grew(path, arrives)

    @rule(path=uploads, wrong=st.booleans())
    def send_with_checksum(self, path: str, wrong: bool) -> None:
        upload = self.expected[path]
        if upload.state != "receiving" or upload.kept == upload.size:
            return
        piece = upload.body[upload.kept : upload.kept + 3]
        digest = hashlib.sha256(piece + (b"!" if wrong else b"")).digest()
        header = f"sha256 {base64.b64encode(digest).decode()}"
        answer = self.windows[1].patch(path, upload.kept, piece, Upload_Checksum=header)
        assert answer.status_code == (460 if wrong else 204)
        if not wrong:
            self._grew(path, len(piece))

    @rule(path=uploads, length=st.one_of(st.just(40), st.integers(1, 40)))
    def die_between_the_bytes_and_the_note(self, path: str, length: int) -> None:
        """The process is killed when the bytes are on the disk and the row does not know of them yet."""
        upload = self.expected[path]
        piece = upload.body[upload.kept : upload.kept + length]
        if upload.state != "receiving" or not piece:
            return
        with patch.object(uploads_views, "take_note", side_effect=PowerCut), pytest.raises(PowerCut):
            self.windows[0].patch(path, upload.kept, piece)
        db.session.rollback()
        upload.kept += len(piece)

    @rule(path=uploads, length=st.integers(1, 40))
    def die_with_the_upload_in_hand(self, path: str, length: int) -> None:
        """The process is killed after its bytes are kept, and cannot let go of the upload: the other takes it over."""
        upload = self.expected[path]
        if upload.state != "receiving":
            return
        with patch.object(parts_in_bucket, "_let_go"):
            self.die_between_the_bytes_and_the_note(path, length=length)
        upload_id = path.rpartition("/")[2]
        if db.session.scalar(sa.select(Arrival.holder).where(Arrival.upload_id == upload_id)) is None:
            return  # a file's lock ends with the process
        assert self.windows[0].patch(path, 0, b"").status_code == 423
        with transaction():
            mine = sa.update(Arrival).where(Arrival.upload_id == upload_id)
            db.session.execute(mine.values(held_until=database_now() - timedelta(seconds=1)))
        assert self.windows[1].patch(path, upload.kept, b"").status_code == 204
        self._grew(path, 0)

    @rule(path=uploads)
    def write_at_once(self, path: str) -> None:
        """While one window writes, the other is told to wait, and changes nothing."""
        upload = self.expected[path]
        if upload.state != "receiving":
            return
        with parts.hold(self.app.config["SETTINGS"], path.rpartition("/")[2]):
            answer = self.windows[1].patch(path, upload.kept, upload.body[upload.kept :])
        assert answer.status_code == 423

    @rule(path=uploads, window=st.integers(0, 1))
    def ask(self, path: str, window: int) -> None:
        upload = self.expected[path]
        answer = self.windows[window].request("HEAD", path)
        if upload.state == "cancelled":
            assert answer.status_code == 410
            return
        assert (answer.status_code, answer.headers["Upload-Offset"]) == (200, str(upload.kept))
        if upload.kept == upload.size:
            upload.state = "received"

    @rule(path=uploads, window=st.integers(0, 1))
    def give_up(self, path: str, window: int) -> None:
        upload = self.expected[path]
        answer = self.windows[window].request("DELETE", path)
        if upload.state == "received":
            assert answer.status_code == 409
        else:
            assert answer.status_code == 204
            upload.state = "cancelled"

    @rule()
    def tidy_up(self) -> None:
        """The worker comes by: it finishes what is whole and takes nothing that is needed."""

        class Unhurried:
            def check_cancelled(self) -> None: ...

        housekeeping(Unhurried())  # type: ignore[arg-type]
        for upload in self.expected.values():
            if upload.state == "receiving" and upload.kept == upload.size:
                upload.state = "received"

    @rule(path=uploads)
    def die_at_the_last_byte_and_tidy_up(self, path: str) -> None:
        """Made likely, because nobody comes back to ask for a file that is whole."""
        self.die_between_the_bytes_and_the_note(path, length=40)
        self.tidy_up()

    def _grew(self, path: str, by: int) -> None:
        upload = self.expected[path]
        upload.kept += by
        if upload.kept == upload.size:
            upload.state = "received"

    @invariant()
    def the_disk_and_the_rows_agree(self) -> None:
        db.session.rollback()
        for path, upload in self.expected.items():
            row = db.session.get_one(Upload, path.rpartition("/")[2])
            assert row.state == upload.state
            if upload.state != "cancelled":
                self.same(self.app, row.id, upload.body[: upload.kept])
                assert row.received_bytes <= upload.kept  # a fast line is noted every few seconds
                assert upload.state == "receiving" or row.received_bytes == upload.kept
        received = sum(upload.state == "received" for upload in self.expected.values())
        mine = [path.rpartition("/")[2] for path in self.expected]
        assert db.session.scalar(sa.select(sa.func.count()).where(Asset.upload_id.in_(mine))) == received
        keys = [f"uploads.check:{one}" for one in mine]
        assert db.session.scalar(sa.select(sa.func.count()).where(Job.key.in_(keys))) == received


def same_on_disk(app: Flask, upload_id: str, body: bytes) -> None:
    assert part_file(app, upload_id).read_bytes() == body


def same_in_bucket(app: Flask, upload_id: str, body: bytes) -> None:
    """Parts cannot be read before they are joined, but the bucket tells their hashes."""
    row = db.session.get(Arrival, upload_id)
    assert (row is None) == (body == b"") or (row is not None and not row.parts and not row.tails)
    if row is None:
        return
    key = db.session.get_one(Upload, upload_id).key
    there = {(part.number, part.etag) for part in storage().list_parts(key, row.multipart)} if row.parts else set()
    at = 0
    for part in row.parts:
        assert part["etag"] == hashlib.md5(body[at : at + part["bytes"]], usedforsecurity=False).hexdigest()
        assert (part["number"], part["etag"]) in there
        assert part["bytes"] >= parts_in_bucket.PART_MIN
        at += part["bytes"]
    short = b"".join(b"".join(storage().read_range(key, 0, size + 1)) for key, size in row.tails)
    assert short == body[at:]
    assert row.holder is None
    first = body[: row.parts[0]["bytes"]] if row.parts else body  # a real part is longer than the MiB that is hashed
    assert not body or row.first_sha256 == hashlib.sha256(first).hexdigest()
    assert parts.size_of(app.config["SETTINGS"], upload_id) == len(body)


def keeps_its_promises(
    app: Flask, same: Callable[[Flask, str, bytes], None], *, examples: int, phases: Iterable[Phase] = tuple(Phase)
) -> None:
    AnyOrder.app, AnyOrder.same = app, staticmethod(same)  # type: ignore[assignment]

    run_state_machine_as_test(
        AnyOrder,
        settings=settings(
            max_examples=examples,
            stateful_step_count=25,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
            phases=phases,
        ),
    )


@pytest.mark.slow
def test_uploads_keep_their_promises_in_any_order(app: Flask) -> None:
    keeps_its_promises(app, same_on_disk, examples=25)


@pytest.mark.slow
def test_uploads_into_a_bucket_keep_them_too(bucket_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """With pieces of some bytes; the bucket would join only larger ones, but it keeps them."""
    monkeypatch.setattr(parts_in_bucket, "PIECE", 16)
    monkeypatch.setattr(parts_in_bucket, "PART_MIN", 10)

    keeps_its_promises(bucket_app, same_in_bucket, examples=8, phases=[Phase.generate])  # to make it smaller takes long
