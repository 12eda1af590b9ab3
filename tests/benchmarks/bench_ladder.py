"""What a film costs in all its sizes: in one pass, with its own packets as the largest, and beside its check.

Processor time of everything that is started, as the service starts it: behind walls, with every output looked at. The
picture is noisy on purpose, which is dearer to encode than what phones record.
"""

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from contest.media import encode, process
from contest.media.capabilities import can_tone_map
from contest.media.facts import Facts
from contest.media.films import render_film, render_first
from contest.media.outputs import opened, refuse_failure, run_on
from contest.media.pictures import render_storyboard
from contest.media.probe import examine
from contest.media.sandbox import ENCODE, Sandbox, detect
from tests.benchmarks.bench_verdict import children_s, make_film
from tests.benchmarks.load import table

ROUNDS = 3
SECONDS = 120


def main(rounds: int = ROUNDS) -> None:
    process.adopt_orphans()
    box = detect()
    with tempfile.TemporaryDirectory() as scratch:
        film = make_film(Path(scratch) / "film.mp4", seconds=SECONDS)
        facts = examine(film, kind="video", box=box)
        works = {
            "1080": _encoding(film, facts, [1080], box=box),
            "720": _encoding(film, facts, [720], box=box),
            "480": _encoding(film, facts, [480], box=box),
            "both": _encoding(film, facts, [720, 480], box=box),
            "first": _filled(lambda into: render_first(film, facts, into=into, box=box)),
            "whole": _filled(lambda into: render_film(film, facts, into=into, box=box)),
            "check": lambda: examine(film, kind="video", box=box),
        }
        spent: dict[str, list[float]] = {name: [] for name in works}
        for _ in range(rounds):  # in turn, so that a busy minute is shared by all
            for name, work in works.items():
                spent[name].append(_cost(work))
        with tempfile.TemporaryDirectory() as made:
            render_film(film, facts, into=Path(made), box=box)
            process.bury_orphans()
            sheet = _cost(
                _filled(lambda into: render_storyboard(Path(made, encode.FALLBACK), facts, into=into, box=box))
            )
    typical = {name: sorted(each)[len(each) // 2] for name, each in spent.items()} | {"sheet": sheet}
    _print(typical, level=box.level)


def _print(s: dict[str, float], *, level: int) -> None:
    apart, three = s["720"] + s["480"], s["1080"] + s["720"] + s["480"]
    whole = s["first"] + s["whole"]
    rows = [
        ["1080, 720 and 480 lines, each by itself", f"{s['1080']:.1f} + {s['720']:.1f} + {s['480']:.1f} s", "1", ""],
        ["720 and 480 in one pass", f"{s['both']:.1f} s", f"{s['both'] / apart:.3f} of the two", "0.88"],
        [
            "the film's own packets, to be shown first",
            f"{s['first']:.1f} s",
            f"{s['first'] / three:.3f} of the three",
            "",
        ],
        ["everything of a film that streams", f"{whole:.1f} s", f"{whole / three:.3f} of the three", "0.45"],
        ["its check before", f"{s['check']:.1f} s", f"{s['check'] / s['both']:.3f} of the one pass", "0.05"],
        ["the storyboard after", f"{s['sheet']:.1f} s", f"{s['sheet'] / s['both']:.3f} of the one pass", ""],
    ]
    table(f"Sizes of {SECONDS} s of 1080p, sandbox level {level}", ["what", "processor time", "ratio", "goal"], rows)


def _encoding(film: Path, facts: Facts, heights: Sequence[int], *, box: Sandbox) -> Callable[[], object]:
    """The encode alone, as the service runs it."""
    argv = encode.film(
        facts,
        form=opened(facts, box=box),
        rungs=[encode.rung(facts, height) for height in heights],
        length_s=facts.length_ms / 1000,
        can_tone_map=can_tone_map(),
        threads=2,
    )

    def work(into: Path) -> None:
        (into / encode.HLS_FOLDER).mkdir()
        refuse_failure(run_on(film, argv, box=box, into=into, timeout_s=3600, limits=ENCODE))

    return _filled(work)


def _filled(work: Callable[[Path], object]) -> Callable[[], object]:
    def run() -> None:
        with tempfile.TemporaryDirectory() as into:
            work(Path(into))

    return run


def _cost(work: Callable[[], object]) -> float:
    before = children_s()
    work()
    process.bury_orphans()
    return children_s() - before


if __name__ == "__main__":
    main()
