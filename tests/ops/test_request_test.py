"""Organisers find out whether an 8 MiB request reaches the service, and what to change when it does not."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask, current_app
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, Route, expect

from contest.app import create_app
from contest.db import db
from contest.editions.models import Edition
from tests.browser import Browser
from tests.chromium import PHONE
from tests.e2e.conftest import looked_at
from tests.factories import a_judge, an_auditor, an_edition, an_organiser
from tests.uploads.live import Sender, Server, served
from tests.uploads.sessions import signed_in_client

MIB = 1024 * 1024


def test_the_bytes_are_counted_and_the_page_is_for_organisers_and_auditors(app: Flask) -> None:
    edition = an_edition()
    address = f"/editions/{edition.id}/desk/request-test"

    for person in (an_organiser(edition), an_auditor(edition)):
        Browser(app, language="en").sign_in(person).open(address)
        client, token = signed_in_client(app, person)
        for method in ("PATCH", "POST"):
            with app.app_context():
                answer = client.open(f"{address}/body", method=method, data=bytes(MIB), headers={"X-CSRFToken": token})
            assert answer.get_json() == {"received": MIB, "method": method}
    Browser(app, language="en").sign_in(a_judge(edition)).open(address, expect=403)


def test_the_page_of_the_services_health_leads_there(app: Flask) -> None:
    edition = an_edition()
    browser = Browser(app, language="en").sign_in(an_organiser(edition))

    browser.open(f"/editions/{edition.id}/desk/health")

    assert f"/editions/{edition.id}/desk/request-test" in browser.response.text


@pytest.fixture(scope="module")
def server(schema: str, database_kind: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with served(schema, database_kind, tmp_path_factory.mktemp("request-test")) as server:
        yield server


@pytest.fixture
def edition(server: Server) -> Iterator[Edition]:
    app = create_app(instance=server.instance, testing=True)
    with app.app_context():
        yield an_edition(is_current=False)
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def page(server: Server, edition: Edition, chromium: Chromium) -> Iterator[Page]:
    context = chromium.new_context(base_url=server.url, viewport=PHONE, locale="en")
    app: Any = current_app._get_current_object()  # type: ignore[attr-defined]
    cookie = Sender(app, an_organiser(edition), server).cookie
    context.add_cookies([{"name": "contest", "value": cookie, "url": server.url}])
    page = context.new_page()
    page.goto(f"/editions/{edition.id}/desk/request-test?lang=en")
    yield page
    context.close()


def run(page: Page, answers: Any = None) -> list[str]:
    """What is said of the three sizes, once all are through."""
    if answers:
        page.route("**/request-test/body", answers)
    page.get_by_role("button", name="Send the three requests").click()
    page.locator("[data-verdict] .msg").wait_for(timeout=30_000)
    return [text.strip() for text in page.locator("[data-size] [data-state]").all_inner_texts()]


@pytest.mark.e2e
@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_where_nothing_is_in_the_way_all_three_arrive(page: Page, language: str) -> None:
    said = run(page)

    assert said == ["Arrived whole"] * 3
    expect(page.locator("[data-verdict]")).to_contain_text("Uploads can reach the server from here")
    page.goto(f"{page.url.split('?')[0]}?lang={language}")
    page.locator("[data-begin]").click()
    page.locator("[data-verdict] .msg").wait_for(timeout=30_000)
    looked_at(page, f"request-test-{language}")


@pytest.mark.e2e
def test_a_gateway_with_the_limit_of_nginx_is_told_by_the_setting_that_mends_it(page: Page) -> None:
    def refuse_large(route: Route) -> None:
        large = len(route.request.post_data_buffer or b"") > MIB
        route.fulfill(status=413, body="<h1>413</h1>") if large else route.continue_()

    said = run(page, refuse_large)

    assert said == ["Arrived whole", "Arrived whole", "Did not arrive"]
    expect(page.locator("[data-size]").nth(2)).to_contain_text("client_max_body_size 0;")
    looked_at(page, "request-test-413")


@pytest.mark.e2e
def test_a_gateway_that_forbids_patch_is_told_from_one_that_forbids_everything(page: Page) -> None:
    def refuse_patch(route: Route) -> None:
        route.fulfill(status=403, body="no") if route.request.method == "PATCH" else route.continue_()

    said = run(page, refuse_patch)

    assert said == ["Arrived, as POST only"] * 3
    expect(page.locator("[data-size]").nth(0)).to_contain_text("A gateway lets no PATCH requests through")


@pytest.mark.e2e
def test_a_line_that_breaks_is_told_as_such(page: Page) -> None:
    said = run(page, lambda route: route.abort("connectionreset"))

    assert said == ["Did not arrive"] * 3
    expect(page.locator("[data-verdict]")).to_contain_text("Uploads cannot reach the server from here")
    expect(page.locator("[data-size]").nth(1)).to_contain_text("Something broke the connection off")
