"""The demo's films and photos as files: drawn frame by frame, with music of their own, the same every time."""

import shutil
import subprocess
import wave
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from contest.ops.demo import NoFfmpeg
from contest.ops.demo.canvas import Size, grain, smooth, write
from contest.ops.demo.scenes import SCENES

SIZE = Size(854, 480)
DRAWN = Size(1280, 720)  # drawn larger and made smaller, since Pillow draws hard edges
FPS = 20
RATE = 48_000
PHOTO_DRAWN, PHOTO_SIZE = Size(3600, 2400), Size(2400, 1600)

# Each film has its own three chords (in Hz), from low to high.
CHORDS: dict[str, Sequence[Sequence[float]]] = {
    "sorghum": ((110.0, 164.81, 220.0, 277.18), (92.5, 138.59, 220.0, 277.18), (146.83, 220.0, 293.66, 369.99)),
    "star-trails": ((73.42, 146.83, 220.0, 329.63), (87.31, 130.81, 220.0, 349.23), (65.41, 130.81, 196.0, 329.63)),
    "wind": ((98.0, 146.83, 196.0, 246.94), (130.81, 196.0, 261.63, 329.63), (146.83, 220.0, 293.66, 369.99)),
    "cells": ((130.81, 196.0, 293.66, 392.0), (116.54, 174.61, 293.66, 349.23), (103.83, 155.56, 261.63, 311.13)),
    "ammonite": ((82.41, 123.47, 164.81, 196.0), (65.41, 98.0, 164.81, 196.0), (73.42, 110.0, 146.83, 185.0)),
    "lamp": ((87.31, 130.81, 174.61, 220.0), (73.42, 110.0, 174.61, 220.0), (116.54, 174.61, 233.08, 293.66)),
    "terraces": ((98.0, 146.83, 246.94, 293.66), (110.0, 164.81, 261.63, 329.63), (130.81, 196.0, 261.63, 392.0)),
    "walnut": ((130.81, 196.0, 329.63, 392.0), (146.83, 220.0, 293.66, 440.0), (98.0, 196.0, 293.66, 392.0)),
    "milky-way": ((69.3, 138.59, 207.65, 329.63), (61.74, 123.47, 185.0, 293.66), (55.0, 110.0, 164.81, 277.18)),
}


@dataclass(frozen=True)
class Film:
    scene: str
    length_s: float
    title: str
    byline: str


@dataclass(frozen=True)
class Photo:
    scene: str
    moment: float  # 0 to 1: which moment of the scene


def make_all(
    films: Sequence[Film],
    photos: Sequence[Photo],
    folder: Path,
    *,
    processes: int = 2,
    said: Callable[[str], None] = lambda _: None,
) -> tuple[list[Path], list[Path]]:
    """Every film and photo as a file in `folder`, in the order given; NoFfmpeg at once when there is none."""
    if shutil.which("ffmpeg") is None:
        raise NoFfmpeg("ffmpeg is not installed")
    film_paths = [folder / f"film-{number}.mp4" for number, _ in enumerate(films, start=1)]
    photo_paths = [folder / f"photo-{number}.jpg" for number, _ in enumerate(photos, start=1)]
    # Spawned: a fork would carry the database connections of this process along.
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        work = [pool.submit(make_film, film, path) for film, path in zip(films, film_paths, strict=True)]
        work += [pool.submit(make_photo, photo, path) for photo, path in zip(photos, photo_paths, strict=True)]
        try:
            for count, done in enumerate(as_completed(work), start=1):
                said(f"{count}/{len(work)} {done.result().name}")
        except BaseException:
            pool.shutdown(cancel_futures=True)  # the first failure, or Ctrl-C, ends the others
            raise
    return film_paths, photo_paths


def make_film(film: Film, path: Path) -> Path:
    """Draw and encode one film: H.264 and AAC, as a phone's editor would export it."""
    sound = path.with_suffix(".wav")
    _write_sound(film, sound)
    command = [
        *("ffmpeg", "-nostdin", "-v", "error", "-y"),
        *("-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{SIZE.width}x{SIZE.height}", "-r", str(FPS), "-i", "pipe:0"),
        *("-i", str(sound), "-map", "0:v", "-map", "1:a"),
        *("-c:v", "libx264", "-preset", "ultrafast", "-crf", "23", "-pix_fmt", "yuv420p", "-threads", "1"),
        *("-c:a", "aac", "-b:a", "128k", "-movflags", "+faststart", "-bitexact", str(path)),
    ]
    try:
        with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as ffmpeg:  # noqa: S603  # ours
            assert ffmpeg.stdin  # noqa: S101  # a pipe, as asked for
            assert ffmpeg.stderr  # noqa: S101
            try:
                for frame in _frames(film):
                    ffmpeg.stdin.write(frame)
                ffmpeg.stdin.close()
            except BrokenPipeError:
                pass  # it ended before us: what it said is below
            said = ffmpeg.stderr.read().decode(errors="replace")
        if ffmpeg.returncode:
            raise NoFfmpeg(said.strip() or f"ffmpeg ended with {ffmpeg.returncode}")
    except FileNotFoundError as error:
        raise NoFfmpeg("ffmpeg is not installed") from error
    finally:
        sound.unlink(missing_ok=True)
    return path


def make_photo(photo: Photo, path: Path) -> Path:
    picture = SCENES[photo.scene](photo.moment, PHOTO_DRAWN)
    picture = picture.resize((PHOTO_SIZE.width, PHOTO_SIZE.height), Image.Resampling.BOX)
    grain(picture, 0).save(path, "JPEG", quality=90)
    return path


def _frames(film: Film) -> Iterator[bytes]:
    count = round(film.length_s * FPS)
    scene = SCENES[film.scene]
    for number in range(count):
        t, at_s = number / count, number / FPS
        picture = scene(t, DRAWN).resize((SIZE.width, SIZE.height), Image.Resampling.BOX)
        picture = write(picture, SIZE, film.title, film.byline, smooth(at_s, 1.4, 2.2) - smooth(at_s, 4.6, 5.4))
        dark = 1 - smooth(at_s, 0, 0.5) + smooth(at_s, film.length_s - 0.8, film.length_s)
        if dark > 0:
            picture = Image.blend(picture, Image.new("RGB", picture.size), min(dark, 1.0))
        yield grain(picture, number).tobytes()


def _write_sound(film: Film, path: Path) -> None:
    """Chords that come and go over a little wind, in stereo, at the loudness of a spoken film."""
    count = round(film.length_s * RATE)
    at = np.arange(count) / RATE
    chords = CHORDS[film.scene]
    each = film.length_s / len(chords)
    left, right = np.zeros(count), np.zeros(count)
    for number, chord in enumerate(chords):
        swell = np.clip(1 - np.abs(at - (number + 0.5) * each) / (each * 0.75), 0, 1)
        for voice, pitch in enumerate(chord):
            tone = np.sin(2 * np.pi * pitch * at + voice) + 0.3 * np.sin(2 * np.pi * pitch * 2.001 * at)
            tone *= swell * (1 + 0.15 * np.sin(2 * np.pi * (0.7 + 0.2 * voice) * at)) / (1 + 0.35 * voice)
            left += tone * (0.7 - 0.12 * voice)
            right += tone * (0.34 + 0.12 * voice)
    wind = _wind(count, film.scene)
    both = np.stack([left + wind, right + np.roll(wind, RATE // 3)], axis=1)
    edge = np.clip(np.minimum(at / 0.6, (film.length_s - at) / 1.2), 0, 1)[:, None]
    both *= edge * 0.13 / np.sqrt(np.mean(both**2))
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((np.clip(both, -0.95, 0.95) * 32767).astype("<i2").tobytes())


def _wind(count: int, scene: str) -> NDArray[np.float64]:
    """Noise with the high notes taken out, swelling slowly."""
    noise = np.random.default_rng(list(SCENES).index(scene)).standard_normal(count)
    smoothed = np.convolve(noise, np.ones(160) / 160, mode="same")
    swell = 0.6 + 0.4 * np.sin(2 * np.pi * 0.17 * np.arange(count) / RATE)
    wind: NDArray[np.float64] = smoothed * swell * 2.2
    return wind
