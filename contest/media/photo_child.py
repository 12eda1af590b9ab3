"""What runs inside the sandbox on a photo: `python -m contest.media.photo_child facts|render /in/media ...`.

Answers with one line of JSON. Pillow gets the list of formats it may try, never its full set: some of those start
other programs.
"""

import io
import json
import sys
import warnings
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from PIL import ExifTags, Image, ImageCms, ImageOps

from contest.media import blur
from contest.media.aigc import as_xmp, label_from_tag, label_from_text, label_from_xmp
from contest.media.facts import AiLabel, Code, Unreadable

FORMATS = ("JPEG", "PNG", "WEBP", "AVIF", "HEIF")
MOST_PIXELS = 120_000_000
_ROTATIONS = {3: 180, 4: 180, 5: 90, 6: 90, 7: 270, 8: 270}
_SAVING: dict[str, dict[str, Any]] = {
    "jpg": {"quality": 82, "optimize": True, "progressive": True},
    "webp": {"quality": 80, "method": 2},
    "avif": {"quality": 60, "speed": 8, "max_threads": 1},  # nobody waits for it, so it takes one processor only
}
_XMP_KEYS = ("xmp", "XML:com.adobe.xmp")


def main(arguments: Sequence[str]) -> int:
    verb, path, *rest = arguments
    try:
        answer = facts(Path(path)) if verb == "facts" else render(Path(path), **json.loads(rest[0]))
    except Unreadable as error:
        answer = {"refused": str(error.code), "detail": error.detail}
    sys.stdout.write(json.dumps(answer) + "\n")
    return 0


def facts(path: Path) -> dict[str, Any]:
    """What the photo is and how it looks; the label before anything else, and every pixel decoded once."""
    from contest.media import clarity_image  # it brings NumPy, which rendering need not wait for

    with _opened(path) as image:
        label = _label(image)
        exif = image.getexif()
        orientation = exif.get(ExifTags.Base.Orientation, 1)
        rotation = _ROTATIONS.get(orientation, 0)
        width, height = image.size
        has_location = bool(exif.get_ifd(ExifTags.IFD.GPSInfo)) or "GPSLatitude" in _xmp(image)
        mode = image.mode
        clarity_image.prepare(image)
        _load(image)
        quality, likeness = clarity_image.measured(image)
    if rotation in (90, 270):
        width, height = height, width
    return {
        "width": width,
        "height": height,
        "rotation": rotation,
        "mode": mode,
        "has_location": has_location,
        "quality": quality,
        "likeness": likeness,
        "ai_label": asdict(label) if label else None,
    }


def render(
    path: Path, *, jpeg: Sequence[int] = (), webp: Sequence[int] = (), avif: Sequence[int] = ()
) -> dict[str, Any]:
    """Files of the photo in the working folder, by the longest side; largest first, each made from the one before.

    Turned upright, in sRGB, and without anything that was written beside the pixels - except the AI label.
    """
    made = []
    kinds = {"jpg": jpeg, "webp": webp, "avif": avif}
    all_sides = sorted({side for sides in kinds.values() for side in sides}, reverse=True)
    with _opened(path) as image:
        label = _label(image)
        image.draft("RGB", (all_sides[0], all_sides[0]))  # a JPEG is decoded at a half, a quarter or an eighth
        _load(image)
        picture = _plain(image)
    xmp = as_xmp(label) if label else None
    for side in all_sides:
        picture.thumbnail((side, side), Image.Resampling.LANCZOS)
        for kind, sides in kinds.items():
            if side in sides:
                options = _SAVING[kind] | ({"xmp": xmp} if xmp else {})
                picture.save(f"photo-{side}.{kind}", **options)
                made.append({"name": f"photo-{side}.{kind}", "width": picture.width, "height": picture.height})
    return {"made": made, "blur": picture.resize((blur.SIDE, blur.SIDE), Image.Resampling.BOX).tobytes().hex()}


def _opened(path: Path) -> Image.Image:
    with path.open("rb") as file:
        is_iso = file.read(8)[4:] == b"ftyp"
    if is_iso:
        import pillow_heif  # it brings two large libraries, which the other formats need not wait for

        pillow_heif.register_heif_opener()
    warnings.simplefilter("ignore")
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS // 2  # Pillow refuses twice this; we refuse it below, by its own code
    try:
        image = Image.open(path, formats=[f for f in FORMATS if f != "HEIF" or f in Image.OPEN])
    except Image.DecompressionBombError as error:
        raise Unreadable(Code.TOO_MANY_PIXELS, str(error)) from error
    except (OSError, ValueError, SyntaxError) as error:
        raise Unreadable(Code.DAMAGED, str(error)) from error
    if image.width * image.height > MOST_PIXELS:
        raise Unreadable(Code.TOO_MANY_PIXELS, f"{image.width} x {image.height}")
    if image.format in ("PNG", "WEBP", "AVIF") and getattr(image, "n_frames", 1) > 1:
        raise Unreadable(Code.ANIMATED_IMAGE, str(image.format))
    return image


def _load(image: Image.Image) -> None:
    """Decode every pixel: `verify()` reads nothing of a JPEG and is no check."""
    try:
        image.load()
    except MemoryError as error:
        raise Unreadable(Code.TOO_HARD, "memory") from error
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise Unreadable(Code.DAMAGED, str(error)) from error


def _plain(image: Image.Image) -> Image.Image:
    """Upright 8-bit sRGB pixels and nothing else; what was transparent becomes white."""
    profile = image.info.get("icc_profile")
    upright = ImageOps.exif_transpose(image)
    if upright.mode.startswith("I;16") or upright.mode in ("I", "F"):
        upright = upright.convert("I").point(lambda value: value / 256).convert("L")
    if upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info:
        layers = upright.convert("RGBA")
        upright = Image.alpha_composite(Image.new("RGBA", layers.size, "white"), layers).convert("RGB")
    if profile:
        upright = _in_srgb(upright, profile)
    picture = upright.convert("RGB")
    picture.info.clear()
    return picture


def _in_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    try:
        given = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        turned = ImageCms.profileToProfile(image, given, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image  # a broken profile is worth no refusal: the colours are then as they are
    return turned if turned is not None else image


def _xmp(image: Image.Image) -> str:
    for key in _XMP_KEYS:
        packet = image.info.get(key)
        if packet:
            return packet.decode("utf-8", "replace") if isinstance(packet, bytes) else str(packet)
    return ""


def _label(image: Image.Image) -> AiLabel | None:
    if label := label_from_xmp(_xmp(image)):
        return label
    for name, text in image.info.items():
        if str(name).lower() == "aigc" and isinstance(text, str) and (label := label_from_tag(text, source="text")):
            return label
    exif = image.getexif()
    comment = exif.get_ifd(ExifTags.IFD.Exif).get(ExifTags.Base.UserComment) or b""
    for text in (_comment(comment), exif.get(ExifTags.Base.ImageDescription, "")):
        if isinstance(text, str) and (label := label_from_text(text, source="exif")):
            return label
    return None


def _comment(value: Any) -> str:
    """An EXIF user comment, without the eight bytes that name its encoding."""
    if isinstance(value, str):
        return value
    if not isinstance(value, bytes):
        return ""
    head, text = value[:8], value[8:]
    if head == b"UNICODE\x00":
        return text.decode("utf-16-be" if text[:1] == b"\x00" else "utf-16-le", "replace")
    return (text if head in (b"ASCII\x00\x00\x00", b"\x00" * 8) else value).decode("utf-8", "replace")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
