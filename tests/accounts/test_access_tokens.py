"""Tokens for scripts: they send files in their owner's name and can do nothing else."""

import re
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask, g
from werkzeug.test import TestResponse

from contest import clock
from contest.accounts.actions import change_password, make_access_token
from contest.accounts.models import AccessToken, Person
from contest.accounts.rules import MOST_TOKENS
from contest.audit.models import AuditLine
from contest.db import db, transaction
from tests.browser import Browser
from tests.entries.factories import an_entry
from tests.factories import a_person, an_edition, an_organiser
from tests.uploads.factories import encoded


def a_token(person: Person, *, days: int = 30) -> str:
    with transaction():
        return make_access_token(person, name="office", days=days, at=clock.now())[1]


def ask(app: Flask, secret: str, path: str, method: str = "GET", **headers: str) -> TestResponse:
    told = {"Authorization": f"Bearer {secret}"} | {name.replace("_", "-"): value for name, value in headers.items()}
    for name in list(g):  # the context of a test outlives its requests
        g.pop(name)
    return app.test_client().open(path, method=method, headers=told)


def test_a_token_is_made_shown_once_and_ended(app: Flask) -> None:
    person = a_person()
    browser = Browser(app, language="en").sign_in(person).open("/account/access-tokens")
    assert "No tokens" in browser.text

    browser.submit(name="upload script", days="90")
    secret = re.search(r"zg_[\w-]{43}", browser.response.text)
    assert secret is not None
    assert secret[0] not in browser.open("/account/access-tokens").response.text
    assert ask(app, secret[0], "/uploads/places").status_code == 200

    row = db.session.scalars(sa.select(AccessToken)).one()
    browser.open(f"/account/access-tokens/{row.id}/end")
    assert "refused from that moment" in browser.text
    browser.submit("End the token")
    assert ask(app, secret[0], "/uploads/places").status_code == 401
    verbs = db.session.scalars(sa.select(AuditLine.verb)).all()
    assert sorted(verb for verb in verbs if verb.startswith("token.")) == ["token.ended", "token.made"]
    assert secret[0] not in str(db.session.execute(sa.text("SELECT * FROM audit_line")).all())


def test_a_script_finds_its_places_and_sends_a_file_without_a_page(app: Flask) -> None:
    person = a_person()
    an_entry(an_edition(phase="submission"), entrant=person, title="高粱的远征")
    secret = a_token(person)

    (place,) = ask(app, secret, "/uploads/places").get_json()["places"]
    made = ask(
        app, secret, "/uploads", "POST",
        Tus_Resumable="1.0.0", Upload_Length="3", Upload_Metadata=f"purpose {encoded(place['purpose'])}",
    )  # fmt: skip

    assert "高粱的远征" in place["title"]
    assert place["kind"] == "video"
    assert made.status_code == 201
    head = ask(app, secret, made.headers["Location"], "HEAD", Tus_Resumable="1.0.0")
    assert head.headers["Upload-Offset"] == "0"
    assert "Set-Cookie" not in made.headers


def test_somebody_elses_entries_are_no_place(app: Flask) -> None:
    an_entry(an_edition(phase="submission"), entrant=a_person())

    assert ask(app, a_token(a_person()), "/uploads/places").get_json() == {"places": []}


@pytest.mark.parametrize("path", ["/account", "/account/access-tokens", "/entries", "/uploads/plain"])
def test_a_token_opens_no_other_page(app: Flask, path: str) -> None:
    person = an_organiser(an_edition())

    answer = ask(app, a_token(person), path, "POST" if path.endswith("plain") else "GET")

    assert answer.status_code in (302, 401)
    assert person.name not in answer.text


def test_a_bad_token_is_nobody_even_in_a_browser_that_is_signed_in(app: Flask) -> None:
    browser = Browser(app, language="en").sign_in(a_person())

    answer = browser.client.get("/account", headers={"Authorization": "Bearer zg_wrong"})

    assert answer.status_code == 302


@pytest.mark.parametrize("secret", ["", "zg_", "zg_" + "x" * 5000, "zg_\x00", "高粱"])
def test_nonsense_is_no_token(app: Flask, secret: str) -> None:
    headers: Any = {"Authorization": f"Bearer {secret}".encode().decode("latin-1")}

    assert app.test_client().get("/uploads/places", headers=headers).status_code == 401


def test_a_token_runs_out(app: Flask) -> None:
    secret = a_token(a_person())
    db.session.execute(sa.update(AccessToken).values(created_at=clock.now() - timedelta(days=40)))
    db.session.execute(sa.update(AccessToken).values(expires_at=clock.now() - timedelta(seconds=1)))
    db.session.commit()

    assert ask(app, secret, "/uploads/places").status_code == 401


def test_a_blocked_person_has_no_scripts_and_a_new_password_ends_them(app: Flask) -> None:
    blocked, careful = a_person(), a_person()
    secrets = [a_token(blocked), a_token(careful)]
    blocked.blocked_at = clock.now()
    db.session.commit()
    with transaction():
        change_password(careful, password_hash="x", keep_session=None, by=careful, at=clock.now())

    assert [ask(app, secret, "/uploads/places").status_code for secret in secrets] == [401, 401]


def test_its_last_use_is_remembered(app: Flask) -> None:
    secret = a_token(a_person())

    ask(app, secret, "/uploads/places")

    db.session.rollback()
    assert db.session.scalars(sa.select(AccessToken)).one().used_at is not None


def test_there_is_an_end_to_how_many_and_what_was_typed_is_kept(app: Flask) -> None:
    person = a_person()
    for _ in range(MOST_TOKENS):
        a_token(person)

    browser = Browser(app, language="en").sign_in(person).open("/account/access-tokens")
    browser.submit(name="one more", expect=409)

    assert "End one that you no longer need first" in browser.text
    assert "one more" in browser.response.text


def test_the_tokens_of_another_person_do_not_exist(app: Flask) -> None:
    a_token(a_person())
    row = db.session.scalars(sa.select(AccessToken)).one()

    Browser(app, language="en").sign_in(a_person()).open(f"/account/access-tokens/{row.id}/end", expect=404)
