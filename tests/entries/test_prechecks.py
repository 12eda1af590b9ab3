"""What the rules say of a file that a browser has only looked at, in the words of the check report."""

from typing import Any

import pytest
from flask import Flask

from contest import clock
from contest.accounts.models import Person
from contest.db import transaction
from contest.entries.models import Entry
from contest.entries.rules.early import Claims, early_fault, early_findings
from contest.entries.rules.limits import PRESETS, Rules
from contest.media import formats
from contest.media.facts import Code
from contest.media.sandbox import LIMITS_ONLY, WALLED
from contest.uploads import parts
from contest.uploads.models import Upload
from tests.browser import Browser
from tests.entries.factories import an_entry
from tests.factories import a_person, an_edition
from tests.uploads.factories import MIB, an_upload
from tests.uploads.part_files import part_file
from tests.uploads.sessions import signed_in_client

GOOD = {
    "container": "mp4",
    "codec": "h264",
    "audio_codec": "aac",
    "size_bytes": 50 * MIB,
    "length_ms": 178_000,
    "width": 1920,
    "height": 1080,
    "fps": 30.0,
    "has_picture": True,
    "has_sound": True,
}
RULES = Rules(kind="video", max_length_ms=180_000, min_short_side=720, sound_required=True)


def codes(rules: Rules, **said: Any) -> list[str]:
    return [one.code for one in early_findings(Claims.from_json(GOOD | said), rules)]


def test_a_good_film_gives_nothing_to_say() -> None:
    assert codes(RULES) == []


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ({"length_ms": 206_000}, ["length"]),
        ({"length_ms": 180_400}, []),  # within the tolerance
        ({"width": 640, "height": 360}, ["short-side"]),
        ({"has_sound": False}, ["sound"]),
        ({"length_ms": 206_000, "width": 640, "height": 360, "has_sound": False}, ["length", "short-side", "sound"]),
    ],
)
def test_each_rule_that_would_be_missed_is_named(said: dict[str, Any], found: list[str]) -> None:
    assert codes(RULES, **said) == found


@pytest.mark.parametrize("silent", list(GOOD))
def test_of_what_was_not_said_nothing_is_held_against_anybody(silent: str) -> None:
    for rules in PRESETS.values():
        told = {name: value for name, value in GOOD.items() if name != silent}
        every = set(codes(rules))
        assert {one.code for one in early_findings(Claims.from_json(told), rules)} <= every


@pytest.mark.parametrize(
    "said", [{"length_ms": "206000"}, {"length_ms": -1}, {"length_ms": 1e300}, {"length_ms": True}, {"length_ms": []}]
)
def test_what_is_no_number_counts_as_not_said(said: dict[str, Any]) -> None:
    assert codes(RULES, **said) == []


@pytest.mark.parametrize(
    ("kind", "said", "fault"),
    [
        ("video", {"container": "mp4"}, None),
        ("video", {"container": "avi"}, None),
        ("video", {"container": "mp4", "codec": "dvvideo"}, None),
        ("video", {"container": "mp4", "codec": "theora"}, "unsupported-codec"),
        ("video", {"container": "mp4", "codec": "xyz"}, None),  # the check knows better
        ("video", {"container": ""}, "not-a-video"),
        ("video", {"container": "jpeg"}, "not-a-video"),
        ("video", {"container": "gif"}, "animated-image"),
        ("video", {"container": "audio"}, "audio-only"),
        ("video", {"container": "mp4", "has_picture": False, "has_sound": True}, "audio-only"),
        ("video", {"container": "mp4", "fault": "moov-missing"}, "moov-missing"),
        ("video", {}, None),  # its bytes could not be read here
        ("photo", {"container": "heif"}, None),
        ("photo", {"container": "mp4"}, "not-a-photo"),
        ("photo", {"container": "bmp"}, "unsupported-container"),
        ("photo", {"container": "apng"}, "animated-image"),
    ],
)
def test_a_file_that_cannot_be_of_use_is_told_by_its_kind(kind: Any, said: dict[str, Any], fault: str | None) -> None:
    assert early_fault(Claims.from_json(said), kind, level=WALLED) == fault


def test_an_old_kind_of_film_is_refused_early_only_where_it_would_be_refused() -> None:
    old = [Claims.from_json({"container": name, "size_bytes": 9}) for name in formats.ONLY_BEHIND_WALLS]

    assert {early_fault(claims, "video", level=WALLED) for claims in old} == {None}
    assert {early_fault(claims, "video", level=LIMITS_ONLY) for claims in old} == {Code.UNSUPPORTED_CONTAINER}
    assert early_fault(Claims.from_json({"container": "rm"}), "video", level=WALLED) == Code.UNSUPPORTED_CONTAINER


def ask(app: Flask, person: Person, entry: Entry, said: Any, *, expect: int = 200) -> Any:
    client, token = signed_in_client(app, person)
    with app.app_context():
        headers = {"X-CSRFToken": token, "Accept": "application/json", "Accept-Language": "en"}
        answer = client.post(f"/entries/{entry.id}/file/precheck", json=said, headers=headers)
    assert answer.status_code == expect
    return answer.get_json()


def test_the_answer_is_in_the_words_of_the_report(app: Flask) -> None:
    entry = an_entry(an_edition())

    answer = ask(app, entry.entrant, entry, GOOD | {"length_ms": 206_000})

    assert (answer["refused"], answer["known"], answer["blocks"]) == ("", None, True)
    assert "3:26 / 3:00" in answer["html"]
    assert "26 s too long. Allowed: 3:00 inclusive, plus a tolerance of 0.5 s." in answer["html"]


def test_of_a_good_file_nothing_is_said(app: Flask) -> None:
    entry = an_entry(an_edition())

    assert ask(app, entry.entrant, entry, GOOD) == {"refused": "", "known": None, "html": "", "blocks": False}


def test_what_only_advises_does_not_stop_anybody(app: Flask) -> None:
    entry = an_entry(an_edition())
    with transaction():
        entry.category.further_limits = {"max_fps": 25.5, "severities": {"fps": "warn"}}

    answer = ask(app, entry.entrant, entry, GOOD)

    assert (answer["blocks"], "Pictures a second" in answer["html"]) == (False, True)


def test_a_file_that_is_too_large_is_refused_as_its_upload_would_be(app: Flask) -> None:
    entry = an_entry(an_edition())

    answer = ask(app, entry.entrant, entry, GOOD | {"size_bytes": 501 * MIB})

    assert answer["refused"].startswith("The file is 501 MB, larger than 500 MB.")


def test_after_the_deadline_it_is_said_before_a_byte_unless_the_upload_was_begun_in_time(app: Flask) -> None:
    entry = an_entry(an_edition(phase="review"))
    answer = ask(app, entry.entrant, entry, GOOD)

    assert "Submissions closed on" in answer["refused"]


def test_the_same_file_is_found_again_by_its_size_and_its_first_block(app: Flask) -> None:
    entry = an_entry(an_edition())
    first, purpose = "a" * 64, f"entry-file:{entry.id}:0"
    upload = an_upload(entry.entrant, purpose=purpose, declared_bytes=50 * MIB, first_chunk_sha256=first)
    an_upload(entry.entrant, purpose=purpose, declared_bytes=50 * MIB, first_chunk_sha256="b" * 64)
    an_upload(entry.entrant, purpose=purpose, declared_bytes=51 * MIB, first_chunk_sha256=first)
    an_upload(entry.entrant, purpose="entry-file:99:0", declared_bytes=50 * MIB, first_chunk_sha256=first)
    an_upload(a_person(), purpose=purpose, declared_bytes=50 * MIB, first_chunk_sha256=first)

    assert ask(app, entry.entrant, entry, GOOD | {"first_sha256": first})["known"] == upload.id
    assert ask(app, entry.entrant, entry, GOOD | {"first_sha256": "c" * 64})["known"] is None
    assert ask(app, entry.entrant, entry, GOOD)["known"] is None


def test_whoever_sends_nonsense_gets_an_answer_all_the_same(app: Flask) -> None:
    entry = an_entry(an_edition())

    for said in ([], "x", {"size_bytes": {}, "container": 7, "first_sha256": []}):
        assert ask(app, entry.entrant, entry, said)["refused"] == "The file is empty. Choose another one."


def test_another_persons_entry_cannot_be_asked_about(app: Flask) -> None:
    ask(app, a_person(name="Stranger"), an_entry(an_edition()), GOOD, expect=404)


def test_unfinished_uploads_are_shown_to_their_person_only_and_given_up_by_them_only(app: Flask) -> None:
    entry = an_entry(an_edition(), title="One grain of sorghum")
    upload = an_upload(entry.entrant, purpose=f"entry-file:{entry.id}:0", declared_bytes=MIB, filename="a.mp4")
    part_file(app, upload.id).write_bytes(bytes(MIB // 2))
    mine, other = Browser(app, language="en").sign_in(entry.entrant), Browser(app, language="en").sign_in(a_person())

    mine.open("/entries")
    assert "for “One grain of sorghum”" in mine.response.text
    mine.open(f"/entries/{entry.id}/file")
    assert "512 KB of 1.0 MB" in mine.response.text
    other.open("/entries")
    assert "a.mp4" not in other.response.text
    give_up(app, a_person(name="Stranger"), upload, expect=404)
    give_up(app, entry.entrant, upload, expect=302)
    assert parts.size_of(app.config["SETTINGS"], upload.id) == 0
    mine.open("/entries")
    assert "The upload of “a.mp4” was given up." not in mine.response.text  # it was said to the other session
    assert "Your unfinished uploads" not in mine.response.text


def test_what_has_been_received_meanwhile_is_not_given_up(app: Flask) -> None:
    entry, at = an_entry(an_edition()), clock.now()
    whole = {"state": "received", "received_bytes": 10, "completed_at": at}
    upload = an_upload(entry.entrant, purpose=f"entry-file:{entry.id}:0", **whole)

    give_up(app, entry.entrant, upload, expect=302)

    assert upload.state == "received"


def give_up(app: Flask, person: Person, upload: Upload, *, expect: int) -> None:
    client, token = signed_in_client(app, person)
    with app.app_context():
        answer = client.post(
            f"/entries/unfinished-uploads/{upload.id}/cancellation", data={"csrf_token": token, "back": "/entries"}
        )
    assert answer.status_code == expect
