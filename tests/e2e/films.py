"""A short film and a photo as people bring them, made with the real tools."""

import subprocess
from pathlib import Path

from PIL import Image, ImageDraw


def a_film(path: Path, *, seconds: float = 6, size: str = "1280x720") -> Path:
    """An MP4 with moving picture and sound; big enough (several MB) to take more than one request."""
    subprocess.run(
        [
            *("ffmpeg", "-v", "error", "-y"),
            *("-f", "lavfi", "-i", f"mandelbrot=size={size}:rate=25:end_scale=0.02"),
            *("-f", "lavfi", "-i", "sine=frequency=330:sample_rate=48000"),
            *("-t", str(seconds), "-c:v", "libx264", "-preset", "ultrafast", "-crf", "12", "-pix_fmt", "yuv420p"),
            *("-c:a", "aac", "-movflags", "+faststart", str(path)),
        ],
        check=True,
    )
    return path


def a_photo(path: Path) -> Path:
    """A JPEG of 2400 x 1600 with something to see."""
    picture = Image.linear_gradient("L").resize((2400, 1600)).convert("RGB")
    draw = ImageDraw.Draw(picture)
    for step in range(40):
        draw.ellipse((60 * step, 40 * step, 60 * step + 300, 40 * step + 300), outline=(255, 180, 60), width=8)
    picture.save(path, quality=92)
    return path
