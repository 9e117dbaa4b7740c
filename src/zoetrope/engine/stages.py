"""Whether pictures show one stage, where a checkpoint can tell. Knows no files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

import numpy as np
import torch

from zoetrope.core.request import Request
from zoetrope.engine.families import Family
from zoetrope.engine.generate import plan_for
from zoetrope.engine.loading import loaded
from zoetrope.engine.numerics import choose_numerics

if TYPE_CHECKING:
    from zoetrope.engine.memory.plan import Wish


@runtime_checkable
class Recognises(Protocol):
    """A checkpoint that knows a stage again."""

    def same_stage(self, first: np.ndarray, second: np.ndarray) -> bool:
        """Whether two pictures, uint8 (h, w, 3), may be views of one stage."""
        ...


def same_stage(request: Request, family: Family, first: np.ndarray, second: np.ndarray, wish: Wish | None) -> bool:
    """Whether two pictures, uint8 (h, w, 3), may be views of one stage; taken for granted where nobody can tell."""
    checkpoint = loaded(family, plan_for(family, request, choose_numerics(), wish))
    if not isinstance(checkpoint, Recognises):
        return True
    with torch.inference_mode():
        return checkpoint.same_stage(first, second)
