"""How high the sound goes: its samples, and between them (true peak, ITU-R BS.1770-4, annex 2).

ffmpeg's own measure makes four samples of each, and costs more than everything else about the sound. Between samples
it goes higher only beside high ones, so that the loudest moments alone tell the same.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from contest.media.samples import HEADROOM

if TYPE_CHECKING:
    import numpy as np

    Samples = np.ndarray[Any, np.dtype[np.int16]]

FULL = 32768 / HEADROOM
NEAR_FULL = 10 ** (-1 / 20)  # within a decibel of full scale
# Where nothing moves faster than half the highest tone, the sample beside a peak is at least 0.71 of it.
_BESIDE = 0.7
_MOST_MOMENTS = 20_000
_REACH = 12  # samples to either side that are taken into account
_BETWEEN = (0.25, 0.5, 0.75)


def peaks(path: Path, *, channels: int) -> dict[str, Any]:
    """Sample peak and true peak in dB of full scale, and the share of samples near it; nothing of no sound."""
    import numpy as np  # of the worker alone, and only once a film has come

    samples = np.fromfile(path, dtype="<i2") if path.exists() else np.empty(0, dtype="<i2")
    if not samples.size or channels < 1:
        return {}
    highest = max(int(samples.max()), -int(samples.min()))
    if not highest:
        return {}
    near = NEAR_FULL * FULL
    full = int((samples >= near).sum() + (samples <= -near).sum()) if highest >= near else 0
    between = max(highest, _between(samples[: samples.size // channels * channels].reshape(-1, channels), highest))
    return {
        "peak_db": min(0.0, _db(highest)),
        "true_peak_db": _db(between),
        "full_share": round(full / samples.size, 4),
    }


def _db(level: float) -> float:
    import numpy as np

    return round(20 * float(np.log10(level / FULL)), 1)


def _between(samples: "Samples", highest: int) -> float:
    """The highest level between two samples, by a windowed sinc around the loudest ones."""
    import numpy as np

    # An average over three channels would halve it; each is looked at for itself.
    least, found = _BESIDE * highest, 0.0
    taps = np.arange(1 - _REACH, _REACH + 1)
    weights = np.array([np.sinc(taps - at) * np.kaiser(2 * _REACH, 7.0) for at in _BETWEEN], dtype=np.float32)
    weights /= weights.sum(axis=1, keepdims=True)
    for channel in samples.T:
        level = np.abs(channel)  # int16 is wide enough, for all of it was divided
        inner = level[1:-1]
        # Only beside a sample that is no lower than its neighbours can it be highest.
        loud = 1 + np.flatnonzero((inner >= least) & (inner >= level[:-2]) & (inner >= level[2:]))
        if loud.size > _MOST_MOMENTS:  # cut off all over: any of them will do
            loud = loud[:: loud.size // _MOST_MOMENTS + 1]
        starts = np.unique(np.concatenate((loud - 1, loud)))  # from the sample before it and from itself
        starts = starts[(starts >= _REACH - 1) & (starts + _REACH < channel.size)]
        if starts.size:
            around = channel[starts[:, None] + taps[None, :]].astype(np.float32)
            found = max(found, float(np.abs(around @ weights.T).max()))
    return found
