"""The details of a line as people read them: named, in words, and what was changed from what into what."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from contest.audit.models import AuditLine
from contest.audit.words import describe_value, says, value_of, word_of
from contest.web.filters import duration, moment, size

PEOPLE = ("judge_id", "person_id")  # keys under which somebody's id stands
NOTHING = "–"


@dataclass(frozen=True)
class Detail:
    """One thing that a line says besides who did what on which object."""

    name: str
    text: str


def details_of(line: AuditLine, *, names: Mapping[int, str]) -> list[Detail]:
    """What the line says, changes first; `names` are those of the people in it."""
    rest = dict(line.details)
    before, after = rest.pop("before", None), rest.pop("after", None)
    told = [*_changes(line.verb, before, after), *_plain(line.verb, rest, names)]
    return [detail for detail in told if detail.text]


def people_in(line: AuditLine) -> set[int]:
    """The ids of the people that the line names."""
    return {line.details[key] for key in PEOPLE if isinstance(line.details.get(key), int)}


def _changes(verb: str, before: Any, after: Any) -> Iterator[Detail]:
    if isinstance(before, dict) and isinstance(after, dict):
        for key in dict.fromkeys([*before, *after]):
            if before.get(key) != after.get(key):
                yield Detail(_name(verb, key), _change(verb, key, before.get(key), after.get(key)))
    elif isinstance(after, dict) and before is None:
        yield from _plain(verb, after, {})
    elif after is not None:
        yield Detail(_("Change"), _change(verb, "after", before, after))
    elif before is not None:
        yield Detail(_("Before"), spelled(before, key="before", verb=verb))


def _change(verb: str, key: str, before: Any, after: Any) -> str:
    said = (spelled(value, key=_kind_of(verb, key), verb=verb) or NOTHING for value in (before, after))
    return " → ".join(said)


def _plain(verb: str, values: Mapping[str, Any], names: Mapping[int, str]) -> Iterator[Detail]:
    for key, value in values.items():
        name = names.get(value) if key in PEOPLE and isinstance(value, int) else None
        yield Detail(_name(verb, key), name or spelled(value, key=key, verb=verb))


def _name(verb: str, key: str) -> str:
    if verb == "awards.given" and key.isdigit():
        return _("Entry %(number)s", number=key)
    return word_of(key, verb=verb)


def _kind_of(verb: str, key: str) -> str:
    """The key that says what kind of value it is: prizes stand under the numbers of their entries."""
    return "tier" if verb == "awards.given" and key.isdigit() else key


def spelled(value: Any, *, key: str, verb: str = "") -> str:
    """A value as text. What cannot be worded is shown as it is: the page must open whatever the record holds."""
    if value is None or value in ("", []):
        return ""
    if say := says(key, verb=verb):
        with suppress(TypeError, ValueError, LookupError, AttributeError):
            return str(say(value))
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, dict):
        inside = ((word_of(name, verb=verb), spelled(one, key=name, verb=verb)) for name, one in value.items())
        return _(", ").join(name + _(": ") + text for name, text in inside if text)
    if isinstance(value, list):
        between = "; " if value and isinstance(value[0], dict | list) else _(", ")
        return between.join(spelled(one, key=key, verb=verb) for one in value)
    return value_of(key, value)


def _moment(text: str) -> str:
    return moment(datetime.fromisoformat(text))


def _phase(period: list[str | None]) -> str:
    starts_at, ends_at = period
    ends = _moment(ends_at) if ends_at else _("open end")
    return f"{_moment(starts_at or '')} – {ends}"


def _seconds(ms: int) -> str:
    return _("%(seconds)s s", seconds=f"{ms / 1000:g}")


def _purpose(ref: str) -> str:
    prefix, number, *_rest = ref.split(":")
    return _("Entry %(number)s", number=number) if prefix == "entry-file" else ref


for _key in ("bytes", "max_bytes"):
    describe_value(_key, size)
for _key in ("max_length_ms", "min_length_ms"):
    describe_value(_key, duration)
for _key in ("submission", "review", "judging", "notice", "showcase"):
    describe_value(_key, _phase)
for _verb in ("entry.file-placed", "entry.file-removed"):
    describe_value("position", lambda position: str(position + 1), verb=_verb)
describe_value("closes_at", _moment)
describe_value("fields", lambda keys: _(", ").join(word_of(key, verb="person.changed") for key in keys))
describe_value("purpose", _purpose)
describe_value("tolerance_ms", _seconds)
describe_value("upload_quota_mib", lambda mib: size(mib * 1024 * 1024))
describe_value("upload_grace_min", lambda minutes: _("%(minutes)s min", minutes=minutes))
