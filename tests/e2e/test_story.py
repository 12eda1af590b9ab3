"""The whole way, in a real browser: register, upload, check, submit; review; judge; prizes; the public watches."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from tests.chromium import DESKTOP, PHONE, TABLET
from tests.e2e.conftest import looked_at
from tests.e2e.films import a_film, a_photo
from tests.e2e.service import Service

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.xdist_group("e2e")]

Visitor = Callable[..., Page]
PASSWORD = "a long sentence to sign in with"
SECRETS = ("王海燕", "寿阳县科技局", "loess-film", "13800138000", "把论文写在黄土上")

DESK = [
    "/editions",
    *(f"/editions/1/desk{page}" for page in ("", "/entries", "/entries/1", "/rounds", "/rounds/1", "/rounds/new")),
    *(f"/editions/1/desk{page}" for page in ("/results", "/results/1", "/results/1/analysis", "/results/1/entries/1")),
    *(f"/editions/1/desk{page}" for page in ("/people", "/people/invitation", "/rounds/1/conflicts")),
    *(f"/editions/1/desk{page}" for page in ("/people/2", "/audit", "/settings", "/health")),
]
ENTRANT = [f"/entries{page}" for page in ("", "/new", "/1", "/1/check", "/1/receipt", "/1/withdrawal")]
ENTRANT += ["/account", "/account/sessions", "/account/password", "/receipts"]
PUBLIC = ["/", "/showcase", "/works/first/2026-A-0001", "/sign-in", "/register", "/password-help"]


@pytest.fixture(scope="module")
def first_link(live: Service) -> str:
    """The one-time link of the first organiser, as `script/server --empty` prints it."""
    printed = live.flask("init", "--empty")
    found = re.search(r"https?://[^\s/]+(/invitations/\S+)", printed)
    assert found, printed
    return found[1]


def test_from_an_empty_instance_to_a_winner_on_the_public_page(
    visitor: Visitor, live: Service, first_link: str, tmp_path: Path
) -> None:
    clerk = visitor(DESKTOP)
    set_up_the_edition(clerk, first_link)

    teacher = visitor(PHONE)
    number = enter_a_film(teacher, a_film(tmp_path / "loess-film.mp4"))
    photographer = visitor(PHONE)
    enter_a_photo(photographer, a_photo(tmp_path / "photo.jpg"))

    code = pass_the_film(clerk, number)
    link = open_a_round(clerk)
    judge = visitor(TABLET)
    score_blind(judge, link, code, begin=lambda: start_the_round(clerk))

    close_and_publish(clerk)
    watch_as_the_public(visitor(PHONE))
    watch_as_the_public(visitor(DESKTOP, locale="en-US"))
    tour(clerk, PHONE, DESK)
    tour(judge, PHONE, ["/judging", "/judging/assignments/1", "/account"])
    tour(judge, DESKTOP, ["/judging", "/judging/assignments/1", "/judging/rounds/1/signature"])
    tour(teacher, DESKTOP, ENTRANT)
    tour(visitor(PHONE), PHONE, PUBLIC)
    tour(visitor(DESKTOP), DESKTOP, PUBLIC)
    take_it_back(clerk, visitor(PHONE))


def submit(page: Page, form: str = "main form") -> None:
    page.locator(f"{form} button[type=submit]:visible").last.click()


def dock(page: Page) -> None:
    page.locator(".dock .btn--primary").click()


def sign_up(page: Page, name: str, login: str) -> None:
    page.goto("/register")
    looked_at(page, "register")
    page.fill("[name=name]", name)
    page.fill("[name=login]", login)
    page.fill("[name=password]", PASSWORD)
    submit(page)
    expect(page).not_to_have_url(re.compile("/register"))


def set_up_the_edition(clerk: Page, link: str) -> None:
    clerk.goto(link)
    looked_at(clerk, "invitation-organiser")
    clerk.fill("[name=name]", "首位组织者")
    clerk.fill("[name=login]", "clerk@example.org")
    clerk.fill("[name=password]", PASSWORD)
    submit(clerk, "#accept")
    clerk.goto("/editions")
    looked_at(clerk, "editions")
    clerk.goto("/editions/1/desk")
    looked_at(clerk, "desk")
    clerk.goto("/editions/1/desk/settings")
    looked_at(clerk, "settings")
    for kind, days_before, days_after in (("submission", 3, 3), ("review", 2, 9), ("judging", 2, 9)):
        fill_dates(clerk, kind, days_before, days_after)
    clerk.locator("form[action$='/settings/calendar'] button[type=submit]").click()
    add_category(
        clerk, kind="video", name="短视频", name_en="Short video", max_mib="500", max_files="1", max_length_s="180"
    )
    add_category(clerk, kind="photo", name="摄影", name_en="Photo", max_mib="30", max_files="4", min_long_side="1600")
    clerk.locator("form[action$='/settings/current'] button[type=submit]").click()
    looked_at(clerk, "settings-current")


def fill_dates(clerk: Page, kind: str, days_before: int, days_after: int) -> None:
    now = datetime.now(ZoneInfo("Asia/Shanghai"))
    form = clerk.locator("form[action$='/settings/calendar']")
    for end, moment in (("starts", now - timedelta(days=days_before)), ("ends", now + timedelta(days=days_after))):
        form.locator(f"[name=calendar-{kind}_{end}]").fill(moment.strftime("%Y-%m-%dT%H:%M"))


def add_category(clerk: Page, **fields: str) -> None:
    box = clerk.locator("details", has=clerk.locator("form[action$='/settings/categories']"))
    if box.get_attribute("open") is None:
        box.locator("summary").click()
    form = box.locator("form")
    form.locator("[name=new-kind]").select_option(fields.pop("kind"))
    for name, value in fields.items():
        form.locator(f"[name=new-{name}]").fill(value)
    form.locator("button[type=submit]").click()


def start_an_entry(entrant: Page, kind: str) -> None:
    entrant.goto("/entries")
    looked_at(entrant, "entries-empty")
    entrant.goto("/entries/new")
    looked_at(entrant, "entry-1-category")
    entrant.locator("label.choice", has_text=kind).click()
    dock(entrant)
    expect(entrant).to_have_url(re.compile(r"/entries/\d+/file"))


def upload(entrant: Page, file: Path) -> None:
    looked_at(entrant, "entry-2-upload")
    entrant.set_input_files("[data-file]", file)


def fill_in_the_details(entrant: Page, **texts: str) -> None:
    entrant.fill("[name=title]", texts["title"])
    entrant.fill("[name=synopsis]", texts["synopsis"])
    entrant.locator("[name=authors]").first.fill(texts["author"])
    entrant.fill("[name=unit_name]", texts["unit"])
    entrant.fill("[name=contact_name]", texts["author"])
    entrant.fill("[name=contact_phone]", "13800138000")
    expect(entrant.locator(".saved")).to_have_class(re.compile("saved--saved"))
    looked_at(entrant, "entry-4-details")
    dock(entrant)
    expect(entrant).to_have_url(re.compile("/review"))


def hand_in(entrant: Page) -> str:
    entrant.check("[name=pledge]")
    entrant.check("[name=showcase_consent]")
    looked_at(entrant, "entry-5-review")
    dock(entrant)
    expect(entrant).to_have_url(re.compile("/receipt"))
    looked_at(entrant, "entry-6-receipt")
    assert re.search(r"SHA-256 [0-9a-f]{64}", entrant.inner_text("main"))
    return entrant.inner_text(".receipt__n")


def enter_a_film(teacher: Page, film: Path) -> str:
    sign_up(teacher, "王海燕", "13800138000")
    start_an_entry(teacher, "短视频")
    upload(teacher, film)
    expect(teacher).to_have_url(re.compile("/check"), timeout=30_000)
    expect(teacher.locator(".checks").first).to_be_visible(timeout=60_000)
    assert "0:06" in teacher.inner_text("main")
    looked_at(teacher, "entry-3-report")
    dock(teacher)
    fill_in_the_details(
        teacher,
        title="把论文写在黄土上",
        synopsis="旱作节水专家在梯田上蹲点的第十二年。",
        author="王海燕",
        unit="寿阳县科技局",
    )
    number = hand_in(teacher)
    teacher.goto("/entries")
    looked_at(teacher, "entries")
    teacher.locator("main a[href='/entries/1']").first.click()
    expect(teacher.locator("main")).to_contain_text(number)
    looked_at(teacher, "entry")
    return number


def enter_a_photo(photographer: Page, photo: Path) -> None:
    sign_up(photographer, "马骁", "maxiao@example.org")
    start_an_entry(photographer, "摄影")
    upload(photographer, photo)
    expect(photographer.locator(".slot img")).to_be_visible(timeout=60_000)
    looked_at(photographer, "entry-3-photo")
    dock(photographer)
    fill_in_the_details(photographer, title="星轨之下", synopsis="灵石县的夜空。", author="马骁", unit="灵石县第一中学")
    hand_in(photographer)


def pass_the_film(clerk: Page, number: str) -> str:
    clerk.goto("/editions/1/desk")
    looked_at(clerk, "desk-with-entries")
    clerk.goto("/editions/1/desk/entries")
    looked_at(clerk, "review-list")
    clerk.locator("main a", has_text="把论文写在黄土上").first.click()
    expect(clerk.locator("main")).to_contain_text(number)
    play(clerk)
    looked_at(clerk, "review-entry")
    clerk.locator("form:has([name=outcome][value=passed]) button").click()
    clerk.goto("/editions/1/desk/entries?state=passed")
    code = re.search(r"\bA-\d{3}\b", clerk.inner_text("main"))
    assert code
    return code[0]


def open_a_round(clerk: Page) -> str:
    clerk.goto("/editions/1/desk/rounds")
    looked_at(clerk, "rounds-empty")
    clerk.goto("/editions/1/desk/rounds/new")
    looked_at(clerk, "round-form")
    assert clerk.input_value("main [name=name]") == "初评"
    clerk.locator("main form button.btn--primary").click()
    expect(clerk).to_have_url(re.compile(r"/rounds/1$"))
    looked_at(clerk, "round-draft")
    clerk.fill("#invite-form [name$=name]", "李教授")
    clerk.fill("#invite-form [name$=contact]", "judge@example.org")
    clerk.locator("#invite-form button").click()
    looked_at(clerk, "round-invited")
    link = clerk.input_value("#link")
    return link[link.index("/invitations/") :]


def start_the_round(clerk: Page) -> None:
    clerk.goto("/editions/1/desk/rounds/1/opening")
    looked_at(clerk, "round-opening")
    submit(clerk, "main form[method=post]")
    expect(clerk).to_have_url(re.compile(r"/rounds/1$"))
    looked_at(clerk, "round-open")


def score_blind(judge: Page, link: str, code: str, *, begin: Callable[[], None]) -> None:
    judge.goto(link)
    looked_at(judge, "invitation-judge")
    judge.fill("[name=login]", "judge@example.org")
    judge.fill("[name=password]", PASSWORD)
    judge.check("[name=independent]")
    judge.check("[name=recuse]")
    submit(judge, "#accept")
    judge.goto("/judging")
    looked_at(judge, "queue-empty")
    begin()
    answers: list[str] = []
    judge.on("response", lambda answer: answers.append(answer.url))
    judge.goto("/judging")
    looked_at(judge, "queue")
    judge.locator("main a", has_text=code).first.click()
    play(judge)
    for number, mark in enumerate(judge.locator(".crit__n").all()):
        mark.fill(str(8 + number / 2))
    expect(judge.locator("[data-saved]")).to_have_attribute("data-state", "saved")
    looked_at(judge, "score")
    assert_blind(judge, answers)
    judge.reload()
    assert judge.locator(".crit__n").first.input_value() == "8"
    judge.locator("#score button[value=submit]").click()
    judge.goto("/judging")
    looked_at(judge, "queue-done")
    assert_blind(judge, answers)


def assert_blind(judge: Page, answers: list[str]) -> None:
    """Neither the page nor any address it called says whose work it is."""
    seen = judge.content() + "\n".join(answers)
    assert [secret for secret in SECRETS if secret in seen] == []


def play(page: Page) -> None:
    """Press the player's own button and see the film move."""
    page.locator(".player__big, [data-player] button").first.click()
    page.wait_for_function("() => document.querySelector('video').currentTime > 0.5", timeout=30_000)
    page.evaluate("() => document.querySelector('video').pause()")


def close_and_publish(clerk: Page) -> None:
    clerk.goto("/editions/1/desk/rounds/1/closing")
    looked_at(clerk, "round-closing")
    submit(clerk, "main form[method=post]")
    clerk.goto("/editions/1/desk/results/1")
    looked_at(clerk, "result-none")
    clerk.locator("main form[action$=snapshots] button").click()
    looked_at(clerk, "result")
    clerk.fill("[name=first]", "1")
    clerk.locator("#quota-form button").click()
    clerk.goto("/editions/1/desk/results/1/publication")
    looked_at(clerk, "publication")
    clerk.fill("main [name=name]", clerk.locator("main [name=name]").get_attribute("placeholder") or "首位组织者")
    submit(clerk, "main form[method=post]")
    clerk.goto("/editions/1/desk/results/1")
    looked_at(clerk, "result-public")


def watch_as_the_public(visitor: Page) -> None:
    visitor.goto("/")
    looked_at(visitor, "home")
    visitor.goto("/showcase")
    looked_at(visitor, "showcase")
    visitor.locator(".work a").first.click()
    expect(visitor.locator("h1")).to_have_text("把论文写在黄土上")
    looked_at(visitor, "work")
    visitor.locator(".player__big").focus()
    visitor.keyboard.press("Enter")
    visitor.wait_for_function("() => document.querySelector('video').currentTime > 0.5", timeout=30_000)


def tour(page: Page, size: dict[str, int], addresses: list[str]) -> None:
    """The same pages once more, in the other language and at the other size."""
    page.set_viewport_size(size)  # type: ignore[arg-type]
    for address in addresses:
        answer = page.goto(f"{address}?lang=en")
        assert answer is not None
        assert answer.ok, f"{address} answered {answer.status}"
        assert page.get_attribute("html", "lang") == "en"
        looked_at(page, "en" + address.replace("/", "-"))


def take_it_back(clerk: Page, visitor: Page) -> None:
    """Once it is taken back, neither the page nor the media is there, at once."""
    media: list[str] = []
    visitor.on("request", lambda request: media.append(request.url) if "/media/" in request.url else None)
    visitor.goto("/showcase")
    visitor.locator(".work a").first.click()
    work = visitor.url
    play(visitor)
    clerk.goto("/editions/1/desk/results/1/publication/end")
    looked_at(clerk, "publication-end")
    clerk.fill("main [name=reason]", "公示期内收到异议，先收回核实")
    submit(clerk, "main form[method=post]")
    assert media
    statuses = {visitor.request.get(address).status for address in [work, *media]}
    assert statuses == {404}
