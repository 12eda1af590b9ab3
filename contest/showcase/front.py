"""The home page's picture of an edition: where in its calendar the moment is, and what follows from that."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from contest import clock
from contest.editions.models import Edition, Phase, in_language
from contest.editions.queries import Stretch, calendar, next_phase, phase_at
from contest.web.filters import MONTHS, span

SHORT = 7  # characters of the largest type that fit on the narrowest phone, enlarged


@dataclass(frozen=True)
class Front:
    """`now` is the one phase that is lit; None before, between and after the phases."""

    edition: Edition
    at: datetime
    stretches: list[Stretch]
    now: Phase | None
    coming: Phase | None

    @classmethod
    def of(cls, edition: Edition, at: datetime) -> "Front":
        return cls(edition, at, calendar(edition, at), phase_at(edition, at), next_phase(edition, at))

    @property
    def headline(self) -> str:
        return self.edition.motto or self.edition.title

    @property
    def headline_clauses(self) -> list[tuple[str, bool]]:
        return clauses(self.headline)

    @property
    def is_submission(self) -> bool:
        """Whether submission is the phase that is lit."""
        return self.now is not None and self.now.kind == "submission"

    @property
    def takes_entries(self) -> bool:
        """Whether works can be entered: also when a later phase has begun meanwhile and is the one that is lit."""
        phase = self.edition.phase("submission")
        return phase is not None and phase.starts_at <= self.at and not self.took_entries

    @property
    def entries_until(self) -> datetime | None:
        phase = self.edition.phase("submission")
        return phase.ends_at if phase else None

    @property
    def took_entries(self) -> bool:
        """Whether submissions have closed: from then on nobody is asked to enter."""
        return self.entries_until is not None and self.entries_until <= self.at

    @property
    def has_begun(self) -> bool:
        return any(phase.starts_at <= self.at for phase in self.edition.phases)

    @property
    def is_last_day(self) -> bool:
        return bool(self.now and self.now.ends_at and self.now.ends_at - self.at <= timedelta(days=1))

    @property
    def left(self) -> str:
        """How long until the present phase ends, or until the next one begins when there is none."""
        if self.now is not None:
            return span(self.now.ends_at - self.at) if self.now.ends_at else ""
        return span(self.coming.starts_at - self.at) if self.coming else ""

    def days(self, phase: Phase) -> str:
        """`3月1日—4月30日`: the days of a phase, the last one included."""
        first = _day(phase.starts_at, self.edition.time_zone)
        if phase.ends_at is None:
            return in_language(f"{first}起", f"from {first}")
        last = _day(phase.ends_at - timedelta(microseconds=1), self.edition.time_zone)
        return first if first == last else in_language(f"{first}—{last}", f"{first} – {last}")


def clauses(headline: str) -> list[tuple[str, bool]]:
    """The headline's parts up to each Chinese comma, and whether one is so short that it need not be broken.

    Chinese breaks after any character; a large title should break where one would pause.
    """
    parts = [part for part in re.split(r"(?<=，)", headline) if part]
    return [(part, len(part) <= SHORT) for part in parts]


def _day(at: datetime, zone: str) -> str:
    here = clock.local(at, zone)
    return in_language(f"{here.month}月{here.day}日", f"{here.day} {MONTHS[here.month - 1]}")
