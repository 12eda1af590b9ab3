"""Supervisors and organisers are told how the service is; nobody is told a secret."""

import pytest
import sqlalchemy as sa
from flask import Flask

from contest import clock
from contest.db import database_now, db
from contest.jobs.models import WorkerBeat
from tests.browser import Browser
from tests.factories import a_judge, a_person, an_auditor, an_edition, an_organiser, save
from tests.ops.factories import stamped


@pytest.fixture
def browser(app: Flask) -> Browser:
    return Browser(app, language="en")


def test_a_service_with_a_worker_is_ready(app: Flask, browser: Browser) -> None:
    stamped()
    save(WorkerBeat(worker="w", started_at=clock.now(), beat_at=database_now()))

    assert browser.open("/health").json == {"status": "ok", "database": "ok", "worker": "ok"}
    assert browser.open("/health/ready").json == browser.open("/health").json


def test_without_a_worker_pages_are_served_all_the_same(browser: Browser) -> None:
    stamped()

    assert browser.open("/health").json == {"status": "ok", "database": "ok", "worker": "down"}


def test_a_database_of_a_newer_version_is_not_served(browser: Browser) -> None:
    stamped("ffff")

    assert browser.open("/health", expect=503).json == {
        "status": "unavailable",
        "database": "newer",
        "worker": "unknown",
    }


def test_the_process_is_alive_whatever_the_database_does(app: Flask, browser: Browser) -> None:
    db.session.remove()
    with db.engine.connect() as connection:
        connection.execute(sa.text("SELECT 1"))

    assert browser.open("/health/live").json == {"status": "ok"}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_organisers_and_auditors_read_the_findings(app: Flask, language: str) -> None:
    edition = an_edition()

    for person in (an_organiser(edition), an_auditor(edition)):
        browser = Browser(app, language=language).sign_in(person)
        browser.open(f"/editions/{edition.id}/desk/health")
        secret = app.config["SECRET_KEY"]
        assert secret not in browser.response.text


def test_others_do_not(app: Flask, browser: Browser) -> None:
    edition = an_edition()

    assert browser.open(f"/editions/{edition.id}/desk/health").url.startswith("/sign-in")
    browser.sign_in(a_person()).open(f"/editions/{edition.id}/desk/health", expect=403)
    browser.sign_in(a_judge(edition)).open(f"/editions/{edition.id}/desk/health", expect=403)
