"""Which copies of a sound are known again, and which other sounds are taken for it: on made music, speech and noise.

python -m tests.benchmarks.calibrate_sound FOLDER   # some minutes; the table of docs/decisions.md
"""

import subprocess
import sys
import wave
from pathlib import Path
from typing import Any

import numpy as np

from contest.media.sound_likeness import same_sound

Sound = np.ndarray[Any, np.dtype[np.float64]]
RATE, LENGTH_S, PIECES, VOICES = 22050, 60, 24, 12
TIMES = np.arange(RATE * LENGTH_S) / RATE
AAC = ("-c:a", "aac", "-b:a")
COPIES: dict[str, tuple[str, ...]] = {
    "AAC 128 kbit/s": (*AAC, "128k"),
    "AAC 24 kbit/s": (*AAC, "24k", "-ar", "22050"),
    "8 kHz, 20 kbit/s": (*AAC, "20k", "-ar", "8000"),
    "14 dB quieter": ("-af", "volume=-14dB", *AAC, "96k"),
    "9 dB louder, clipped": ("-af", "volume=9dB", *AAC, "96k"),
    "loudness normalised": ("-af", "loudnorm", "-ar", "44100", *AAC, "96k"),
    "bass +8, treble -8 dB": ("-af", "bass=g=8,treble=g=-8", *AAC, "96k"),
    "first 7.3 s cut off": ("-ss", "7.3", *AAC, "96k"),
    "20 s of it": ("-ss", "21.77", "-t", "20", *AAC, "96k"),
    "12 s of it": ("-ss", "30.4", "-t", "12", *AAC, "96k"),
    "6 s of it": ("-ss", "30.4", "-t", "6", *AAC, "96k"),
    "3 % faster": ("-af", "atempo=1.03", *AAC, "96k"),
}


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    sounds = {f"music {seed}": music(seed) for seed in range(PIECES)}
    sounds |= {f"speech {seed}": speech(100 + seed) for seed in range(VOICES)}
    files = {name: _saved(sound, folder / f"{name}.wav") for name, sound in (sounds | others()).items()}
    marks = {name: _marks(path) for name, path in files.items()}
    wrong = [(a, b) for a, mine in marks.items() for b, hit in _hits(mine, marks).items() if hit and a != b]
    print(f"{len(wrong)} of {len(marks) * (len(marks) - 1)} pairs of different sounds taken for the same: {wrong}")
    print("like nothing, not even themselves:", [name for name, mine in marks.items() if not _hits(mine, marks)[name]])
    for way, options in COPIES.items():
        known, mistaken, differing = 0, 0, 0.0
        for name in sounds:
            hits = _hits(_marks(files[name], *options), marks)
            if hit := hits.pop(name):
                known, differing = known + 1, max(differing, hit.differing)
            mistaken += sum(other is not None for other in hits.values())
        print(f"{way:>22}: {known} of {len(sounds)} known again, {differing:.0%} of the bits differ, {mistaken} wrong")


def _hits(mine: bytes, marks: dict[str, bytes]) -> dict[str, Any]:
    return dict(zip(marks, same_sound(mine, list(marks.values())), strict=True))


def music(seed: int) -> Sound:
    """Up to three notes of a scale at a time, with overtones that die away, and a drum."""
    chance = np.random.default_rng(seed)
    total = np.zeros(len(TIMES))
    beat = 60 / chance.integers(80, 140)
    scale = chance.choice([0, 2, 4, 5, 7, 9, 11], size=5, replace=False) + chance.integers(48, 60)
    for begin in (int(at * RATE) for at in np.arange(0, LENGTH_S, beat / 2)):
        for _voice in range(3):
            tone = 440 * 2 ** ((chance.choice(scale) + 12 * chance.integers(0, 3) - 69) / 12)
            held = beat * chance.choice([0.5, 1, 2])
            at = TIMES[: min(int(held * RATE), len(total) - begin)]
            waves = np.sum(
                [np.sin(2 * np.pi * tone * k * at) / k ** chance.uniform(1, 2) for k in (1, 2, 3, 4)], axis=0
            )
            total[begin : begin + len(at)] += waves * np.exp(-3 * at / held) * chance.uniform(0, 1)
        drum = min(2000, len(total) - begin)
        total[begin : begin + drum] += chance.normal(0, 0.5, drum) * np.exp(-np.arange(drum) / 400)
    return total


def speech(seed: int) -> Sound:
    """Syllables of a voice: overtones of a pitch under three formants, hisses, pauses."""
    chance = np.random.default_rng(seed)
    total, begin, pitch = np.zeros(len(TIMES)), 0, chance.uniform(90, 250)
    while begin < len(total):
        at = TIMES[: min(int(RATE * chance.uniform(0.06, 0.25)), len(total) - begin)]
        tone = pitch * chance.uniform(0.85, 1.2)
        formants = [chance.uniform(300, 900), chance.uniform(900, 2400), chance.uniform(2400, 3200)]
        for k in range(1, 30):
            strength = sum(np.exp(-(((tone * k - formant) / 120) ** 2)) for formant in formants)
            total[begin : begin + len(at)] += strength * np.sin(2 * np.pi * tone * k * at + chance.uniform(0, 6))
        if chance.random() < 0.3:
            total[begin : begin + len(at)] += chance.normal(0, 0.3, len(at))
        total[begin : begin + len(at)] *= np.hanning(len(at))
        begin += len(at) + (int(RATE * chance.uniform(0.1, 0.5)) if chance.random() < 0.15 else 0)
    return total + chance.normal(0, 0.005, len(total))


def others() -> dict[str, Sound]:
    """What has to be like nothing."""
    chance = np.random.default_rng(9)
    beeps = np.sin(2 * np.pi * 800 * TIMES) * (TIMES % 1 < 0.3)
    return {
        "silence": np.zeros(len(TIMES)),
        "440 Hz": np.sin(2 * np.pi * 440 * TIMES),
        "1 kHz": np.sin(2 * np.pi * 1000 * TIMES),
        "hum": np.sum([np.sin(2 * np.pi * 50 * k * TIMES) / k for k in range(1, 8)], axis=0),
        "noise": chance.normal(0, 1, len(TIMES)),
        "other noise": chance.normal(0, 1, len(TIMES)),
        "beeps": beeps,
        "beeps in noise": beeps + 0.001 * chance.normal(0, 1, len(TIMES)),
    }


def _saved(sound: Sound, path: Path) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((sound / max(1e-9, np.abs(sound).max()) * 26000).astype("<i2").tobytes())
    return path


def _marks(path: Path, *options: str) -> bytes:
    quiet = ("ffmpeg", "-nostdin", "-v", "error", "-y", "-i")
    if options:
        coded = path.with_suffix(".m4a")
        subprocess.run([*quiet, path, *options, coded], check=True)
        path = coded
    return subprocess.run(
        [*quiet, path, "-f", "chromaprint", "-fp_format", "raw", "-"], check=True, capture_output=True
    ).stdout


if __name__ == "__main__":
    main(Path(sys.argv[1]))
