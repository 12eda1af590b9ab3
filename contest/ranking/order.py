"""The order in which a judge sees the works: an own one for each, drawn from the round's seed.

One order for all would reward whoever comes first while everybody is fresh.
"""

import hashlib
from collections.abc import Iterable


def own_order(names: Iterable[str], *, seed: str, judge: str) -> list[str]:
    """`names` as the judge called `judge` sees them; the same for ever, on every Python.

    Sorting by a hash instead of `random.shuffle`, whose order may change between versions.
    """

    def lot(name: str) -> str:
        return hashlib.sha256(f"{seed}\n{judge}\n{name}".encode()).hexdigest()

    return sorted(names, key=lot)
