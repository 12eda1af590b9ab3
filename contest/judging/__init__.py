"""Rounds, panels, assignments and ballots. Judges see a code name and the work, nothing else."""
