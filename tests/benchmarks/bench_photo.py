"""What looking at a photo of 24 megapixels costs, against Pillow's reduced decode of the same file."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

from contest.media.photo import CHILD_ENV
from tests.benchmarks.load import table

ROUNDS = 7
DRAFT = """
import sys, time
from PIL import Image
image = Image.open(sys.argv[1])
began = time.process_time()
image.draft("RGB", (1024, 1024))
image.load()
print(time.process_time() - began)
"""


def main() -> None:
    with tempfile.TemporaryDirectory() as scratch:
        path, compiled = Path(scratch) / "photo.jpg", Path(scratch) / "compiled"
        photo().save(path, quality=90)
        check = [sys.executable, "-s", "-m", "contest.media.photo_child", "facts", str(path)]
        draft = [sys.executable, "-s", "-c", DRAFT, str(path)]
        # As installed by pip, which compiles; some machines have that switched off, and then every check pays for it.
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        environment |= {**CHILD_ENV, "PYTHONPYCACHEPREFIX": str(compiled)}
        checks = [used(check, environment) for _ in range(ROUNDS)][1:]
        drafts = [used(draft, environment) for _ in range(ROUNDS)][1:]
    alone = min(decode for _cpu, decode in drafts)
    whole, started = min(cpu for cpu, _ in checks), min(cpu for cpu, _ in drafts)
    rows = [
        ["whole check in its process", f"{1000 * whole:.0f} ms", "300 ms"],
        ["reduced decode by Pillow, alone / with its process", f"{1000 * alone:.0f} / {1000 * started:.0f} ms", ""],
        ["ratio to the decode alone / with its process", f"{whole / alone:.1f} / {whole / started:.1f}", "4"],
    ]
    table("Looking at a photo of 24 megapixels", ["processor time", "measured", "goal"], rows)


def photo() -> Image.Image:
    """Something with details of all sizes and the noise of a sensor: about 5 MB as a JPEG."""
    rng, levels = np.random.default_rng(1), np.zeros((4000, 6000, 3), dtype=np.float32)
    for side in (8, 40, 200, 1000):
        coarse = Image.fromarray(rng.integers(0, 256, (side * 2 // 3, side, 3), dtype=np.uint8))
        levels += np.asarray(coarse.resize((6000, 4000), Image.Resampling.BICUBIC), dtype=np.float32) / 4
    levels += rng.normal(0, 3, (4000, 6000, 1))
    return Image.fromarray(levels.round().clip(0, 255).astype(np.uint8))


def used(command: list[str], environment: dict[str, str]) -> tuple[float, float]:
    """Processor time of the process, and the number it printed when that is all it printed."""
    read, write = os.pipe()
    process = subprocess.Popen(command, env=environment, stdout=write)
    os.close(write)
    with os.fdopen(read) as answer:
        said = answer.read()
    _pid, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, said
    return usage.ru_utime + usage.ru_stime, 0.0 if said.startswith("{") else float(said)


if __name__ == "__main__":
    main()
