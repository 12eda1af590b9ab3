"""How times, lengths, sizes and marks are written."""

import contextvars
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask, g

from contest import clock
from contest.web import filters
from tests.web.sample import Edition

AT = datetime(2026, 4, 20, 10, 0, 7, tzinfo=UTC)  # 18:00:07 in Shanghai


def said(app: Flask, language: str, write: Callable[[Any], str], value: Any) -> str:
    """What a page in `language` would say, apart from the context that the test itself is in."""

    def in_a_request() -> str:
        with app.test_request_context(f"/?lang={language}"):
            return write(value)

    return contextvars.Context().run(in_a_request)


@pytest.mark.parametrize(
    ("name", "value", "chinese", "english"),
    [
        ("moment", AT, "2026年4月20日18:00", "20 April 2026, 18:00"),
        ("moment_exact", AT, "2026年4月20日18:00:07（UTC+08:00）", "20 April 2026, 18:00:07 (UTC+08:00)"),
        ("day", AT, "2026年4月20日", "20 April 2026"),
        ("day", date(2026, 5, 1), "2026年5月1日", "1 May 2026"),
        ("day", AT + timedelta(hours=6), "2026年4月21日", "21 April 2026"),
        ("clock_time", AT, "18:00", "18:00"),
        ("span", timedelta(days=1, hours=9, minutes=5), "1天9小时", "1 day 9 hours"),
        ("span", timedelta(hours=2), "2小时", "2 hours"),
        ("span", timedelta(minutes=61), "1小时1分钟", "1 hour 1 minute"),
        ("span", timedelta(seconds=3), "1分钟", "1 minute"),
        ("duration", 178_400, "2:58", "2:58"),
        ("duration", 180_000, "3:00", "3:00"),
        ("duration", 3_723_000, "1:02:03", "1:02:03"),
        ("duration", 0, "0:00", "0:00"),
        ("size", 299_892_736, "286 MB", "286 MB"),
        ("size", 1536, "1.5 KB", "1.5 KB"),
        ("size", 512, "512 B", "512 B"),
        ("size", 0, "0 B", "0 B"),
        ("score", 8750, "87.50", "87.50"),
        ("score", 5, "0.05", "0.05"),
        ("score", -150, "-1.50", "-1.50"),
        ("moment", None, "", ""),
        ("duration", None, "", ""),
        ("score", None, "", ""),
    ],
)
def test_written_in_both_languages(sample: Flask, name: str, value: object, chinese: str, english: str) -> None:
    write = getattr(filters, name)

    assert (said(sample, "zh", write, value), said(sample, "en", write, value)) == (chinese, english)


def test_a_deadline_is_said_absolutely_and_relatively(sample: Flask) -> None:
    with clock.frozen(AT - timedelta(days=1, hours=9, seconds=7)):
        assert said(sample, "zh", filters.deadline, AT) == "4月20日18:00前（还剩1天9小时）"
        assert said(sample, "en", filters.deadline, AT) == "before 20 April, 18:00 (1 day 9 hours left)"


def test_midnight_is_the_end_of_the_day_before(sample: Flask) -> None:
    midnight = datetime(2026, 4, 30, 16, 0, tzinfo=UTC)

    with clock.frozen(midnight - timedelta(minutes=30)):
        assert said(sample, "zh", filters.deadline, midnight) == "4月30日24:00前（还剩30分钟）"


def test_what_is_over_says_so(sample: Flask) -> None:
    with clock.frozen(AT):
        assert said(sample, "zh", filters.deadline, AT) == "已于4月20日18:00结束"
        assert said(sample, "zh", filters.left, AT) == "已结束"


def test_another_year_is_named(sample: Flask) -> None:
    with clock.frozen(AT - timedelta(days=200)):
        assert said(sample, "zh", filters.until, AT) == "2026年4月20日18:00"


def test_what_happened_has_its_moment_beside_it(sample: Flask) -> None:
    with clock.frozen(AT + timedelta(minutes=10)):
        assert said(sample, "zh", filters.ago, AT) == "10分钟前（2026年4月20日18:00）"
        assert said(sample, "zh", filters.ago, AT + timedelta(minutes=10)) == "刚刚"


def test_times_are_in_the_zone_of_the_edition(sample: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Edition, "time_zone", "Asia/Urumqi")

    def in_an_edition(at: datetime) -> str:
        g.edition = Edition()
        return filters.moment(at)

    assert said(sample, "zh", in_an_edition, AT) == "2026年4月20日16:00"


def test_machines_read_utc() -> None:
    assert filters.machine_time(AT) == "2026-04-20T10:00:07Z"
