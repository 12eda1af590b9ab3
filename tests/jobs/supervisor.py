"""`flask serve` without the command line around it: `python -m tests.jobs.supervisor INSTANCE PORT`."""

import sys
from pathlib import Path

from contest.config import load
from contest.ops.serve import serve

if __name__ == "__main__":
    settings = load(instance=Path(sys.argv[1]), port=int(sys.argv[2]))
    sys.exit(serve(settings, announce=lambda: print("ready", flush=True)))  # noqa: T201
