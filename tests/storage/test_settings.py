"""From settings to a storage."""

import subprocess
import sys
from pathlib import Path

import pytest

from contest.config import load
from contest.errors import WrongSetting
from contest.storage import open_storage
from contest.storage.local import LocalStorage


def test_without_a_setting_files_live_in_the_instance(tmp_path: Path) -> None:
    opened = open_storage(load({}, instance=tmp_path))

    assert isinstance(opened, LocalStorage)
    assert opened.root == tmp_path / "media"


def test_a_folder_with_a_space_can_be_named(tmp_path: Path) -> None:
    opened = open_storage(load({}, instance=tmp_path, storage_url=f"file://{tmp_path}/my%20media"))

    assert isinstance(opened, LocalStorage)
    assert opened.root == tmp_path / "my media"


def test_a_service_on_a_folder_never_loads_boto3(tmp_path: Path) -> None:
    program = f"""
import sys
from pathlib import Path
import pytest

from contest.config import load
from contest.errors import WrongSetting
from contest.storage import open_storage
open_storage(load({{}}, instance=Path({str(tmp_path)!r})))
sys.exit("boto3" in sys.modules)
"""

    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_a_file_larger_than_a_bucket_can_join_is_not_promised(tmp_path: Path) -> None:
    load({}, instance=tmp_path, storage_url="s3://bucket", upload_max_mib=40 * 1024)

    with pytest.raises(WrongSetting, match="40960"):
        load({}, instance=tmp_path, storage_url="s3://bucket", upload_max_mib=40 * 1024 + 1)
