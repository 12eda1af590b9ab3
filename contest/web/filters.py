"""How times, lengths, sizes and marks are written, in the page's language and the contest's time zone.

Used in templates (`{{ entry.submitted_at|moment }}`) and, by the same names, in Python.
"""

from datetime import date, datetime, timedelta

from flask import Flask
from flask_babel import get_locale
from flask_babel import gettext as _

from contest import clock
from contest.web.context import told

MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
UNITS = ("B", "KB", "MB", "GB", "TB")


def _chinese() -> bool:
    locale = get_locale()
    return locale is None or locale.language == "zh"


def _local(at: datetime) -> datetime:
    return clock.local(at, told("time_zone"))


def _day(on: date, *, year: bool = True) -> str:
    if _chinese():
        return f"{f'{on.year}年' if year else ''}{on.month}月{on.day}日"
    return f"{on.day} {MONTHS[on.month - 1]}{f' {on.year}' if year else ''}"


def day(at: datetime | date | None) -> str:
    """`2026年4月20日`, `20 April 2026`."""
    if at is None:
        return ""
    return _day(_local(at).date() if isinstance(at, datetime) else at)


def clock_time(at: datetime | None) -> str:
    """`18:00`."""
    return _local(at).strftime("%H:%M") if at else ""


def moment(at: datetime | None) -> str:
    """`2026年4月20日18:00`, `20 April 2026, 18:00`."""
    if at is None:
        return ""
    return f"{day(at)}{'' if _chinese() else ', '}{clock_time(at)}"


def moment_exact(at: datetime | None) -> str:
    """The moment with its seconds and its distance from UTC, for receipts: `2026年4月20日18:00:07（UTC+08:00）`."""
    if at is None:
        return ""
    here = _local(at)
    offset = here.strftime("%z")
    zone = f"UTC{offset[:3]}:{offset[3:5]}"
    written = f"{day(at)}{'' if _chinese() else ', '}{here.strftime('%H:%M:%S')}"
    return f"{written}（{zone}）" if _chinese() else f"{written} ({zone})"


def machine_time(at: datetime) -> str:
    """For `<time datetime>`."""
    return clock.require_aware(at).strftime("%Y-%m-%dT%H:%M:%SZ")


def until(at: datetime | None) -> str:
    """A deadline's moment as official texts write it: midnight is 24:00 of the day that ends; this year is not said."""
    if at is None:
        return ""
    here = _local(at)
    midnight = here.hour == here.minute == 0
    on = (here - timedelta(days=1)).date() if midnight else here.date()
    hour = "24:00" if midnight else here.strftime("%H:%M")
    written = _day(on, year=on.year != _local(clock.now()).year)
    return f"{written}{'' if _chinese() else ', '}{hour}"


def span(length: timedelta) -> str:
    """A length of time in its two largest units: `1天9小时`, `1 day 9 hours`."""
    minutes = max(0, int(length.total_seconds())) // 60
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        parts = [(days, "day"), (hours, "hour")]
    elif hours:
        parts = [(hours, "hour"), (rest, "minute")]
    else:
        parts = [(max(1, rest), "minute")]
    return ("" if _chinese() else " ").join(_unit(number, unit) for number, unit in parts if number)


def _unit(number: int, unit: str) -> str:
    if _chinese():
        return f"{number}{ {'day': '天', 'hour': '小时', 'minute': '分钟'}[unit] }"
    return f"{number} {unit}{'' if number == 1 else 's'}"


def left(at: datetime) -> str:
    """How long until `at`, or that it is over."""
    remaining = at - clock.now()
    return str(_("%(span)s left", span=span(remaining)) if remaining > timedelta() else _("ended"))


def ago(at: datetime | None) -> str:
    """How long since `at`, with the moment itself: `10分钟前（2026年4月20日18:00）`."""
    if at is None:
        return ""
    passed = clock.now() - at
    if passed < timedelta(minutes=1):
        return str(_("just now"))
    return str(_("%(span)s ago (%(moment)s)", span=span(passed), moment=moment(at)))


def deadline(at: datetime | None) -> str:
    """Absolute and relative together: `4月20日18:00前（还剩1天9小时）`."""
    if at is None:
        return ""
    if at <= clock.now():
        return str(_("ended %(moment)s", moment=until(at)))
    return str(_("before %(moment)s (%(left)s)", moment=until(at), left=left(at)))


def beside(address: str, name: str) -> str:
    """The address of the file `name` in the same folder."""
    return f"{address.rpartition('/')[0]}/{name}" if address else ""


def duration(ms: int | None) -> str:
    """A length of media, rounded down: 178400 is `2:58`."""
    if ms is None:
        return ""
    seconds = max(0, ms) // 1000
    hours, minutes = seconds // 3600, seconds // 60 % 60
    return f"{hours}:{minutes:02d}:{seconds % 60:02d}" if hours else f"{minutes}:{seconds % 60:02d}"


def size(number: int | None) -> str:
    """Bytes in words: `286 MB`; one decimal below ten."""
    if number is None:
        return ""
    value, unit = float(number), 0
    while value >= 1024 and unit < len(UNITS) - 1:
        value, unit = value / 1024, unit + 1
    return f"{value:.1f} {UNITS[unit]}" if unit and value < 10 else f"{value:.0f} {UNITS[unit]}"


def score(hundredths: int | None) -> str:
    """Marks are whole hundredths: 8750 is `87.50`."""
    if hundredths is None:
        return ""
    sign = "-" if hundredths < 0 else ""
    return f"{sign}{abs(hundredths) // 100}.{abs(hundredths) % 100:02d}"


def register(app: Flask) -> None:
    """Give templates these filters."""
    app.jinja_env.filters.update(
        ago=ago,
        beside=beside,
        bytes=size,
        clock_time=clock_time,
        day=day,
        deadline=deadline,
        duration=duration,
        left=left,
        machine_time=machine_time,
        moment=moment,
        moment_exact=moment_exact,
        score=score,
        span=span,
        until=until,
    )
