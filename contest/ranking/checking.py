"""Holding a record against what its own ballots give, and saying in words what does not fit."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from contest.ranking.engines import NoOrder
from contest.ranking.record import PUBLIC, UnknownRecord, canonical, fingerprint, public_of, recompute
from contest.ranking.sentences import sentence

MOST = 10  # differences that are told


class NoRecord(ValueError):
    """What was given is no record at all."""


@dataclass(frozen=True)
class Finding:
    """What came of it. `wrong` is empty when every byte is as it must be."""

    sha256: str
    document: Mapping[str, Any]
    wrong: list[str] = field(default_factory=list)

    @property
    def is_public(self) -> bool:
        return self.document.get("format") == PUBLIC


def checked(body: bytes, *, sha256: str = "", against: bytes | None = None) -> Finding:
    """The record in `body` recomputed. `sha256`: what it, or the record that it is public of, is said to have;
    `against`: the whole record that a public file must come from. Raises NoRecord or UnknownRecord."""
    text, document = _read(body)
    wrong: list[str] = []
    try:
        again = recompute(text)
    except NoOrder as refused:
        return Finding(
            fingerprint(text), document, [f"The method must not be used on these ballots: {sentence(refused.why)}"]
        )
    except (KeyError, TypeError, ZeroDivisionError, AttributeError) as error:
        raise NoRecord(f"Something is missing from the record or of the wrong kind: {error!r}") from None
    except UnknownRecord:
        raise
    except ValueError as error:
        raise NoRecord(f"The record has a number that is none: {error}") from None
    if again != text:
        wrong += _differences(document, json.loads(again)) or [
            "The content is right, but the file is not written as records are: it was saved anew by some program."
        ]
    known = {fingerprint(text), document.get("record_sha256")}
    if sha256 and sha256.strip().lower() not in known:
        wrong.append(f"The fingerprint is {fingerprint(text)}, and not {sha256.strip().lower()}.")
    if against is not None and public_of(_read(against)[0]) != text:
        wrong.append("The file is not what is public of the other record.")
    return Finding(fingerprint(text), document, wrong)


def _read(body: bytes) -> tuple[str, dict[str, Any]]:
    try:
        text = body.decode()
        document = json.loads(text)
    except ValueError as error:
        raise NoRecord(f"This is no JSON text: {error}") from None
    if not isinstance(document, dict) or "ballots" not in document or "result" not in document:
        raise NoRecord("This is no record of a result.")
    return text, document


def _differences(told: Mapping[str, Any], found: Mapping[str, Any]) -> list[str]:
    """Where the result is not the one that the ballots give."""
    said = {row.get("entry"): row for row in told["result"]}
    gives = {row["entry"]: row for row in found["result"]}
    wrong = [
        f"{name} stands in the result and not among the works." for name in sorted(said.keys() - gives.keys(), key=str)
    ]
    wrong += [f"{name} is missing from the result." for name in sorted(gives.keys() - said.keys())]
    for name in (row["entry"] for row in found["result"] if row["entry"] in said):
        row, right = said[name], gives[name]
        for key in sorted(row.keys() | right.keys()):
            if row.get(key) != right.get(key):
                wrong.append(f"{name}: the record says {key} {row.get(key)!r}, its ballots give {right.get(key)!r}.")
    if not wrong and canonical({"result": told["result"]}) != canonical({"result": found["result"]}):
        wrong.append("The works do not stand in the order that the ballots give.")
    return wrong if len(wrong) <= MOST else [*wrong[:MOST], f"... and {len(wrong) - MOST} more."]
