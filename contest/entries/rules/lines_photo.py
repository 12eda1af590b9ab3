"""Lines of a check report on how a photo looks: all of them estimates, and worded as such."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from contest.entries.rules.said import Say, meter, two


def _clarity(finding: Mapping[str, Any], limits: Mapping[str, Any]) -> dict[str, Any]:
    if finding["outcome"] == "info":
        is_film = limits.get("kind") == "video"
        detail = _not_judged_in_film() if is_film else _not_judged(finding["measured"])
        return {"title": _("Sharpness"), "value": _("not estimated"), "detail": detail}
    value = _("%(score)s of 100", score=round(finding["measured"]))
    limit = str(round(finding["limit"]))
    bar = meter(_("Sharpness"), value, at=finding["measured"], bounds=[finding["limit"]], limit=limit, most=100)
    shown = {"title": _("Sharpness"), "value": value, "meter": bar}
    if finding["outcome"] == "ok":
        return shown
    if limits.get("kind") == "video":
        return {**shown, **_blurred_film()}
    detail = _("The photo looks blurred, even where it is sharpest.")
    if finding["outcome"] == "must_fix":
        rule = _("This category asks for clear photos: %(limit)s or more.", limit=round(finding["limit"]))
        detail = two(detail, rule)
    else:
        detail = two(detail, _("It is an estimate and decides nothing; look at it in full size."))
    fix = _(
        "Choose the original from the album, not a copy from a chat app; if it is blurred itself, take another shot "
        "with a steady hand and the main subject in focus."
    )
    return {**shown, "detail": detail, "fix": fix}


def _blurred_film() -> dict[str, str]:
    detail = _("Most of the pictures we looked at are blurred, even where they are sharpest.")
    fix = _(
        "Use the original from the camera or the editing program, not a copy from a chat app or an enlarged small one; "
        "if the recording itself is out of focus, record it again."
    )
    return {"detail": two(detail, _("It is an estimate and decides nothing; look at it in full size.")), "fix": fix}


def _not_judged_in_film() -> str:
    return _("Drawings, pages of text and plain surfaces tell nothing about how sharp a film is. That is no fault.")


def _not_judged(reason: str) -> str:
    if reason == "drawn":
        return _("It looks like a drawing, a screenshot or a poster; sharpness cannot be estimated there.")
    if reason == "small":
        return _("It has too few pixels to tell how sharp it is.")
    return _("There is too little in the picture to tell how sharp it is, as with a wall or fog. That is no fault.")


def _exposure(finding: Mapping[str, Any], limits: Mapping[str, Any]) -> dict[str, Any]:
    how, _measured = finding["measured"]
    shown = {"title": _("Brightness"), "value": _("good")}
    if finding["outcome"] == "ok":
        return shown
    if how == "dark":
        detail = _("Almost all of the photo is very dark. If it was taken at night on purpose, leave it as it is.")
        fix = _("Otherwise raise the exposure in the album's editor, or take it again with more light.")
        return {**shown, "value": _("dark"), "detail": detail, "fix": fix}
    share = _("%(share)s%% of the picture is plain white, and nothing can be seen there.", share=_measured)
    fix = _("Lower the exposure in the album's editor, or take it again and tap on the bright part first.")
    return {**shown, "value": _("very bright"), "detail": share, "fix": fix}


def _contrast(finding: Mapping[str, Any], limits: Mapping[str, Any]) -> dict[str, Any]:
    shown = {"title": _("Contrast"), "value": _("good")}
    if finding["outcome"] == "ok":
        return shown
    detail = _("Light and dark lie close together, so that the photo looks grey. With fog or snow that may be meant.")
    fix = _("Raise the contrast a little in the album's editor, or wipe the lens and take it again.")
    return {**shown, "value": _("low"), "detail": detail, "fix": fix}


def _noise(finding: Mapping[str, Any], limits: Mapping[str, Any]) -> dict[str, Any]:
    shown = {"title": _("Noise"), "value": _("little")}
    if finding["outcome"] == "ok":
        return shown
    detail = _("The photo is grainy, as phones make it in little light.")
    fix = _("Take it again with more light if you can, or let the album's editor reduce the noise.")
    return {**shown, "value": _("much"), "detail": detail, "fix": fix}


def _compression(finding: Mapping[str, Any], limits: Mapping[str, Any]) -> dict[str, Any]:
    how, measured = finding["measured"]
    value = _("JPEG quality %(quality)s of 100", quality=measured) if how == "quality" else _("blocks can be seen")
    shown = {"title": _("Compression"), "value": value}
    if finding["outcome"] == "ok":
        return shown
    detail = _("The file was compressed so much that fine parts are lost.")
    return {**shown, "detail": detail, "fix": _choose_the_original()}


def _upscaled(finding: Mapping[str, Any], limits: Mapping[str, Any]) -> dict[str, Any]:
    shown = {"title": _("Enlarged"), "value": _("it seems so")}
    if finding["outcome"] == "ok":
        return shown
    detail = _("The photo has more pixels than detail, as if a small picture had been enlarged.")
    return {**shown, "detail": detail, "fix": _choose_the_original()}


def _choose_the_original() -> str:
    return _("Choose the original from the album, or ask for it as a file instead of a picture in a chat.")


LINES: dict[str, Say] = {
    "clarity": _clarity,
    "exposure": _exposure,
    "contrast": _contrast,
    "noise": _noise,
    "compression": _compression,
    "upscaled": _upscaled,
}
