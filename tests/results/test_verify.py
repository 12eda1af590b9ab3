"""Anybody can compute a result again: from the record, from the public file, without the database."""

import json
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

from contest.db import db
from contest.ranking.record import fingerprint, public_of
from contest.ranking.situation import Method
from contest.results.queries import Choice
from tests.judging.factories import PLANTED, judges_of
from tests.results.juries import a_jury, computed


@pytest.fixture
def record(app: Flask) -> str:
    return computed(a_jury(works=8, judges=3), choice=Choice(Method.CALIBRATED, "Strict judges")).body


def verify(app: Flask, *args: object) -> Result:
    """The command, in a place where nothing answers for a database."""
    db.engine.dispose()
    return app.test_cli_runner().invoke(args=["results", "verify", *map(str, args)])


def test_a_record_and_its_public_file_recompute(app: Flask, tmp_path: Path, record: str) -> None:
    whole, public = tmp_path / "record.json", tmp_path / "public.json"
    whole.write_text(record, encoding="utf-8")
    public.write_text(public_of(record), encoding="utf-8")

    for args in ((whole,), (whole, "--sha256", fingerprint(record)), (public, "--sha256", fingerprint(record)),
                 (public, "--against", whole)):  # fmt: skip
        answer = verify(app, *args)

        assert (answer.exit_code, "recomputes byte for byte" in answer.output) == (0, True), answer.output


def test_the_public_file_has_the_same_result_and_tells_nothing_of_who_judged(app: Flask, record: str) -> None:
    public, whole = json.loads(public_of(record)), json.loads(record)

    assert public["result"] == whole["result"]
    assert public["record_sha256"] == fingerprint(record)
    assert {"assignments", "recusals", "voids"} & public.keys() == set()
    assert "seed" not in public["round"]
    assert [word for word in PLANTED.values() if word in public_of(record)] == []


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('"place":1,', '"place":3,', "the record says place 3, its ballots give 1"),
        ('"revision":1', '"revision": 1', "saved anew by some program"),
    ],
)
def test_a_changed_record_says_what_does_not_fit(
    app: Flask, tmp_path: Path, record: str, old: str, new: str, says: str
) -> None:
    file = tmp_path / "record.json"
    file.write_text(record.replace(old, new, 1), encoding="utf-8")

    answer = verify(app, file)

    assert (answer.exit_code, says in answer.output) == (1, True), answer.output


def test_a_changed_ballot_is_noticed_by_the_fingerprint_of_the_notice(app: Flask, tmp_path: Path, record: str) -> None:
    file = tmp_path / "record.json"
    file.write_text(record, encoding="utf-8")

    answer = verify(app, file, "--sha256", "0" * 64)

    assert (answer.exit_code, "The fingerprint is" in answer.output) == (1, True)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("not json", "This is no JSON text"),
        ("[]", "This is no record of a result"),
        ('{"ballots": [], "result": [], "format": "result-record/9"}', "cannot recompute"),
        ('{"ballots": [], "result": [], "format": "result-record/1", "engine": "mean/2"}', "Something is missing"),
    ],
)
def test_what_cannot_be_checked_ends_with_2(app: Flask, tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "file.json"
    file.write_text(text, encoding="utf-8")

    answer = verify(app, file)

    assert (answer.exit_code, says in answer.output) == (2, True), answer.output
    assert verify(app, tmp_path / "nowhere.json").exit_code == 2


def test_letters_stand_for_the_judges(app: Flask) -> None:
    round_ = a_jury(works=2, judges=2)
    names = [judge.name for judge in judges_of(round_)]

    assert [name for name in names if name in public_of(computed(round_).body)] == []
