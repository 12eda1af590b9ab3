"""A real Chromium against the real service. Every page it stops at is checked by axe-core."""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import axe_playwright_python
import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, BrowserContext, Page

from tests.chromium import PHONE
from tests.conftest import ADMIN
from tests.e2e.service import Service, service

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def live(tmp_path_factory: pytest.TempPathFactory, database_kind: str) -> Iterator[Service]:
    """The service, started on an empty migrated database of the kind that this run is about."""
    settings = {}
    if database_kind == "postgresql":
        admin = sa.create_engine(os.environ[ADMIN], isolation_level="AUTOCOMMIT")
        name = f"e2e_{os.getpid()}"
        with admin.connect() as connection:
            connection.execute(sa.text(f"CREATE DATABASE {name}"))
        admin.dispose()
        settings["database_url"] = os.environ[ADMIN].rsplit("/", 1)[0] + f"/{name}"
    with service(tmp_path_factory.mktemp("live") / "instance", **settings) as made:
        made.start()
        yield made


@pytest.fixture
def visitor(chromium: Browser, live: Service) -> Iterator[Callable[..., Page]]:
    """`visitor(size, locale=)` opens a browser of somebody new; errors on the console fail the test."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def new(size: dict[str, int] = PHONE, *, locale: str = "zh-CN") -> Page:
        context = chromium.new_context(
            base_url=live.url,
            viewport=size,
            locale=locale,
            has_touch=size is PHONE,
            is_mobile=size is PHONE,
            timezone_id="Asia/Shanghai",
        )
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
        page.on("console", lambda line: complaints.append(f"{page.url}: {line.text}") if line.type == "error" else None)
        return page

    yield new
    for context in contexts:
        context.close()
    assert complaints == []


def looked_at(page: Page, name: str) -> None:
    """What must hold on every page: no serious finding of axe-core, nothing wider than the screen, no outside host.

    With SHOTS=folder in the environment the page is photographed as well, for a look with one's own eyes.
    """
    if folder := os.environ.get("SHOTS"):
        width = page.viewport_size["width"] if page.viewport_size else 0
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=f"{folder}/{name}@{width}.png", full_page=True)
    page.evaluate(f"() => {{ {AXE}; window.axe = axe; }}") if not page.evaluate("() => 'axe' in window") else None
    found = page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
    serious = [
        {"rule": one["id"], "help": one["help"], "where": [node["target"] for node in one["nodes"]][:3]}
        for one in found["violations"]
        if one["impact"] in ("serious", "critical")
    ]
    assert serious == [], f"{name} ({page.url}): {json.dumps(serious, ensure_ascii=False, indent=1)}"
    overflow = page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow <= 0, f"{name} ({page.url}) is {overflow} px wider than the screen"
