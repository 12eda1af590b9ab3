"""The storages that keep the one contract."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from contest.config import load
from contest.storage import Storage, open_storage
from tests.storage.seaweed import BUCKET, KEYS, seaweed


@pytest.fixture(scope="session")
def s3_server() -> Iterator[str]:
    with seaweed() as address:
        yield address


@pytest.fixture(params=["folder", "bucket"])
def storage(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Storage:
    """Each storage, empty, opened from settings as the service opens it."""
    if request.param == "folder":
        return open_storage(load({}, instance=tmp_path))
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    address = request.getfixturevalue("s3_server")
    url = f"s3://{BUCKET}/{tmp_path.name}"
    return open_storage(load({}, instance=tmp_path, storage_url=url, s3_endpoint=address))
