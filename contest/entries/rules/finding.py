"""One line of a check report, before it has words."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

from contest.entries.rules.limits import Rules

Outcome = Literal["ok", "info", "advice", "must_fix"]
_MISSED: dict[str, Outcome] = {"reject": "must_fix", "warn": "advice", "off": "ok"}


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Lengths in ms, sizes in bytes, sides in pixels, loudness in tenths of a LUFS."""

    code: str
    outcome: Outcome
    measured: Any = None
    limit: Any = None

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def held(rules: Rules, code: str, holds: bool, measured: Any, limit: Any) -> Finding:
    """The finding on one rule, as hard as the rules have it."""
    outcome = "ok" if holds else _MISSED[rules.severity(code)]
    return Finding(code=code, outcome=outcome, measured=measured, limit=limit)
