"""What an analysis found, in words: what a figure means and what to do about it."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from contest.results.words import refusal

LITTLE, SOME, MUCH = 0.5, 0.7, 0.85  # of generalisability: from which on how much of the differences is real


def number(value: float | None, decimals: int = 2) -> str:
    """A figure as people read it, with a real minus; a dash where there is none."""
    if value is None:
        return "–"
    return f"{value:.{decimals}f}".replace("-", "−")


def points(value: float) -> str:
    """With its sign, as severities are written."""
    return ("+" if value > 0 else "") + number(value, 1)


def percent(share: float | None) -> str:
    return "–" if share is None else f"{share * 100:.0f} %"


def chance(share: float) -> str:
    """Chances are never said to be certain."""
    if share < 0.01:
        return "<1 %"
    return ">99 %" if share > 0.99 else percent(share)


def panel_line(name: str, found: Mapping[str, Any], about: Mapping[str, int]) -> dict[str, Any]:
    """One coefficient of the panel: its name, figure, what it means, what to do."""
    value, why = found["value"], found["why"]
    title = {
        "generalisability": _("Reliability of the order (generalisability)"),
        "icc2": _("Agreement of single judges, ICC(2,1)"),
        "icc2k": _("Reliability of the panel's mean, ICC(2,k)"),
        "icc3k": _("The same without severity, ICC(3,k)"),
        "kendall_w": _("Agreement on the order, Kendall's W"),
        "alpha_interval": _("Agreement on the points, Krippendorff's alpha"),
        "alpha_ordinal": _("The same on ranks, Krippendorff's alpha"),
    }[name]
    if value is None:
        return {"title": title, "value": None, "text": "–", "means": why_undefined(why), "do": ""}
    means, do = _meaning(name, value)
    return {
        "title": title,
        "value": max(0, min(100, round(value * 100))),
        "text": number(value),
        "means": means,
        "do": do,
    }


PANEL = ("generalisability", "icc2", "icc2k", "icc3k", "kendall_w", "alpha_interval", "alpha_ordinal")


def _meaning(name: str, value: float) -> tuple[str, str]:
    if name == "generalisability":
        means = _(
            "%(share)s of the differences between the works' scores are real; the rest is chance.",
            share=chance(max(value, 0)),
        )
        if value < LITTLE:
            return means, _(
                "Do not rest a prize on this order alone: get more ballots for the works at the award "
                "lines, or let the panel deliberate."
            )
        if value < SOME:
            return means, _(
                "Places far apart are sound, neighbours are not: look at the works that are too close to call."
            )
        if value < MUCH:
            return means, _("A sound order. Look at the works that are too close to call all the same.")
        return means, _("A very sound order; nothing needs to be done.")
    if name == "icc2":
        return (
            _("How far the points of one single judge can be relied on. Below 0.5 is usual for tastes."),
            _("The lower it is, the more ballots each work needs.")
            if value < LITTLE
            else _("Nothing needs to be done."),
        )
    if name == "icc2k":
        return (
            _("How far the average of the whole panel can be relied on; differences in severity count against it."),
            _("More judges for each work would raise it.") if value < SOME else _("Nothing needs to be done."),
        )
    if name == "icc3k":
        return (
            _("As before, but strict and generous judges do not count against it."),
            _("More judges for each work would raise it.") if value < SOME else _("Nothing needs to be done."),
        )
    if name == "kendall_w":
        return (
            _("1 means that all judges put the works into the same order, 0 that their orders have nothing in common."),
            _("Talk the criteria over with the panel before the next round.")
            if value < LITTLE
            else _("Nothing needs to be done."),
        )
    if name == "alpha_ordinal":
        return _("As before, but only the ranks of the points count."), _(
            "Nothing needs to be done."
        ) if value >= LITTLE else _("Talk the criteria over with the panel before the next round.")
    return (
        _(
            "Whether judges give the same points. It is low already when judges are strict or "
            "generous, which calibration takes out."
        ),
        _("A low value alone is no reason for worry; look at the reliability of the order.")
        if value < LITTLE
        else _("Nothing needs to be done."),
    )


def why_undefined(said: Mapping[str, Any] | None) -> str:
    """Why a coefficient cannot be computed."""
    code = said["code"] if said else ""
    numbers = dict(said["numbers"]) if said else {}
    match code:
        case "agreement_incomplete":
            return _(
                "Cannot be computed: it needs every judge's score for every work, and %(missing)s are missing.",
                **numbers,
            )
        case "agreement_rounds":
            return _("Cannot be computed over several rounds.")
        case "agreement_one_judge":
            return _("Cannot be computed: only one judge gave ballots.")
        case "agreement_one_entry":
            return _("Cannot be computed: only one work has ballots.")
        case "agreement_no_pairs":
            return _("Cannot be computed: no work has two ballots.")
        case "agreement_all_alike":
            return _("Cannot be computed: all scores are the same.")
        case "agreement_judges_constant":
            return _("Cannot be computed: each judge gave every work the same.")
        case "agreement_no_difference" | "agreement_too_few":
            return _("Cannot be computed: too little differs to tell works from chance.")
    return _("Cannot be computed: there are too few ballots.")


def unsure(said: Mapping[str, Any]) -> str:
    """Why nothing is said about how sure an order is."""
    return refusal(said)[0]


FLAGS = (
    "erratic",
    "unexpected",
    "constant",
    "straight_lining",
    "halo",
)  # the notable ones; severity has its own column


def judge_line(report: Mapping[str, Any]) -> str:
    """What to make of a judge: one or two sentences."""
    told = []
    severity = report["severity"]
    if "strict" in report["flags"]:
        told.append(_("Stricter than the panel by %(points)s points.", points=number(-severity, 1)))
    elif "generous" in report["flags"]:
        told.append(_("More generous than the panel by %(points)s points.", points=number(severity, 1)))
    else:
        told.append(_("About as strict as the panel."))
    sentences = {
        "erratic": _(
            "The marks hardly go with those of the others. Ask whether the criteria were clear; "
            "nobody's marks are deleted for that."
        ),
        "unexpected": _("The marks are often far from what the others let expect. Look at the odd scores below."),
        "constant": _("Gave every work the same, which tells nothing about the works. Talk to the judge."),
        "straight_lining": _(
            "Gave the same in all criteria on most ballots. Ask for each criterion to be judged by itself."
        ),
        "halo": _("One impression seems to fill all criteria. Ask for each criterion to be judged by itself."),
    }
    found = [sentences[flag] for flag in FLAGS if flag in report["flags"]]
    return " ".join([*told, *(found or [_("Nothing needs to be done.")])])


def close_words(count: int) -> str:
    return ngettext(
        "%(num)s work is too close to call",
        "%(num)s works are too close to call",
        count,
    )
