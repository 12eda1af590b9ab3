"""Questions about rounds: `desk` for those who run them, `bench` and `blind` for the judges, who see less."""

from contest.judging.queries.bench import assignment_of, queue
from contest.judging.queries.blind import BlindFile, BlindWork, blind_view

__all__ = ["BlindFile", "BlindWork", "assignment_of", "blind_view", "queue"]
