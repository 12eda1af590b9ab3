"""What the codes of this package mean, in English for the command line; the pages have words of their own."""

from contest.ranking.situation import Said

SENTENCES = {
    "no_ballots": "There is no ballot.",
    "disconnected": "The ballots fall into {panels} panels that no judge joins, so their works cannot be compared in"
    " one ranking. Rank within each panel, or let some judges score works of several panels.",
    "few_entries": "Only {entries} entries have ballots; a model of the judges needs {least}. Take the mean.",
    "few_judges": "Only {judges} judges gave ballots; a model of the judges needs {least}. Take the mean.",
    "trim_few_judges": "Leaving out the {trim} highest and {trim} lowest score needs at least {least} judges; there are"
    " {judges}. Take the mean.",
    "trim_rounds": "Some judge scored an entry in two rounds; trimming is for one round. Take the calibrated score.",
    "trim_incomplete": "{missing} ballots are missing from a complete panel. Trimming would leave out the strict judge"
    " for some entries and the lenient one for others. Take the adjusted or the calibrated score.",
    "trim_costs": "With {judges} judges trimming leaves out much of what was judged; it costs little from {suits}"
    " judges up.",
    "mean_incomplete": "Not every judge scored every entry ({missing} ballots are missing from a complete panel), so"
    " who had strict judges is behind. The adjusted or the calibrated score takes that out.",
    "thin_entries": "Some entry has only {ballots} ballots; calibration is meant for {least} or more.",
    "thin_judges": "Some judge gave only {ballots} ballots; calibration is meant for {least} or more.",
    "complete_large": "Every one of {judges} judges scored every entry: the trimmed mean, which anybody can recompute.",
    "complete_small": "Every one of {judges} judges scored every entry: the mean. Trimming would leave out too much.",
    "incomplete_random": "Not every judge scored every entry, and who scored what was drawn: the calibrated score.",
    "incomplete": "Not every judge scored every entry: the mean after taking out how strict each judge is.",
    "agreement_incomplete": "Ballots that are missing from a complete panel: {missing}. This coefficient needs"
    " every judge's score for every entry.",
    "agreement_rounds": "Some judge scored an entry in two rounds; this coefficient is for one.",
    "agreement_one_judge": "Only one judge gave ballots.",
    "agreement_one_entry": "Only one entry has ballots.",
    "agreement_no_pairs": "No entry has two ballots.",
    "agreement_all_alike": "All scores are the same, so nothing tells agreement from chance.",
    "agreement_no_difference": "The entries do not differ in a way that this coefficient could measure.",
    "agreement_judges_constant": "Each judge gave every entry the same.",
    "agreement_too_few": "There are too few ballots to tell what differs between entries from chance.",
    "assign_few_judges": "There are {judges} judges; each entry is to have {each}.",
    "assign_conflicts": "Conflicts of interest and panels leave some entries fewer than {each} judges.",
    "assign_caps": "The judges may not take enough entries for each to have {each} judges.",
    "assign_anchors": "A judge may not take as many entries as everybody is to score.",
    "assign_apart": "The judges fall into {panels} parts that no entry joins, so their scores could not be compared."
    " Give each entry more judges, or let some entries have judges of several parts.",
}


def sentence(said: Said) -> str:
    """The code in words."""
    return SENTENCES[said.code].format(**said.numbers)
