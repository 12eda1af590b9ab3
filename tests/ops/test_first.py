"""An empty instance gives a link that makes its bearer the first organiser, once."""

import re

import pytest
from flask import Flask

from contest import clock
from contest.accounts.models import Person
from contest.db import db, transaction
from contest.ops.first import first_organiser_path
from tests.browser import Browser
from tests.factories import a_person
from tests.ops.factories import stamped


def a_link() -> str:
    with transaction():
        return first_organiser_path(time_zone="Asia/Urumqi", at=clock.now())


def test_the_bearer_becomes_organiser_and_the_link_is_used_up(app: Flask) -> None:
    path = a_link()
    browser = Browser(app, language="en").open(path)
    assert browser.page.one("input", name="name").get("value") in ("", None)  # nobody knows yet who it will be

    fields = {"name": "Wang Min", "login": "wang@example.org", "password": "a long pass phrase 7"}
    browser.submit(fields=fields)

    person = db.session.query(Person).one()
    assert person.has_role("organiser")
    assert browser.url == "/editions/1/desk"
    assert [grant.edition.time_zone for grant in person.grants] == ["Asia/Urumqi"]
    Browser(app).open(path, expect=410)


def test_asked_again_the_older_link_ends(app: Flask) -> None:
    first, second = a_link(), a_link()

    Browser(app).open(first, expect=410)
    Browser(app).open(second)


def test_where_people_are_there_is_no_first_link(app: Flask) -> None:
    a_person()

    with pytest.raises(ValueError, match="invites others"):
        a_link()


def test_init_empty_prints_the_link_and_leaves_what_is_there_alone(app: Flask) -> None:
    stamped()

    shown = app.test_cli_runner().invoke(args=["init", "--empty"])

    path = re.search(r"http://127\.0\.0\.1:8000(/invitations/\S+)", shown.output)
    assert path
    Browser(app).open(path[1])
    a_person()
    again = app.test_cli_runner().invoke(args=["init", "--empty"])
    assert (again.exit_code, again.output) == (0, "")


def test_an_interrupted_demo_is_told_and_nothing_is_deleted(app: Flask) -> None:
    stamped()
    (app.config["SETTINGS"].instance / "demo-unfinished").touch()

    shown = app.test_cli_runner().invoke(args=["init"])

    assert shown.exit_code == 1
    assert "rm -r" in shown.output
