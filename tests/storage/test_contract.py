"""What every storage promises, tried on a folder and on a real S3 server."""

import io
import os
import urllib.error
import urllib.request
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from contest.storage import BadKey, Missing, Storage

MIB = 1024 * 1024


def read(storage: Storage, key: str, start: int = 0, length: int = 10**9) -> bytes:
    return b"".join(storage.read_range(key, start, length))


def test_what_was_put_comes_back_whole(storage: Storage) -> None:
    body = os.urandom(3 * MIB + 17)

    stat = storage.put("o/2026/abc", io.BytesIO(body), content_type="video/mp4")

    assert (stat.key, stat.bytes) == ("o/2026/abc", len(body))
    assert storage.stat("o/2026/abc") == stat
    assert read(storage, "o/2026/abc") == body


def test_a_file_is_copied_and_with_move_it_is_gone(storage: Storage, tmp_path: Path) -> None:
    kept, moved = tmp_path / "kept", tmp_path / "moved"
    kept.write_bytes(b"kept")
    moved.write_bytes(b"moved")

    storage.put("a/kept", kept)
    storage.put("a/moved", moved, move=True)

    assert (kept.exists(), moved.exists()) == (True, False)
    assert (read(storage, "a/kept"), read(storage, "a/moved")) == (b"kept", b"moved")


def test_a_large_file_goes_in_several_parts_and_comes_back_whole(storage: Storage, tmp_path: Path) -> None:
    source = tmp_path / "large"
    with source.open("wb") as file:
        for number in range(70):
            file.write(bytes([number]) * MIB)

    storage.put("large", source)

    assert storage.stat("large").bytes == 70 * MIB
    assert read(storage, "large", 63 * MIB - 2, 4) == bytes([62, 62, 63, 63])


def test_an_empty_file_can_be_kept(storage: Storage) -> None:
    storage.put("empty", io.BytesIO(b""))

    assert storage.stat("empty").bytes == 0
    assert read(storage, "empty") == b""


def test_putting_again_replaces(storage: Storage) -> None:
    storage.put("a", io.BytesIO(b"first"))
    storage.put("a", io.BytesIO(b"second"))

    assert read(storage, "a") == b"second"


@pytest.mark.parametrize(
    ("start", "length", "expected"),
    [(0, 4, b"0123"), (3, 2, b"34"), (8, 99, b"89"), (10, 1, b""), (99, 1, b""), (4, 0, b"")],
)
def test_a_range_ends_where_the_file_ends(storage: Storage, start: int, length: int, expected: bytes) -> None:
    storage.put("digits", io.BytesIO(b"0123456789"))

    assert read(storage, "digits", start, length) == expected


def test_a_program_can_be_given_a_path(storage: Storage) -> None:
    storage.put("a/b", io.BytesIO(b"for ffmpeg"))

    with storage.local_copy("a/b") as path:
        assert path.read_bytes() == b"for ffmpeg"
    assert read(storage, "a/b") == b"for ffmpeg"


def test_what_is_not_there_is_said_at_once(storage: Storage) -> None:
    with pytest.raises(Missing):
        storage.stat("no/such")
    with pytest.raises(Missing):
        storage.read_range("no/such", 0, 1)
    with pytest.raises(Missing), storage.local_copy("no/such"):
        pass


def test_a_folder_of_keys_is_not_itself_a_file(storage: Storage) -> None:
    storage.put("a/b/c", io.BytesIO(b"1"))

    with pytest.raises(Missing):
        storage.stat("a/b")
    storage.delete("a/b")
    assert read(storage, "a/b/c") == b"1"


def test_deleting_twice_is_no_mistake(storage: Storage) -> None:
    storage.put("a", io.BytesIO(b"1"))

    storage.delete("a")
    storage.delete("a")

    assert list(storage.list("")) == []


def test_a_list_holds_the_keys_that_begin_so(storage: Storage) -> None:
    for key in ("d/ab/2", "d/ab/10", "d/abc/1", "o/1", "d-other"):
        storage.put(key, io.BytesIO(key.encode()))

    found = {
        prefix: sorted(stat.key for stat in storage.list(prefix)) for prefix in ("", "d/", "d/ab/", "d/ab", "none/")
    }

    assert found == {
        "": ["d-other", "d/ab/10", "d/ab/2", "d/abc/1", "o/1"],
        "d/": ["d/ab/10", "d/ab/2", "d/abc/1"],
        "d/ab/": ["d/ab/10", "d/ab/2"],
        "d/ab": ["d/ab/10", "d/ab/2", "d/abc/1"],
        "none/": [],
    }
    assert [stat.bytes for stat in storage.list("o/")] == [3]


@pytest.mark.parametrize(
    "key",
    ["", "/etc/passwd", "..", "a/../b", "a//b", "a/", "./a", ".hidden", "a/.parts", "a\x00b", "a\nb", "a b", "-rf",
     "a\\b", "视频.mp4", "a/" * 500 + "a", "x" * 201, "a\n"],
)  # fmt: skip
def test_a_key_that_could_mean_something_else_is_refused_everywhere(storage: Storage, key: str, tmp_path: Path) -> None:
    calls = [
        lambda: storage.put(key, io.BytesIO(b"x")),
        lambda: storage.local_copy(key).__enter__(),
        lambda: storage.read_range(key, 0, 1),
        lambda: storage.stat(key),
        lambda: storage.delete(key),
        lambda: storage.signed_get(key, expires_s=60, content_type="text/plain"),
        lambda: storage.create_multipart(key),
        lambda: storage.put_part(key, "0" * 32, 1, b"x"),
    ]

    for call in calls:
        with pytest.raises(BadKey):
            call()


@pytest.mark.parametrize("prefix", ["/", "../", "a//b", ".parts/", "a/../", "a\x00"])
def test_a_prefix_that_could_mean_something_else_is_refused(storage: Storage, prefix: str) -> None:
    with pytest.raises(BadKey):
        list(storage.list(prefix))


def test_parts_are_joined_in_the_order_of_their_numbers(storage: Storage) -> None:
    first, last = os.urandom(5 * MIB), b"the end"
    upload = storage.create_multipart("m/1", content_type="video/mp4")

    second_part = storage.put_part("m/1", upload, 2, last)
    storage.put_part("m/1", upload, 1, os.urandom(5 * MIB))
    first_part = storage.put_part("m/1", upload, 1, first)  # sent again: this one counts
    assert {first_part, second_part} <= set(storage.list_parts("m/1", upload))
    with pytest.raises(Missing):
        storage.stat("m/1")
    stat = storage.complete("m/1", upload, [second_part, first_part])

    assert stat.bytes == len(first) + len(last)
    assert read(storage, "m/1") == first + last


def test_a_file_is_not_joined_from_parts_that_are_not_there(storage: Storage) -> None:
    upload = storage.create_multipart("m/1")
    part = storage.put_part("m/1", upload, 1, b"one")

    for parts in ([], [replace(part, etag="0" * 32)], [part, replace(part, number=2)]):
        with pytest.raises(Missing):
            storage.complete("m/1", upload, parts)
    storage.complete("m/1", upload, [part])

    assert read(storage, "m/1") == b"one"


def test_forgotten_parts_are_gone_and_can_be_forgotten_twice(storage: Storage) -> None:
    upload = storage.create_multipart("m/1")
    part = storage.put_part("m/1", upload, 1, b"one")

    storage.abort("m/1", upload)
    storage.abort("m/1", upload)

    with pytest.raises(Missing):
        storage.put_part("m/1", upload, 2, b"two")
    with pytest.raises(Missing):
        storage.complete("m/1", upload, [part])
    assert list(storage.list("")) == []


def test_an_upload_belongs_to_its_key(storage: Storage) -> None:
    upload = storage.create_multipart("m/1")

    with pytest.raises(Missing):
        storage.put_part("m/2", upload, 1, b"x")


@pytest.mark.parametrize("storage", ["folder"], indirect=True)
def test_a_folder_has_no_addresses(storage: Storage) -> None:
    storage.put("a", io.BytesIO(b"1"))
    upload = storage.create_multipart("m/1")

    assert storage.signed_get("a", expires_s=60, content_type="text/plain") is None
    assert storage.sign_part("m/1", upload, 1, expires_s=60) is None


@pytest.mark.parametrize("storage", ["bucket"], indirect=True)
def test_a_signed_address_gives_the_file_with_our_type_and_name_and_not_for_long(storage: Storage) -> None:
    storage.put("a", io.BytesIO(b"<script>"), content_type="text/html")
    address = storage.signed_get("a", expires_s=60, content_type="video/mp4", filename="高粱 的“远征”.mp4")
    assert address is not None

    with urllib.request.urlopen(address) as answer:
        got = answer.read(), answer.headers["Content-Type"], answer.headers["Content-Disposition"]
    with pytest.raises(urllib.error.HTTPError) as without:
        urllib.request.urlopen(address.partition("?")[0])
    with pytest.raises(urllib.error.HTTPError) as forged:
        urllib.request.urlopen(address.replace("video%2Fmp4", "text%2Fhtml"))

    name = "%E9%AB%98%E7%B2%B1%20%E7%9A%84%E2%80%9C%E8%BF%9C%E5%BE%81%E2%80%9D.mp4"
    assert got == (b"<script>", "video/mp4", f"attachment; filename*=UTF-8''{name}")
    assert (without.value.code, forged.value.code) == (403, 403)


@pytest.mark.parametrize("storage", ["bucket"], indirect=True)
def test_a_signed_address_takes_one_part(storage: Storage) -> None:
    upload = storage.create_multipart("m/1")
    address = storage.sign_part("m/1", upload, 1, expires_s=60)
    assert address is not None

    urllib.request.urlopen(urllib.request.Request(address, data=b"straight", method="PUT")).close()
    storage.complete("m/1", upload, storage.list_parts("m/1", upload))

    assert read(storage, "m/1") == b"straight"


def test_a_part_may_come_from_a_file_and_unfinished_uploads_are_listed(storage: Storage) -> None:
    before = datetime.now(UTC) - timedelta(minutes=1)
    done, open_ = storage.create_multipart("o/done"), storage.create_multipart("o/open")
    elsewhere = storage.create_multipart("d/else")
    file = io.BytesIO(b"0123456789")
    file.seek(4)

    part = storage.put_part("o/done", done, 3, file)
    storage.complete("o/done", done, [part])

    assert (part.number, part.bytes, b"".join(storage.read_range("o/done", 0, 99))) == (3, 10, b"0123456789")
    listed = list(storage.list_multipart("o/"))
    assert [(one.key, one.upload) for one in listed] == [("o/open", open_)]
    assert listed[0].begun_at > before
    assert {one.upload for one in storage.list_multipart("")} == {open_, elsewhere}


def test_a_stream_that_was_put_stays_open(storage: Storage) -> None:
    file = io.BytesIO(b"0123")

    storage.put("t/1", file)

    assert not file.closed
