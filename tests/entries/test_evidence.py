"""The small pictures of what a check found are for the entrant and the office, and for nobody else."""

from io import BytesIO

import pytest
from flask import Flask
from flask_babel import force_locale
from PIL import Image

from contest import clock
from contest.db import db
from contest.entries.models import EntryFile
from contest.entries.rules.unreadable import sorry
from contest.entries.rules.wording import line
from contest.media.facts import Code
from contest.storage import storage
from contest.uploads.models import EVIDENCE, Rendition
from contest.uploads.serving import files_shown
from tests.browser import Browser
from tests.entries.factories import a_passed_entry, an_entry
from tests.factories import a_judge, a_person, an_auditor, an_edition, an_organiser

MOMENTS: dict[str, list[tuple[int | None, str]]] = {
    "dark": [(4000, "seen-01.jpg"), (9000, "seen-02.jpg")],
    "frozen-end": [(None, "seen-end.jpg")],
}
FINDINGS = [
    {"code": "dark", "outcome": "advice", "measured": [0.5, [4000, 9000]], "limit": 1 / 3},
    {"code": "bars", "outcome": "advice", "measured": [12.0, 12.0, 0.0, 0.0], "limit": None},
    {"code": "frozen-end", "outcome": "advice", "measured": 4000, "limit": 3000},
    {"code": "silence", "outcome": "advice", "measured": [0.45, 14_000], "limit": 0.3},
]


def give_evidence(file: EntryFile) -> list[str]:
    """The report of a film in which something was found, and the pictures of it in the storage."""
    body = BytesIO()
    Image.new("RGB", (320, 180), "navy").save(body, "JPEG")
    names = sorted({name for several in MOMENTS.values() for _at_ms, name in several})
    made = Rendition(profile=EVIDENCE, version=1, state="ready", prefix=f"d/{file.id}/evidence-1/", files=[])
    for name in names:
        storage().put(made.prefix + name, BytesIO(body.getvalue()), content_type="image/jpeg")
        shown = {"name": name, "mime": "image/jpeg", "sha256": "a", "width": 320, "height": 180}
        made.files = [*made.files, shown | {"bytes": len(body.getvalue())}]
    made.created_at = clock.now()
    file.asset.renditions.append(made)
    file.asset.facts = (file.asset.facts or {}) | {"seen": MOMENTS}
    assert file.report is not None
    file.report.outcome, file.report.findings = "advice", FINDINGS
    file.report.limits = {"kind": "video"}
    db.session.commit()
    return [f"/entries/{file.entry_id}/files/{file.id}/evidence/{name}" for name in names]


def test_what_a_check_found_is_never_among_what_is_shown(app: Flask) -> None:
    [file] = an_entry(an_edition(), with_asset=True).files
    give_evidence(file)

    assert file.asset.shown_file("seen-01.jpg") is None
    assert not [name for name in files_shown(file.asset) if name.startswith("seen")]
    assert file.asset.evidence("dark") == [(4000, "seen-01.jpg", 320, 180), (9000, "seen-02.jpg", 320, 180)]


def test_the_entrant_and_the_office_see_it_and_nobody_else(app: Flask) -> None:
    edition = an_edition()
    entry = a_passed_entry(edition)
    judge, others = a_judge(edition), [a_person(), an_organiser(an_edition(is_current=False))]
    addresses = give_evidence(entry.files[0])

    for person in (entry.entrant, an_organiser(edition), an_auditor(edition)):
        for address in addresses:
            Browser(app).sign_in(person).open(address, expect=200)
    for person in (judge, *others):
        for address in addresses:
            Browser(app).sign_in(person).open(address, expect=404)
    assert Browser(app).send("GET", addresses[0], expect=None).response.mimetype == "text/html"  # sign in first


def test_only_what_the_check_kept_can_be_fetched_there(app: Flask) -> None:
    entry = an_entry(an_edition(), with_asset=True)
    [first, *_others] = give_evidence(entry.files[0])
    browser = Browser(app).sign_in(entry.entrant)

    tried = [first.replace("seen-01.jpg", name) for name in ("poster.jpg", "seen-99.jpg", "..%2f..%2fsecret_key")]

    assert [browser.open(one, expect=404).status for one in tried] == [404, 404, 404]
    sent = browser.open(first).response
    assert (sent.mimetype, sent.headers["X-Content-Type-Options"]) == ("image/jpeg", "nosniff")
    assert "private" in sent.headers["Cache-Control"]


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_a_report_shows_each_moment_with_its_time_and_frames_what_is_within_bars(app: Flask, language: str) -> None:
    edition = an_edition()
    entry = a_passed_entry(edition)
    office, addresses = an_organiser(edition), give_evidence(entry.files[0])

    mine = Browser(app).sign_in(entry.entrant).open(f"/entries/{entry.id}/check?lang={language}").response.text
    theirs = (
        Browser(app)
        .sign_in(office)
        .open(f"/editions/{edition.id}/desk/entries/{entry.id}?lang={language}")
        .response.text
    )

    for page in (mine, theirs):
        assert [page.count(f'src="{address}"') for address in addresses] == [1, 1, 1]
        assert [time in page for time in (">0:04</span>", ">0:09</span>")] == [True, True]
        assert page.count('class="meter"') == 1


def test_a_report_without_pictures_is_whole_and_has_no_empty_rows_of_them(app: Flask) -> None:
    entry = an_entry(an_edition(), with_asset=True)
    report = entry.files[0].report
    assert report is not None
    report.outcome, report.findings, report.limits = "advice", FINDINGS, {"kind": "video"}
    db.session.commit()

    page = Browser(app).sign_in(entry.entrant).open(f"/entries/{entry.id}/check?lang=en").response.text

    assert ("moments" in page, "framed" in page, "26 %" in page) == (False, False, False)
    assert "Black bars" in page


def test_advice_on_a_refused_file_follows_what_was_asked_for_and_what_is_taken_here(app: Flask) -> None:
    with app.test_request_context(), force_locale("en"):
        still = sorry(Code.ANIMATED_IMAGE, "gif", kind="photo")
        bare, walled = (sorry(Code.NOT_A_VIDEO, walls=walls).todo for walls in (False, True))
        taken = sorry(Code.UNSUPPORTED_CONTAINER, "rm", walls=True).happened

    assert still.happened.endswith("It moves; a photo is a single picture that stands still.")
    assert still.todo == "Choose a photo in JPEG, PNG, WebP or HEIC format."
    assert (bare, walled.endswith("MP4 and MOV are best.")) == ("Choose a video in MP4 or MOV format.", True)
    assert "AVI, MPEG, MPEG-TS, FLV, WMV and OGV for videos" in taken


def test_the_shape_of_a_picture_is_shown_against_both_its_limits(app: Flask) -> None:
    finding = {"code": "aspect", "outcome": "must_fix", "measured": [1440, 1080], "limit": [1.7, 1.8]}
    with app.test_request_context(), force_locale("en"):
        said = line(finding, {"kind": "video"})

    assert said.meter is not None
    assert said.meter.label == "Shape of the picture: 1.33:1, limit 1.7:1 – 1.8:1"
    assert said.meter.value < said.meter.limits[0] < said.meter.limits[1] <= 100
