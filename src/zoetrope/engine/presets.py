"""Named settings of the loop, as data. Knows neither torch nor the functions that the names stand for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from zoetrope.core.errors import InvalidRequest


@dataclass(frozen=True)
class Preset:
    """How to walk the loop where a request does not say.

    Units: guidance 1 is none; the interval is in sigma; shift > 1 spends more steps near noise. `step` is a name of
    `denoise.STEPS`, `schedule` one of `schedules.SCHEDULES`. reuse is how far predictions of earlier steps stand in for
    new ones, 0 not at all.
    """

    steps: int
    guidance: float
    interval: tuple[float, float] = (0.0, 1.0)
    rescale: float = 0.0
    step: str = "ab2"
    schedule: str = "linear"
    shift: float = 1.0
    reuse: float = 0.0


def choose_preset(name: str, presets: Mapping[str, Preset], checkpoint: str) -> Preset:
    """Find a preset by its name.

    Raises: InvalidRequest if the checkpoint has none of that name.
    """
    if name not in presets:
        raise InvalidRequest(f"preset was {name!r}; {checkpoint} has {', '.join(presets)}.")
    return presets[name]
