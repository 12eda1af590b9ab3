"""Registering, invitations, links for new passwords, and the organisers' page about people."""

from datetime import timedelta
from threading import Thread
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from contest import clock
from contest.accounts import passwords, registry
from contest.accounts.actions import (
    accept_invitation,
    forget_old,
    grant_role,
    register_person,
    revoke_role,
    use_reset,
)
from contest.accounts.logins import Login
from contest.accounts.models import Invitation, PasswordReset, Person, RoleGrant, SignInAttempt, SignInSession
from contest.accounts.rules import why_not_password
from contest.audit.models import AuditLine
from contest.db import db, transaction
from contest.errors import Refused
from tests.accounts.factories import PASSWORD, a_member, a_reset, an_invitation
from tests.browser import Browser
from tests.factories import a_judge, a_person, an_auditor, an_edition, an_organiser, grant

HOSTILE = ['O\'Brien "Bob"', "a/b <script>alert(1)</script>", "张🎈👨‍👩‍👧", "王" * 200]


@pytest.fixture
def browser(app: Flask) -> Browser:
    return Browser(app, language="en")


def count(model: Any) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


@pytest.mark.parametrize("name", HOSTILE)
def test_anybody_may_register_whatever_their_name(browser: Browser, name: str) -> None:
    an_edition()
    browser.open("/register").submit(name=name, login="13835410726", password=PASSWORD)

    browser.open("/account")
    person = db.session.scalars(sa.select(Person)).one()
    assert (person.name, person.phone, person.email) == (name, "13835410726", None)


def test_invisible_and_control_characters_are_left_out_of_names(browser: Browser) -> None:
    browser.open("/register").submit(name="Li\u202e\x00  \u200bMing", login="13835410726", password=PASSWORD)

    assert db.session.scalars(sa.select(Person.name)).one() == "Li Ming"


def test_who_is_registered_already_is_shown_the_way_in(browser: Browser) -> None:
    a_member(email="li@example.org")

    browser.open("/register").submit(name="Li", login="LI@example.org", password=PASSWORD, expect=409)

    assert "There is already an account with this phone number or e-mail address" in browser.text
    assert "Forgot the password?" in browser.text
    assert count(Person) == 1


def test_the_same_address_registered_twice_at_once_makes_one_account(app: Flask) -> None:
    outcomes: list[str] = []

    def register() -> None:
        with app.app_context():
            try:
                with transaction():
                    register_person(name="Li", login=Login(email="li@example.org"), password_hash="x", at=clock.now())
                outcomes.append("made")
            except Refused as refused:
                outcomes.append(str(refused.status))

    run_together(*[register] * 6)

    assert sorted(outcomes) == ["409"] * 5 + ["made"]
    assert count(Person) == 1


@pytest.mark.parametrize(
    ("password", "begins"),
    [
        ("short", "Use at least 10 characters"),
        ("x" * 201, "Use at most 200 characters"),
        ("password123", "Many people use this password"),
        ("1234567890", "Many people use this password"),
        ("aaaaaaaaaaab", "Many people use this password"),
        ("13835410726", "The password must not be"),
        ("li.ming@example.org", "The password must not be"),
        ("li.ming2026", "The password must not be"),
        ("Li Xiaoming 1", "The password must not be"),
    ],
)
def test_a_password_that_is_easily_guessed_is_refused(app: Flask, password: str, begins: str) -> None:
    with app.test_request_context("/?lang=en"):
        reason = why_not_password(password, known=["Li Xiaoming", "li.ming@example.org", "13835410726"])

    assert (reason or "").startswith(begins)


@pytest.mark.parametrize("password", [PASSWORD, "核桃树下安静的七个夜晚", "8372619450", "Tr0ub4dor&3x"])
def test_other_passwords_are_taken(app: Flask, password: str) -> None:
    with app.test_request_context("/"):
        assert why_not_password(password, known=["Li", "li@example.org"]) is None


def test_passwords_are_the_same_however_their_characters_are_composed(app: Flask) -> None:
    assert passwords.fits(passwords.hash_of("caf\u00e9 am Abend"), "cafe\u0301 am Abend")


def test_opening_an_invitation_changes_nothing(browser: Browser) -> None:
    edition = an_edition()
    invitation, token = an_invitation(edition, by=an_organiser(edition, name="Office Clerk"))

    for _time in range(3):
        browser.open(f"/invitations/{token}")

    assert browser.page.h1 == "Professor Wang, you are invited"
    assert "Office Clerk" in browser.text
    assert invitation.state_at(clock.now()) == "open"
    assert browser.response.headers["Referrer-Policy"] == "no-referrer"


def test_a_new_judge_accepts_with_a_password_and_is_signed_in(browser: Browser) -> None:
    edition = an_edition()
    invitation, token = an_invitation(edition, phone="13835410726")

    browser.open(f"/invitations/{token}").submit("#accept", password=PASSWORD, expect=422)
    assert "Please confirm this" in browser.text
    browser.submit("#accept", password=PASSWORD, independent=True, recuse=True)

    person = db.session.scalars(sa.select(Person)).one()
    assert (person.name, person.phone) == ("Professor Wang", "13835410726")
    assert person.has_role("judge", edition_id=edition.id)
    assert (invitation.state_at(clock.now()), invitation.accepted_by_id) == ("accepted", person.id)
    assert browser.open("/account").url == "/account"


def test_somebody_signed_in_accepts_for_their_account(browser: Browser) -> None:
    edition = an_edition()
    _invitation, token = an_invitation(edition, role="auditor")
    person = a_member()

    browser.sign_in(person).open(f"/invitations/{token}").submit("#accept")

    assert person.has_role("auditor", edition_id=edition.id)
    assert count(Person) == 1


def test_an_invitation_for_a_known_address_leads_to_sign_in_and_back(browser: Browser) -> None:
    a_member(phone="13835410726")
    _invitation, token = an_invitation(an_edition(), role="auditor", phone="13835410726")

    browser.open(f"/invitations/{token}").submit("#accept", password=PASSWORD, expect=409)
    browser.click("Sign in and come back").submit(login="13835410726", password=PASSWORD)

    assert browser.url == f"/invitations/{token}"
    assert count(Person) == 1


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"cancelled_at": True}, "The organisers have withdrawn this invitation"),
        ({"declined_at": True}, "This invitation was declined"),
        ({"accepted_at": True}, "This invitation has already been accepted"),
        ({"expires_at": True, "created_at": True}, "This invitation has expired"),
    ],
)
def test_a_link_that_is_over_says_why(browser: Browser, change: dict[str, Any], says: str) -> None:
    a_person()
    invitation, token = an_invitation(an_edition())
    if "accepted_at" in change:
        with db.session.no_autoflush:
            invitation.accepted_by_id = db.session.scalar(sa.select(Person.id))
    for name in change:
        setattr(invitation, name, clock.now() - timedelta(seconds=1 if name != "created_at" else 2))
    db.session.commit()

    browser.open(f"/invitations/{token}", expect=410)

    assert says in browser.text


def test_an_unknown_link_is_no_page(browser: Browser) -> None:
    browser.open("/invitations/" + "x" * 43, expect=404)
    browser.open("/password-resets/" + "x" * 43, expect=404)


def test_declining_ends_the_invitation(browser: Browser) -> None:
    invitation, token = an_invitation(an_edition())

    browser.open(f"/invitations/{token}").submit("Decline the invitation", expect=410)

    assert browser.page.h1 == "You have declined"
    assert invitation.declined_at is not None


def test_of_two_who_accept_at_once_one_wins(app: Flask) -> None:
    invitation, _token = an_invitation(an_edition())
    invitation_id, people = invitation.id, [a_person().id for _ in range(4)]
    db.session.rollback()
    outcomes: list[str] = []

    def accept(person_id: int) -> None:
        with app.app_context():
            try:
                with transaction():
                    accept_invitation(
                        db.session.get_one(Invitation, invitation_id),
                        db.session.get_one(Person, person_id),
                        at=clock.now(),
                    )
                outcomes.append("accepted")
            except Refused as refused:
                outcomes.append(str(refused.status))

    run_together(*[lambda person_id=person_id: accept(person_id) for person_id in people])

    assert sorted(outcomes) == ["410", "410", "410", "accepted"]
    assert count(RoleGrant) == 1


def test_what_a_feature_adds_is_part_of_accepting(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_accepted", [])
    invitation, _token = an_invitation(an_edition())
    person = a_person()

    @registry.on_accepted
    def refuse(_invitation: Invitation, _person: Person, _at: Any) -> None:
        raise Refused("The round is closed.")

    with pytest.raises(Refused), transaction():
        accept_invitation(invitation, person, at=clock.now())

    assert (invitation.accepted_at, count(RoleGrant)) == (None, 0)


def test_a_reset_link_sets_the_password_once_and_ends_every_session(app: Flask, browser: Browser) -> None:
    person = a_member()
    other = Browser(app, language="en").sign_in(person)
    _reset, token = a_reset(person)

    browser.open(f"/password-resets/{token}").submit(password="a quite different one")

    assert passwords.fits(person.password_hash, "a quite different one")
    assert other.open("/account").url.startswith("/sign-in")
    assert browser.open("/account").url == "/account"
    browser.open(f"/password-resets/{token}", expect=410)


def test_a_newer_reset_link_ends_the_older_and_an_old_one_expires(browser: Browser) -> None:
    person = a_member()
    _first, older = a_reset(person)
    _second, newer = a_reset(person)
    _third, late = a_reset(a_member(), ago=timedelta(hours=25))

    browser.open(f"/password-resets/{older}", expect=410)
    browser.open(f"/password-resets/{newer}", expect=200)
    browser.open(f"/password-resets/{late}", expect=410)


def test_of_two_who_use_a_reset_link_at_once_one_wins(app: Flask) -> None:
    reset, _token = a_reset(a_member())
    reset_id = reset.id
    db.session.rollback()
    outcomes: list[str] = []

    def use(password_hash: str) -> None:
        with app.app_context():
            try:
                with transaction():
                    use_reset(db.session.get_one(PasswordReset, reset_id), password_hash=password_hash, at=clock.now())
                outcomes.append("set")
            except Refused:
                outcomes.append("refused")

    run_together(*[lambda name=name: use(f"hash {name}") for name in range(4)])

    assert sorted(outcomes) == ["refused", "refused", "refused", "set"]


def test_changing_the_password_needs_the_present_one_and_ends_other_sessions(app: Flask, browser: Browser) -> None:
    person = a_member(email="li@example.org")
    other = Browser(app, language="en").sign_in(person)
    browser.sign_in(person).open("/account/password")

    browser.submit(current="wrong", password="a quite different one", expect=422)
    assert "This is not your present password" in browser.text
    browser.submit(current=PASSWORD, password="a quite different one")

    assert browser.url == "/account"
    assert "It is strong." in browser.text
    assert other.open("/account").url.startswith("/sign-in")


def test_devices_are_listed_and_signed_out_one_by_one_or_all(app: Flask, browser: Browser) -> None:
    person, stranger = a_member(), a_member()
    other = Browser(app, language="en").sign_in(person)
    foreign = Browser(app).sign_in(stranger)
    browser.sign_in(person).open("/account/sessions")
    theirs = db.session.scalar(sa.select(SignInSession.id).where(SignInSession.person_id == stranger.id))

    browser.submit("/account/other-sessions/end")

    assert other.open("/account").url.startswith("/sign-in")
    assert foreign.open("/account").url == "/account"
    token = next(one.get("value") for one in browser.page.all("input") if one.get("name") == "csrf_token")
    browser.send("POST", f"/account/sessions/{theirs}/end", data={"csrf_token": token}, expect=404)


def test_details_are_changed_but_not_to_those_of_somebody_else(browser: Browser) -> None:
    a_member(phone="13900000000")
    person = a_member(email="li@example.org")
    browser.sign_in(person).open("/account")

    browser.submit("#details-form", name="New Name", phone="13900000000", expect=409)
    assert "Somebody else has an account" in browser.text
    browser.submit("#details-form", name="New Name", phone="138 3541 0726", email="")

    assert (person.name, person.phone, person.email) == ("New Name", "13835410726", None)
    browser.submit("#details-form", phone="", email="", expect=409)


def test_the_pages_of_people_are_for_organisers_of_that_edition(browser: Browser) -> None:
    edition = an_edition()
    other = an_edition(is_current=False)
    organiser = an_organiser(edition)
    path = f"/editions/{edition.id}/desk/people"

    assert browser.open(path).url == f"/sign-in?next={path}"
    browser.sign_in(a_judge(edition, name="Judge Li")).open(path, expect=403)
    assert "You are signed in as Judge Li." in browser.text
    browser.sign_in(an_organiser(other)).open(path, expect=403)
    browser.sign_in(organiser).open(path)

    assert "Judge Li" in browser.text


@pytest.mark.parametrize("name", HOSTILE)
def test_people_are_found_by_name_role_and_contact(browser: Browser, name: str) -> None:
    edition = an_edition()
    a_judge(edition, name=name, email="found@example.org")
    a_judge(edition, name="Somebody Else")
    browser.sign_in(an_organiser(edition))

    for query in ({"q": name[:50]}, {"q": "found@"}, {"q": "found", "role": "judge"}):
        browser.send("GET", f"/editions/{edition.id}/desk/people", query=query)
        assert "1 person" in browser.text

    browser.send("GET", f"/editions/{edition.id}/desk/people", query={"q": "\x00%_"})
    assert "Nobody found" in browser.text


def test_somebody_without_a_part_is_found_only_by_their_whole_contact(browser: Browser) -> None:
    edition = an_edition()
    person = a_member(name="Zhao", email="zhao@example.org")
    browser.sign_in(an_organiser(edition))

    browser.open(f"/editions/{edition.id}/desk/people?q=zhao")
    assert "Nobody found" in browser.text
    browser.open(f"/editions/{edition.id}/desk/people/{person.id}", expect=404)
    browser.open(f"/editions/{edition.id}/desk/people?q=zhao@example.org").click("Zhao")

    assert browser.page.h1 == "Zhao"


def test_an_invitation_link_is_shown_once(browser: Browser) -> None:
    edition = an_edition()
    browser.sign_in(an_organiser(edition)).open(f"/editions/{edition.id}/desk/people/invitation")

    browser.submit(role="judge", name="Professor Wang", contact="13835410726")

    link = next(one.get("value", "") for one in browser.page.all("input") if one.get("id") == "fresh-link")
    token = link.rsplit("/", 1)[1]
    assert link == f"http://localhost/invitations/{token}"
    assert "/invitations/" not in "".join(
        one.get("value", "") for one in browser.open(f"/editions/{edition.id}/desk/people").page.all("input")
    )
    Browser(browser.app, language="en").open(f"/invitations/{token}")
    browser.submit("Withdraw Professor Wang")
    Browser(browser.app, language="en").open(f"/invitations/{token}", expect=410)


def test_who_offers_the_role_of_a_unit_officer_says_that_it_has_no_pages_yet(browser: Browser) -> None:
    edition = an_edition()
    judge = a_judge(edition)
    browser.sign_in(an_organiser(edition))

    pages = [browser.open(f"/editions/{edition.id}/desk/people/{page}").text for page in ("invitation", judge.id)]

    assert "Unit officer: acts for a unit; has no pages of their own yet in this version" in pages[0]
    assert "A unit officer has no pages of their own yet in this version." in pages[1]


def test_an_organiser_hands_over_a_link_for_a_new_password(browser: Browser) -> None:
    edition = an_edition()
    judge = a_judge(edition, name="Judge Li")
    browser.sign_in(an_organiser(edition)).open(f"/editions/{edition.id}/desk/people/{judge.id}")

    browser.submit("Make a link for a new password")

    link = next(one.get("value", "") for one in browser.page.all("input") if one.get("id") == "fresh-link")
    Browser(browser.app, language="en").open(link.removeprefix("http://localhost"))
    details = db.session.scalars(sa.select(AuditLine.details).where(AuditLine.verb == "reset.issued")).one()
    assert link.rsplit("/", 1)[1] not in str(details)


def test_an_organiser_cannot_reach_into_editions_they_do_not_run(browser: Browser) -> None:
    edition, other = an_edition(), an_edition(is_current=False)
    person = grant(a_judge(edition, name="Judge Li"), "organiser", other)
    browser.sign_in(an_organiser(edition)).open(f"/editions/{edition.id}/desk/people/{person.id}")

    assert "a role in an edition that you do not run" in browser.text
    token = next(one.get("value") for one in browser.page.all("input") if one.get("name") == "csrf_token")
    browser.send(
        "POST",
        f"/editions/{edition.id}/desk/people/{person.id}/password-reset",
        data={"csrf_token": token},
        expect=403,
    )
    assert count(PasswordReset) == 0


def test_a_role_is_taken_back_after_its_consequences_are_shown(browser: Browser) -> None:
    edition = an_edition()
    judge = a_judge(edition, name="Judge Li")
    browser.sign_in(an_organiser(edition)).open(f"/editions/{edition.id}/desk/people/{judge.id}")

    browser.click("Take back: Judge")
    assert "Marks that were given stay" in browser.text
    browser.submit("Take the role back")

    assert not judge.has_role("judge", edition_id=edition.id)
    assert db.session.scalars(sa.select(RoleGrant).where(RoleGrant.person_id == judge.id)).one().revoked_at


def test_the_last_organiser_stays(browser: Browser) -> None:
    edition = an_edition()
    organiser = an_organiser(edition)
    browser.sign_in(organiser).open(f"/editions/{edition.id}/desk/people/{organiser.id}")

    browser.click("Take back: Organiser")

    assert "This is the only organiser." in browser.text


def test_two_organisers_cannot_take_the_role_from_each_other_at_once(app: Flask) -> None:
    edition = an_edition()
    grants = [an_organiser(edition).grants[0].id for _ in range(2)]
    db.session.rollback()
    outcomes: list[str] = []

    def revoke(grant_id: int) -> None:
        with app.app_context():
            try:
                with transaction():
                    revoke_role(db.session.get_one(RoleGrant, grant_id), by=None, at=clock.now())
                outcomes.append("revoked")
            except Refused:
                outcomes.append("refused")

    run_together(*[lambda grant_id=grant_id: revoke(grant_id) for grant_id in grants])

    assert sorted(outcomes) == ["refused", "revoked"]


def test_a_role_granted_twice_at_once_is_held_once(app: Flask) -> None:
    edition_id, person_id = an_edition().id, a_person().id
    db.session.rollback()
    errors: list[BaseException] = []

    def give() -> None:
        with app.app_context():
            try:
                with transaction():
                    person = db.session.get_one(Person, person_id)
                    grant_role(person, role="judge", edition_id=edition_id, by=None, at=clock.now())
            except BaseException as error:
                errors.append(error)

    run_together(*[give] * 4)

    assert (errors, count(RoleGrant)) == ([], 1)


def test_a_blocked_person_is_out_until_let_in_again(app: Flask, browser: Browser) -> None:
    edition = an_edition()
    judge = a_judge(edition, name="Judge Li")
    theirs = Browser(app, language="en").sign_in(judge)
    browser.sign_in(an_organiser(edition)).open(f"/editions/{edition.id}/desk/people/{judge.id}")

    browser.submit("#block", reason="", expect=422)
    browser.submit("#block", reason="Passed a password on")
    assert theirs.open("/account").url.startswith("/sign-in")
    browser.submit("Let the person in again")

    assert judge.blocked_at is None


@pytest.mark.parametrize("path", ["people", "audit"])
def test_a_long_list_costs_as_many_queries_as_a_short_one(browser: Browser, path: str) -> None:
    edition = an_edition()
    organiser = an_organiser(edition)
    browser.sign_in(organiser)
    a_judge(edition)
    an_invitation(edition, by=organiser)
    browser.open(f"/editions/{edition.id}/desk/{path}")
    few = queries(browser, f"/editions/{edition.id}/desk/{path}")

    for number in range(3):
        a_judge(edition, name=f"Judge {number}")
        an_invitation(edition, by=an_auditor(edition))

    assert queries(browser, f"/editions/{edition.id}/desk/{path}") == few


def test_old_tries_and_sessions_are_forgotten_after_half_a_year(app: Flask) -> None:
    now = clock.now()
    person = a_member()
    for days in (1, 179, 181, 400):
        at = now - timedelta(days=days)
        db.session.add(SignInAttempt(name_sha256="x" * 64, ip="::1", at=at, succeeded=False))
        db.session.add(
            SignInSession(
                person_id=person.id,
                token_sha256=f"{days:064}",
                started_at=at,
                seen_at=at,
                ended_at=at,
                ip="::1",
                user_agent="x",
            )
        )
    db.session.commit()

    with transaction():
        forgotten = forget_old(at=now, settings=app.config["SETTINGS"])

    assert forgotten == (2, 2)


def test_the_commands_hand_out_links(app: Flask) -> None:
    edition = an_edition()
    judge = a_judge(edition, name="Judge Li", email="li@example.org")
    runner = app.test_cli_runner()

    invited = runner.invoke(args=["people", "invite-organiser", "Clerk Wang"])
    reset = runner.invoke(args=["people", "reset-password", "LI@example.org"])
    listed = runner.invoke(args=["people", "list"])
    unknown = runner.invoke(args=["people", "reset-password", "nobody"])

    assert invited.output.splitlines()[-1].startswith("http://127.0.0.1:8000/invitations/")
    assert reset.output.splitlines()[-1].startswith("http://127.0.0.1:8000/password-resets/")
    assert listed.output == f"{judge.id} li@example.org Judge Li judge\n"
    assert unknown.exit_code == 1


def run_together(*calls: Any) -> None:
    threads = [Thread(target=call) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def queries(browser: Browser, path: str) -> int:
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("BEGIN", "SAVEPOINT")):
            seen.append(statement)

    sa.event.listen(db.engine, "before_cursor_execute", note)
    try:
        browser.open(path)
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", note)
    return len(seen)
