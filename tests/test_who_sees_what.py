"""A crawler that opens every route as everybody, with planted names that must not be seen.

What a page shows is tested where the page is made; here it is only asked whether anything leaks anywhere: a judge must
never learn whose work it is, the public nothing that is not published, an entrant nothing of another's work.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from itertools import product

import pytest
from flask import Flask
from werkzeug.routing import Rule

from contest import clock
from contest.accounts.actions import invite
from contest.accounts.models import Person
from contest.db import db, transaction
from contest.editions.models import Edition
from contest.entries.models import Entry
from contest.judging.actions.conflicts import declare_conflict
from contest.judging.models import Round
from contest.judging.queries.conflicts import rows_of
from contest.judging.relations import Target
from contest.results.actions import compute_result, give_awards, publish, unpublish
from contest.results.models import Publication
from contest.storage import storage
from contest.uploads.models import EVIDENCE, Asset, Rendition
from tests.browser import Browser
from tests.factories import a_person, an_auditor, save
from tests.judging.factories import PLANTED, a_round, add_file, close, fill, judges_of, organiser_of

# What stands in the files themselves: judges must never fetch the one, the public never the other.
IN_FILES = {
    "credits": "Planted Credits 字幕",
    "judging copy": "Planted Judging Copy",
    "evidence": "Planted Evidence 证据",
}
INSIDE = {"conflict": "Planted Conflict 知情"}  # why somebody must not judge: for the office alone
WORDS = PLANTED | IN_FILES | INSIDE
CONTACT = {
    "contact",
    "phone",
    "email",
    "file",
    "judging copy",
    "evidence",
    "conflict",
}  # never public, whatever else is
FAILED = range(500, 600)
MAY_FAIL = {"/health", "/health/ready"}  # no worker runs here, and it says so


@dataclass
class World:
    """One edition with an open round, full of planted names, and everybody who might look."""

    round: Round
    stranger: Person
    auditor: Person
    token: str

    @property
    def edition(self) -> Edition:
        return self.round.edition

    def entries(self) -> list[Entry]:
        return [assignment.entry for assignment in self.round.assignments]


@pytest.fixture
def world(app: Flask) -> World:
    open_round = a_round(judges=2, works=2)
    give_showcase_copies(open_round)
    organiser = organiser_of(open_round)
    with transaction():
        _invitation, token = invite(
            edition_id=open_round.edition_id, role="judge", name="Somebody", at=clock.now(), by=organiser
        )
        declare_conflict(
            open_round,
            judges_of(open_round)[0],
            Target(unit_name="A unit that takes no part"),
            reason=INSIDE["conflict"],
            by=organiser,
            at=clock.now(),
        )
    stranger = a_person(name="Another Entrant")
    return World(open_round, stranger, an_auditor(open_round.edition), token)


def give_showcase_copies(round_: Round) -> None:
    """Each work in two copies, whose files have bytes that can be told apart."""
    for entry in {assignment.entry for assignment in round_.assignments}:
        [judged] = entry.files
        copy = add_file(entry, entry.entrant, role="showcase")
        for asset, word in ((judged.asset, IN_FILES["judging copy"]), (copy, IN_FILES["credits"])):
            for made in asset.renditions:
                for file in made.files:
                    storage().put(f"{made.prefix}{file['name']}", BytesIO(word.encode()), content_type=file["mime"])
        give_evidence(judged.asset)


def give_evidence(asset: Asset) -> None:
    """A picture of what the check found, which the entrant and the office alone may see."""
    shown = {"name": "seen-01.jpg", "mime": "image/jpeg", "bytes": 20, "sha256": "a", "width": 320, "height": 180}
    prefix = f"d/{asset.id}/evidence-1/"
    storage().put(prefix + "seen-01.jpg", BytesIO(IN_FILES["evidence"].encode()), content_type="image/jpeg")
    columns = {"profile": EVIDENCE, "version": 1, "state": "ready", "created_at": clock.now()}
    save(Rendition(asset_id=asset.id, prefix=prefix, files=[shown], **columns))
    db.session.refresh(asset)


def addresses(app: Flask, world: World) -> Iterator[str]:
    """Every GET route, with every value of the world in its place."""
    entries = world.entries()
    files = [file for entry in entries for file in entry.files]
    names = [file["name"] for rendition in files[0].asset.renditions for file in rendition.files]
    values: dict[str, list[object]] = {
        "edition_id": [world.edition.id],
        "entry_id": [entry.id for entry in entries],
        "file_id": [file.id for file in files],
        "round_id": [world.round.id],
        "conflict_id": [row.id for row in rows_of(world.round)],
        "category_id": [category.id for category in world.edition.categories],
        "assignment_id": [assignment.id for assignment in world.round.assignments],
        "member_id": [member.id for member in world.round.panel],
        "person_id": [entries[0].entrant_id, world.stranger.id, judges_of(world.round)[0].id],
        "upload_id": [file.asset.upload_id for file in files],
        "position": [0],
        "name": [*names, PLANTED["file"], "../../secret_key"],
        "filename": ["css/base.css"],
        "slug": [world.edition.slug],
        "number": [entry.number for entry in entries],
        "token": [world.token, "nonsense"],
    }
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()):
            continue
        yield from filled(rule, values)


def filled(rule: Rule, values: dict[str, list[object]]) -> Iterator[str]:
    names = sorted(rule.arguments)
    for chosen in product(*(values.get(name, [1]) for name in names)):
        built = rule.build(dict(zip(names, chosen, strict=True)), append_unknown=False)
        if built is not None:
            yield built[1]


def leaks(app: Flask, world: World, person: Person | None, *, planted: set[str]) -> list[tuple[str, str]]:
    """(address, what was seen there) for every planted word, and every answer of 500 or more."""
    browser = Browser(app)
    if person is not None:
        browser.sign_in(person)
    found = []
    for address in sorted(set(addresses(app, world))):
        for headers in ({}, {"Accept": "application/json"}, {"HX-Request": "true"}):
            answer = browser.client.get(address, headers=headers)
            said = f"{answer.headers}{answer.get_data(as_text=True)}"
            # An address that was guessed may be repeated, in the link to the other language for instance.
            found += [(address, word) for word in planted if WORDS[word] in said and WORDS[word] not in address]
            if answer.status_code in FAILED and address not in MAY_FAIL:
                found.append((address, str(answer.status_code)))
            answer.close()
    return found


def test_who_is_signed_out_sees_nothing_that_is_not_published(app: Flask, world: World) -> None:
    assert leaks(app, world, None, planted=set(WORDS)) == []


def test_a_judge_learns_nowhere_whose_work_it_is(app: Flask, world: World) -> None:
    judge = judges_of(world.round)[0]

    assert leaks(app, world, judge, planted=set(WORDS) - {"judging copy"}) == []


def test_a_judge_watches_the_judging_copy_and_the_public_the_one_with_credits(app: Flask, world: World) -> None:
    judge = judges_of(world.round)[0]
    mine = next(one for one in world.round.assignments if one.judge_id == judge.id)
    watched = Browser(app).sign_in(judge).open(f"/judging/assignments/{mine.id}/media/0/video.mp4").text
    publish_all(world)

    shown = Browser(app).open(f"{first_work(world)}/media/0/video.mp4").text

    assert (watched, shown) == (IN_FILES["judging copy"], IN_FILES["credits"])


def test_an_entrant_sees_nothing_of_the_works_of_others(app: Flask, world: World) -> None:
    assert leaks(app, world, world.stranger, planted=set(WORDS)) == []


def test_nothing_breaks_for_organisers_and_auditors(app: Flask, world: World) -> None:
    assert leaks(app, world, organiser_of(world.round), planted=set()) == []
    assert leaks(app, world, world.auditor, planted=set()) == []


def test_what_is_published_shows_neither_contact_nor_file_name(app: Flask, world: World) -> None:
    publish_all(world)

    assert leaks(app, world, None, planted=CONTACT) == []
    assert PLANTED["author"] in Browser(app).open(first_work(world)).text


def test_what_was_taken_back_is_gone_for_the_public_and_still_hidden_from_judges(app: Flask, world: World) -> None:
    publication = publish_all(world)

    with transaction():
        unpublish(publication, reason="an objection", by=organiser_of(world.round), at=clock.now())

    assert leaks(app, world, None, planted=set(WORDS)) == []


def publish_all(world: World) -> Publication:
    organiser = organiser_of(world.round)
    fill(world.round)
    close(world.round)
    with transaction():
        snapshot = compute_result(world.round, by=organiser, at=clock.now())
        give_awards(snapshot, dict.fromkeys([entry.id for entry in world.entries()], 1), by=organiser, at=clock.now())
        return publish(snapshot, by=organiser, at=clock.now())


def first_work(world: World) -> str:
    return f"/works/{world.edition.slug}/{world.entries()[0].number}"
