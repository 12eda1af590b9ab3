"""tus 1.0, one promise after another, against the application itself."""

import base64
import hashlib
import io
import os
import shutil
from collections import namedtuple
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
from flask import Flask

from contest import clock
from contest.accounts.models import Unit
from contest.db import db
from contest.errors import Refused
from contest.jobs.models import Job
from contest.uploads import parts, registry
from contest.uploads.models import Asset, Upload
from contest.uploads.rules import sign_purpose
from tests.factories import a_person, save
from tests.uploads.factories import MIB, Tus, an_upload
from tests.uploads.part_files import part_file, part_folder

BODY = b"0123456789"


def row(path: str) -> Upload:
    db.session.rollback()
    return db.session.get_one(Upload, path.rpartition("/")[2])


def kept(app: Flask, path: str) -> bytes:
    return part_file(app, path.rpartition("/")[2]).read_bytes()


def test_anybody_can_ask_what_the_server_can_do(app: Flask) -> None:
    answer = app.test_client().options("/uploads")

    told = {name: answer.headers.get(name) for name in ("Tus-Version", "Tus-Resumable", "Tus-Max-Size")}
    assert answer.status_code == 204
    assert told == {"Tus-Version": "1.0.0", "Tus-Resumable": "1.0.0", "Tus-Max-Size": str(2048 * MIB)}
    assert set(answer.headers["Tus-Extension"].split(",")) == {
        "creation", "creation-with-upload", "termination", "expiration", "checksum",
    }  # fmt: skip
    assert answer.headers["Tus-Checksum-Algorithm"] == "sha256"


def test_a_new_upload_begins_at_nought_and_says_until_when_it_is_kept(tus: Tus) -> None:
    answer = tus.create(10, filename="高粱的远征/终版 \u202e4pm.mp4")

    path = answer.headers["Location"]
    upload = row(path)
    assert (answer.status_code, answer.headers["Upload-Offset"], tus.offset(path)) == (201, "0", 0)
    assert answer.headers["Upload-Expires"].endswith("GMT")
    assert urlsplit(path).path == f"/uploads/{upload.id}"
    assert (upload.filename, upload.kind, upload.purpose, upload.declared_bytes, upload.state) == (
        "终版 4pm.mp4", "video", "test:1", 10, "receiving",
    )  # fmt: skip


def test_a_file_that_arrives_in_pieces_is_received_and_checked(tus: Tus, app: Flask) -> None:
    path = tus.begin(10)

    first, second = tus.patch(path, 0, BODY[:4]), tus.patch(path, 4, BODY[4:])

    upload = row(path)
    asset = db.session.scalars(sa.select(Asset)).one()
    job = db.session.scalars(sa.select(Job).where(Job.kind == "uploads.check")).one()
    assert [(answer.status_code, answer.headers["Upload-Offset"]) for answer in (first, second)] == [
        (204, "4"),
        (204, "10"),
    ]
    assert (upload.state, upload.received_bytes, upload.percent) == ("received", 10, 100)
    assert upload.first_chunk_sha256 == hashlib.sha256(BODY).hexdigest()
    assert (asset.upload_id, asset.kind, asset.state, asset.bytes) == (upload.id, "video", "waiting", 10)
    assert (job.args, job.lane) == ({"upload_id": upload.id}, "check")
    assert kept(app, path) == BODY


def test_the_first_bytes_may_come_with_the_creation(tus: Tus) -> None:
    some = tus.create(10, body=BODY[:3], Content_Type="application/offset+octet-stream")
    whole = tus.create(10, body=BODY, Content_Type="application/offset+octet-stream")

    assert [(answer.status_code, answer.headers["Upload-Offset"]) for answer in (some, whole)] == [
        (201, "3"),
        (201, "10"),
    ]
    assert [row(answer.headers["Location"]).state for answer in (some, whole)] == ["receiving", "received"]


def test_a_piece_for_another_place_changes_nothing(tus: Tus, app: Flask) -> None:
    path = tus.begin(10)
    tus.patch(path, 0, BODY[:4])

    answers = [tus.patch(path, offset, b"xx") for offset in (0, 3, 5, 10)]

    assert [answer.status_code for answer in answers] == [409] * 4
    assert (tus.offset(path), kept(app, path)) == (4, BODY[:4])


def test_a_piece_whose_answer_was_lost_is_refused_and_the_offset_tells_where_to_go_on(tus: Tus) -> None:
    path = tus.begin(10)
    tus.patch(path, 0, BODY)

    again, end = tus.patch(path, 0, BODY), tus.patch(path, 10, b"")

    assert (again.status_code, tus.offset(path), end.status_code) == (409, 10, 204)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Job)) == 1


@pytest.mark.parametrize("kind", ["video/mp4", "application/octet-stream", None])
def test_another_content_type_is_refused(tus: Tus, kind: str | None) -> None:
    path = tus.begin(10)

    assert tus.patch(path, 0, BODY, Content_Type=kind).status_code == 415
    assert tus.offset(path) == 0


@pytest.mark.parametrize("version", [None, "0.2.2", "2.0.0"])
def test_another_version_of_the_protocol_is_refused_before_anything_happens(tus: Tus, version: str | None) -> None:
    path = tus.begin(10)
    answers = [
        tus.patch(path, 0, BODY, Tus_Resumable=version),
        tus.request("HEAD", path, Tus_Resumable=version),
        tus.request("DELETE", path, Tus_Resumable=version),
        tus.request("POST", "/uploads", Tus_Resumable=version, Upload_Length="10"),
    ]

    assert [(answer.status_code, answer.headers["Tus-Version"]) for answer in answers] == [(412, "1.0.0")] * 4
    assert tus.offset(path) == 0


def test_more_than_was_announced_is_refused_and_not_kept(tus: Tus) -> None:
    path = tus.begin(10)
    tus.patch(path, 0, BODY[:4])

    answer = tus.patch(path, 4, BODY)

    assert (answer.status_code, tus.offset(path)) == (413, 4)


def test_a_body_of_unknown_length_that_is_too_long_is_not_kept_either(tus: Tus, app: Flask) -> None:
    path = tus.begin(10)
    told = {"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream", "Tus-Resumable": "1.0.0"}
    environ = {"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"}

    answer = tus.client.patch(
        path, input_stream=io.BytesIO(BODY * 3), headers={**told, "X-CSRFToken": tus.token}, environ_overrides=environ
    )

    assert (answer.status_code, tus.offset(path)) == (413, 0)


def test_a_body_of_unknown_length_that_fits_is_kept(tus: Tus, app: Flask) -> None:
    path = tus.begin(10)
    told = {"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream", "Tus-Resumable": "1.0.0"}
    environ = {"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"}

    answer = tus.client.patch(
        path, input_stream=io.BytesIO(BODY[:7]), headers={**told, "X-CSRFToken": tus.token}, environ_overrides=environ
    )

    assert (answer.status_code, tus.offset(path)) == (204, 7)


def test_one_request_may_be_larger_than_any_form(tus: Tus, app: Flask) -> None:
    path = tus.begin(70 * MIB)

    answer = tus.patch(path, 0, bytes(70 * MIB))

    assert (answer.status_code, row(path).state) == (204, "received")


def test_while_one_window_sends_another_is_told_to_wait(tus: Tus, app: Flask) -> None:
    path = tus.begin(10)

    with parts.hold(app.config["SETTINGS"], path.rpartition("/")[2]):
        answer, offset = tus.patch(path, 0, BODY), tus.offset(path)

    assert (answer.status_code, offset) == (423, 0)
    assert tus.patch(path, 0, BODY).status_code == 204


def test_a_right_checksum_is_taken_and_a_wrong_one_leaves_nothing(tus: Tus) -> None:
    path = tus.begin(10)
    right = base64.b64encode(hashlib.sha256(BODY[:4]).digest()).decode()

    wrong = tus.patch(path, 0, b"9123", Upload_Checksum=f"sha256 {right}")
    assert (wrong.status_code, tus.offset(path)) == (460, 0)
    good = tus.patch(path, 0, BODY[:4], Upload_Checksum=f"sha256 {right}")

    assert (good.status_code, tus.offset(path)) == (204, 4)


@pytest.mark.parametrize("checksum", ["md5 abcd", "sha256", "sha256 ===", "sha256 YWJj", ""])
def test_a_checksum_that_was_not_offered_is_refused(tus: Tus, checksum: str) -> None:
    path = tus.begin(10)

    assert (tus.patch(path, 0, BODY, Upload_Checksum=checksum).status_code, tus.offset(path)) == (400, 0)


def test_a_given_up_upload_is_gone_with_its_bytes(tus: Tus, app: Flask) -> None:
    path = tus.begin(10)
    tus.patch(path, 0, BODY[:4])

    first, again = tus.request("DELETE", path), tus.request("DELETE", path)

    assert [first.status_code, again.status_code] == [204, 204]
    assert [tus.request("HEAD", path).status_code, tus.patch(path, 4, b"x").status_code] == [410, 410]
    assert list(part_folder(app).iterdir()) == []
    assert row(path).state == "cancelled"


def test_a_received_file_cannot_be_cancelled_here(tus: Tus, app: Flask) -> None:
    path = tus.begin(10)
    tus.patch(path, 0, BODY)

    assert tus.request("DELETE", path).status_code == 409
    assert (row(path).state, kept(app, path)) == ("received", BODY)


def test_nobody_else_can_tell_that_the_upload_exists(tus: Tus, stranger: Tus, app: Flask) -> None:
    path = tus.begin(10)

    answers = [
        stranger.request("HEAD", path),
        stranger.patch(path, 0, BODY),
        stranger.request("DELETE", path),
        stranger.request("HEAD", "/uploads/" + "0" * 32),
    ]
    outside = app.test_client().head(path, headers={"Tus-Resumable": "1.0.0"})

    assert [answer.status_code for answer in answers] == [404] * 4
    assert outside.status_code == 401
    assert tus.offset(path) == 0


def test_a_request_without_its_token_is_refused(tus: Tus) -> None:
    path = tus.begin(10)

    answers = [tus.patch(path, 0, BODY, X_CSRFToken=None), tus.request("DELETE", path, X_CSRFToken=None)]

    assert [answer.status_code for answer in answers] == [400, 400]
    assert tus.offset(path) == 0


def test_a_proxy_that_knows_only_post_can_carry_every_request(tus: Tus) -> None:
    path = tus.begin(10)
    told = {"Upload_Offset": "0", "Content_Type": "application/offset+octet-stream"}

    sent = tus.request("POST", path, body=BODY[:4], X_HTTP_Method_Override="PATCH", **told)
    lost = tus.request("POST", path)
    gone = tus.request("POST", path, X_HTTP_Method_Override="DELETE")

    assert (sent.status_code, lost.status_code, gone.status_code) == (204, 405, 204)


@pytest.mark.parametrize("length", ["-1", "ten", "1e3", "", "9" * 19, "１０"])
def test_a_length_that_is_no_number_is_refused(tus: Tus, length: str) -> None:
    assert tus.request("POST", "/uploads", Upload_Length=length.encode().decode("latin-1")).status_code == 400


@pytest.mark.parametrize("metadata", ["filename %%%", "filename /w==", "purpose"])
def test_metadata_that_cannot_be_read_is_refused(tus: Tus, metadata: str) -> None:
    answer = tus.request("POST", "/uploads", Upload_Length="10", Upload_Metadata=metadata)

    assert answer.status_code in (400, 409)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Upload)) == 0


def test_a_file_over_the_limit_is_refused_before_its_first_byte(tus: Tus) -> None:
    word = sign_purpose(kind="video", max_bytes=5 * MIB, ref="test:1")

    answer = tus.create(5 * MIB + 1, purpose=word)
    server_wide = tus.create(3000 * MIB, purpose=sign_purpose(kind="video", max_bytes=5000 * MIB, ref="test:1"))

    assert (answer.status_code, server_wide.status_code) == (413, 413)
    assert "5" in answer.get_json()["error"]["message"]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Upload)) == 0


def test_an_empty_file_is_refused_with_a_sentence(tus: Tus) -> None:
    answer = tus.create(0)

    assert answer.status_code == 400
    assert answer.get_json()["error"]["message"]


def test_a_purpose_that_was_tampered_with_or_is_somebody_elses_is_refused(tus: Tus, stranger: Tus) -> None:
    mine = sign_purpose(kind="video", max_bytes=10, ref="test:1", person_id=tus.person.id)

    answers = [tus.create(10, purpose=mine + "x"), tus.create(10, purpose=""), stranger.create(10, purpose=mine)]

    assert [answer.status_code for answer in answers] == [409, 409, 409]
    assert tus.create(10, purpose=mine).status_code == 201


def test_a_nearly_full_disk_refuses_new_uploads_and_lets_begun_ones_finish(
    tus: Tus, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = tus.begin(10)
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage(10**12, 10**12 - 1024 * MIB - 15, 1024 * MIB + 15))

    refused = tus.create(10)
    finished = tus.patch(begun, 0, BODY)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage(10**12, 0, 1024 * MIB + 10))

    assert (refused.status_code, finished.status_code) == (507, 204)
    assert refused.get_json()["error"]["message"]
    assert tus.create(10).status_code == 201  # the room kept for the other one is free again


def test_a_disk_that_fills_up_in_the_middle_keeps_what_it_took(tus: Tus, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tus.begin(10)
    tus.patch(path, 0, BODY[:2])
    real = os.pwrite

    def nearly_full(handle: int, data: bytes, at: int) -> int:
        if at >= 6:
            raise OSError(28, "No space left on device")
        return real(handle, data[:4], at)

    monkeypatch.setattr(os, "pwrite", nearly_full)
    answer = tus.patch(path, 2, BODY[2:])
    monkeypatch.setattr(os, "pwrite", real)

    assert (answer.status_code, tus.offset(path)) == (507, 6)
    assert tus.patch(path, 6, BODY[6:]).status_code == 204


def test_one_person_cannot_begin_without_end(tus: Tus, stranger: Tus) -> None:
    for _ in range(12):
        an_upload(tus.person)

    assert (tus.create(10).status_code, stranger.create(10).status_code) == (409, 201)


def test_the_last_byte_counts_even_when_the_process_died_before_it_was_written_down(tus: Tus, app: Flask) -> None:
    path = tus.begin(10)
    part_file(app, path.rpartition("/")[2]).write_bytes(BODY)
    assert row(path).state == "receiving"

    assert tus.offset(path) == 10

    assert row(path).state == "received"
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Job)) == 1


def test_the_row_never_says_where_to_go_on(tus: Tus, app: Flask) -> None:
    path = tus.begin(10)
    tus.patch(path, 0, BODY[:6])
    part_file(app, path.rpartition("/")[2]).write_bytes(BODY[:2])  # a power cut took the rest

    assert (row(path).received_bytes, tus.offset(path)) == (6, 2)
    assert tus.patch(path, 2, BODY[2:]).status_code == 204
    assert kept(app, path) == BODY


def test_who_asked_for_the_file_is_told_in_the_same_transaction(tus: Tus) -> None:
    told: list[tuple[str, str]] = []
    registry.on_received("test", lambda upload, asset: told.append((upload.purpose, asset.kind)))
    path = tus.begin(10)

    tus.patch(path, 0, BODY)

    assert told == [("test:1", "video")]


def test_who_asked_may_refuse_and_nothing_is_half_done(tus: Tus) -> None:
    def refuse(_upload: Upload, _asset: Asset) -> None:
        raise Refused("The entry was withdrawn.")

    registry.on_received("test", refuse)
    path = tus.begin(10)

    answer = tus.patch(path, 0, BODY)

    assert (answer.status_code, answer.get_json()["error"]["message"]) == (409, "The entry was withdrawn.")
    assert row(path).state == "receiving"
    assert db.session.scalars(sa.select(Asset)).all() == db.session.scalars(sa.select(Job)).all() == []


def test_each_byte_gives_it_more_time(tus: Tus) -> None:
    path = tus.begin(10)

    with clock.shifted(timedelta(hours=47)):
        tus.patch(path, 0, BODY[:1])

    assert row(path).expires_at > clock.now() + timedelta(hours=94)


def test_what_a_person_and_a_unit_may_send_in_all_is_bounded(app: Flask) -> None:
    unit = save(Unit(name="School"))
    first, second, outside = (
        Tus(app, a_person(unit_id=unit.id)),
        Tus(app, a_person(unit_id=unit.id)),
        Tus(app, a_person()),
    )
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], person_quota_mib=2, unit_quota_mib=3)

    answers = [tus.create(size * MIB) for tus, size in ((first, 2), (first, 1), (second, 1), (second, 1), (outside, 2))]

    assert [answer.status_code for answer in answers] == [201, 413, 201, 413, 201]
    assert "您" in answers[1].get_json()["error"]["message"]
    first.request("DELETE", answers[0].headers["Location"])  # what was given up does not count
    assert first.create(2 * MIB).status_code == 201
