"""What only a folder of this machine can get wrong."""

import io
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from contest.storage import BadKey, Missing
from contest.storage.local import LocalStorage


@pytest.fixture
def folder(tmp_path: Path) -> LocalStorage:
    return LocalStorage(tmp_path / "media")


def test_a_symbolic_link_is_never_followed(folder: LocalStorage, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "file").write_text("secret")
    folder.put("a/b", io.BytesIO(b"1"))
    (folder.root / "out").symlink_to(secret)
    (folder.root / "a/link").symlink_to(secret / "file")

    for key in ("out/file", "a/link"):
        with pytest.raises(BadKey):
            folder.read_range(key, 0, 1)
        with pytest.raises(BadKey):
            folder.put(key, io.BytesIO(b"x"))
        with pytest.raises(BadKey):
            folder.delete(key)
    assert [stat.key for stat in folder.list("")] == ["a/b"]
    assert (secret / "file").read_text() == "secret"


def test_the_local_path_is_the_file_itself(folder: LocalStorage) -> None:
    folder.put("a/b", io.BytesIO(b"1"))

    with folder.local_copy("a/b") as path:
        assert path == folder.root / "a/b"


def test_a_stream_that_breaks_leaves_the_old_file_and_nothing_else(folder: LocalStorage) -> None:
    class Broken(io.RawIOBase):
        def read(self, _size: int = -1) -> bytes:
            raise ConnectionResetError

    folder.put("a", io.BytesIO(b"old"))
    with pytest.raises(ConnectionResetError):
        folder.put("a", Broken())  # type: ignore[arg-type]

    assert b"".join(folder.read_range("a", 0, 9)) == b"old"
    assert [path for path in folder.root.rglob("*") if path.is_file()] == [folder.root / "a"]


def test_moving_across_file_systems_copies(folder: LocalStorage) -> None:
    elsewhere = Path("/dev/shm") / f"contest-{os.getpid()}"  # noqa: S108  another file system is the point
    if not elsewhere.parent.is_dir() or elsewhere.parent.stat().st_dev == folder.root.parent.stat().st_dev:
        pytest.skip("this machine has one file system only")
    elsewhere.write_bytes(b"far")

    folder.put("a", elsewhere, move=True)

    assert not elsewhere.exists()
    assert b"".join(folder.read_range("a", 0, 9)) == b"far"


WRITER = """
import sys
from pathlib import Path
from contest.storage.local import LocalStorage
storage, number = LocalStorage(Path(sys.argv[1])), 0
class Letters:
    def __init__(self, letter): self.left, self.letter = 40, letter
    def read(self, size):
        self.left -= 1
        return self.letter * size if self.left >= 0 else b""
print("ready", flush=True)
while True:
    number += 1
    storage.put("file", Letters(b"ab"[number % 2:][:1]))
"""


def test_a_killed_writer_leaves_a_whole_file(folder: LocalStorage) -> None:
    for pause in (0.05, 0.11, 0.17, 0.23):
        writer = subprocess.Popen([sys.executable, "-c", WRITER, folder.root], stdout=subprocess.PIPE)
        assert writer.stdout is not None
        writer.stdout.readline()
        time.sleep(pause)
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        writer.stdout.close()

        try:
            blocks = list(folder.read_range("file", 0, 10**9))
        except Missing:
            continue  # killed before the first file was whole
        assert len(b"".join(blocks)) == 40 * 1024 * 1024
        assert len({block[:1] for block in blocks}) == 1
