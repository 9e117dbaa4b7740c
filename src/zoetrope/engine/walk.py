"""What a family may decide beyond `families.Loaded`: its schedule, its guider, its passes, its decoding, its details.

Each is a protocol of its own; a family that has none of them is walked by its preset. Knows no family.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias, runtime_checkable

import numpy as np
from torch import Tensor

from zoetrope.core.cancel import Cancel
from zoetrope.core.events import Notice
from zoetrope.core.request import Request
from zoetrope.engine.canvas import Canvas
from zoetrope.engine.denoise import Step, StepTaken
from zoetrope.engine.guidance import Guider
from zoetrope.engine.presets import Preset

OfLatents: TypeAlias = Callable[[Tensor, int], np.ndarray]
OfSound: TypeAlias = Callable[[Tensor, int, Any], tuple[np.ndarray, Any]]


@dataclass(frozen=True, eq=False)
class Walk:
    """One pass of the loop.

    Shapes: sigmas (steps + 1,) float32, descending to 0; it begins below 1 where something is only refined.
    """

    sigmas: Tensor
    step: Step
    guider: Guider


@runtime_checkable
class Walks(Protocol):
    """A family whose schedule depends on the canvas, that has guiders of its own, or that walks more than once."""

    def walk(self, request: Request, preset: Preset, canvas: Canvas, number: int) -> Walk:
        """How pass `number` goes, counted from 0."""
        ...

    def next_pass(self, request: Request, preset: Preset, done: Canvas, number: int) -> Canvas | None:
        """The canvas that pass `number` begins with, or None when all passes are done."""
        ...


@runtime_checkable
class Looks(Protocol):
    """A family that can tell more of a request once its weights look at what is given."""

    def notices(self, request: Request) -> tuple[Notice, ...]:
        """What the caller should know before the shot is made. Raises: InvalidRequest for what is to be refused."""
        ...


@runtime_checkable
class Detailed(Protocol):
    """A family that knows more of a shot's pictures and of its sound than its codecs can hold."""

    def details(self, request: Request, canvas: Canvas) -> OfLatents:
        """What decodes a shot's latents (f, r, c, channels), the first of which is that latent frame of the canvas.

        Stands in for `decode_video`, any pieces in any order. Shapes: out uint8 (t, h, w, 3).
        """
        ...

    def heard(self, request: Request, canvas: Canvas) -> OfSound:
        """What decodes sound latents (n, channels), the first of which is that one of the canvas, from a state on.

        Stands in for `decode_sound`; state None begins. Shapes: samples (2, s) out, and the state after them.
        """
        ...


@runtime_checkable
class Decodes(Protocol):
    """A family whose codec cannot go latent frame by latent frame."""

    def pictures(self, canvas: Canvas) -> Iterator[np.ndarray]:
        """The frames in order, uint8 (t, h, w, 3) of any lengths, as early as exactness permits."""
        ...

    def sounds(self, canvas: Canvas, samples: int) -> np.ndarray:
        """The sound, float32 (2, samples), exactly so many."""
        ...


@runtime_checkable
class Renders(Protocol):
    """A family that brings a loop of its own: the bridge to pipelines whose networks we do not know."""

    def render(
        self, request: Request, on_step: Callable[[StepTaken], None] | None, cancel: Cancel | None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Frames uint8 (t, h, w, 3) and sound float32 (2, s). Raises: Cancelled, between two steps."""
        ...
