"""An organiser passes an entry to the judges."""

import re

import sqlalchemy as sa
from flask import Flask

from contest import clock
from contest.db import db, transaction
from contest.entries.actions import pass_entry
from contest.entries.models import Entry
from tests.entries.factories import a_passed_entry, a_submitted_entry
from tests.factories import an_edition, an_organiser


def test_a_passed_entry_is_known_by_a_code_of_its_category(app: Flask) -> None:
    edition = an_edition()
    entry, organiser = a_submitted_entry(edition), an_organiser(edition)

    with transaction():
        pass_entry(entry, by=organiser, at=clock.now())

    assert entry.state == "passed"
    assert re.fullmatch(r"A-\d{3}", entry.code or "")


def test_codes_do_not_follow_the_order_of_submission(app: Flask) -> None:
    edition = an_edition()
    organiser = an_organiser(edition)

    codes = [a_passed_entry(edition, organiser=organiser, with_asset=False).code for _ in range(12)]

    assert len(set(codes)) == 12
    assert codes != sorted(codes, key=str)  # by chance once in 479,001,600 times


def test_a_code_may_be_fixed_by_a_test(app: Flask) -> None:
    entry = a_passed_entry(an_edition(), code="A-017", title="Dawn")

    assert db.session.scalars(sa.select(Entry.code)).all() == ["A-017"]
    assert entry.title == "Dawn"
