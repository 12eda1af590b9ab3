"""One file held against rules, without a database: what an upload's check would say of it, as one flat record."""

import hashlib
import os
import resource
import stat
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from contest.entries.rules.limits import PRESETS, Rules
from contest.entries.rules.unreadable import sorry
from contest.entries.rules.verdict import Finding, findings, outcome_of
from contest.entries.rules.wording import line
from contest.media import process
from contest.media.facts import Code, Facts, Unreadable
from contest.media.probe import examine
from contest.media.sandbox import WALLED, Sandbox
from contest.media.sniff import container_of

WITHIN_S = 25.0  # for looking; what is left of half a minute is for the hash and for ending what runs
HASH_S = 4.0
DEFAULT_RULES = {"video": "three-minutes", "photo": "clear-photo"}
_PHOTOS = ("jpeg", "png", "webp", "heif", "avif", "tiff", "bmp")
_ANIMATED = ("gif", "apng", "webp-animated")
_KINDS = {Code.AUDIO_ONLY: "audio", Code.ANIMATED_IMAGE: "animated-image"}
# Of these it is known what they are, and that is not what was asked for; the others could not be read.
_REFUSED = (
    *(Code.AUDIO_ONLY, Code.ANIMATED_IMAGE, Code.SINGLE_FRAME, Code.UNSUPPORTED_CONTAINER, Code.UNSUPPORTED_CODEC),
    *(Code.SEVERAL_VIDEO_STREAMS, Code.JOINED_FILE, Code.TOO_MANY_PACKETS, Code.TOO_MANY_PIXELS),
)
_SEVERITIES = {"must_fix": "reject", "advice": "warn", "info": "info"}
_VERDICTS = {"must_fix": "reject", "advice": "advise", "ok": "accept"}


def files_below(path: Path) -> Iterator[Path]:
    """The path itself, or in the order of their names all files in a folder."""
    if not path.is_dir():
        yield path
        return
    for here, folders, names in os.walk(path):
        folders.sort()
        yield from (Path(here, name) for name in sorted(names))


def check_file(path: Path, *, box: Sandbox, preset: str = "") -> dict[str, Any]:
    """The record; of whatever file, it comes within half a minute. Words are in the language of the context.

    Without `preset` a film is held against `three-minutes` and a photo against `clear-photo`.
    """
    began, spent = time.monotonic(), _cpu_s()
    record = {**_blank(path), **_looked_at(path, box=box.within(WITHIN_S), preset=preset)}
    process.bury_orphans()
    record["cpu_s"] = round(_cpu_s() - spent, 3)
    record["seconds"] = round(time.monotonic() - began, 3)
    return record


def _blank(path: Path) -> dict[str, Any]:
    measured = (
        *("sha256", "duration_s", "container_duration_s", "width", "height", "rotation", "fps", "container"),
        *("video_codec", "audio_codec", "loudness_lufs"),
    )
    return {
        "path": str(path),
        "kind": "unknown",
        "verdict": "unreadable",
        "rules": None,
        "reasons": [],
        "quality": {},
    } | dict.fromkeys(measured)


def _looked_at(path: Path, *, box: Sandbox, preset: str) -> dict[str, Any]:
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return _not_read("not-a-file", "It is no ordinary file.")
        container = container_of(path)
        kind = "photo" if container in _PHOTOS else "video"
        name = preset or DEFAULT_RULES[kind]
        rules = PRESETS[name]
        found = _examined(path, kind=kind, container=container, rules=rules, box=box)
        return {**found, "rules": name, "sha256": _sha256(path)}
    except OSError as error:
        return _not_read("not-readable", error.strerror or str(error))


def _examined(path: Path, *, kind: str, container: str, rules: Rules, box: Sandbox) -> dict[str, Any]:
    try:
        facts = examine(path, kind="photo" if kind == "photo" else "video", box=box)
    except Unreadable as error:
        told = _kind_of(error, kind=kind, container=container)
        return _refused(error, kind=told, container=container, wanted=rules.kind, walls=box.level >= WALLED)
    except (ValueError, ArithmeticError, LookupError) as error:  # a header of nonsense that nobody has met yet
        return {"kind": kind, "container": container, **_not_read(Code.DAMAGED, f"{type(error).__name__}: {error}")}
    if facts.kind != rules.kind:
        code = Code.NOT_A_PHOTO if rules.kind == "photo" else Code.NOT_A_VIDEO
        return {**_measured(facts), "verdict": "reject", "reasons": [_sorry(code, severity="reject")]}
    found = findings(facts, rules)
    reasons = [_reason(one, rules) for one in found if one.outcome != "ok"]
    return {**_measured(facts), "verdict": _VERDICTS[outcome_of(found)], "reasons": reasons}


def _kind_of(error: Unreadable, *, kind: str, container: str) -> str:
    if error.code in (Code.NOT_A_VIDEO, Code.NOT_A_PHOTO, Code.EMPTY):
        return "unknown"
    return _KINDS.get(error.code, "animated-image" if container in _ANIMATED else kind)


def _refused(error: Unreadable, *, kind: str, container: str, wanted: str, walls: bool) -> dict[str, Any]:
    refused = error.code in _REFUSED
    reason = _sorry(error.code, severity="reject", detail=error.detail, form=error.form, kind=wanted, walls=walls)
    return {
        "kind": kind,
        "container": container or None,
        "video_codec": error.form.partition(" ")[2] or None,
        "verdict": "reject" if refused else "unreadable",
        "reasons": [reason],
    }


def _not_read(code: str, message: str) -> dict[str, Any]:
    reason = {"code": str(code), "severity": "reject", "measured": None, "limit": None, "message": message}
    return {"verdict": "unreadable", "reasons": [reason]}


def _sorry(
    code: Code, *, severity: str, detail: str = "", form: str = "", kind: str = "video", walls: bool = False
) -> dict[str, Any]:
    words = sorry(code, form, kind=kind, walls=walls)
    message = f"{words.title}. {words.happened} {words.todo}"
    return {"code": str(code), "severity": severity, "measured": detail or None, "limit": None, "message": message}


def _reason(finding: Finding, rules: Rules) -> dict[str, Any]:
    words = line(finding.to_json(), rules.to_json())
    head = f"{words.title}: {words.value}." if words.value else f"{words.title}."
    return {
        "code": finding.code,
        "severity": _SEVERITIES[finding.outcome],
        "measured": finding.measured,
        "limit": finding.limit,
        "message": " ".join(part for part in (head, words.detail, words.fix) if part),
    }


def _measured(facts: Facts) -> dict[str, Any]:
    is_video = facts.kind == "video"
    return {
        "kind": facts.kind,
        "duration_s": facts.length_ms / 1000 if is_video else None,
        "container_duration_s": facts.header_ms / 1000 if facts.header_ms is not None else None,
        "width": facts.width,
        "height": facts.height,
        "rotation": facts.rotation,
        "fps": facts.fps if is_video else None,
        "container": facts.container,
        "video_codec": facts.codec if is_video else None,
        "audio_codec": facts.audio_codec or None,
        "loudness_lufs": facts.loudness_lufs,
        "quality": facts.quality,
    }


def _sha256(path: Path) -> str | None:
    """None when there is more of it than can be read in a few seconds."""
    digest, until = hashlib.sha256(), time.monotonic() + HASH_S
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            if time.monotonic() > until:
                return None
            digest.update(block)
    return digest.hexdigest()


def _cpu_s() -> float:
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)
