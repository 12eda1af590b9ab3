"""One thing that the doctor looked at."""

from dataclasses import dataclass
from typing import Literal

Level = Literal["ok", "weak", "missing"]


@dataclass(frozen=True)
class Finding:
    """`title` is the fact, `detail` the figure or name, `remedy` what to do (empty when all is well)."""

    level: Level
    title: str
    detail: str = ""
    remedy: str = ""
