"""An organiser says what is asked of files, begins with published rules, and sees what follows."""

import sqlalchemy as sa
from flask import Flask

from contest.audit.models import AuditLine
from contest.db import db
from contest.editions.models import Category
from contest.entries.rules.limits import PRESETS, Rules, rules_of
from tests.browser import Browser
from tests.factories import a_judge, an_auditor, an_edition, an_organiser

MIB = 1024 * 1024


def the(kind: str) -> Category:
    db.session.rollback()
    return db.session.scalars(sa.select(Category).where(Category.kind == kind)).one()


def page_of(kind: str) -> str:
    category = the(kind)
    return f"/editions/{category.edition_id}/desk/categories/{category.id}/rules"


def test_every_limit_that_is_typed_is_kept_and_shown_again(app: Flask) -> None:
    edition = an_edition()
    browser = Browser(app, language="en").sign_in(an_organiser(edition)).open(page_of("video"))

    browser.submit(
        "Save rules",
        fields={
            "max_length_s": "300", "min_length_s": "120", "tolerance_s": "0.5", "max_mib": "300", "min_mib": "95",
            "min_short_side": "1080", "min_long_side": "1920", "aspect": "16:9", "orientations": ["landscape"],
            "min_fps": "24.5", "max_fps": "30.5", "min_mbit": "2.5", "max_mbit": "40", "containers": ["mp4"],
            "codecs": ["h264", "hevc"], "sound_required": True, "severity_min_size": "warn", "severity_fps": "off",
        },
    )  # fmt: skip

    assert rules_of(the("video")) == Rules(
        kind="video", max_length_ms=300_000, min_length_ms=120_000, max_bytes=300 * MIB, min_bytes=95 * MIB,
        min_short_side=1080, min_long_side=1920, min_aspect=1.7, max_aspect=1.8, orientations=("landscape",),
        min_fps=24.5, max_fps=30.5, min_bit_rate=2_500_000, max_bit_rate=40_000_000, containers=("mp4",),
        codecs=("h264", "hevc"), sound_required=True, severities={"min-size": "warn", "fps": "off"},
    )  # fmt: skip
    browser.submit("Save rules")
    assert "Nothing was changed" in browser.text
    lines = db.session.scalars(sa.select(AuditLine).where(AuditLine.verb == "category.changed")).all()
    assert len(lines) == 1


def test_a_preset_fills_the_form_and_nothing_is_kept_before_it_is_saved(app: Flask) -> None:
    edition = an_edition()
    before = rules_of(the("video"))
    browser = Browser(app, language="en").sign_in(an_organiser(edition))

    browser.open(f"{page_of('video')}?preset=national-micro-video")
    assert "They are not saved yet" in browser.text
    assert rules_of(the("video")) == before
    browser.submit("Save rules")

    kept = rules_of(the("video"))
    assert (kept.min_length_ms, kept.orientations, kept.containers) == (120_000, ("landscape",), ("mp4",))
    assert kept.severities == PRESETS["national-micro-video"].severities


def test_every_preset_comes_out_of_the_form_as_it_went_in(app: Flask) -> None:
    edition = an_edition()
    browser = Browser(app, language="en").sign_in(an_organiser(edition))

    for name, preset in PRESETS.items():
        browser.open(f"{page_of(preset.kind)}?preset={name}").submit("Save rules")
        kept = rules_of(the(preset.kind))

        def rest(rules: Rules) -> dict[str, object]:
            """All but the largest size, which is rounded to MiB and always there."""
            return {key: value for key, value in rules.to_json().items() if not key.endswith("_bytes")}

        assert rest(kept) == rest(preset), name


def test_what_cannot_be_is_refused_and_what_was_typed_is_kept(app: Flask) -> None:
    edition = an_edition()
    browser = Browser(app, language="en").sign_in(an_organiser(edition)).open(page_of("video"))

    browser.submit("Save rules", fields={"min_length_s": "400", "max_length_s": "300", "max_mib": None}, expect=422)

    assert "The most cannot be less than the least" in browser.text
    assert 'value="400"' in browser.response.text
    browser.open(page_of("video")).submit("Save rules", fields={"min_fps": "many", "max_fps": "99999"}, expect=422)


def test_a_photo_can_be_asked_to_be_clear(app: Flask) -> None:
    edition = an_edition()
    browser = Browser(app, language="en").sign_in(an_organiser(edition)).open(page_of("photo"))
    assert "Pictures a second" not in browser.text

    browser.submit(
        "Save rules", fields={"severity_clarity": "reject", "aspect": "4:1", "shots": ["panorama", "close-up"]}
    )

    assert rules_of(the("photo")).severities == {"clarity": "reject"}
    assert rules_of(the("photo")).shots == ("panorama", "close-up")
    assert rules_of(the("photo")).max_aspect == 4.0


def test_the_settings_lead_to_it_and_only_organisers_get_there(app: Flask) -> None:
    edition = an_edition()
    organiser = Browser(app, language="en").sign_in(an_organiser(edition)).open(f"/editions/{edition.id}/desk/settings")
    assert page_of("video") in organiser.response.text

    for other in (an_auditor(edition), a_judge(edition), an_organiser(an_edition(is_current=False))):
        Browser(app).sign_in(other).open(
            f"/editions/{edition.id}/desk/categories/{edition.categories[0].id}/rules", expect=403
        )
    organiser.open(f"/editions/{edition.id}/desk/categories/999/rules", expect=404)
    organiser.open(
        f"/editions/{edition.id}/desk/categories/{edition.categories[0].id}/rules?preset=clear-photo", expect=404
    )
