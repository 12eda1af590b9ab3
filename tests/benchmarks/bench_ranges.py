"""Ranges of 1 MiB of a published film of 64 MiB, sixteen clients, against nginx serving the same file."""

import io
import os
import sys

from contest.db import db
from contest.storage import storage
from tests.benchmarks.load import nginx, ranges_script, requests_per_second, table
from tests.benchmarks.world import instance
from tests.factories import an_edition
from tests.showcase.factories import a_work

MIB = 1024 * 1024
SIZE = 64 * MIB
ROUNDS = 3


def main() -> None:
    with instance() as (made, _app):
        work = a_work(an_edition(phase="showcase"))
        rendition, _file = work.entry.files[0].asset.shown_file("video.mp4") or sys.exit("the film has no file")
        key = f"{rendition.prefix}video.mp4"
        storage().delete(key)
        storage().put(key, io.BytesIO(os.urandom(SIZE)), content_type="video/mp4")
        address = f"/works/{work.edition.slug}/{work.entry.number}/media/0/video.mp4"
        db.session.rollback()
        made.start()
        script = ranges_script(SIZE, MIB)
        with nginx(made.instance / "media") as floor:
            ours = theirs = 0.0
            for _ in range(ROUNDS):
                ours = max(ours, requests_per_second(f"{made.url}{address}", seconds=5, script=script))
                theirs = max(theirs, requests_per_second(f"{floor}/{key}", seconds=5, script=script))
        made.stop()
    columns = ["what", "MiB/s", "nginx", "ratio", "goal"]
    table(
        "Ranges of 1 MiB, 16 clients",
        columns,
        [["film", f"{ours:.0f}", f"{theirs:.0f}", f"{ours / theirs:.2f}", "0.25"]],
    )


if __name__ == "__main__":
    main()
