"""Whether a sound is known again in another film, and where; silence, tones and noise are like nothing."""

import wave
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from contest.media.sound_likeness import LEAST_S, Stretch, same_sound
from tests.media.clips import ffmpeg

RATE, LENGTH_S = 11025, 30
Sound = np.ndarray[Any, np.dtype[np.float64]]


def music(seed: int, seconds: int = LENGTH_S) -> Sound:
    """Notes of a scale, two at a time, each of four overtones that die away."""
    chance = np.random.default_rng(seed)
    scale = chance.choice([0, 2, 4, 5, 7, 9, 11], 5, replace=False) + chance.integers(48, 72)
    total = np.zeros(RATE * seconds)
    beat = int(RATE * chance.uniform(0.2, 0.4))
    for begin in range(0, len(total) - 2 * beat, beat):
        at = np.arange(2 * beat) / RATE
        for note in chance.choice(scale, 2):
            tone = 440 * 2 ** ((note - 69) / 12)
            waves = sum(np.sin(2 * np.pi * tone * k * at) / k for k in (1, 2, 3, 4))
            total[begin : begin + 2 * beat] += waves * np.exp(-6 * at)
    return total / np.abs(total).max()


def saved(sound: Sound, path: Path) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((sound * 30000).astype("<i2").tobytes())
    return path


def marks(path: Path, *options: str) -> bytes:
    """Of the sound of a file as it is after it was coded with `options`."""
    coded, raw = path.with_suffix(".m4a"), path.with_suffix(".raw")
    ffmpeg("-i", path, *options, "-c:a", "aac", coded)
    ffmpeg("-i", coded, "-f", "chromaprint", "-fp_format", "raw", raw)
    return raw.read_bytes()


@pytest.fixture(scope="module")
def mine(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return marks(saved(music(1), tmp_path_factory.mktemp("mine") / "mine.wav"), "-b:a", "96k")


@pytest.mark.parametrize(
    ("way", "options"),
    [
        ("few bits", ("-b:a", "16k")),
        ("quiet", ("-af", "volume=-20dB", "-b:a", "64k")),
        ("like a telephone", ("-ar", "8000", "-b:a", "16k")),
    ],
)
def test_the_same_sound_is_known_again(way: str, options: tuple[str, ...], mine: bytes, tmp_path: Path) -> None:
    copy = marks(saved(music(1), tmp_path / "copy.wav"), *options)

    (hit,) = same_sound(mine, [copy])

    assert hit is not None
    assert (hit.mine_s, hit.theirs_s) == (pytest.approx(0, abs=0.5), pytest.approx(0, abs=0.5))
    assert hit.length_s == pytest.approx(LENGTH_S, abs=1)


def test_the_stretch_is_told_in_the_seconds_of_both(mine: bytes, tmp_path: Path) -> None:
    film = np.concatenate([music(7, 9), music(1)[RATE * 6 : RATE * 26]])

    (hit,) = same_sound(mine, [marks(saved(film, tmp_path / "part.wav"))])

    assert hit is not None
    assert (hit.mine_s, hit.theirs_s, hit.length_s) == (
        pytest.approx(6, abs=1.5),
        pytest.approx(9, abs=1.5),
        pytest.approx(20, abs=2),
    )


def test_other_music_silence_tones_and_noise_are_like_nothing(mine: bytes, tmp_path: Path) -> None:
    at, chance = np.arange(RATE * 20) / RATE, np.random.default_rng(1)
    made = {
        **{f"music {seed}": music(seed, 20) for seed in (2, 3)},
        "silence": np.zeros(len(at)),
        "tone": np.sin(2 * np.pi * 440 * at),
        "beeps": np.sin(2 * np.pi * 800 * at) * (at % 1 < 0.3),
        "hum": sum(np.sin(2 * np.pi * 50 * k * at) / k for k in range(1, 6)) / 3,
        "noise": chance.uniform(-1, 1, len(at)),
        "other noise": chance.uniform(-1, 1, len(at)),
    }
    prints = {name: marks(saved(sound, tmp_path / f"{name}.wav")) for name, sound in made.items()}

    found = {name: same_sound(one, [mine, *prints.values()]) for name, one in prints.items()}

    hits = {name: [to for to, hit in zip(["mine", *prints], found[name], strict=True) if hit] for name in prints}
    assert {name: [to for to in hits[name] if to != name] for name in prints} == {name: [] for name in prints}
    assert [hits[name] for name in ("silence", "tone", "beeps", "hum")] == [[], [], [], []]


def test_a_jingle_is_too_short(mine: bytes) -> None:
    jingle = mine[: int(0.6 * LEAST_S / 0.1238) * 4]

    assert same_sound(jingle, [mine]) == [None]
    assert same_sound(mine, [jingle, b"", b"abc"]) == [None, None, None]
    assert same_sound(b"", [mine]) == [None]
    assert same_sound(mine, []) == []


def test_a_sound_is_found_in_each_of_many_at_once() -> None:
    chance = np.random.default_rng(1)
    films = [chance.integers(0, 2**32, 400, dtype=np.uint32) for _ in range(50)]
    film = np.concatenate([films[7][100:300], chance.integers(0, 2**32, 100, dtype=np.uint32)])

    found = same_sound(film.tobytes(), [one.tobytes() for one in films])

    assert [place for place, hit in enumerate(found) if hit] == [7]
    assert found[7] == Stretch(mine_s=0.0, theirs_s=12.4, length_s=27.2, differing=0.0)
