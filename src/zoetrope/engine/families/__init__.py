"""What a family of networks must offer, and the registry of checkpoints.

A family only translates: text to context, pixels and sound to latents and back, canvas to velocity. Importing this
loads no torch, so a request can be checked by a process that never computes.
"""

from __future__ import annotations

import importlib
from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from zoetrope.core.errors import InvalidRequest

if TYPE_CHECKING:
    import numpy as np
    from torch import Tensor

    from zoetrope.core.events import Notice
    from zoetrope.core.limits import Limits
    from zoetrope.core.request import Request
    from zoetrope.engine.canvas import Canvas, Tokens
    from zoetrope.engine.guidance import Branches
    from zoetrope.engine.numerics import Numerics
    from zoetrope.engine.presets import Preset


class Family(Hashable, Protocol):
    """A checkpoint that is not loaded yet: what it can do, and how to load it. Equal values load equal weights."""

    @property
    def limits(self) -> Limits: ...

    @property
    def presets(self) -> Mapping[str, Preset]: ...

    def check(self, request: Request) -> tuple[Notice, ...]:
        """Say what the caller should know. Raises: InvalidRequest or Unsupported for what it cannot do."""
        ...

    def load(self, numerics: Numerics) -> Loaded:
        """Load the weights. Raises: WeightsError."""
        ...


class Loaded(Protocol):
    """A checkpoint in memory. Nothing about one request is kept on it, so requests may share it."""

    @property
    def limits(self) -> Limits: ...

    def blank(self, request: Request) -> Canvas:
        """The canvas of a request with its noise and nothing given. The request's seed must be known."""
        ...

    def place(self, canvas: Canvas, request: Request) -> Canvas:
        """Give the canvas what the request's conditions hold."""
        ...

    def branches(self, request: Request, canvas: Canvas) -> Branches:
        """Velocities by name: "positive" follows the prompt, "negative" the negative prompt."""
        ...

    def decode_video(self, latent: Tensor, state: Any) -> tuple[np.ndarray, Any]:
        """Next latent frames -> next frames; state None begins a shot.

        Shapes: latent (f, rows, columns, c); frames uint8 (t, h, w, 3).
        """
        ...

    def decode_sound(self, latent: Tensor, state: Any) -> tuple[np.ndarray, Any]:
        """Next sound latents -> next samples; state None begins a shot.

        Shapes: latent (n, c); samples float32 (2, s).
        """
        ...

    def preview(self, canvas: Canvas, denoised: Tokens) -> np.ndarray:
        """A cheap look at the shot as it forms.

        Shapes: out uint8 (h, w, 3).
        """
        ...


CHECKPOINTS: Mapping[str, str] = {"pocket": "zoetrope.engine.families.pocket.facts:POCKET"}


def find_family(checkpoint: str) -> Family:
    """Find a checkpoint by its name, without loading it.

    Raises: InvalidRequest if there is none of that name.
    """
    if checkpoint not in CHECKPOINTS:
        raise InvalidRequest(f"checkpoint was {checkpoint!r}; the checkpoints that are here: {', '.join(CHECKPOINTS)}.")
    module, name = CHECKPOINTS[checkpoint].split(":")
    return getattr(importlib.import_module(module), name)
