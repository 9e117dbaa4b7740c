"""What a settled request tells the door: a fingerprint that stands for it whole, and a line that people may read."""

from __future__ import annotations

import hashlib
from dataclasses import fields, replace
from datetime import datetime
from importlib.metadata import version
from typing import Any

import numpy as np

from zoetrope.core.request import Request
from zoetrope.release.asset import Ingredient, Making


def making_of(
    request: Request,
    when: datetime,
    ingredients: tuple[Ingredient, ...] = (),
    *,
    checkpoint: str = "",
    weights: str = "",
    tell_prompt: bool = False,
) -> Making:
    """How the draft of a settled request comes about; the prompt is in the fingerprint only, unless it is to be told.

    `checkpoint` is what the weights are called where the request names them by a path, which nobody else should read;
    `weights` is their digest.
    """
    named = checkpoint or request.checkpoint
    request = replace(request, checkpoint=named)
    return Making(
        checkpoint=named,
        note=f"checkpoint {named}, seed {request.seed}, {request.steps} steps",
        fingerprint=fingerprint(request, weights),
        when=when,
        ingredients=ingredients,
        prompt=request.prompt if tell_prompt else None,
    )


def fingerprint(request: Request, weights: str = "") -> bytes:
    """A digest of everything that decides what a settled request makes."""
    state = hashlib.sha256(f"zoetrope {version('zoetrope')}{weights}".encode())
    for field in fields(request):
        _feed(state, field.name, getattr(request, field.name))
    return state.digest()


def _feed(state: Any, name: str, value: Any) -> None:
    """Add a named value: arrays by their bytes, conditions field by field, everything else as Python writes it."""
    if isinstance(value, np.ndarray):
        state.update(f"{name}:{value.dtype}{value.shape}".encode())
        state.update(np.ascontiguousarray(value).data)
    elif isinstance(value, tuple):
        for place, part in enumerate(value):
            _feed(state, f"{name}[{place}]", part)
    elif hasattr(value, "__dataclass_fields__"):
        state.update(f"{name}:{type(value).__name__}".encode())
        for field in fields(value):
            _feed(state, f"{name}.{field.name}", getattr(value, field.name))
    else:
        state.update(f"{name}:{value!r};".encode())
