"""What features above the edition show on the organisers' overview, which this package cannot know.

A feature registers once, at import, a function of (edition, moment); the overview asks each in order.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from contest.editions.models import Edition


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A number on the overview. `is_now` marks the one thing that is happening."""

    label: str
    value: str
    note: str = ""
    is_now: bool = False


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """Something that waits for an organiser. kind: bad, warn, info or "" as in the state macro."""

    kind: str
    count: int
    title: str
    note: str = ""
    href: str
    action: str


@dataclass(frozen=True, kw_only=True)
class Panel:
    """A feature's part of the overview: figures, things that wait, and a template of its own with its values."""

    figures: list[Figure] = field(default_factory=list)
    waiting: list[Waiting] = field(default_factory=list)
    template: str = ""
    values: dict[str, Any] = field(default_factory=dict)


OfEdition = Callable[[Edition, datetime], Panel]

_panels: dict[str, tuple[int, OfEdition]] = {}


def show_on_overview(name: str, call: OfEdition, *, order: int) -> None:
    """Ask `call` for a panel each time the overview is opened; a second one by the same name takes its place."""
    _panels[name] = (order, call)


def panels(edition: Edition, at: datetime) -> list[Panel]:
    return [call(edition, at) for _order, call in sorted(_panels.values(), key=lambda one: one[0])]
