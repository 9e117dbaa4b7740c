"""What a family of networks must offer, and the registry of checkpoints.

A family only translates: text to context, pixels and sound to latents and back, canvas to velocity. Importing this
loads no torch, so a request can be checked by a process that never computes.
"""

from __future__ import annotations

import importlib
from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from zoetrope.core.errors import InvalidRequest
from zoetrope.core.request import check_text

if TYPE_CHECKING:
    import numpy as np
    from torch import Tensor

    from zoetrope.core.events import Notice
    from zoetrope.core.limits import Limits
    from zoetrope.core.request import Request
    from zoetrope.engine.canvas import Canvas, Tokens
    from zoetrope.engine.checkpoints.models_folder import Models
    from zoetrope.engine.families.descriptor import Descriptor
    from zoetrope.engine.guidance import Branches
    from zoetrope.engine.memory.work import Workload
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


@runtime_checkable
class Planned(Protocol):
    """A family that knows, before it loads, what lies in its checkpoint and how much work a settled request is."""

    @property
    def descriptor(self) -> Descriptor: ...

    def workload(self, request: Request) -> Workload: ...


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
        """Next latent frames -> next frames; state None begins a shot, and a state is used up by going on from it.

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


def is_named(checkpoint: str) -> bool:
    """Whether a text is a checkpoint's name, which comes before a file or folder that is called so."""
    from zoetrope.engine.checkpoints.cards import cards

    return checkpoint in CHECKPOINTS or checkpoint in cards()


def find_family(checkpoint: str, models: Models | None = None) -> Family:
    """Find a checkpoint without loading it: by name, by the name of a card, or by the path of a folder or file.

    Raises: InvalidRequest if there is none; WeightsError if what lies there cannot be one.
    """
    check_text("checkpoint", checkpoint)
    if not checkpoint:
        raise InvalidRequest("the checkpoint is empty; give a name that `zoetrope models` lists, or a path.")
    if checkpoint not in CHECKPOINTS:
        from zoetrope.engine.families.opening import open_family

        return open_family(checkpoint, models)
    module, name = CHECKPOINTS[checkpoint].split(":")
    return getattr(importlib.import_module(module), name)
