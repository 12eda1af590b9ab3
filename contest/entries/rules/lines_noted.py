"""Lines of a check report on what is good to know, and on the sound."""

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import gettext as _

from contest.entries.rules.said import Say, meter
from contest.web.filters import duration


def _loudness(finding: Mapping[str, Any], limits: Mapping[str, Any]) -> dict[str, Any]:
    lufs = finding["measured"] / 10
    bar = meter(_("Loudness"), f"{lufs:.1f} LUFS", at=lufs, bounds=[-24, -9], limit="-24 – -9 LUFS", low=-48, most=0)
    shown: dict[str, Any] = {"title": _("Loudness"), "value": _("good"), "meter": bar}
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


def _plain(title: Callable[[], str], detail: Callable[[], str]) -> Say:
    return lambda _finding, _limits: {"title": title(), "detail": detail()}


LINES: dict[str, Say] = {
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
