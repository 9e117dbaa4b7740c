"""At which rate sound leaves: as it came where the file and the mark can hold it, else at one that both can.

Decided before anything is made. Knows no file; sound is moved to the other rate when it is whole.
"""

from __future__ import annotations

import numpy as np

from zoetrope.core.errors import InvalidRequest
from zoetrope.media.containers import Container
from zoetrope.release.marks.sound_rate import resample

_LOWEST, _HIGHEST = 4_000, 192_000  # samples a second; below a voice is not understood, above nothing records
_HELD = (16_000, 24_000, 48_000)  # held by every container and by the sound mark
_LEAST_MARKED, _STEP_MARKED = 16_000, 25  # what `SpreadSoundMark.embed` asks for


def leaving_rate(rate: int, container: Container) -> int:
    """The rate at which sound leaves, no lower than it came wherever that can be.

    Units: samples a second. Raises: InvalidRequest for a rate that no sound has.
    """
    if not _LOWEST <= rate <= _HIGHEST:
        raise InvalidRequest(
            f"the sound's rate was {rate} samples a second; {_LOWEST} to {_HIGHEST} are possible, 24000 is usual"
        )
    codec = container.sound
    held = codec is None or not codec.rates or rate in codec.rates
    if held and rate >= _LEAST_MARKED and rate % _STEP_MARKED == 0:
        return rate
    return next((other for other in _HELD if other >= rate), _HELD[-1])


def moved(sound: np.ndarray, rate: int, leaving: int) -> np.ndarray:
    """Sound at the rate at which it leaves, equally long. Shapes: (2, s) float32 in, (2, s') out."""
    if rate == leaving:
        return sound
    return resample(sound, round(sound.shape[1] * leaving / rate)).astype(np.float32)
