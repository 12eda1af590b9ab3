"""What the ballots allow: which methods would harm, and which one suits. Codes and numbers; words are for the edge."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from contest.ranking.exact import Exact


class Method(StrEnum):
    """How ballots become a score."""

    MEAN = "mean"
    TRIMMED = "trimmed"
    ADJUSTED = "adjusted"
    CALIBRATED = "calibrated"


FEWEST_ENTRIES, FEWEST_JUDGES = 8, 3  # for a model of judges
BALLOTS_PER_ENTRY, BALLOTS_PER_JUDGE = 3, 8  # for safe calibration to be the proposal
TRIMMING_SUITS = 7  # judges from which trimming costs an honest panel nothing


@dataclass(frozen=True)
class Said:
    """A refusal, a warning or a reason: a code, and the numbers that its sentence needs."""

    code: str
    numbers: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Situation:
    """A sheet in numbers, without entries and judges that have no ballot; `components` share no judge."""

    entries: int
    judges: int
    ballots: int
    least_per_entry: int
    least_per_judge: int
    components: int
    pairs: int  # of an entry and a judge; fewer than ballots where rounds are joined

    @classmethod
    def of(cls, sheet: Exact) -> "Situation":
        counted = sheet.tally
        return cls(
            entries=counted.entries,
            judges=counted.judges,
            ballots=len(sheet),
            least_per_entry=counted.least_per_entry,
            least_per_judge=counted.least_per_judge,
            components=sheet.components,
            pairs=counted.pairs,
        )

    @property
    def is_complete(self) -> bool:
        """Has every judge scored every entry that anybody scored, once?"""
        return self.ballots == self.pairs == self.entries * self.judges

    @property
    def missing(self) -> int:
        """Ballots that a complete panel would have besides."""
        return self.entries * self.judges - self.pairs


def why_not(method: Method, about: Situation, *, trim: int = 1) -> Said | None:
    """Why `method` must not make one common ranking of these ballots, or None."""
    if about.ballots == 0:
        return Said("no_ballots")
    if about.components > 1:
        return Said("disconnected", {"panels": about.components})
    if method is Method.TRIMMED:
        return _why_not_trim(about, trim)
    if method in (Method.ADJUSTED, Method.CALIBRATED):
        if about.entries < FEWEST_ENTRIES:
            return Said("few_entries", {"entries": about.entries, "least": FEWEST_ENTRIES})
        if about.judges < FEWEST_JUDGES:
            return Said("few_judges", {"judges": about.judges, "least": FEWEST_JUDGES})
    return None


def _why_not_trim(about: Situation, trim: int) -> Said | None:
    least = 2 * trim + 3
    if about.judges < least:
        return Said("trim_few_judges", {"judges": about.judges, "least": least, "trim": trim})
    if about.pairs != about.ballots:
        return Said("trim_rounds")
    if not about.is_complete:
        return Said("trim_incomplete", {"missing": about.missing})
    return None


def warnings(method: Method, about: Situation) -> list[Said]:
    """What whoever chose `method` should know, although it is allowed."""
    found = []
    if method is Method.TRIMMED and about.judges < TRIMMING_SUITS:
        found.append(Said("trim_costs", {"judges": about.judges, "suits": TRIMMING_SUITS}))
    if method is Method.MEAN and about.ballots and not about.is_complete:
        found.append(Said("mean_incomplete", {"missing": about.missing}))
    if method in (Method.ADJUSTED, Method.CALIBRATED):
        if about.least_per_entry < BALLOTS_PER_ENTRY:
            found.append(Said("thin_entries", {"ballots": about.least_per_entry, "least": BALLOTS_PER_ENTRY}))
        if about.least_per_judge < BALLOTS_PER_JUDGE:
            found.append(Said("thin_judges", {"ballots": about.least_per_judge, "least": BALLOTS_PER_JUDGE}))
    return found


@dataclass(frozen=True)
class Proposal:
    """The method that suits. `within_panels`: a place is one in its panel, and there is no common ranking."""

    method: Method
    why: Said
    within_panels: bool = False


def proposed(about: Situation, *, at_random: bool, simple: bool = False) -> Proposal:
    """The default. `at_random`: the system drew who scores what; `simple`: only arithmetic that fits in a sentence."""
    if about.components > 1:
        return Proposal(Method.MEAN, Said("disconnected", {"panels": about.components}), within_panels=True)
    if about.is_complete:
        if about.judges >= TRIMMING_SUITS:
            return Proposal(Method.TRIMMED, Said("complete_large", {"judges": about.judges}))
        return Proposal(Method.MEAN, Said("complete_small", {"judges": about.judges}))
    if why := why_not(Method.ADJUSTED, about):
        return Proposal(Method.MEAN, why)
    enough = about.least_per_entry >= BALLOTS_PER_ENTRY and about.least_per_judge >= BALLOTS_PER_JUDGE
    if at_random and enough and not simple:
        return Proposal(Method.CALIBRATED, Said("incomplete_random", {"missing": about.missing}))
    return Proposal(Method.ADJUSTED, Said("incomplete", {"missing": about.missing}))
