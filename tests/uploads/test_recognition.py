"""A file is recognised by its size and its first MiB, however early its upload broke off."""

import hashlib

import pytest

from contest.db import db
from contest.uploads.models import Upload
from contest.uploads.queries import same_unfinished
from contest.uploads.rules import sign_purpose
from tests.uploads.factories import MIB, Tus, encoded

FILM = bytes(range(256)) * (5 * MIB // 512)
FIRST = hashlib.sha256(FILM[:MIB]).hexdigest()


def begin(tus: Tus, *, first: str) -> str:
    purpose = sign_purpose(kind="video", max_bytes=100 * MIB, ref="test:1")
    pairs = {"filename": "film.mp4", "purpose": purpose, "first": first}
    said = ",".join(f"{name} {encoded(value)}" for name, value in pairs.items())
    answer = tus.request("POST", "/uploads", Upload_Length=str(len(FILM)), Upload_Metadata=said)
    assert answer.status_code == 201, answer.text
    return answer.headers["Location"]


def known(tus: Tus) -> str | None:
    db.session.rollback()
    found = same_unfinished(tus.person, purpose="test:1", declared_bytes=len(FILM), first_sha256=FIRST)
    return found and f"/uploads/{found.id}"


def test_before_anything_has_arrived_by_what_was_said(tus: Tus) -> None:
    address = begin(tus, first=FIRST)

    assert known(tus) == address
    tus.patch(address, 0, FILM[:1000])
    assert known(tus) == address


@pytest.mark.parametrize("said", ["f" * 64, ""])
def test_once_the_first_block_is_here_by_what_it_is(tus: Tus, said: str) -> None:
    address = begin(tus, first=said)
    assert known(tus) is None

    tus.patch(address, 0, FILM[: MIB + 1])

    assert known(tus) == address


@pytest.mark.parametrize("said", ["x" * 64, "F" * 64, "f" * 63, "f" * 65, "f" * 64 + "\n"])
def test_what_is_no_hash_is_not_kept(tus: Tus, said: str) -> None:
    address = begin(tus, first=said)

    upload = db.session.get(Upload, address.rpartition("/")[2])
    assert upload is not None
    assert upload.first_chunk_sha256 is None
