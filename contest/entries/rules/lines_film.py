"""Lines of a check report on how a film looks and sounds: what was seen, what it means, what to do about it."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from contest.entries.rules.said import Meter, Say, meter, seconds, two
from contest.web.filters import duration

MOST_TIMES = 4


def _percent(share: float) -> int:
    return round(100 * share)


def _share_bar(title: str, value: str, share: float, limit: float) -> Meter:
    return meter(title, value, at=share, bounds=[limit], limit=f"{_percent(limit)}%", most=max(2 * limit, share))


def _dark(finding: Mapping[str, Any], limits: Mapping[str, Any]) -> dict[str, Any]:
    share, times = finding["measured"]
    if finding["outcome"] == "ok":
        return {"title": _("Brightness of the film"), "value": _("good")}
    detail = _("These parts are so dark that hardly anything can be seen on a projector.")
    if times:
        at = _(", ").join(duration(ms) for ms in times[:MOST_TIMES])
        detail = two(detail, _("For example at %(times)s.", times=at))
    return {
        "title": _("Brightness of the film"),
        "value": _("%(share)s%% of it is dark", share=_percent(share)),
        "detail": detail,
        "fix": _(
            "If it was filmed at night on purpose, leave it; otherwise raise the brightness in the editing program."
        ),
    }


def _flat(finding: Mapping[str, Any], limits: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "title": _("Pictures without content"),
        "value": _("%(share)s%% of it is one plain colour", share=_percent(finding["measured"])),
        "detail": _(
            "A white, grey or coloured area fills the screen, as when a clip is missing in the editing program."
        ),
        "fix": _("Look through the film once; if a clip is missing, put it back and export again."),
    }


def _still(finding: Mapping[str, Any], limits: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "title": _("The picture stands still"),
        "value": _("%(share)s%% of it does not move", share=_percent(finding["measured"])),
        "detail": _("The film shows the same picture for a long time. With slides that may be meant."),
        "fix": _("If it should move, export it again and look whether the picture track is complete."),
    }


def _bars(finding: Mapping[str, Any], limits: Mapping[str, Any]) -> dict[str, Any]:
    above, below, left, right = finding["measured"]
    up, across = above + below, left + right
    if across >= 50:
        detail = _(
            "An upright film was put into a wide picture; on a phone it is shown small, with black on all sides."
        )
        fix = _("If upright films are allowed here, set the project to upright (9:16) and export again.")
    else:
        detail = _("Black bars are part of the picture, so that the film itself is shown smaller.")
        fix = _("If they are not meant, set the project to the shape of the clips, or crop them, and export again.")
    if up and across:
        value = _("%(up)s%% of the height and %(across)s%% of the width", up=round(up), across=round(across))
    elif across:
        value = _("%(across)s%% of the width", across=round(across))
    else:
        value = _("%(up)s%% of the height", up=round(up))
    frame = (left / 100, above / 100, 1 - across / 100, 1 - up / 100)
    return {"title": _("Black bars"), "value": value, "detail": detail, "fix": fix, "frame": frame}


def _black_start(finding: Mapping[str, Any], limits: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "title": _("Black at the beginning"),
        "value": seconds(finding["measured"]),
        "detail": _("Viewers see nothing at first and may think that the film does not play."),
        "fix": _("Cut the black part off at the beginning and export again."),
    }


def _black_end(finding: Mapping[str, Any], limits: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "title": _("Black at the end"),
        "value": _("%(length)s or more", length=seconds(finding["measured"])),
        "detail": _("Black after the last picture counts as part of the length."),
        "fix": _("Set the end mark of the project right after the last picture and export again."),
    }


def _frozen_start(finding: Mapping[str, Any], limits: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "title": _("The picture stands still at the beginning"),
        "value": _("%(length)s or more", length=seconds(finding["measured"])),
        "detail": _("With a title that is fine; otherwise the film seems to hang."),
        "fix": _("If it is no title, cut that part off at the beginning and export again."),
    }


def _frozen_end(finding: Mapping[str, Any], limits: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "title": _("The picture stands still at the end"),
        "value": _("%(length)s or more", length=seconds(finding["measured"])),
        "detail": _("Often the sound track is longer than the pictures; with credits that stand still it is fine."),
        "fix": _("Cut the sound where the pictures end, or let the pictures run on, and export again."),
    }


def _silence(finding: Mapping[str, Any], limits: Mapping[str, Any]) -> dict[str, Any]:
    share, longest = finding["measured"]
    value = _("%(share)s%% of it, at most %(length)s at a time", share=_percent(share), length=seconds(longest))
    # One long silence may be too much where the whole of them is not.
    bar = _share_bar(_("Silence"), value, share, finding["limit"]) if share >= finding["limit"] else None
    return {
        "title": _("Silence"),
        "value": value,
        "meter": bar,
        "detail": _("Nothing at all can be heard there, not even a room. Perhaps a sound track is missing or muted."),
        "fix": _("Listen to the film once; if sound is missing, switch its track on and export again."),
    }


def _clipping(finding: Mapping[str, Any], limits: Mapping[str, Any]) -> dict[str, Any]:
    value = _("%(share)s%% of it is at the limit", share=_percent(finding["measured"]))
    return {
        "title": _("The sound is overdriven"),
        "value": value,
        "meter": _share_bar(_("The sound is overdriven"), value, finding["measured"], finding["limit"]),
        "detail": _("Loud parts are cut off, which crackles and is hard to listen to."),
        "fix": _("Lower the volume of the tracks before exporting; if the recording itself crackles, record it again."),
    }


def _true_peak(finding: Mapping[str, Any], limits: Mapping[str, Any]) -> dict[str, Any]:
    peak, limit = finding["measured"], finding["limit"]
    value = f"{peak:+.1f} dBTP" if peak > 0 else f"{peak:.1f} dBTP"
    bar = meter(_("Loudest moment"), value, at=peak, bounds=[limit], limit=f"{limit:g} dBTP", low=-24, most=3)
    shown = {"title": _("Loudest moment"), "value": value, "meter": bar}
    if finding["outcome"] == "ok":
        return shown
    detail = _(
        "Between the samples it goes above %(limit)s dB; small loudspeakers and streams may crackle.", limit=limit
    )
    change = max(1, round(peak - limit + 0.4))
    fix = _(
        "Lower the overall volume by %(change)s dB, or set the limiter to -1 dB true peak, and export.", change=change
    )
    return {**shown, "detail": detail, "fix": fix}


def _chat_copy(finding: Mapping[str, Any], limits: Mapping[str, Any]) -> dict[str, Any]:
    width, height, kilobits = finding["measured"]
    return {
        "title": _("It looks like a copy from a chat app"),
        "value": _("%(width)s × %(height)s at %(rate)s kbit/s", width=width, height=height, rate=kilobits),
        "detail": _("Chat apps make films small and blurred when they send them; the original is much better."),
        "fix": _("Choose the original from the album or the editing program, or have it sent to you as a file."),
    }


def _interlaced(finding: Mapping[str, Any], limits: Mapping[str, Any]) -> dict[str, Any]:
    if finding["measured"] == "whole":
        return {
            "title": _("The film says it is interlaced, but is not"),
            "detail": _("Its header speaks of half pictures; those we looked at are whole, and we leave them so."),
        }
    return {
        "title": _("The film is interlaced"),
        "detail": _("Older cameras record half pictures in turn. We join them, so that no combs are seen."),
    }


def _hdr(finding: Mapping[str, Any], limits: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "title": _("The film is in HDR"),
        "detail": _(
            "We convert it for ordinary screens. Look at the converted film; colours may be a little different."
        ),
    }


LINES: dict[str, Say] = {
    "dark": _dark,
    "flat": _flat,
    "still": _still,
    "bars": _bars,
    "black-start": _black_start,
    "black-end": _black_end,
    "frozen-start": _frozen_start,
    "frozen-end": _frozen_end,
    "silence": _silence,
    "clipping": _clipping,
    "true-peak": _true_peak,
    "chat-copy": _chat_copy,
    "interlaced": _interlaced,
    "hdr": _hdr,
}
