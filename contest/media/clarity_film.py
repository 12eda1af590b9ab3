"""How sharp a film is: the score of photos, of some of its pictures, and the middle one of those.

A single picture of a film may well be blurred, by a pan or a change of focus; half of them are not.
"""

from statistics import median
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    Pictures = np.ndarray[Any, np.dtype[np.uint8]]

FEWEST_JUDGED = 2


def sharpness_of_film(pictures: "Pictures") -> tuple[dict[str, Any], list[float | None]]:
    """The measure, or why there is none (`flat`, `drawn`, `small`); and the score of each picture that has one."""
    import numpy as np

    from contest.media.clarity import why_not_judged
    from contest.media.clarity_features import cut, features
    from contest.media.clarity_weights import score

    scores: list[float | None] = []
    reasons = []
    for picture in pictures:
        grey = picture.astype(np.float32)
        tiles = cut(grey)
        reason = why_not_judged(grey, tiles, rough=False)
        reasons += [reason] if reason else []
        scores.append(None if reason or tiles is None else round(score(features(tiles)), 1))
    judged = [one for one in scores if one is not None]
    if len(judged) >= FEWEST_JUDGED:
        return {"sharpness": round(median(judged), 1)}, scores
    if not reasons:
        return {}, scores
    return {"not_judged": max(set(reasons), key=reasons.count)}, scores
