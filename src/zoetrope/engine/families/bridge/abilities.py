"""What a pipeline of diffusers can be asked for, read from the parameters that it takes. Calls none of them."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from zoetrope.core.errors import Unsupported
from zoetrope.engine.families.libraries import need

STEPS, GUIDANCE, FRAMES, RATE = 50, 5.0, 81, 24  # where a pipeline says nothing, as most of them have it
NEEDED = ("prompt", "height", "width", "num_frames", "num_inference_steps", "generator", "output_type")


@dataclass(frozen=True)
class Abilities:
    """Parameters and defaults of a pipeline's call. `needs_picture` is whether it makes nothing without one."""

    takes: frozenset[str]
    size: tuple[int, int] | None
    frames: int
    rate: int
    steps: int
    guidance: float
    needs_picture: bool

    @property
    def takes_picture(self) -> bool:
        return "image" in self.takes


@lru_cache(maxsize=16)
def abilities_of(pipeline: str) -> Abilities:
    """Read a pipeline's class.

    Raises: Unsupported if the library has none of that name, or it makes no video out of text.
    """
    call = need("diffusers", pipeline).__call__
    takes = {name: each.default for name, each in inspect.signature(call).parameters.items()}
    missing = [name for name in NEEDED if name not in takes]
    if missing:
        raise Unsupported(
            f"{pipeline} does not take {', '.join(missing)}, so it is no pipeline from text to video; use a checkpoint "
            "of such a pipeline."
        )
    height, width = takes["height"], takes["width"]
    return Abilities(
        takes=frozenset(takes),
        size=(width, height) if _whole(width) and _whole(height) else None,
        frames=_first_whole(takes.get("num_frames"), FRAMES),
        rate=_first_whole(takes.get("frame_rate"), takes.get("fps"), RATE),
        steps=_first_whole(takes["num_inference_steps"], STEPS),
        guidance=_number(takes.get("guidance_scale"), GUIDANCE),
        needs_picture="image" in takes and any(word in pipeline for word in ("ImageToVideo", "Image2Video", "I2V")),
    )


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _first_whole(*values: Any) -> int:
    return next(int(value) for value in values if isinstance(value, int | float) and value == int(value))


def _number(value: Any, otherwise: float) -> float:
    return float(value) if isinstance(value, int | float) else otherwise
