"""Whether a copy is known again and a different picture is not: on real files, measured as entries are."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageEnhance

from contest.media.fingerprints import NoFingerprint, of_rendition
from contest.media.likeness import alike_films, alike_photos, of_photo, of_picture, pack
from contest.media.probe import examine
from contest.media.sandbox import Sandbox
from tests.media.clips import H264, ffmpeg

Picture = Image.Image


def landscape(seed: int, width: int = 1200, height: int = 900) -> Picture:
    """Light and dark in places of every size, as a photograph has them; another seed is another place."""
    chance = np.random.default_rng(seed)
    total = np.zeros((height, width, 3))
    for cells in (3, 6, 12, 24, 48):
        patch = Image.fromarray(chance.integers(0, 256, (cells, cells + cells // 3, 3), dtype=np.uint8))
        total += np.asarray(patch.resize((width, height), Image.Resampling.BICUBIC), dtype=float) / cells**0.7
    total -= total.min()
    return Image.fromarray((total / total.max() * 255).astype(np.uint8))


def trimmed(image: Picture, left: float, above: float, right: float, below: float) -> Picture:
    width, height = image.size
    box = (width * left, height * above, width * (1 - right), height * (1 - below))
    return image.crop(tuple(round(side) for side in box))  # type: ignore[arg-type]


COPIES: dict[str, Callable[[Picture], Picture]] = {
    "as it is": lambda image: image,
    "smaller": lambda image: image.resize((400, 300)),
    "stretched": lambda image: image.resize((1000, 1000)),
    "brighter": lambda image: ImageEnhance.Brightness(image).enhance(1.25),
    "flatter": lambda image: ImageEnhance.Contrast(image).enhance(0.6),
    "grey": lambda image: image.convert("L"),
    "trimmed all round": lambda image: trimmed(image, 0.04, 0.04, 0.04, 0.04),
    "without its left edge": lambda image: trimmed(image, 0.07, 0, 0, 0),
    "without a corner": lambda image: trimmed(image, 0, 0, 0.04, 0.04),
    "mirrored": lambda image: image.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
    "on its head": lambda image: image.rotate(180),
    "turned left": lambda image: image.rotate(90, expand=True),
    "turned right": lambda image: image.rotate(270, expand=True),
    "turned and mirrored": lambda image: image.transpose(Image.Transpose.TRANSPOSE),
}


def likeness(image: Picture, path: Path, box: Sandbox, quality: int = 90) -> bytes:
    image.save(path, "JPEG", quality=quality)
    return pack(examine(path, kind="photo", box=box).likeness)


@pytest.mark.parametrize("way", COPIES)
def test_the_same_photo_is_known_again(way: str, best: Sandbox, tmp_path: Path) -> None:
    original = landscape(1)

    mine = likeness(original, tmp_path / "mine.jpg", best)
    copy = likeness(COPIES[way](original), tmp_path / "copy.jpg", best, quality=40)

    assert (alike_photos(mine, [copy]), alike_photos(copy, [mine])) == ([True], [True])


def of_film(pictures: Sequence[Any]) -> tuple[str, ...]:
    """Of each picture that shows something."""
    return tuple(filter(None, map(of_picture, pictures)))


def test_other_photos_of_the_same_kind_are_not_taken_for_it() -> None:
    prints = [pack(of_photo(np.asarray(landscape(seed, 400, 300).convert("L")))) for seed in range(40)]

    found = [alike_photos(one, prints) for one in prints]

    assert found == [[place == other for other in range(40)] for place in range(40)]


def test_what_is_flat_has_no_likeness() -> None:
    noise = np.random.default_rng(1).normal(128, 5, (600, 800))
    slope = np.tile(np.linspace(0, 255, 800), (600, 1))

    for picture in (np.zeros((600, 800)), np.full((600, 800), 200), noise, slope, slope.T, np.zeros((1, 1))):
        assert of_photo(picture) == ()
        assert of_film([picture] * 12) == ()


def test_nothing_is_like_nothing() -> None:
    some = pack(of_photo(np.asarray(landscape(1, 400, 300).convert("L"))))

    assert (alike_photos(b"", [b"", some]), alike_photos(some, [b"", some, b""])) == (
        [False, False],
        [False, True, False],
    )
    assert alike_films(some, []) == []


def test_a_few_pictures_are_not_enough_for_a_film() -> None:
    pictures = [np.asarray(landscape(seed, 320, 180).convert("L")) for seed in range(20)]
    film, titles = pack(of_film(pictures[:12])), pack(of_film([*pictures[:3], *pictures[12:]]))

    assert alike_films(film, [titles, film[:24], film[:32], b""]) == [None, None, (4, 4), None]


OURS = (*H264, "-force_key_frames", "expr:gte(t,n_forced*2)")  # as every film is that we have made


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two films, each of eight places through which the camera moves slowly; and ours of copies of the first."""
    folder = tmp_path_factory.mktemp("films")
    for name, first in (("film", 100), ("other", 200)):
        pictures = folder / name
        pictures.mkdir()
        for number in range(8):
            landscape(first + number, 720, 400).save(pictures / f"{number}.png")
        move = "fps=12,crop=640:360:x='40+30*sin(t/2)':y='20+15*cos(t/3)'"
        sound = ("-f", "lavfi", "-i", "anoisesrc=d=24:seed=3") if name == "film" else ()
        ffmpeg(*("-framerate", "1/3", "-i", pictures / "%d.png", *sound, "-vf", move), *OURS, folder / f"{name}.mp4")
    copies = {
        "sparse": ("-vf", "scale=320:180", "-c:v", "libx264", "-b:v", "150k", "-g", "240", "-sc_threshold", "0"),
        "barred": ("-vf", "scale=480:270,pad=480:360:0:45", *H264, "-g", "36"),
        "brighter": ("-vf", "scale=426:240,eq=brightness=0.06", "-c:v", "libx264", "-r", "10"),
        "trimmed": ("-ss", "5", "-c:v", "libx264"),
    }
    for name, options in copies.items():
        ffmpeg("-i", folder / "film.mp4", "-an", *options, folder / f"{name}-sent.mp4")
        ffmpeg("-i", folder / f"{name}-sent.mp4", *OURS, folder / f"{name}.mp4")
    return folder


def prints_of(name: str, films: Path, box: Sandbox) -> bytes:
    return of_rendition(films / f"{name}.mp4", has_sound=False, box=box).pictures


@pytest.mark.parametrize("copy", ["sparse", "barred", "brighter", "trimmed"])
def test_a_film_coded_anew_is_known_again(copy: str, films: Path, best: Sandbox) -> None:
    mine, theirs = prints_of("film", films, best), prints_of(copy, films, best)

    assert all(alike_films(mine, [theirs]) + alike_films(theirs, [mine]))


def test_another_film_is_not_taken_for_it(films: Path, best: Sandbox) -> None:
    mine, theirs = prints_of("film", films, best), prints_of("other", films, best)

    assert len(mine) == 12 * 8
    assert (alike_films(mine, [theirs]), alike_films(theirs, [mine])) == ([None], [None])


def test_the_sound_of_a_film_is_taken_in_the_same_go(films: Path, best: Sandbox) -> None:
    made = of_rendition(films / "film.mp4", has_sound=True, box=best)

    assert made.sound is not None
    assert 160 < len(made.sound) / 4 < 194
    assert of_rendition(films / "other.mp4", has_sound=False, box=best).sound == b""


def test_of_what_is_no_film_no_fingerprint_is_made(tmp_path: Path, best: Sandbox) -> None:
    (tmp_path / "film.mp4").write_bytes(b"#EXTM3U\n/etc/passwd\n" * 50)

    with pytest.raises(NoFingerprint):
        of_rendition(tmp_path / "film.mp4", has_sound=True, box=best)
