"""Signing in, staying signed in, and not being let in too often."""

from datetime import timedelta
from threading import Thread

import pytest
import sqlalchemy as sa
from flask import Flask

from contest import clock
from contest.accounts import passwords
from contest.accounts.actions import count_try, start_session
from contest.accounts.actions.tries import TriesTooFast, network_of
from contest.accounts.models import Person, SignInAttempt, SignInSession
from contest.accounts.views.current import own_path
from contest.config import Settings
from contest.db import db, transaction
from tests.accounts.factories import PASSWORD, a_member
from tests.browser import Browser

WRONG = "The name or the password is not right. Check both and try again"


@pytest.fixture
def browser(app: Flask) -> Browser:
    return Browser(app, language="en")


def sign_in(
    browser: Browser, login: str, password: str = PASSWORD, *, expect: int = 200, path: str = "/sign-in"
) -> None:
    browser.open(path)
    browser.submit(login=login, password=password, expect=expect)


@pytest.mark.parametrize("typed", ["li@example.org", " LI@Example.ORG ", "ｌｉ＠example.org", "li@example。org"])
def test_an_address_is_the_same_however_it_is_typed(browser: Browser, typed: str) -> None:
    a_member(name="Li", email="li@example.org")

    sign_in(browser, typed)

    assert browser.open("/account").page.h1 == "Your account"


@pytest.mark.parametrize("typed", ["13835410726", "+86 138 3541 0726", "0086-138-3541-0726", "１３８３５４１０７２６"])
def test_a_phone_number_is_the_same_however_it_is_typed(browser: Browser, typed: str) -> None:
    a_member(phone="13835410726")

    sign_in(browser, typed)

    browser.open("/account")
    assert browser.url == "/account"


def test_an_unknown_name_and_a_wrong_password_get_the_same_answer(browser: Browser) -> None:
    a_member(email="li@example.org")

    sign_in(browser, "li@example.org", "wrong", expect=422)
    known = browser.text.replace("li@example.org", "")
    sign_in(browser, "nobody@example.org", "wrong", expect=422)

    assert WRONG in known
    assert browser.text.replace("nobody@example.org", "") == known
    assert 'value="nobody@example.org"' in browser.response.text


def test_an_unknown_name_costs_as_much_work_as_a_known_one(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str | None] = []
    fits = passwords.fits
    monkeypatch.setattr(passwords, "fits", lambda stored, typed: calls.append(stored) or fits(stored, typed))

    sign_in(browser, "nobody@example.org", expect=422)
    sign_in(browser, "not even a name", expect=422)

    assert calls == [None, None]
    assert not passwords.fits(None, "the password of nobody")


def test_a_person_who_never_chose_a_password_cannot_sign_in(browser: Browser) -> None:
    a_member(email="li@example.org", password_hash=None)

    sign_in(browser, "li@example.org", "the password of nobody", expect=422)

    assert WRONG in browser.text


def test_a_blocked_person_is_told_so_only_with_the_right_password(browser: Browser) -> None:
    a_member(email="li@example.org", blocked_at=clock.now())

    sign_in(browser, "li@example.org", "wrong", expect=422)
    assert WRONG in browser.text
    sign_in(browser, "li@example.org", expect=403)

    assert "This account has been blocked" in browser.text


def test_blocking_signs_out_at_once(browser: Browser) -> None:
    person = a_member()
    browser.sign_in(person).open("/account")

    person.blocked_at = clock.now()
    db.session.commit()

    browser.open("/account", expect=200)
    assert browser.url.startswith("/sign-in")


def test_an_old_hash_is_made_anew_at_sign_in(browser: Browser) -> None:
    from argon2 import PasswordHasher

    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    person = a_member(email="li@example.org", password_hash=weak)

    sign_in(browser, "li@example.org")

    assert person.password_hash is not None
    assert person.password_hash != weak
    assert not passwords.is_old(person.password_hash)
    assert passwords.fits(person.password_hash, PASSWORD)


def test_every_sign_in_gets_a_new_session_and_nothing_planted_survives(browser: Browser) -> None:
    a_member(email="li@example.org")
    victim = a_member()
    with transaction():
        planted = start_session(victim, at=clock.now(), ip="203.0.113.9", user_agent="attacker")
    browser.open("/sign-in")
    with browser.client.session_transaction() as session:
        session["planted"] = "x"

    browser.submit(login="li@example.org", password=PASSWORD)

    with browser.client.session_transaction() as session:
        first = session["sid"]
        assert "planted" not in session
    assert first != planted
    assert db.session.scalar(sa.select(sa.func.count()).where(SignInSession.token_sha256 == first)) == 0


def test_the_cookie_holds_nothing_but_the_token(browser: Browser) -> None:
    a_member(email="li@example.org")
    sign_in(browser, "li@example.org")

    with browser.client.session_transaction() as session:
        assert set(session) <= {"sid", "csrf_token", "_permanent", "locale"}
        assert len(session["sid"]) == 43


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example/x",
        "https://evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
        " //evil.example",
        "evil",
        "/sign-out",
        "/sign-in?next=/x",
        "",
        None,
    ],
)
def test_sign_in_leads_only_to_own_paths(app: Flask, target: str | None) -> None:
    with app.test_request_context("/sign-in"):
        assert own_path(target) == ""
        assert own_path("/account?x=1&next=//evil") == "/account?x=1&next=//evil"


def test_a_page_that_needs_an_account_is_opened_after_signing_in(browser: Browser) -> None:
    a_member(email="li@example.org")
    browser.open("/account/sessions")
    assert browser.url == "/sign-in?next=/account/sessions"

    browser.submit(login="li@example.org", password=PASSWORD)

    assert browser.url == "/account/sessions"


def test_a_foreign_next_is_forgotten(browser: Browser) -> None:
    a_member(email="li@example.org")
    browser.open("/sign-in?next=https://evil.example/")

    assert not any("evil" in one.get("value", "") for one in browser.page.all("input"))
    browser.send(
        "POST",
        "/sign-in",
        data={
            "login": "li@example.org",
            "password": PASSWORD,
            "next": "//evil.example/",
            "csrf_token": next(
                one.get("value") for one in browser.page.all("input") if one.get("name") == "csrf_token"
            ),
        },
    )

    assert browser.url == "/"


def test_text_sent_after_the_session_ended_is_kept(browser: Browser) -> None:
    person = a_member(name="Old Name")
    browser.sign_in(person).open("/account")
    db.session.execute(sa.update(SignInSession).values(ended_at=clock.now()))
    db.session.commit()

    browser.submit("#details-form", name="A name that took long to type", expect=401)

    assert "A name that took long to type" in browser.response.text
    assert person.name == "Old Name"


def test_programs_and_htmx_are_told_401(browser: Browser) -> None:
    browser.send("GET", "/account", headers={"Accept": "application/json"}, expect=401)
    assert browser.json["error"]["code"] == "unauthorized"

    browser.open("/account", htmx=True, expect=401)


def test_signing_out_ends_the_session_for_whoever_has_the_cookie(app: Flask, browser: Browser) -> None:
    person = a_member()
    browser.sign_in(person)
    with browser.client.session_transaction() as session:
        stolen = session["sid"]
    browser.open("/account")
    token = next(one.get("value") for one in browser.page.all("input") if one.get("name") == "csrf_token")
    browser.send("POST", "/sign-out", data={"csrf_token": token})
    thief = Browser(app, language="en")
    with thief.client.session_transaction() as session:
        session["sid"] = stolen

    thief.open("/account")

    assert thief.url.startswith("/sign-in")


def test_a_session_ends_when_idle_and_when_old(browser: Browser) -> None:
    settings: Settings = browser.app.config["SETTINGS"]
    person = a_member()
    browser.sign_in(person, at=clock.now() - timedelta(hours=settings.session_idle_h) + timedelta(minutes=5))
    assert browser.open("/account").url == "/account"

    db.session.execute(sa.update(SignInSession).values(seen_at=clock.now() + timedelta(minutes=1)))
    db.session.execute(
        sa.update(SignInSession).values(started_at=clock.now() - timedelta(hours=settings.session_absolute_h))
    )
    db.session.commit()
    assert browser.open("/account").url.startswith("/sign-in")


def test_an_idle_session_is_over(browser: Browser) -> None:
    settings: Settings = browser.app.config["SETTINGS"]
    browser.sign_in(a_member(), at=clock.now() - timedelta(hours=settings.session_idle_h))

    assert browser.open("/account").url.startswith("/sign-in")


def test_a_visit_is_noted_at_most_once_a_minute(browser: Browser) -> None:
    begun = clock.now() - timedelta(hours=1)
    browser.sign_in(a_member(), at=begun).open("/account")
    seen = db.session.scalars(sa.select(SignInSession.seen_at)).one()
    assert seen > begun + timedelta(minutes=59)

    browser.open("/account")

    assert db.session.scalars(sa.select(SignInSession.seen_at)).one() == seen


def try_in(name: str, ip: str, **ago: float) -> None:
    with transaction():
        count_try(name, ip=ip, at=clock.now() - timedelta(**ago))


def test_five_failures_from_one_address_make_it_wait(browser: Browser) -> None:
    a_member(email="li@example.org")
    for _try in range(5):
        sign_in(browser, "li@example.org", "wrong", expect=422)

    sign_in(browser, "LI@example.org", PASSWORD, expect=429)

    assert "You can try again in 15 minutes." in browser.text
    assert 0 < int(browser.response.headers["Retry-After"]) <= 15 * 60 + 1


def test_the_owner_at_another_address_is_not_locked_out(app: Flask) -> None:
    for _try in range(5):
        try_in("li@example.org", "203.0.113.9")

    try_in("li@example.org", "198.51.100.7")

    with pytest.raises(TriesTooFast):
        try_in("li@example.org", "203.0.113.9")


def test_many_addresses_against_one_name_are_stopped_but_not_where_its_owner_is_known(app: Flask) -> None:
    db.session.add(
        SignInAttempt(
            name_sha256=_hash("li@example.org"),
            ip="198.51.100.7",
            at=clock.now() - timedelta(days=30),
            succeeded=True,
        )
    )
    db.session.commit()
    for number in range(30):
        try_in("li@example.org", f"203.0.113.{number}")

    with pytest.raises(TriesTooFast):
        try_in("li@example.org", "203.0.113.200")
    try_in("li@example.org", "198.51.100.7")


def test_one_address_against_many_names_is_stopped(app: Flask) -> None:
    for number in range(50):
        try_in(f"person{number}@example.org", "203.0.113.9", minutes=1)

    with pytest.raises(TriesTooFast) as refused:
        try_in("another@example.org", "203.0.113.9")

    assert 13 * 60 < refused.value.wait_s <= 14 * 60 + 1


def test_tries_are_let_through_again_when_the_window_has_passed(app: Flask) -> None:
    for _try in range(5):
        try_in("li@example.org", "203.0.113.9", minutes=15, seconds=1)

    try_in("li@example.org", "203.0.113.9")


def test_a_success_forgives_earlier_failures(browser: Browser) -> None:
    a_member(email="li@example.org")
    for _round in range(3):
        for _try in range(4):
            sign_in(browser, "li@example.org", "wrong", expect=422)
        sign_in(browser, "li@example.org")
        browser.sign_out()


def test_tries_at_the_same_moment_cannot_be_more_than_the_limit(app: Flask) -> None:
    let_through: list[int] = []
    refused: list[TriesTooFast] = []
    errors: list[BaseException] = []

    def attempt() -> None:
        with app.app_context():
            try:
                with transaction():
                    attempt_id = count_try("li@example.org", ip="203.0.113.9", at=clock.now())
                let_through.append(attempt_id)
            except TriesTooFast as error:
                refused.append(error)
            except BaseException as error:
                errors.append(error)

    threads = [Thread(target=attempt) for _thread in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert errors == []
    assert (len(let_through), len(refused)) == (5, 11)


@pytest.mark.parametrize(
    ("ip", "counted"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("unix:", "unix:"),
    ],
)
def test_a_household_counts_as_one_address(ip: str, counted: str) -> None:
    assert network_of(ip) == counted


def test_names_are_counted_by_their_hash_only(app: Flask) -> None:
    try_in("my secret password typed into the wrong field", "203.0.113.9")

    row = db.session.scalars(sa.select(SignInAttempt)).one()
    assert (len(row.name_sha256), row.ip, row.succeeded) == (64, "203.0.113.9", False)


def test_a_password_changed_in_between_is_not_overwritten(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    person = a_member(email="li@example.org")
    newer = passwords.hash_of("another password 123")

    def change_meanwhile(_stored: str | None, _typed: str) -> bool:
        db.session.execute(sa.update(Person).values(password_hash=newer))
        db.session.commit()
        return True

    monkeypatch.setattr(passwords, "fits", change_meanwhile)

    sign_in(browser, "li@example.org", expect=422)

    assert person.password_hash == newer
    assert db.session.scalar(sa.select(sa.func.count()).select_from(SignInSession)) == 0


def _hash(name: str) -> str:
    from contest.accounts.logins import name_key
    from contest.accounts.tokens import sha256_of

    return sha256_of(name_key(name))
