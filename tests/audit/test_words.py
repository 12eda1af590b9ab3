"""Whoever reads the audit trail reads sentences, not keys of the code."""

import ast
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

import pytest
from flask import Flask
from flask_babel import force_locale

from contest.audit.actions import record
from contest.audit.details import details_of
from contest.audit.models import AuditLine
from contest.audit.words import KEYS, SENTENCES, word_of
from contest.clock import now
from contest.db import transaction
from contest.editions.actions import TEXTS, Limits
from contest.editions.models import PHASES
from tests.browser import Browser
from tests.factories import a_judge, an_auditor, an_edition
from tests.web.test_house_rules import ROOT, name

NOT_DETAILS = {"by", "on", "at", "edition_id", "before", "after"}


def recorded() -> Iterator[tuple[str, ast.Call]]:
    """Every call of `record` in the code, with where it stands."""
    for path in sorted((ROOT / "contest").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "record":
                yield f"{name(path)}:{node.lineno}", node


def told(verb: str, details: dict[str, Any], language: str = "en") -> list[tuple[str, str]]:
    with force_locale(language):
        line = AuditLine(verb=verb, details=details)
        return [(detail.name, detail.text) for detail in details_of(line, names={7: "Li Judge"})]


def test_every_recorded_action_has_a_sentence() -> None:
    calls = list(recorded())

    assert len(calls) > 40
    assert [place for place, call in calls if not isinstance(call.args[0], ast.Constant)] == []
    assert {call.args[0].value for _place, call in calls if isinstance(call.args[0], ast.Constant)} - set(
        SENTENCES
    ) == set()


def test_every_recorded_detail_has_a_name() -> None:
    keys = {(place, word.arg) for place, call in recorded() for word in call.keywords if word.arg}
    changed = {*TEXTS, *PHASES, *(field.name for field in fields(Limits)), "state", "closes_at", "quorum", "title"}

    assert [(place, key) for place, key in sorted(keys) if key not in KEYS and key not in NOT_DETAILS] == []
    assert changed - set(KEYS) == set()


def test_what_nobody_described_is_shown_as_it_is(app: Flask) -> None:
    assert told("entry.saved", {"step": 3, "inner": {"deep": [1, 2]}}) == [("step", "3"), ("inner", "deep: 1, 2")]
    assert told("upload.received", {"bytes": "many"}) == [("Size", "many")]
    assert word_of("step") == "step"


@pytest.mark.parametrize(
    ("verb", "details", "language", "text"),
    [
        ("entry.withdrawn", {"before": {"state": "passed"}, "after": {"state": "withdrawn"}}, "zh_CN",
         "状态：合格 → 已撤回"),
        ("entry.withdrawn", {"before": {"state": "passed"}, "after": {"state": "withdrawn"}}, "en",
         "State: Passed → Withdrawn"),
        ("role.granted", {"role": "unit_officer", "person_id": 7}, "en", "Role: Unit officer | Person: Li Judge"),
        ("awards.given", {"before": {"12": 1}, "after": {"12": 2, "13": 1}}, "en",
         "Entry 12: First prize → Second prize | Entry 13: – → First prize"),
        ("edition.dated", {"before": {}, "after": {"judging": ["2026-05-01T00:00:00+00:00", None]}}, "en",
         "Judging: – → 1 May 2026, 08:00 – open end"),
        ("edition.grouped", {"before": ["公众组"], "after": ["公众组", "学生组"]}, "zh_CN",
         "修改：公众组 → 公众组、学生组"),
        ("category.changed", {"before": {"tolerance_ms": 500, "sound_required": True, "max_bytes": 10485760},
                              "after": {"tolerance_ms": 1500, "sound_required": False, "max_bytes": None}}, "en",
         "Tolerance: 0.5 s → 1.5 s | There must be sound: Yes → No | Largest file: 10 MB → –"),
        ("entry.submitted", {"number": "2026-A-0001", "after": {"title": "Well", "files": [
            {"position": 1, "bytes": 2048, "sha256": "ab"}]}}, "en",
         "Title: Well | Files: Place among the files: 1, Size: 2.0 KB, SHA-256: ab | Entry number: 2026-A-0001"),
        ("ballot.recused", {"before": "draft", "reason": "kin: my niece"}, "en",
         "Before: Draft | Reason: I am related to an author, or belong to the same unit: my niece"),
        ("round.created", {"name": "Final", "rubric": [["Idea", 4000, 5000, 50]]}, "en",
         "Name: Final | Rubric: Idea 40%, at most 50"),
        ("asset.unreadable", {"sha256": "ab", "code": "empty"}, "en", "SHA-256: ab | What is wrong: The file is empty"),
        ("person.changed", {"fields": ["email", "name"], "before": {"name": "A"}, "after": {"name": "B"}}, "en",
         "Full name: A → B | What was changed: E-mail, Full name"),
        ("upload.received", {"bytes": 1024, "purpose": "entry-file:12:0"}, "en", "Size: 1.0 KB | What for: Entry 12"),
        ("entry.file-removed", {"position": 0, "asset": 4}, "en", "Place among the files: 1 | File number: 4"),
    ],
)  # fmt: skip
def test_a_clerk_can_read_what_was_written(
    app: Flask, verb: str, details: dict[str, Any], language: str, text: str
) -> None:
    colon = ": " if language == "en" else "："

    assert " | ".join(f"{key}{colon}{value}" for key, value in told(verb, details, language)) == text


def test_the_page_shows_words_and_no_keys(app: Flask, browser: Browser) -> None:
    edition = an_edition()
    judge, auditor = a_judge(edition, name="Li Judge"), an_auditor(edition)
    with transaction():
        record("panel.left", by=auditor, on=judge, at=now(), edition_id=edition.id, judge_id=judge.id, voided=2)
        record("entry.file-removed", by=judge, on=edition, at=now(), position=0, asset=4)

    browser.sign_in(auditor).open(f"/editions/{edition.id}/desk/audit?lang=en")

    assert "left a panel" in browser.text
    assert "Judge: Li Judge" in browser.text
    assert "Ballots that no longer count: 2" in browser.text
    assert "took a file out of an entry" in browser.text
    assert "judge_id" not in browser.text
