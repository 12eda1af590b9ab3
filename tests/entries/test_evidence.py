"""The small pictures of what a check found are for the entrant and the office, and for nobody else."""

from flask import Flask

from contest.uploads.models import EVIDENCE, Asset, Rendition
from contest.uploads.serving import files_shown


def test_what_a_check_found_is_never_among_what_is_shown(app: Flask) -> None:
    made = [{"name": "seen-01.jpg", "mime": "image/jpeg", "sha256": "a", "bytes": 1, "width": 320, "height": 180}]
    seen = Rendition(profile=EVIDENCE, version=1, state="ready", prefix="d/x/", files=made)
    asset = Asset(kind="video", facts={"seen": {"dark": [[4000, "seen-01.jpg"]]}}, renditions=[seen])

    assert (asset.shown_file("seen-01.jpg"), dict(files_shown(asset))) == (None, {})
    assert asset.evidence("dark") == [(4000, "seen-01.jpg", 320, 180)]
