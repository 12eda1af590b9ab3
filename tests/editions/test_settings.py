"""An organiser sets an edition up."""

from datetime import UTC, datetime

import sqlalchemy as sa
from flask import Flask

from contest import clock
from contest.audit.models import AuditLine
from contest.db import db, transaction
from contest.editions.actions import make_current
from contest.editions.models import Edition
from contest.editions.queries import current_edition
from tests.browser import Browser
from tests.factories import a_video_category, an_edition, an_organiser
from tests.page import text_of


def verbs() -> list[str]:
    return list(
        db.session.scalars(
            sa.select(AuditLine.verb).where(AuditLine.verb.like("%edition%") | AuditLine.verb.like("category%"))
        )
    )


def test_texts_are_changed_and_the_change_is_recorded(browser: Browser) -> None:
    edition = an_edition()
    browser.sign_in(an_organiser(edition)).open(f"/editions/{edition.id}/desk/settings?lang=en")

    name = "“晋中”科技/活动周 🌟"
    browser.submit("Save texts", **{"texts-name": name, "texts-contact_phone": "0354-1234567"})

    assert (edition.name, edition.contact_phone) == (name, "0354-1234567")
    assert "Saved." in browser.text
    line = db.session.scalars(sa.select(AuditLine).where(AuditLine.verb == "edition.described")).one()
    assert line.details == {
        "before": {"name": "2026年晋中市科技活动周", "contact_phone": ""},
        "after": {"name": name, "contact_phone": "0354-1234567"},
    }


def test_saving_without_a_change_records_nothing(browser: Browser) -> None:
    edition = an_edition()

    browser.sign_in(an_organiser(edition)).open(f"/editions/{edition.id}/desk/settings?lang=en").submit("Save texts")

    assert verbs() == []


def test_dates_are_typed_and_shown_in_the_zone_of_the_edition(browser: Browser) -> None:
    edition = an_edition(phase=None, time_zone="Asia/Shanghai")
    browser.sign_in(an_organiser(edition)).open(f"/editions/{edition.id}/desk/settings?lang=en")

    browser.submit(
        "Save calendar",
        **{"calendar-submission_starts": "2026-04-01T09:00", "calendar-submission_ends": "2026-05-01T00:00"},
    )

    phase = edition.phase("submission")
    assert phase is not None
    assert phase.starts_at == datetime(2026, 4, 1, 1, tzinfo=UTC)
    assert phase.ends_at == datetime(2026, 4, 30, 16, tzinfo=UTC)
    assert browser.page.one("input", name="calendar-submission_starts").get("value") == "2026-04-01T09:00"


def test_without_the_dates_of_submission_there_is_no_calendar(browser: Browser) -> None:
    edition = an_edition(phase=None)
    browser.sign_in(an_organiser(edition)).open(f"/editions/{edition.id}/desk/settings?lang=en")

    browser.submit("Save calendar", expect=422, **{"calendar-review_starts": "2026-04-01T09:00"})

    assert edition.phases == []
    assert "Say when submissions open." in browser.text
    assert "Say when submissions close." in browser.text


def test_a_calendar_that_cannot_be_keeps_what_was_typed(browser: Browser) -> None:
    edition = an_edition(phase=None)
    browser.sign_in(an_organiser(edition)).open(f"/editions/{edition.id}/desk/settings?lang=en")

    browser.submit(
        "Save calendar",
        expect=422,
        **{"calendar-submission_starts": "2026-04-01T09:00", "calendar-submission_ends": "2026-04-01T08:00"},
    )

    assert "This must end after it begins." in browser.text
    assert "2026-04-01T08:00" in browser.response.text
    assert edition.phases == []


def test_an_hour_that_the_clocks_skip_is_refused(browser: Browser) -> None:
    edition = an_edition(phase=None, time_zone="Europe/Berlin")
    browser.sign_in(an_organiser(edition)).open(f"/editions/{edition.id}/desk/settings?lang=en")

    browser.submit(
        "Save calendar",
        expect=422,
        **{"calendar-submission_starts": "2026-03-29T02:30", "calendar-submission_ends": "2026-04-01T08:00"},
    )

    assert "clocks are put forward" in browser.text


def test_limits_of_a_category_are_typed_in_the_units_of_people(browser: Browser) -> None:
    edition = an_edition()
    browser.sign_in(an_organiser(edition)).open(f"/editions/{edition.id}/desk/settings?lang=en")

    browser.submit(
        f"/editions/{edition.id}/desk/settings/categories/{edition.categories[0].id}",
        **{"A-max_length_s": "240", "A-tolerance_s": "0.25", "A-max_mib": "800"},
    )

    category = edition.categories[0]
    assert (category.max_length_ms, category.tolerance_ms, category.max_bytes) == (240_000, 250, 800 * 1024 * 1024)
    assert verbs() == ["category.changed"]


def test_a_new_category_gets_the_next_letter(browser: Browser) -> None:
    edition = an_edition()
    browser.sign_in(an_organiser(edition)).open(f"/editions/{edition.id}/desk/settings?lang=en")

    browser.submit("Add category", **{"new-kind": "photo", "new-name": "组照", "new-max_files": "8"})

    assert [(one.code, one.kind, one.max_files) for one in edition.categories][-1] == ("C", "photo", 8)


def test_groups_are_renamed_swapped_and_added_but_never_taken_away(browser: Browser) -> None:
    edition = an_edition()
    browser.sign_in(an_organiser(edition)).open(f"/editions/{edition.id}/desk/settings?lang=en")
    first = edition.groups[0].id

    browser.submit("Save groups", **{"groups-groups": "中小学生组 / Pupils\n公众组 / Public"})
    browser.submit("Save groups", **{"groups-groups": "公众组 / Public\n中小学生组 / Pupils"})
    browser.submit("Save groups", expect=422, **{"groups-groups": "公众组 / Public"})

    assert [(group.name, group.name_en) for group in edition.groups] == [("公众组", "Public"), ("中小学生组", "Pupils")]
    assert edition.groups[0].id == first


def test_another_edition_becomes_current_and_the_first_no_longer_is(app: Flask) -> None:
    old, new = an_edition(), an_edition(is_current=False, state="draft")
    organiser = an_organiser(new)

    with transaction():
        make_current(new, by=organiser, at=clock.now())

    assert current_edition() is new
    assert not old.is_current


def test_an_edition_without_dates_cannot_become_current(browser: Browser) -> None:
    edition = an_edition(phase=None, is_current=False, state="draft")
    browser.sign_in(an_organiser(edition)).open(f"/editions/{edition.id}/desk/settings?lang=en")

    assert "to do2. Calendar" in browser.text
    assert "Make this edition current" not in [text_of(button) for button in browser.page.all("button")]
    browser.send("POST", f"/editions/{edition.id}/desk/settings/current", expect=None)
    assert browser.status in (400, 409)  # no token, or refused


def test_who_makes_an_edition_organises_it(browser: Browser) -> None:
    organiser = an_organiser(an_edition())
    browser.sign_in(organiser).open("/editions?lang=en")

    browser.submit("Make edition", name="2027年科技活动周", slug="2027")

    made = db.session.scalars(sa.select(Edition).where(Edition.slug == "2027")).one()
    assert browser.url == f"/editions/{made.id}/desk"
    assert made.state == "draft"


def test_a_short_name_is_used_once(browser: Browser) -> None:
    edition = an_edition()
    browser.sign_in(an_organiser(edition)).open("/editions?lang=en")

    browser.submit("Make edition", expect=422, name="Again", slug=edition.slug)

    assert "Another edition already has this short name." in browser.text


def test_the_desk_of_another_edition_is_closed_to_its_neighbours(browser: Browser) -> None:
    mine, theirs = an_edition(), an_edition(is_current=False)

    browser.sign_in(an_organiser(mine)).open(f"/editions/{theirs.id}/desk/settings", expect=403)
    browser.open("/editions/987654/desk", expect=403)


def test_signs_that_cannot_be_printed_do_not_reach_the_database(browser: Browser) -> None:
    edition = an_edition()
    browser.sign_in(an_organiser(edition)).open(f"/editions/{edition.id}/desk/settings?lang=en")

    browser.submit("Save texts", **{"texts-name": "晋\x00中\u202e", "texts-organisers": "科\x00技局\r\n科协"})

    assert (edition.name, edition.organisers) == ("晋中", "科技局\n科协")


def test_there_are_as_many_categories_as_letters_and_what_was_typed_is_kept(browser: Browser) -> None:
    edition = an_edition()
    for number in range(24):
        edition.categories.append(a_video_category(code=chr(ord("C") + number), position=number + 2))
    db.session.commit()
    browser.sign_in(an_organiser(edition)).open(f"/editions/{edition.id}/desk/settings?lang=en")

    browser.submit("Add category", fields={"new-name": "第二十七类", "new-max_mib": "10"}, expect=409)

    assert "An edition can have 26 categories" in browser.text
    assert "第二十七类" in browser.response.text
