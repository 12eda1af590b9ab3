"""The record of a round: canonical JSON from which anybody can compute the same result, byte for byte.

Sorted keys, no spaces, UTF-8, and every decimal a string, so that no reader's floats can change it.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from contest.ranking.engines import ENGINES
from contest.ranking.exact import Ballot, Exact
from contest.ranking.mean import ENGINE, Criterion, Line, Marks, total
from contest.ranking.numbers import hundredths, text

FORMAT = "result-record/1"
PUBLIC = "public-record/1"  # what of a record anybody may have
KEPT_PUBLIC = ("edition", "rules", "criteria", "entries", "withdrawn", "judges", "engine", "result")


class UnknownRecord(ValueError):
    """The record was written by another format or method than this code knows."""


def canonical(document: Mapping[str, Any]) -> str:
    """`document` as the one text that is hashed and compared."""
    return json.dumps(document, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def fingerprint(body: str) -> str:
    """The SHA-256 that is printed on notices."""
    return hashlib.sha256(body.encode()).hexdigest()


def inputs_of(document: Mapping[str, Any]) -> dict[str, Any]:
    """All but the result: what the result was computed from."""
    return {key: value for key, value in document.items() if key != "result"}


def complete(inputs: Mapping[str, Any], *, engine: str = ENGINE, form: str = FORMAT) -> str:
    """The record of `inputs` (everything but the result) with its result by `engine`, canonical.

    Raises NoOrder where the method must not be used on these ballots.
    """
    document = {**inputs, "format": form, "engine": engine}
    return canonical({**document, "result": [_row(line) for line in lines_of(document)]})


def recompute(body: str) -> str:
    """What `body` must be, computed anew from its own inputs; equal to `body` when nobody touched it."""
    document: dict[str, Any] = json.loads(body)
    if document.get("format") not in (FORMAT, PUBLIC) or document.get("engine") not in ENGINES:
        raise UnknownRecord(f"{document.get('format')!r} by {document.get('engine')!r}")
    return complete(inputs_of(document), engine=document["engine"], form=document["format"])


def public_of(body: str) -> str:
    """What of a record anybody may have: without seed, assignments, recusals and revisions, from which it could be told
    who is which letter. The result recomputes from it as from the record, whose fingerprint it names."""
    document: dict[str, Any] = json.loads(body)
    told = {"category", "number", "name"}
    return canonical(
        {
            **{key: document[key] for key in KEPT_PUBLIC if key in document},
            "format": PUBLIC,
            "record_sha256": fingerprint(body),
            "round": {key: value for key, value in document.get("round", {}).items() if key in told},
            "ballots": [{key: row[key] for key in ("entry", "judge", "marks")} for row in document["ballots"]],
        }
    )


def lines_of(document: Mapping[str, Any]) -> list[Line]:
    """The ranking that follows from the inputs of a record."""
    compute = ENGINES[document["engine"]]
    return compute(document["entries"], marks_of(document), criteria_of(document), document["rules"])


def exact_of(document: Mapping[str, Any]) -> Exact:
    """The ballots of a record, also those for withdrawn works."""
    criteria = criteria_of(document)
    ballots = (Ballot(one.entry, one.judge, total(one.values, criteria)) for one in marks_of(document))
    return Exact.of(ballots, entries=document["entries"], judges=document.get("judges", ()))


def criteria_of(document: Mapping[str, Any]) -> list[Criterion]:
    return [Criterion(row["key"], hundredths(row["weight"]), hundredths(row["max"])) for row in document["criteria"]]


def marks_of(document: Mapping[str, Any]) -> list[Marks]:
    return [
        Marks(row["entry"], row["judge"], {key: hundredths(value) for key, value in row["marks"].items()})
        for row in document["ballots"]
    ]


def _row(line: Line) -> dict[str, Any]:
    exact = line.exact
    return {
        "entry": line.entry,
        "place": line.place,
        "shared": line.shared,
        "mean": None if line.mean_hundredths is None else text(line.mean_hundredths),
        "exact": None if exact is None else f"{exact.numerator}/{exact.denominator}",
        "spread": None if line.spread_hundredths is None else text(line.spread_hundredths),
        "ballots": line.ballots,
        # Records of the plain mean, which has no rules for ties, must stay as they were written.
        **({} if line.decided_by is None else {"decided_by": line.decided_by}),
    }
