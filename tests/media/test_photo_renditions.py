"""What is published of a photo has the colours it was taken with, in three formats, and something to show before."""

import base64
import struct
from io import BytesIO
from pathlib import Path

import pillow_heif
import pytest
from PIL import Image

from contest.media.aigc import label_from_xmp
from contest.media.blur import SIDE, blur_of, smaller
from contest.media.render import render_photo, render_photo_smaller
from contest.media.sandbox import Sandbox
from tests.media.clips import Clips

RED_IN_P3 = (234, 51, 35)  # what a wide-gamut phone writes for the purest red of an ordinary screen
RED = (255, 0, 0)


def display_p3() -> bytes:
    """The colour profile of phones since 2016, as small as one can be: three primaries, a white and a curve."""

    def xyz(x: float, y: float, z: float) -> bytes:
        return b"XYZ " + bytes(4) + struct.pack(">3i", *(round(value * 65536) for value in (x, y, z)))

    curve = b"curv" + bytes(4) + struct.pack(">IHxx", 1, round(2.2 * 256))
    text = b"text" + bytes(4) + b"P3\0\0"
    name = b"desc" + bytes(4) + struct.pack(">I", 3) + b"P3\0" + bytes(79)
    tags = {
        b"desc": name,
        b"cprt": text,
        b"wtpt": xyz(0.9642, 1, 0.8249),
        b"rXYZ": xyz(0.51512, 0.24120, -0.00105),
        b"gXYZ": xyz(0.29198, 0.69225, 0.04189),
        b"bXYZ": xyz(0.15710, 0.06657, 0.78407),
        **dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve),
    }
    at, table, body = 128 + 4 + 12 * len(tags), b"", b""
    for kind, data in tags.items():
        table += kind + struct.pack(">II", at + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    head = bytes(8) + struct.pack(">I", 0x02100000) + b"mntrRGB XYZ " + bytes(12) + b"acsp" + bytes(28)
    head += struct.pack(">3i", 63190, 65536, 54061) + bytes(48)
    whole = struct.pack(">I", at + len(body)) + head[4:] + struct.pack(">I", len(tags)) + table + body
    assert len(head) == 128
    return whole


def saved(path: Path, image: Image.Image, **options: object) -> Path:
    image.save(path, **options)  # type: ignore[arg-type]
    return path


def middle(path: Path) -> tuple[int, ...]:
    with Image.open(path) as image:
        assert image.mode == "RGB"
        found = image.convert("RGB").getpixel((image.width // 2, image.height // 2))
    assert isinstance(found, tuple)
    return tuple(found)


def is_near(found: tuple[int, ...], wanted: tuple[int, ...], *, by: int = 8) -> bool:
    return all(abs(one - other) <= by for one, other in zip(found, wanted, strict=True))


@pytest.mark.parametrize(
    ("name", "mode"),
    [
        ("a.png", "RGB"),
        ("see-through.png", "RGBA"),
        ("a.jpg", "RGB"),
        ("a.webp", "RGB"),
        ("a.avif", "RGB"),
        ("a.heic", "RGB"),
    ],
)
def test_wide_colours_become_those_of_every_screen(
    name: str, mode: str, tmp_path: Path, into: Path, best: Sandbox
) -> None:
    pillow_heif.register_heif_opener()
    whole = (*RED_IN_P3, 255) if mode == "RGBA" else RED_IN_P3
    picture = Image.new(mode, (600, 400), whole)
    path = saved(tmp_path / name, picture, icc_profile=display_p3(), quality=95)

    render_photo(path, into=into, box=best)

    assert is_near(middle(into / "photo-480.jpg"), RED)
    assert is_near(middle(into / "photo-480.webp"), RED)


@pytest.mark.parametrize("profile", [b"", b"nonsense"])
def test_colours_without_a_profile_that_can_be_read_stay_as_they_are(
    profile: bytes, tmp_path: Path, into: Path, best: Sandbox
) -> None:
    path = saved(tmp_path / "plain.jpg", Image.new("RGB", (600, 400), RED_IN_P3), icc_profile=profile, quality=95)

    render_photo(path, into=into, box=best)

    assert is_near(middle(into / "photo-480.jpg"), RED_IN_P3)


def test_a_picture_for_print_is_not_shown_as_its_negative(tmp_path: Path, into: Path, best: Sandbox) -> None:
    path = saved(tmp_path / "print.jpg", Image.new("CMYK", (600, 400), (0, 255, 255, 0)), quality=95)

    render_photo(path, into=into, box=best)

    assert is_near(middle(into / "photo-480.jpg"), RED, by=40)


def test_of_a_picture_in_two_parts_the_first_is_shown(tmp_path: Path, into: Path, best: Sandbox) -> None:
    second = Image.new("RGB", (600, 400), "blue")
    path = saved(
        tmp_path / "two.jpg", Image.new("RGB", (600, 400), RED), format="MPO", save_all=True, append_images=[second]
    )

    render_photo(path, into=into, box=best)

    assert is_near(middle(into / "photo-480.jpg"), RED)
    assert (into / "photo-480.jpg").stat().st_size < path.stat().st_size


def test_later_there_is_avif_in_the_same_sizes_and_it_is_smaller(clips: Clips, into: Path, best: Sandbox) -> None:
    now = {made.name: made for made in render_photo(clips("large.jpg"), into=into, box=best)}

    later = {made.name: made for made in render_photo_smaller(clips("large.jpg"), into=into, box=best)}

    assert list(later) == ["photo-2048.avif", "photo-1024.avif", "photo-480.avif"]
    for name, made in later.items():
        jpeg = now[name.replace("avif", "jpg")]
        assert (made.mime, made.width, made.height) == ("image/avif", jpeg.width, jpeg.height)
        assert made.bytes < jpeg.bytes


def test_avif_is_upright_carries_the_ai_label_and_says_nothing_else(clips: Clips, into: Path, best: Sandbox) -> None:
    render_photo_smaller(clips("labelled.jpg"), into=into, box=best)
    with Image.open(into / "photo-480.avif") as image:
        assert label_from_xmp(image.info["xmp"].decode()) is not None
        assert not image.getexif()

    render_photo_smaller(clips("turned.jpg"), into=into, box=best)
    with Image.open(into / "photo-480.avif") as image:
        assert (image.size, dict(image.getexif()), "xmp" in image.info) == ((300, 400), {}, False)


def test_every_photo_has_something_tiny_to_be_shown_first(tmp_path: Path, into: Path, best: Sandbox) -> None:
    image = Image.new("RGB", (800, 400), "blue")
    image.paste("white", (0, 0, 400, 400))
    path = saved(tmp_path / "halves.png", image)

    [blur] = {made.blur for made in render_photo(path, into=into, box=best)}

    tiny = shown(blur)
    assert len(blur) <= 400
    assert (tiny.size, tiny.getpixel((0, 0)), tiny.getpixel((7, 7))) == ((SIDE, SIDE), (255, 255, 255), (0, 0, 255))


def test_the_worst_noise_fits_into_four_hundred_characters_too() -> None:
    noise = bytes((number * number * 7919 + number * 31) % 256 for number in range(16 * 16 * 3))

    blur = blur_of(smaller(noise, side=16))

    assert len(blur) <= 400
    assert shown(blur).size == (SIDE, SIDE)


def test_a_smaller_square_has_the_mean_of_what_it_stands_for() -> None:
    black_and_white = bytes([0, 0, 0, 255, 255, 255] * 8) * 16

    assert set(smaller(black_and_white, side=16)) == {127}


def shown(blur: str) -> Image.Image:
    kind, data = blur.split(",")
    assert kind == "data:image/png;base64"
    return Image.open(BytesIO(base64.b64decode(data))).convert("RGB")
