"""A check report in words: what was found, how it stands to the limit, and how to change it.

Kept apart from the findings, so that a report reads in the language of whoever opens it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from contest.entries.models import CheckReport
from contest.web.filters import duration, size

MEASURED = ("length", "min-length", "size", "short-side", "long-side", "playable", "sound")
QUALITY = ("loudness",)
KINDS = {"ok": "ok", "info": "info", "advice": "warn", "must_fix": "bad"}
CONTAINERS = {"mp4": "MP4", "matroska": "MKV", "mpegts": "MPEG-TS", "avi": "AVI", "heif": "HEIC", "webp": "WebP"}
CODECS = {"h264": "H.264", "hevc": "HEVC", "av1": "AV1", "vp8": "VP8", "vp9": "VP9", "prores": "ProRes", "aac": "AAC"}


@dataclass(frozen=True, kw_only=True)
class Meter:
    """Where a length stands: value and limit in percent of the track, and the same in words."""

    value: int
    limit: int
    label: str


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line as it is shown. kind: ok, info, warn or bad."""

    code: str
    kind: str
    title: str
    value: str = ""
    detail: str = ""
    fix: str = ""
    meter: Meter | None = None


@dataclass(frozen=True, kw_only=True)
class Words:
    """A report in three parts: what must be met, how it looks and sounds, and what is good to know."""

    must: list[Line]
    quality: list[Line]
    notes: list[Line]


def words(report: CheckReport) -> Words:
    """All lines of a report in the reader's language."""
    lines = [line(finding, report.limits) for finding in report.findings]
    return Words(
        must=[line for line in lines if line.code in MEASURED],
        quality=[line for line in lines if line.code in QUALITY or (line.kind == "warn" and line.code not in MEASURED)],
        notes=[line for line in lines if line.kind == "info"],
    )


def line(finding: Mapping[str, Any], limits: Mapping[str, Any]) -> Line:
    """One finding in words; a code of another version is shown as it is."""
    say = _LINES.get(finding["code"])
    if say is None:
        return Line(code=finding["code"], kind=KINDS[finding["outcome"]], title=finding["code"])
    return Line(code=finding["code"], kind=KINDS[finding["outcome"]], **say(finding, limits))


def exact(ms: int, limit_ms: int | None = None) -> str:
    """A length; with tenths of a second where they decide, which is within a second of the limit."""
    if limit_ms is None or abs(ms - limit_ms) > 1000 or ms == limit_ms:
        return duration(ms)
    return f"{duration(ms)}.{ms % 1000 // 100}"


def seconds(ms: int) -> str:
    """A stretch of time: minutes as a clock writes them, whole seconds, or tenths below ten; never less than one."""
    if ms >= 60_000:
        return duration(ms + 999)
    tenths = max(1, -(-ms // 100))
    return _("%(number)s s", number=-(-tenths // 10) if tenths >= 100 or tenths % 10 == 0 else f"{tenths / 10:.1f}")


def _length(finding: Mapping[str, Any], limits: Mapping[str, Any]) -> dict[str, Any]:
    measured, limit = finding["measured"], finding["limit"]
    if limit is None:
        return {"title": _("Length"), "value": duration(measured)}
    tolerance = limits.get("tolerance_ms") or 0
    rule = _(
        "Allowed: %(limit)s inclusive, plus a tolerance of %(tolerance)s.",
        limit=duration(limit),
        tolerance=seconds(tolerance),
    )
    rule = rule if tolerance else _("Allowed: %(limit)s inclusive.", limit=duration(limit))
    shown = {"title": _("Length"), "value": f"{exact(measured, limit)} / {duration(limit)}"}
    if finding["outcome"] == "must_fix":
        over = _("%(over)s too long.", over=seconds(measured - limit))
        fix = _(
            "Cut out at least %(over)s. Often the opening and closing titles can be shorter; on a phone, open the "
            "video in the album, choose Edit and drag the two ends.",
            over=seconds(measured - limit),
        )
        return {**shown, "detail": _two(over, rule), "fix": fix, "meter": _meter(measured, limit, over)}
    if measured > limit:
        left = _("%(over)s above the limit, within the tolerance.", over=seconds(measured - limit))
    else:
        left = (
            _("%(left)s to spare.", left=seconds(limit - measured)) if limit > measured else _("Exactly at the limit.")
        )
    return {**shown, "detail": _two(left, rule), "meter": _meter(measured, limit, left)}


def _two(first: str, second: str) -> str:
    """Two sentences, with the space between them that the language has."""
    return _("%(first)s %(second)s", first=first, second=second)


def _meter(measured: int, limit: int, said: str) -> Meter:
    track = limit * 7 // 6
    label = _(
        "Length %(length)s, limit %(limit)s: %(said)s", length=exact(measured, limit), limit=duration(limit), said=said
    )
    return Meter(value=min(100, measured * 100 // track), limit=limit * 100 // track, label=label)


def _min_length(finding: Mapping[str, Any], limits: Mapping[str, Any]) -> dict[str, Any]:
    measured, limit = finding["measured"], finding["limit"]
    shown = {"title": _("Shortest length"), "value": f"{exact(measured, limit)} / {duration(limit)}"}
    if finding["outcome"] == "ok":
        return shown
    short = seconds(limit - measured)
    return {
        **shown,
        "detail": _("%(short)s too short.", short=short),
        "fix": _("Add at least %(short)s of film.", short=short),
    }


def _size(finding: Mapping[str, Any], limits: Mapping[str, Any]) -> dict[str, Any]:
    shown = {"title": _("File size"), "value": f"{size(finding['measured'])} / {size(finding['limit'])}"}
    if finding["outcome"] == "ok":
        return shown
    return {**shown, "fix": _("Export again in 1080p at about 10 Mbit/s, or save the photo as a JPEG.")}


def _side(finding: Mapping[str, Any], limits: Mapping[str, Any]) -> dict[str, Any]:
    (width, height), limit = finding["measured"], finding["limit"]
    shown: dict[str, Any] = {"title": _("Picture size"), "value": f"{width}×{height}"}
    if limit is None:
        return shown
    if finding["code"] == "long-side":
        rule = _("Allowed: %(limit)s pixels or more on the long side.", limit=limit)
        fix = _(
            "It looks compressed by a chat app. Choose the original from the album, or tick Original when you send it."
        )
    else:
        rule = _("Allowed: %(limit)s pixels or more on the short side.", limit=limit)
        fix = _(
            "Export again in a larger size (1080p is best), from the original and not from a copy sent by a chat app."
        )
    return {**shown, "detail": rule, "fix": fix if finding["outcome"] == "must_fix" else ""}


def _playable(finding: Mapping[str, Any], limits: Mapping[str, Any]) -> dict[str, Any]:
    container, codec, audio = finding["measured"]
    names = [
        CONTAINERS.get(container, container.upper()),
        CODECS.get(codec, codec.upper()),
        CODECS.get(audio, audio.upper()),
    ]
    named = dict.fromkeys(name for name in names if name)  # a JPEG is a JPEG in a JPEG
    return {"title": _("The file can be read"), "value": " · ".join(named)}


def _sound(finding: Mapping[str, Any], limits: Mapping[str, Any]) -> dict[str, Any]:
    measured = finding["measured"]
    values = {"sound": _("yes"), "silent": _("silent"), "none": _("no sound track")}
    shown = {"title": _("Sound"), "value": values[measured]}
    if finding["outcome"] == "ok":
        return shown
    if measured == "silent":
        detail = _("There is a sound track, but nothing can be heard on it.")
        fix = _("Turn the volume of your tracks up in the editing program and export again.")
    else:
        detail = _("This category asks for a video with sound.")
        fix = _("Export again with sound; look whether the sound track is switched on.")
    return {**shown, "detail": detail, "fix": fix}


def _loudness(finding: Mapping[str, Any], limits: Mapping[str, Any]) -> dict[str, Any]:
    lufs = finding["measured"] / 10
    shown: dict[str, Any] = {"title": _("Loudness"), "value": _("good")}
    if finding["outcome"] == "ok":
        return {**shown, "detail": f"{lufs:.1f} LUFS"}
    change = round(abs(-16 - lufs))
    if lufs < -16:
        value = _("quiet · %(lufs)s LUFS", lufs=f"{lufs:.1f}")
        detail = _("The sound is quiet; viewers may have to turn it up.")
        fix = _(
            "Raise the overall volume by about %(change)s dB before exporting, or use loudness normalisation.",
            change=change,
        )
    else:
        value = _("loud · %(lufs)s LUFS", lufs=f"{lufs:.1f}")
        detail = _("The sound is very loud and may be distorted.")
        fix = _(
            "Lower the overall volume by about %(change)s dB before exporting, or use loudness normalisation.",
            change=change,
        )
    return {**shown, "value": value, "detail": detail, "fix": fix}


def _header(finding: Mapping[str, Any], limits: Mapping[str, Any]) -> dict[str, Any]:
    detail = _("What counts is the length that really plays; nothing needs to be changed.")
    return {
        "title": _("The length written in the file is another one"),
        "value": duration(finding["measured"]),
        "detail": detail,
    }


def _hidden(finding: Mapping[str, Any], limits: Mapping[str, Any]) -> dict[str, Any]:
    detail = _(
        "The file holds a further %(length)s that players skip. Only what plays is judged and shown.",
        length=duration(finding["measured"]),
    )
    return {
        "title": _("Part of the film is hidden"),
        "detail": detail,
        "fix": _("If that was not meant, export the video again."),
    }


def _plain(
    title: Callable[[], str], detail: Callable[[], str]
) -> Callable[[Mapping[str, Any], Mapping[str, Any]], dict[str, Any]]:
    return lambda _finding, _limits: {"title": title(), "detail": detail()}


_LINES: dict[str, Callable[[Mapping[str, Any], Mapping[str, Any]], dict[str, Any]]] = {
    "length": _length,
    "min-length": _min_length,
    "size": _size,
    "short-side": _side,
    "long-side": _side,
    "playable": _playable,
    "sound": _sound,
    "loudness": _loudness,
    "header-mismatch": _header,
    "hidden-media": _hidden,
    "timestamps-restart": _plain(
        lambda: _("The film is joined from pieces"),
        lambda: _("Its clock begins anew in between. The lengths of all pieces were added up."),
    ),
    "trailing-data": _plain(
        lambda: _("Something follows the end of the file"),
        lambda: _("Players do not read it, and it is not published."),
    ),
    "incomplete": _plain(
        lambda: _("The last moments are missing"),
        lambda: _(
            "The recording or the export was broken off near its end. Look whether the film ends as you want it."
        ),
    ),
    "few-frames": _plain(
        lambda: _("The picture hardly moves"),
        lambda: _("The file has very few pictures a second, like a slide show. That is allowed."),
    ),
    "high-frame-rate": _plain(
        lambda: _("Very many pictures a second"), lambda: _("We make a version of it that plays smoothly everywhere.")
    ),
    "motion-photo": _plain(
        lambda: _("This is a moving photo"),
        lambda: _("The still picture is entered; the short film in it is left out."),
    ),
    "location": _plain(
        lambda: _("The place where it was taken is in the file"),
        lambda: _("It is removed from everything we show. The original stays private."),
    ),
    "ai-label": _plain(
        lambda: _("The file carries a label of AI-made content"),
        lambda: _("The label stays with the work when it is shown."),
    ),
}
