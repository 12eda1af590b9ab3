"""Methods, refusals and findings in words. The codes are those of contest.ranking."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from contest.audit.words import describe_value
from contest.ranking.situation import Method, Said


def method_name(method: Method | str) -> str:
    return {
        "mean": _("Mean"),
        "trimmed": _("Trimmed mean"),
        "adjusted": _("Mean without severity"),
        "calibrated": _("Calibrated score"),
    }[str(method)]


def _method_shown(method: Any) -> str:
    return method_name(method) if method in set(Method) else str(method)


describe_value("method", _method_shown)


def method_plain(method: Method | str, *, trim: int = 1) -> str:
    """What the method does, in words for anybody."""
    if method == "trimmed":
        return ngettext(
            "Of each work the highest and the lowest score are left out; the score is the average of the others.",
            "Of each work the %(num)s highest and the %(num)s lowest scores are left out; the score is the average of"
            " the others.",
            trim,
        )
    return {
        "mean": _("The score of a work is the average of all its judges. Nobody's score is changed or left out."),
        "adjusted": _(
            "First it is estimated how strict or generous each judge was with all the works he or she saw. That is"
            " taken out of each score, and the rest is averaged. Nobody's score is left out."
        ),
        "calibrated": _(
            "Every judge has a habit: strict or generous, with a wide or a narrow range, steady or erratic. The"
            " system measures these habits over all works and takes them out; steadier judges count somewhat more."
            " Nobody's score is left out."
        ),
    }[str(method)]


def refusal(said: Said | Mapping[str, Any]) -> tuple[str, str]:
    """Why a method may not be used on these ballots, and what to do about it."""
    code, numbers = _parts(said)
    if code == "no_ballots":
        return _("There is no submitted ballot."), _("Reopen the round and let the judges score.")
    if code == "disconnected":
        return (
            _(
                "The ballots fall into %(panels)s panels that no judge joins, so their works cannot be compared.",
                **numbers,
            ),
            _(
                "Reopen the round and let some judges score works of several panels, or judge each panel "
                "in a round of its own."
            ),
        )
    if code == "few_entries":
        return (
            _("Only %(entries)s works have ballots; a model of the judges needs %(least)s.", **numbers),
            _("Choose the mean."),
        )
    if code == "few_judges":
        return (
            _("Only %(judges)s judges gave ballots; a model of the judges needs %(least)s.", **numbers),
            _("Choose the mean."),
        )
    if code == "trim_few_judges":
        return (
            _("Leaving out %(trim)s at either end needs at least %(least)s judges; there are %(judges)s.", **numbers),
            _("Choose the mean; with so few judges trimming would throw away too much."),
        )
    if code == "trim_rounds":
        return _("Some judge scored a work in two rounds; trimming is for one round."), _(
            "Choose the calibrated score."
        )
    return (
        _(
            "%(missing)s ballots are missing from a complete panel. Trimming would leave out the "
            "strict judge for some works and the lenient one for others.",
            **numbers,
        ),
        _("Choose the mean without severity or the calibrated score."),
    )


def remark(said: Said | Mapping[str, Any]) -> str:
    """A warning about a method that is allowed, or the reason for proposing one."""
    code, numbers = _parts(said)
    match code:
        case "complete_large":
            return _(
                "Every one of %(judges)s judges scored every work. Anybody can recompute the trimmed "
                "mean, and it costs an honest panel nothing.",
                **numbers,
            )
        case "complete_small":
            return _("Every one of %(judges)s judges scored every work. Trimming would leave out too much.", **numbers)
        case "incomplete_random":
            return _(
                "Not every judge scored every work, and who scored what was drawn. The calibrated score "
                "makes up for having had strict judges.",
                **numbers,
            )
        case "incomplete":
            return _(
                "Not every judge scored every work. Taking out how strict each judge is makes up for "
                "having had strict judges.",
                **numbers,
            )
        case "trim_costs":
            return _(
                "With %(judges)s judges trimming leaves out much of what was judged; it costs little from "
                "%(suits)s judges up.",
                **numbers,
            )
        case "mean_incomplete":
            return _(
                "Not every judge scored every work (%(missing)s ballots are missing from a complete "
                "panel), so a work that had strict judges is behind.",
                **numbers,
            )
        case "thin_entries":
            return _("Some work has only %(ballots)s ballots; calibration is meant for %(least)s or more.", **numbers)
        case "thin_judges":
            return _("Some judge gave only %(ballots)s ballots; calibration is meant for %(least)s or more.", **numbers)
    return " ".join(refusal(said))


def tie_rule(code: str) -> str:
    """What gave a work its place."""
    return {
        "score": _("by the score"),
        "criterion": _("equal score; the criterion with the most weight decided"),
        "median": _("equal score; the median decided"),
        "head_to_head": _("equal score; more judges placed it higher"),
        "extra_ballot": _("equal score; an extra ballot decided"),
        "reached": _("reached a later round"),
        "shared": _("equal in everything; the place is shared"),
    }.get(code, "")


def _parts(said: Said | Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    if isinstance(said, Said):
        return said.code, dict(said.numbers)
    return said["code"], dict(said["numbers"])
