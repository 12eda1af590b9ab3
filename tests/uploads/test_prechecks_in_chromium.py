"""What the browser sees of a file is what the server will find, and no file can hurt the page that looks."""

import base64
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from contest.media.facts import Facts, Kind
from contest.media.probe import examine
from contest.media.sandbox import Sandbox
from contest.media.sniff import container_of
from tests.media.clips import Clips
from tests.media.conftest import best, clips
from tests.uploads.live import Server, served

__all__ = ["best", "clips"]
pytestmark = [pytest.mark.e2e, pytest.mark.one_database]

FILMS = [
    *(
        "ok.mp4",
        "index-last.mp4",
        "silent.mp4",
        "trimmed.mp4",
        "rotated.mp4",
        "hdr.mp4",
        "sound-runs-on.mp4",
        "sixty.mp4",
    ),
    *("lie-mvhd.mp4", "lie-down.mp4", "lie-up.mp4", "hidden.mp4", "long.mp4", "ten-second-frames.mp4", "ok.mkv"),
]
OTHERS = [
    *("fragmented.mp4", "stream.ts", "live.mkv", "moving.gif", "text.mp4", "html.jpg", "picture.mp4", "drawing.png"),
    *("empty.mp4", "no-index.mp4", "cut.mp4", "appended.mp4", "two-films.mp4", "cover.m4a"),
]
PHOTOS = ["photo.jpg", "photo.png", "photo.webp", "photo.avif", "photo.heic", "turned.jpg", "motion.jpg", "large.jpg"]
ROUNDS = int(os.environ.get("FUZZ_ROUNDS", "400"))  # for each of the files that are mutated


@pytest.fixture(scope="module")
def server(schema: str, database_kind: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with served(schema, database_kind, tmp_path_factory.mktemp("prechecks")) as server:
        yield server


@pytest.fixture(scope="module")
def page(server: Server, chromium: Browser) -> Iterator[Page]:
    """Any page of the service: the modules are loaded into it."""
    context = chromium.new_context(base_url=server.url)
    page = context.new_page()
    page.goto("/test/received")
    yield page
    context.close()


def claims_of(page: Page, paths: list[Path]) -> dict[str, dict[str, Any]]:
    """What the page finds out about each file, by its name."""
    page.evaluate(
        """() => {
            document.getElementById("files")?.remove();
            const input = Object.assign(document.createElement("input"), { type: "file", multiple: true, id: "files" });
            document.body.append(input);
        }"""
    )
    page.set_input_files("#files", paths)
    found: dict[str, dict[str, Any]] = page.evaluate(
        """async () => {
            const { claimsOf } = await import("/static/js/precheck.js");
            const found = {};
            for (const file of document.getElementById("files").files) found[file.name] = await claimsOf(file);
            return found;
        }"""
    )
    return found


def test_containers_are_told_by_the_same_signs_as_on_the_server(page: Page, clips: Clips) -> None:
    paths = [clips(name) for name in (*FILMS, *OTHERS, "photo.png")]

    found = claims_of(page, paths)

    assert {name: claims["container"] for name, claims in found.items()} == {
        path.name: container_of(path) for path in paths
    }


def test_films_are_measured_as_on_the_server(page: Page, clips: Clips, best: Sandbox) -> None:
    found = claims_of(page, [clips(name) for name in FILMS])
    facts = {name: facts_of(clips(name), "video", best) for name in FILMS}

    for name in FILMS:
        claims, fact = found[name], facts[name]
        assert abs(claims["length_ms"] - fact.length_ms) <= 100, name
        assert (claims["width"], claims["height"]) == (fact.width, fact.height), name
        if name.endswith(".mp4"):
            assert (claims["codec"], claims["has_sound"]) == (fact.codec, fact.audio_stream is not None), name
            assert abs(claims["fps"] - fact.fps) <= fact.fps / 10, name


def test_photos_are_measured_as_on_the_server(page: Page, clips: Clips, best: Sandbox) -> None:
    found = claims_of(page, [clips(name) for name in PHOTOS])

    for name in PHOTOS:
        fact = facts_of(clips(name), "photo", best)
        assert (found[name]["width"], found[name]["height"]) == (fact.width, fact.height), name


def test_a_film_without_its_index_is_told(page: Page, clips: Clips) -> None:
    told = claims_of(page, [clips("no-index.mp4")])["no-index.mp4"]

    assert {name: value for name, value in told.items() if value} == {"container": "mp4", "fault": "moov-missing"}


def facts_of(path: Path, kind: Kind, box: Sandbox) -> Facts:
    return examine(path, kind=kind, box=box)


FUZZ = (Path(__file__).parent / "mutated_films.js").read_text()
ENDLESS = (Path(__file__).parent / "endless_film.js").read_text()


@pytest.mark.parametrize("name", ["index-last.mp4", "trimmed.mp4", "hdr.mp4", "fragmented.mp4", "photo.heic"])
def test_no_broken_file_makes_the_page_stumble_wait_or_read_without_end(page: Page, clips: Clips, name: str) -> None:
    body = small(clips(name).read_bytes())

    told = page.evaluate(
        FUZZ,
        {
            "body": base64.b64encode(body).decode(),
            "seed": int(os.environ.get("FUZZ_SEED", "1")),
            "rounds": ROUNDS,
            "still": name.endswith("heic"),
        },
    )

    assert told["wrong"] == []
    assert told["read"] + told["nonsense"] == ROUNDS
    assert told["slowest"] < 1000, told
    assert told["most"] < 3, "bytes read, as a multiple of the file"


def small(film: bytes) -> bytes:
    """The film without most of its pictures, so that mutations meet its boxes."""
    at = film.find(b"mdat")
    length = int.from_bytes(film[at - 4 : at], "big")
    if at < 0 or length < 1000 or film.find(b"moov") < at < 0:
        return film
    return film[: at - 4] + (16).to_bytes(4, "big") + film[at : at + 12] + film[at - 4 + length :]


def test_a_file_of_endless_boxes_is_left_alone_soon(page: Page) -> None:
    told = page.evaluate(ENDLESS)

    assert told == {
        "endless": {},
        "slices": 2000,
        "said": "too many boxes",
        "refused": "the index is too large to be read here",
        "isQuick": True,
    }
