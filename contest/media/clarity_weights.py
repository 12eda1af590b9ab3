"""What makes one score of sharpness of many features: constants fitted on real photographs, and their sum.

Made by `python -m tests.benchmarks.calibrate_photo FOLDER --weights` (84 photographs of public packages in 19 versions
each; docs/media-checks.md has the table). Fit again whenever `clarity_features` changes.
"""

from collections.abc import Mapping
from math import exp

# By feature: mean and spread there, then the weights of it in units of its spread, of its square and of it with noise.
_WEIGHTS: Mapping[str, tuple[float, float, float, float, float]] = {
    "coarse-best": (0.767, 0.487, 0.077, 0.667, 0.156),
    "coarse-best-way": (0.857, 0.500, -0.385, 0.017, 0.170),
    "coarse-least-worst-way": (0.994, 0.484, 0.420, 0.304, 0.226),
    "coarse-typical": (1.017, 0.476, -0.540, -0.124, 0.194),
    "coarse-worst-way": (1.194, 0.459, 0.026, 0.010, 0.130),
    "edge-high": (0.515, 0.126, -0.619, -0.077, -0.305),
    "edge-low": (0.481, 0.115, -1.226, -0.566, -0.094),
    "fine-best": (1.319, 0.478, -0.071, 0.187, 0.015),
    "fine-best-way": (1.339, 0.499, -0.727, 0.345, -0.160),
    "fine-least-worst-way": (1.503, 0.397, 0.458, 0.153, 0.062),
    "fine-typical": (1.460, 0.414, -0.257, 0.138, -0.105),
    "fine-worst-way": (1.603, 0.339, 0.200, 0.411, -0.185),
    "middle-best": (1.053, 0.561, 0.380, 0.682, 0.077),
    "middle-best-way": (1.121, 0.556, -0.186, 0.074, 0.046),
    "middle-least-worst-way": (1.267, 0.510, 1.420, 0.228, -0.013),
    "middle-typical": (1.251, 0.497, 0.179, -0.062, 0.023),
    "middle-worst-way": (1.416, 0.450, 1.014, -0.053, -0.054),
    "noise": (0.539, 0.745, 0.393, -0.280, -0.280),
    "reblur-high": (0.441, 0.199, 0.351, -0.283, -0.089),
    "reblur-low": (0.394, 0.190, -0.724, 0.083, 0.035),
    "spectrum": (3.810, 1.291, 0.313, 0.966, -0.336),
    "ways": (0.948, 0.065, 0.475, 0.177, 0.193),
}
_BIAS = -1.452  # everything counts towards blurred
_FURTHEST = 3.0  # spreads from the mean; beyond, nobody has measured


def score(found: Mapping[str, float]) -> float:
    """From 0, certainly blurred, to 100, certainly sharp; 50 where both are as likely."""
    units = {name: _units(found[name], mean, spread) for name, (mean, spread, *_) in _WEIGHTS.items()}
    noise, total = units["noise"], _BIAS
    for name, (_mean, _spread, straight, squared, with_noise) in _WEIGHTS.items():
        value = units[name]
        total += straight * value + squared * value**2 / 2 + with_noise * value * noise / 2
    return 100 / (1 + exp(total / 2))


def _units(value: float, mean: float, spread: float) -> float:
    return max(-_FURTHEST, min(_FURTHEST, (value - mean) / spread))
