"""How a photo looks: sharp from blurred whatever it shows, and nothing said where nothing can be told."""

import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

from contest.media import clarity, clarity_image
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
from contest.media.facts import Facts
from contest.media.photo import examine_photo
from contest.media.sandbox import Sandbox
from tests.media.clips import Clips

Picture = Image.Image


def leaves(width: int = 1600, height: int = 1200, *, seed: int = 1, times: float = 1.0) -> Picture:
    """Dead leaves: discs of all sizes one over the other, which have the statistics of photographs at every scale."""
    rng = np.random.default_rng(seed)
    image = Image.new("RGB", (width, height), (110, 120, 100))
    draw = ImageDraw.Draw(image)
    for _ in range(2500):
        radius = times * 8 / np.sqrt(rng.uniform(0.002, 1.0))
        x, y = rng.uniform(0, width), rng.uniform(0, height)
        grey = rng.uniform(20, 235)
        colour = tuple(int(np.clip(grey + rng.normal(0, 15), 0, 255)) for _ in range(3))
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)
    return noisy(image.filter(ImageFilter.GaussianBlur(0.7)), 1.5)


def noisy(image: Picture, sigma: float) -> Picture:
    levels = np.asarray(image) + np.random.default_rng(2).normal(0, sigma, np.asarray(image).shape)
    return Image.fromarray(levels.round().clip(0, 255).astype(np.uint8))


def shaken(image: Picture, length: int) -> Picture:
    levels = np.asarray(image, dtype=np.float32)
    return Image.fromarray(np.mean([np.roll(levels, at, axis=1) for at in range(length)], axis=0).astype(np.uint8))


def text_page() -> Picture:
    image = Image.new("RGB", (1200, 900), "white")
    draw = ImageDraw.Draw(image)
    for line in range(30):
        draw.text((60, 30 + 28 * line), "The quick brown fox jumps over the lazy dog " * 3, fill="black")
    return image


def quality(image: Picture, kind: str = "JPEG", **options: Any) -> dict[str, Any]:
    """As it is found in a file of that picture, in this process."""
    file = io.BytesIO()
    image.save(file, kind, **({"quality": 92} if kind == "JPEG" else {}) | options)
    with Image.open(file) as photo:
        clarity_image.prepare(photo)
        photo.load()
        return clarity_image.quality_of(photo)


def sharpness(image: Picture, kind: str = "JPEG") -> float:
    found = quality(image, kind)
    assert "not_judged" not in found
    return float(found["sharpness"])


@pytest.fixture(scope="module")
def scene() -> Picture:
    return leaves()


GOOD: dict[str, Callable[[Picture], Picture]] = {
    "as it is": lambda image: image,
    "dark": lambda image: image.point(lambda value: value * 0.5),
    "grey": lambda image: image.point(lambda value: 77 + value * 0.4),
    "grainy": lambda image: noisy(image, 10),
    "upright": lambda image: image.rotate(90, expand=True),
    "small": lambda image: image.resize((800, 600), Image.Resampling.BOX),
}
BLURRED: dict[str, Callable[[Picture], Picture]] = {
    "out of focus": lambda image: image.filter(ImageFilter.GaussianBlur(6)),
    "far out of focus": lambda image: image.filter(ImageFilter.GaussianBlur(16)),
    "shaken": lambda image: shaken(image, 24),
    "shaken the other way": lambda image: shaken(image.rotate(90, expand=True), 24).rotate(-90, expand=True),
    "out of focus and grainy": lambda image: noisy(image.filter(ImageFilter.GaussianBlur(6)), 12),
    "out of focus and dark": lambda image: image.filter(ImageFilter.GaussianBlur(6)).point(lambda value: value * 0.5),
    "enlarged": lambda image: image.resize((250, 188), Image.Resampling.BOX).resize((1600, 1200)),
}


@pytest.mark.parametrize("how", GOOD)
def test_a_sharp_picture_is_taken_for_one_in_whatever_light(scene: Picture, how: str) -> None:
    assert sharpness(GOOD[how](scene)) > ADVISE_BELOW


@pytest.mark.parametrize("how", BLURRED)
def test_a_blurred_picture_is_told_from_it(scene: Picture, how: str) -> None:
    assert sharpness(BLURRED[how](scene)) < ADVISE_BELOW


def test_what_is_sharp_in_one_part_only_is_no_blurred_photo(scene: Picture) -> None:
    mask = Image.new("L", scene.size)
    ImageDraw.Draw(mask).ellipse((500, 350, 1100, 850), fill=255)
    portrait = Image.composite(scene, scene.filter(ImageFilter.GaussianBlur(12)), mask)

    found = quality(portrait)

    assert found["sharpness"] > ADVISE_BELOW
    left, top, width, height = found["sharpest"]
    assert (0.25 <= left <= 0.7, 0.2 <= top <= 0.7) == (True, True)
    assert (width, height) == (0.125, 0.125)


def test_the_size_of_the_file_does_not_matter() -> None:
    large, small = leaves(3200, 2400, times=2), leaves(3200, 2400, times=2).resize((1024, 768), Image.Resampling.BOX)

    assert sharpness(large) == pytest.approx(sharpness(small), abs=12)


@pytest.mark.parametrize(
    ("image", "why"),
    [
        (Image.new("RGB", (900, 700), (120, 130, 140)), "flat"),
        (noisy(Image.new("RGB", (900, 700), (120, 130, 140)), 6), "flat"),
        (Image.linear_gradient("L").resize((900, 700)), "flat"),
        (text_page(), "drawn"),
        (Image.new("L", (40, 30)), "small"),
        (Image.new("L", (1, 1)), "small"),
        (Image.new("L", (1, 5000), 90), "small"),
        (Image.new("L", (5000, 2), 90), "small"),
    ],
)
@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_where_nothing_can_be_told_nothing_is(image: Picture, why: str, kind: str) -> None:
    found = quality(image, kind)

    assert found["not_judged"] == why
    assert "sharpness" not in found


def test_noise_is_measured_in_grey_levels() -> None:
    smooth = Image.linear_gradient("L").resize((1000, 800)).convert("RGB")

    for sigma in (0, 5, 12):
        grey = np.asarray(noisy(smooth, sigma).convert("L").convert("RGB").getchannel(0), dtype=np.float32)
        # A grey that is the weighted mean of three channels has two thirds of their noise.
        assert clarity.measure(grey, grey, longest=1000)["noise"] == pytest.approx(0.67 * sigma, rel=0.15, abs=0.4)


def test_noise_of_a_night_at_full_sensitivity_is_above_the_line(scene: Picture) -> None:
    assert quality(scene)["noise"] < LOUD_NOISE < quality(noisy(scene, 30))["noise"]


def test_light_is_told_by_percentiles(scene: Picture) -> None:
    night = quality(scene.point(lambda value: value * 0.08))
    bright = quality(scene.point(lambda value: min(255, value * 3)))
    fog = quality(scene.point(lambda value: 150 + value * 0.1))
    as_it_is = quality(scene)

    assert (night["p95"] < DARK_LIGHT, night["p50"] < DARK_MIDDLE) == (True, True)
    assert (bright["white"] > 0.25, as_it_is["white"] < 0.05) == (True, True)
    assert fog["contrast"] < FLAT_CONTRAST < as_it_is["contrast"]


@pytest.mark.parametrize("stated", [5, 8, 20, 30, 50, 75, 90, 100])
def test_the_quality_a_jpeg_was_saved_at_is_read_from_its_tables(scene: Picture, stated: int) -> None:
    found = quality(scene, quality=stated)["jpeg_quality"]

    assert found == pytest.approx(stated, abs=2)  # at 98 and above all tables are nearly the same


def test_blocks_are_seen_even_in_a_copy_saved_well(scene: Picture) -> None:
    file = io.BytesIO()
    scene.filter(ImageFilter.GaussianBlur(3)).save(file, "JPEG", quality=8)
    blocky = quality(Image.open(file).crop((3, 5, 1500, 1100)), quality=95)

    assert blocky["jpeg_quality"] > LOW_QUALITY
    assert blocky["blocking"] > COARSE_BLOCKS > quality(scene)["blocking"]


def test_an_enlarged_picture_has_no_fine_detail(scene: Picture) -> None:
    enlarged = scene.resize((4800, 3600), Image.Resampling.BICUBIC)

    assert quality(enlarged)["fine_detail"] < FINE_DETAIL < quality(scene)["fine_detail"]


@pytest.mark.parametrize("mode", ["1", "L", "P", "PA", "LA", "RGBA", "CMYK", "I;16", "I"])
def test_every_kind_of_pixels_is_looked_at(scene: Picture, mode: str) -> None:
    if mode in ("I;16", "I"):
        levels = np.asarray(scene.convert("L")).astype(np.uint16) * 256
        image = Image.fromarray(levels if mode == "I;16" else levels.astype(np.int32))
    else:
        image = scene.convert("P").convert("PA") if mode == "PA" else scene.convert(mode)

    found = clarity_image.quality_of(image)

    assert found["contrast"] > FLAT_CONTRAST
    assert found.get("sharpness", 100) > ADVISE_BELOW


def test_what_is_transparent_lies_on_white() -> None:
    found = clarity_image.quality_of(Image.new("RGBA", (400, 300), (0, 0, 0, 0)))

    assert (found["p50"], found["not_judged"]) == (255, "flat")


def test_a_see_through_palette_is_looked_at_too() -> None:
    page = text_page().convert("P")
    page.info["transparency"] = 0

    assert clarity_image.quality_of(page)["not_judged"] == "drawn"


def test_a_huge_picture_needs_little_more_than_itself(best: Sandbox, clips: Clips) -> None:
    path = clips.folder / "huge.png"
    Image.new("RGBA", (11_000, 9_000), (90, 120, 150, 255)).save(path, compress_level=1)

    facts = examine_photo(path, box=best)  # four copies of it would not fit into its process

    assert facts.quality["not_judged"] == "flat"


def test_a_photo_is_looked_at_inside_the_sandbox(box: Sandbox, clips: Clips, scene: Picture) -> None:
    path = clips.folder / "leaves.jpg"
    exif = Image.Exif()
    exif[0x0112] = 6
    scene.save(path, quality=88, exif=exif)

    facts = examine_photo(path, box=box)

    assert (facts.width, facts.height, facts.pixel_format) == (1200, 1600, "RGB")
    assert facts.quality["sharpness"] > ADVISE_BELOW
    assert facts.quality["jpeg_quality"] == 88
    assert Facts.from_json(facts.to_json()) == facts


def test_it_is_told_where_it_is_sharp_on_the_upright_picture(best: Sandbox, clips: Clips, scene: Picture) -> None:
    soft = scene.filter(ImageFilter.GaussianBlur(10))
    soft.paste(scene.crop((0, 0, 400, 300)), (0, 0))  # left above, as the sensor lay
    path, exif = clips.folder / "corner.jpg", Image.Exif()
    exif[0x0112] = 6  # shown turned to the right: then it is right above
    soft.save(path, quality=90, exif=exif)

    left, top, _, _ = examine_photo(path, box=best).quality["sharpest"]

    assert (left >= 0.7, top <= 0.2) == (True, True)


def test_lines_stand_in_order() -> None:
    assert 0 < REFUSE_BELOW < ADVISE_BELOW < 100
