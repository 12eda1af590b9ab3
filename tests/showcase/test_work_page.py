"""One winning work: what it is, who made it, how to watch it and where to go from it."""

import pytest
from flask import Flask

from contest import clock
from contest.db import db
from contest.uploads.models import Rendition
from tests.browser import Browser
from tests.factories import an_edition
from tests.showcase.factories import a_work, address_of


@pytest.fixture
def visitor(app: Flask) -> Browser:
    return Browser(app, language="en")


def test_a_film_plays_as_a_stream_with_a_plain_file_to_fall_back_on(visitor: Browser) -> None:
    award = a_work(an_edition(phase="showcase"))
    media = f"{address_of(award)}/media/0"

    page = visitor.open(address_of(award)).page

    assert [source.get("src") for source in page.all("source")] == [f"{media}/hls/master.m3u8", f"{media}/video.mp4"]
    assert page.all("video")[0].get("poster") == f"{media}/poster.jpg"
    assert "By 张晓岚, 武文斌" in visitor.text
    assert "高粱研究所" in visitor.text


def test_photos_open_large_without_script(visitor: Browser) -> None:
    award = a_work(an_edition(phase="showcase"), kind="photo", files=2)

    page = visitor.open(address_of(award)).page

    large = [link.get("href") for link in page.all("a") if "photo-2048" in str(link.get("href"))]
    assert large == [f"{address_of(award)}/media/{position}/photo-2048.jpg" for position in (0, 1)]


def test_browsers_are_offered_the_smaller_formats_once_they_are_there(visitor: Browser) -> None:
    award = a_work(an_edition(phase="showcase"), kind="photo")
    asset = award.entry.files[0].asset
    made = [("photo-480.avif", 480), ("photo-1024.avif", 1024), ("photo-2048.avif", 1024)]
    files = [
        {
            "name": name,
            "mime": "image/avif",
            "bytes": 9,
            "sha256": "b",
            "width": width,
            "height": 576,
            "blur": "data:,b",
        }
        for name, width in made
    ]
    before = visitor.open(address_of(award)).page.all("source")
    asset.renditions.append(
        Rendition(profile="photo-avif", version=1, state="ready", prefix="d/avif/", files=files, created_at=clock.now())
    )
    asset.renditions[0].files = [one | {"blur": "data:,tiny"} for one in asset.renditions[0].files]
    db.session.commit()

    page = visitor.open(address_of(award)).page

    media = f"{address_of(award)}/media/0"
    assert before == []
    assert [(one.get("type"), one.get("srcset")) for one in page.all("source")] == [
        ("image/avif", f"{media}/photo-480.avif 480w, {media}/photo-2048.avif 1024w")
    ]
    assert [one.get("alt") for one in page.all("img", src="data:,tiny")] == [""]


def test_a_work_leads_to_the_one_before_and_the_one_after(visitor: Browser) -> None:
    edition = an_edition(phase="showcase")
    first, second, third = (a_work(edition, tier=tier, title=f"Film {tier}") for tier in (1, 2, 3))

    assert links(visitor, first) == [address_of(second)]
    assert links(visitor, second) == [address_of(third), address_of(first)]
    assert links(visitor, third) == [address_of(second)]


def links(visitor: Browser, award) -> list[str]:
    hrefs = [str(link.get("href")) for link in visitor.open(address_of(award)).page.all("a")]
    return [href for href in hrefs if href.startswith("/works/") and "media" not in href and "lang=" not in href]


def test_a_work_made_with_ai_says_so(visitor: Browser) -> None:
    edition = an_edition(phase="showcase")
    labelled, plain = a_work(edition, ai_label=True), a_work(edition)

    assert "Made with AI" in visitor.open(address_of(labelled)).text
    assert "Made with AI" not in visitor.open(address_of(plain)).text


def test_a_film_that_is_still_being_prepared_says_so(visitor: Browser) -> None:
    award = a_work(an_edition(phase="showcase"))
    db.session.query(Rendition).delete()
    db.session.commit()

    assert "The video is being prepared" in visitor.open(address_of(award)).text
    visitor.open("/")
    visitor.open("/showcase")


def test_texts_of_entrants_are_text(visitor: Browser) -> None:
    hostile = "<script>alert(1)</script> \"quoted\" 'single' 🎬 / 作品" + "长" * 200
    award = a_work(an_edition(phase="showcase"), title=hostile, synopsis=hostile, unit_name=hostile)

    for path in ("/", "/showcase", address_of(award)):
        assert "<script>alert" not in visitor.open(path).response.text
    assert visitor.open(address_of(award)).page.h1 == hostile


def test_previews_name_whole_addresses_only_where_the_public_one_is_set(visitor: Browser) -> None:
    award = a_work(an_edition(phase="showcase"))

    assert 'property="og:url"' not in visitor.open(address_of(award)).response.text
