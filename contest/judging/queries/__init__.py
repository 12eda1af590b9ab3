"""Questions about rounds: `desk` for those who run them, `bench` for the judges, who see less."""

from contest.judging.queries.bench import BlindFile, BlindWork, assignment_of, blind_view, queue

__all__ = ["BlindFile", "BlindWork", "assignment_of", "blind_view", "queue"]
