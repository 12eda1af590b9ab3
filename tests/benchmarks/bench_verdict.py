"""What a verdict on a film of three minutes in 1080p costs, in starts of ffprobe on the same file.

Processor time of everything that is started, behind bubblewrap's walls as well, and of this process itself, which reads
the answers and judges the pictures as the worker does, and keeps those of what was found; the picture is noisy on
purpose, since that is dearer to decode than what phones record.
"""

import resource
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from contest.media import commands, formats, process
from contest.media.facts import Facts
from contest.media.films import render_film
from contest.media.probe import exact_length_ms, examine
from contest.media.sandbox import Sandbox, detect
from tests.benchmarks.load import table

ROUNDS = 10
BESIDE = 20  # verdicts while a film is encoded
SECONDS = 180


def main() -> None:
    process.adopt_orphans()
    box = detect()
    with tempfile.TemporaryDirectory() as scratch:
        film = make_film(Path(scratch) / "film.mp4")
        form = formats.OURS
        probe = cost(lambda: box.run(commands.probe_streams(form), inputs={"media": film}, timeout_s=60))
        bare = cost(lambda: subprocess.run(["ffprobe", "-v", "error", "-show_format", "-show_streams", film], check=True, stdout=subprocess.DEVNULL))  # fmt: skip  # noqa: E501
        length = cost(lambda: exact_length_ms(film, box=box))
        whole = cost(lambda: _verdict(film, box=box))
        bare_after = cost(lambda: subprocess.run(["ffprobe", "-v", "error", "-show_format", "-show_streams", film], check=True, stdout=subprocess.DEVNULL))  # fmt: skip  # noqa: E501
        bare = ((bare[0] + bare_after[0]) / 2, bare[1])  # a machine that is at work besides changes within minutes
        facts = examine(film, kind="video", box=box)
        with encoding(film, facts, box=box):
            beside = waits(lambda: examine(film, kind="video", box=box))
    rows = [
        ["ffprobe by itself", f"{bare[0]:.2f} s", "", "1", ""],
        ["ffprobe as we run it", f"{probe[0]:.2f} s", "", f"{probe[0] / bare[0]:.1f}", ""],
        [
            "exact length, packet by packet",
            f"{length[0]:.2f} s",
            f"{length[1]:.2f} s",
            f"{length[0] / bare[0]:.1f}",
            "3",
        ],
        ["whole verdict", f"{whole[0]:.2f} s", f"{whole[1]:.2f} s", f"{whole[0] / bare[0]:.1f}", "15; 2 s"],
        [
            f"the same under one encode, 19th of {BESIDE}",
            "",
            f"{sorted(beside)[BESIDE * 95 // 100 - 1]:.2f} s",
            "",
            "4 s",
        ],
    ]
    columns = ["what", "processor time, median", f"seconds, slowest of {ROUNDS}", "in ffprobes", "goal"]
    table(f"Verdict on {SECONDS} s of 1080p, sandbox level {box.level}", columns, rows)


def make_film(path: Path, *, seconds: int = SECONDS) -> Path:
    """Moving noise over a moving picture, as H.264 and AAC of about 8 Mbit/s."""
    pictures = f"testsrc2=s=1920x1080:r=30:d={seconds},noise=alls=12:allf=t"
    words = ["-f", "lavfi", "-i", pictures, "-f", "lavfi", "-i", f"sine=330:d={seconds}"]
    coded = ["-c:v", "libx264", "-preset", "ultrafast", "-b:v", "8M", "-g", "30", "-pix_fmt", "yuv420p", "-c:a", "aac"]
    subprocess.run(["ffmpeg", "-v", "error", *words, *coded, "-shortest", "-movflags", "+faststart", path], check=True)
    return path


@contextmanager
def encoding(film: Path, facts: Facts, *, box: Sandbox) -> Iterator[None]:
    """One film after another is encoded meanwhile, as the lane for it would."""
    stop = threading.Event()

    def work() -> None:
        while not stop.is_set():
            with tempfile.TemporaryDirectory() as into, suppress(process.Stopped):
                render_film(film, facts, into=Path(into), box=box.for_job(stop=stop))

    lane = threading.Thread(target=work)
    lane.start()
    time.sleep(3)  # past its own probing
    try:
        yield
    finally:
        stop.set()
        lane.join()


def waits(work: Callable[[], object]) -> list[float]:
    """Seconds by the clock, of each."""
    took = []
    for _ in range(BESIDE):
        began = time.monotonic()
        work()
        took.append(time.monotonic() - began)
    return took


def cost(work: Callable[[], object]) -> tuple[float, float]:
    """Processor seconds of the children and our own (the median) and seconds by the clock (the slowest)."""
    spent, took = [], []
    for _ in range(ROUNDS):
        ours, theirs, began = cpu_s(resource.RUSAGE_SELF), cpu_s(resource.RUSAGE_CHILDREN), time.monotonic()
        work()
        took.append(time.monotonic() - began)
        ours = cpu_s(resource.RUSAGE_SELF) - ours  # before we wait for orphans, which a worker does not
        process.bury_orphans()
        spent.append(ours + cpu_s(resource.RUSAGE_CHILDREN) - theirs)
    return sorted(spent)[ROUNDS // 2], max(took)


def cpu_s(who: int) -> float:
    used = resource.getrusage(who)
    return used.ru_utime + used.ru_stime


def _verdict(film: Path, *, box: Sandbox) -> None:
    with tempfile.TemporaryDirectory() as seen:
        examine(film, kind="video", box=box, keep=Path(seen))


if __name__ == "__main__":
    main()
