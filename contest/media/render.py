"""What the public gets to see of a file: our own renditions, checked before they are handed over.

Nothing of the original's metadata is in them except the AI label. Every function writes into an empty folder of the
job and returns what is in it; a job that is repeated writes the same again.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from contest.media.blur import blur_of
from contest.media.facts import Code, Facts, Unreadable
from contest.media.films import render_film
from contest.media.outputs import Output, RenderFailed, Trouble, output_of
from contest.media.photo import LIMITS, run_child
from contest.media.pictures import render_poster
from contest.media.process import Flooded
from contest.media.sandbox import Limits, Sandbox

PHOTO_SIDES = (2048, 1024, 480)


def render(
    path: Path,
    facts: Facts,
    *,
    into: Path,
    box: Sandbox,
    limit_ms: int | None = None,
    height: int | None = None,
    threads: int = 2,
    on_progress: Callable[[int], None] | None = None,
) -> list[Output]:
    """Everything for the file at `path`: posters and streams of a video, sizes of a photo.

    Raises RenderFailed, Stopped by `box.stop`, and what `on_progress` raises.
    """
    report = on_progress or (lambda _percent: None)
    if facts.kind == "photo":
        outputs = render_photo(path, into=into, box=box)
        report(100)
        return outputs
    pictures = render_poster(path, facts, into=into, box=box)
    report(3)
    films = render_film(
        path,
        facts,
        into=into,
        box=box,
        limit_ms=limit_ms,
        height=height,
        threads=threads,
        report=report,
    )
    report(100)
    return [*pictures, *films]


def render_photo(path: Path, *, into: Path, box: Sandbox) -> list[Output]:
    """What everything can show, at once: a second of work."""
    return _photos(path, {"jpeg": PHOTO_SIDES, "webp": PHOTO_SIDES}, into=into, box=box, limits=LIMITS)


def render_photo_smaller(path: Path, *, into: Path, box: Sandbox) -> list[Output]:
    """The same in AVIF, a third smaller, for which nobody waits: it takes several times as long."""
    return _photos(path, {"avif": PHOTO_SIDES}, into=into, box=box, limits=replace(LIMITS, nice=19))


def _photos(
    path: Path, kinds: Mapping[str, Sequence[int]], *, into: Path, box: Sandbox, limits: Limits
) -> list[Output]:
    try:
        said = run_child(["render", "/in/media", json.dumps(kinds)], path, box=box, output=into, limits=limits)
    except Flooded as error:
        raise RenderFailed(Trouble.TOO_LARGE, str(error)) from error
    except Unreadable as error:
        code = Trouble.KILLED if error.code == Code.TOO_HARD else Trouble.FAILED
        raise RenderFailed(code, str(error)) from error
    blur = blur_of(bytes.fromhex(said["blur"]))
    return [output_of(into, one["name"], size=(one["width"], one["height"]), blur=blur) for one in said["made"]]
