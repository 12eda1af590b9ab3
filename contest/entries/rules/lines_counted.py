"""Lines of a check report on what is counted and has a limit."""

from collections.abc import Mapping
from dataclasses import replace
from math import gcd
from typing import Any

from flask_babel import gettext as _

from contest.entries.rules.said import Meter, Say, exact, meter, seconds, two
from contest.web.filters import duration, size

CONTAINERS = {"matroska": "MKV", "mpegts": "MPEG-TS", "asf": "WMV", "ogg": "OGV", "heif": "HEIC", "webp": "WebP"}
CODECS = {"h264": "H.264", "hevc": "HEVC", "av1": "AV1", "vp8": "VP8", "vp9": "VP9", "prores": "ProRes", "aac": "AAC"}


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
        return {**shown, "detail": two(over, rule), "fix": fix, "meter": _meter(measured, limit, over)}
    if measured > limit:
        left = _("%(over)s above the limit, within the tolerance.", over=seconds(measured - limit))
    else:
        left = (
            _("%(left)s to spare.", left=seconds(limit - measured)) if limit > measured else _("Exactly at the limit.")
        )
    return {**shown, "detail": two(left, rule), "meter": _meter(measured, limit, left)}


def _meter(measured: int, limit: int, said: str) -> Meter:
    label = _(
        "Length %(length)s, limit %(limit)s: %(said)s", length=exact(measured, limit), limit=duration(limit), said=said
    )
    return replace(meter("", "", at=measured, bounds=[limit], limit=""), label=label)


def _min_length(finding: Mapping[str, Any], limits: Mapping[str, Any]) -> dict[str, Any]:
    measured, limit = finding["measured"], finding["limit"]
    shown: dict[str, Any] = {"title": _("Shortest length"), "value": f"{exact(measured, limit)} / {duration(limit)}"}
    shown["meter"] = meter(shown["title"], exact(measured, limit), at=measured, bounds=[limit], limit=duration(limit))
    if finding["outcome"] == "ok":
        return shown
    short = seconds(limit - measured)
    return {
        **shown,
        "detail": _("%(short)s too short.", short=short),
        "fix": _("Add at least %(short)s of film.", short=short),
    }


def _bytes(title: str, finding: Mapping[str, Any]) -> dict[str, Any]:
    measured, limit = size(finding["measured"]), size(finding["limit"])
    bar = meter(title, measured, at=finding["measured"], bounds=[finding["limit"]], limit=limit)
    return {"title": title, "value": f"{measured} / {limit}", "meter": bar}


def _size(finding: Mapping[str, Any], limits: Mapping[str, Any]) -> dict[str, Any]:
    shown = _bytes(_("File size"), finding)
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
    side = max(width, height) if finding["code"] == "long-side" else min(width, height)
    bar = meter(shown["title"], str(side), at=side, bounds=[limit], limit=str(limit))
    return {**shown, "detail": rule, "fix": "" if finding["outcome"] == "ok" else fix, "meter": bar}


def _min_size(finding: Mapping[str, Any], limits: Mapping[str, Any]) -> dict[str, Any]:
    shown = _bytes(_("Smallest file size"), finding)
    if finding["outcome"] == "ok":
        return shown
    detail = _("The file is smaller than a film of this kind should be; it may have been compressed by a chat app.")
    return {**shown, "detail": detail, "fix": _("Choose the file that the camera or the editing program wrote itself.")}


def _pixels(finding: Mapping[str, Any], limits: Mapping[str, Any]) -> dict[str, Any]:
    most = _("Allowed: at most %(limit)s megapixels.", limit=finding["limit"] // 1_000_000)
    value = _("%(number)s megapixels", number=round(finding["measured"] / 1_000_000, 1))
    return {
        "title": _("Number of pixels"),
        "value": value,
        "detail": most,
        "meter": meter(
            _("Number of pixels"), value, at=finding["measured"], bounds=[finding["limit"]], limit=str(finding["limit"])
        ),
        "fix": _("Save the photo in a smaller size."),
    }


def _aspect(finding: Mapping[str, Any], limits: Mapping[str, Any]) -> dict[str, Any]:
    (width, height), (least, most) = finding["measured"], finding["limit"]
    shown: dict[str, Any] = {"title": _("Shape of the picture"), "value": f"{width}×{height} · {_ratio(width, height)}"}
    bounds = " – ".join(f"{bound:g}:1" for bound in (least, most) if bound)
    is_screen = least and most and least <= 16 / 9 <= most
    shape = max(width, height) / max(1, min(width, height))
    shown["meter"] = meter(
        shown["title"], f"{shape:.2f}:1", at=shape, bounds=(least, most), limit=bounds, low=1 if (least or 2) > 1 else 0
    )
    if finding["outcome"] == "ok":
        return shown
    rule = _("Allowed: 16:9.") if is_screen else _("Allowed, long side to short side: %(bounds)s.", bounds=bounds)
    return {**shown, "detail": rule, "fix": _("Set the size of the picture in the editing program and export again.")}


def _ratio(width: int, height: int) -> str:
    """Such as 16:9, or 2.35:1 where no small numbers give it."""
    divisor = gcd(width, height) or 1
    across, down = width // divisor, height // divisor
    return f"{across}:{down}" if max(across, down) <= 21 else f"{width / max(1, height):.2f}:1"


def _orientation(finding: Mapping[str, Any], limits: Mapping[str, Any]) -> dict[str, Any]:
    names = {"landscape": _("landscape"), "portrait": _("portrait"), "square": _("square")}
    width, height = finding["measured"]
    is_now = "square" if width == height else "landscape" if width > height else "portrait"
    allowed = _(" or ").join(names[one] for one in finding["limit"])
    shown = {"title": _("Landscape or portrait"), "value": names[is_now]}
    if finding["outcome"] == "ok":
        return shown
    detail = _("Allowed: %(allowed)s.", allowed=allowed)
    return {**shown, "detail": detail, "fix": _("Export again in that orientation; do not just turn the file.")}


def _fps(finding: Mapping[str, Any], limits: Mapping[str, Any]) -> dict[str, Any]:
    shown: dict[str, Any] = {"title": _("Pictures a second"), "value": f"{finding['measured']:g}"}
    shown["meter"] = meter(
        shown["title"],
        shown["value"],
        at=finding["measured"],
        bounds=finding["limit"],
        limit=_range(*finding["limit"]),
    )
    if finding["outcome"] == "ok":
        return shown
    detail = _("Allowed: %(range)s.", range=_range(*finding["limit"]))
    return {**shown, "detail": detail, "fix": _("Set the frame rate in the editing program and export again.")}


def _bit_rate(finding: Mapping[str, Any], limits: Mapping[str, Any]) -> dict[str, Any]:
    shown: dict[str, Any] = {"title": _("Bit rate"), "value": _mbit(finding["measured"])}
    least, most = finding["limit"]
    allowed = _range(least and least / 1_000_000, most and most / 1_000_000, " Mbit/s")
    shown["meter"] = meter(
        shown["title"], shown["value"], at=finding["measured"], bounds=finding["limit"], limit=allowed
    )
    if finding["outcome"] == "ok":
        return shown
    detail = _("Allowed: %(range)s.", range=allowed)
    fix = _(
        "Set the bit rate in the editing program and export again, from the original and not from a compressed copy."
    )
    return {**shown, "detail": detail, "fix": fix}


def _mbit(bits: float) -> str:
    return f"{bits / 1_000_000:.1f} Mbit/s"


def _range(least: float | None, most: float | None, unit: str = "") -> str:
    if least is None:
        return _("at most %(most)s", most=f"{most:g}{unit}")
    if most is None:
        return _("at least %(least)s", least=f"{least:g}{unit}")
    return f"{least:g}–{most:g}{unit}"


def _format(finding: Mapping[str, Any], limits: Mapping[str, Any]) -> dict[str, Any]:
    names = CONTAINERS | {"jpeg": "JPEG"} if finding["code"] == "container" else CODECS
    title = _("File format") if finding["code"] == "container" else _("Video format")
    shown = {"title": title, "value": names.get(finding["measured"], finding["measured"].upper())}
    if finding["outcome"] == "ok":
        return shown
    allowed = _(", ").join(names.get(one, one.upper()) for one in finding["limit"])
    return {**shown, "detail": _("Allowed: %(allowed)s.", allowed=allowed), "fix": _("Export again in that format.")}


def _playable(finding: Mapping[str, Any], limits: Mapping[str, Any]) -> dict[str, Any]:
    container, codec, audio = finding["measured"]
    known = CONTAINERS | CODECS
    names = [known.get(one, one.upper()) for one in (container, codec, audio)]
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


LINES: dict[str, Say] = {
    "length": _length,
    "min-length": _min_length,
    "size": _size,
    "min-size": _min_size,
    "pixels": _pixels,
    "aspect": _aspect,
    "orientation": _orientation,
    "fps": _fps,
    "bit-rate": _bit_rate,
    "container": _format,
    "codec": _format,
    "short-side": _side,
    "long-side": _side,
    "playable": _playable,
    "sound": _sound,
}
