"""Where the bytes of unfinished uploads lie on a disk, for tests that look at them or harm them."""

from pathlib import Path

from flask import Flask

from contest.uploads import parts
from contest.uploads.parts_in_folder import PartsInFolder


def part_folder(app: Flask) -> Path:
    kept = parts.of(app.config["SETTINGS"])
    assert isinstance(kept, PartsInFolder)
    return kept.folder


def part_file(app: Flask, upload_id: str) -> Path:
    return part_folder(app) / upload_id
