"""What the codes of the ranking say about methods and assignments, for those who run a round."""

from collections.abc import Callable

from flask_babel import gettext as _

from contest.ranking.situation import Said

METHODS: dict[str, Callable[[], str]] = {
    "mean": lambda: _("Mean of all ballots, in exact numbers"),
    "adjusted": lambda: _("Mean after taking out how strict each judge is"),
    "calibrated": lambda: _("Calibrated score: how strict, how wide and how steady each judge is, is taken out"),
}
TIES: dict[str, Callable[[], str]] = {
    "criterion": lambda: _("the criterion that weighs most"),
    "median": lambda: _("the median of the ballots"),
    "head_to_head": lambda: _("more judges who saw both put it higher"),
}


def method_text(method: str, *, trim: int = 1) -> str:
    """A method in words; a round without one takes what suits when it is opened."""
    if not method:
        return _("The one that suits, chosen when the round is opened")
    if method == "trimmed":
        return _("Trimmed mean: without the %(trim)s highest and %(trim)s lowest ballots of each work", trim=trim)
    return METHODS[method]()


def tie_text(rules: list[str]) -> str:
    """The chain of tie rules; what they leave equal shares a place."""
    parts = [TIES[rule]() for rule in rules if rule in TIES]
    return _(" → ").join([*parts, _("a shared place")])


def said_text(said: Said) -> str:
    """A refusal, a warning or a reason in words."""
    told = _SAID.get(said.code)
    return told(said) if told else said.code


def _n(said: Said, name: str) -> int:
    return said.numbers.get(name, 0)


_SAID: dict[str, Callable[[Said], str]] = {
    "no_ballots": lambda _said: _("There is nothing to score yet."),
    "disconnected": lambda said: _(
        "The judges fall into %(panels)s groups that no work joins. Nothing could tell a strict group from weak works,"
        " so there could be no common ranking. Give each work more judges, or take fewer limits per judge.",
        panels=_n(said, "panels"),
    ),
    "few_entries": lambda said: _(
        "With %(entries)s works nothing can be said about a judge's habits; the mean is what suits. It takes"
        " %(least)s works.",
        entries=_n(said, "entries"),
        least=_n(said, "least"),
    ),
    "few_judges": lambda said: _(
        "With %(judges)s judges nothing can be said about their habits; the mean is what suits. It takes %(least)s"
        " judges.",
        judges=_n(said, "judges"),
        least=_n(said, "least"),
    ),
    "trim_few_judges": lambda said: _(
        "Leaving out the %(trim)s highest and %(trim)s lowest needs at least %(least)s judges; there are %(judges)s."
        " Take the mean, or more judges.",
        trim=_n(said, "trim"),
        least=_n(said, "least"),
        judges=_n(said, "judges"),
    ),
    "trim_incomplete": lambda _said: _(
        "Not every judge scores every work. Trimming would leave out the strict judge for some works and the lenient"
        " one for others. Take the adjusted or the calibrated score."
    ),
    "trim_costs": lambda said: _(
        "With %(judges)s judges trimming leaves out much of what was judged; it costs little from %(suits)s judges up.",
        judges=_n(said, "judges"),
        suits=_n(said, "suits"),
    ),
    "mean_incomplete": lambda _said: _(
        "Not every judge scores every work, so a work with strict judges is behind. The adjusted or the calibrated"
        " score takes that out."
    ),
    "thin_entries": lambda said: _(
        "Calibration is meant for %(least)s ballots a work or more; some work gets %(ballots)s.",
        least=_n(said, "least"),
        ballots=_n(said, "ballots"),
    ),
    "thin_judges": lambda said: _(
        "Calibration is meant for %(least)s works a judge or more; some judge gets %(ballots)s.",
        least=_n(said, "least"),
        ballots=_n(said, "ballots"),
    ),
    "complete_large": lambda said: _(
        "Each of %(judges)s judges scores every work: a trimmed mean costs little, and anybody can recompute it.",
        judges=_n(said, "judges"),
    ),
    "complete_small": lambda said: _(
        "Every judge scores every work, so nobody is favoured by the judges they get. Trimming would leave out too"
        " much."
    ),
    "incomplete_random": lambda _said: _(
        "Not every judge scores every work, and the lot decides who scores what: the habits of judges can be measured"
        " and taken out, and no ballot is deleted."
    ),
    "incomplete": lambda _said: _(
        "Not every judge scores every work, and there are few ballots: how strict each judge is, is taken out."
    ),
    "assign_few_judges": lambda said: _(
        "There are %(judges)s judges, and each work is to have %(each)s. Add judges, or ask for fewer ballots a work.",
        judges=_n(said, "judges"),
        each=_n(said, "each"),
    ),
    "assign_conflicts": lambda said: _(
        "Conflicts of interest leave some works fewer than %(each)s judges. Add judges from elsewhere.",
        each=_n(said, "each"),
    ),
    "assign_caps": lambda said: _(
        "The judges may not take enough works for each to have %(each)s judges. Add judges, or raise the limit.",
        each=_n(said, "each"),
    ),
    "no_shortlist": lambda _said: _(
        "The earlier round has no result yet. Close it and compute its result first; then its shortlist comes here."
    ),
}
