"""How the sharpness of films is told: real photographs as the pictures of a film, made worse in known ways.

    python -m tests.benchmarks.calibrate_photo FOLDER --fetch
    python -m tests.benchmarks.calibrate_film FOLDER

Each version is one film of 1280 x 720 in H.264, a key picture for every photograph; it is decoded as the check decodes
its samples. The last columns draw four of them at random, as the check takes four of a film. Moving pictures
of a phone are not among them: what moves is blurred by itself, and by the encoder.
"""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np
from PIL import Image, ImageOps

from contest.media.clarity_film import sharpness_of_film
from contest.media.clarity_lines import FILM_ADVISE_BELOW
from contest.media.samples import CLOSE_SIDE, MOST_CLOSE
from tests.benchmarks.calibrate_photo import PHOTOS, Picture, Rng, bokeh, darker, enlarged, gauss, motion, noisy

WIDTH, HEIGHT = 1280, 720
LEAST_SIDE = 1000  # of a photograph; smaller ones would be blurred before anything is done to them
DRAWS = 4000
# By name: what is made of a picture, whether that is blurred (None: a little), and the constant rate factor.
VERSIONS: dict[str, tuple[Callable[[Picture, Rng], Picture], bool | None, int]] = {
    "as it is": (lambda image, rng: image, False, 20),
    "as it is, crf 32": (lambda image, rng: image, False, 32),
    "as it is, crf 40": (lambda image, rng: image, False, 40),
    "sharp in one part": (bokeh, False, 20),
    "dimmed to 50 %": (lambda image, rng: darker(image), False, 20),
    "noise 10": (lambda image, rng: noisy(image, 10, rng), False, 20),
    "gauss 1": (lambda image, rng: gauss(image, 1), None, 20),
    "gauss 2": (lambda image, rng: gauss(image, 2), True, 20),
    "gauss 4": (lambda image, rng: gauss(image, 4), True, 20),
    "gauss 4, crf 32": (lambda image, rng: gauss(image, 4), True, 32),
    "motion 15": (lambda image, rng: fitted(motion(image, 15, rng)), True, 20),
    "enlarged from 320": (lambda image, rng: enlarged(image, 4), True, 20),
    "enlarged from 320, crf 32": (lambda image, rng: enlarged(image, 4), True, 32),
}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("folder", type=Path)
    photos = opened(options.parse_args().folder)
    below = f"picture below {FILM_ADVISE_BELOW:g}"
    print(f"{len(photos)} photographs\n")
    print(f"| version | blurred | not judged | {below} | middle | film advised |")
    print("| --- | --- | --- | --- | --- | --- |")
    for name, (worse, blurred, crf) in VERSIONS.items():
        made = [worse(image, np.random.default_rng(number)) for number, image in enumerate(photos)]
        scores = scores_of(made, crf=crf)
        told = [score for score in scores if score is not None]
        words = {True: "yes", False: "no", None: "a little"}[blurred]
        share = sum(score < FILM_ADVISE_BELOW for score in told) / len(told)
        row = [name, words, len(scores) - len(told), f"{share:.0%}", f"{median(told):.0f}", f"{advised(told):.0%}"]
        print("|", " | ".join(map(str, row)), "|", flush=True)


def opened(folder: Path) -> list[Picture]:
    files, found = [path for path in folder.rglob("*.*") if path.suffix in (".jpg", ".png")], []
    for name in PHOTOS:
        path = next((path for path in files if str(path).endswith(f"/{name}")), None)
        if path is None:
            print(f"missing: {name}", file=sys.stderr)
            continue
        image = Image.open(path).convert("RGB")
        if min(image.width, image.height * WIDTH / HEIGHT) >= LEAST_SIDE:
            found.append(fitted(image))
    return found


def fitted(image: Picture) -> Picture:
    return ImageOps.fit(image, (WIDTH, HEIGHT), Image.Resampling.LANCZOS)


def scores_of(images: list[Picture], *, crf: int) -> list[float | None]:
    """Encoded, decoded as samples are, and judged one by one."""
    raw = b"".join(image.tobytes() for image in images)
    given = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{WIDTH}x{HEIGHT}", "-r", "1", "-i", "-"]
    coded = ["-c:v", "libx264", "-preset", "veryfast", "-g", "1", "-crf", str(crf), "-pix_fmt", "yuv420p"]
    height = round(HEIGHT * CLOSE_SIDE / WIDTH)
    look = f"scale={CLOSE_SIDE}:{height}:flags=fast_bilinear,format=gray"
    with tempfile.TemporaryDirectory() as folder:
        film = Path(folder, "film.mp4")
        subprocess.run(["ffmpeg", "-v", "error", *given, *coded, film], input=raw, check=True)
        seen: list[str | Path] = [
            "ffmpeg",
            "-v",
            "error",
            "-skip_loop_filter",
            "all",
            "-i",
            film,
            "-vf",
            look,
            "-f",
            "rawvideo",
            "-",
        ]
        grey = subprocess.run(seen, check=True, capture_output=True).stdout
    return sharpness_of_film(np.frombuffer(grey, dtype=np.uint8).reshape(-1, height, CLOSE_SIDE))[1]


def advised(scores: list[float]) -> float:
    rng = np.random.default_rng(0)
    drawn = rng.choice(scores, size=(DRAWS, MOST_CLOSE))
    return float((np.median(drawn, axis=1) < FILM_ADVISE_BELOW).mean())


if __name__ == "__main__":
    main()
