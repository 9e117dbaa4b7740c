"""Weights that stay in memory between requests of one process: a small shelf, keyed by checkpoint and numerics.

Knows no family. What lies on the shelf carries nothing of any request.
"""

from __future__ import annotations

import threading
from functools import lru_cache

from zoetrope.engine.families import Family, Loaded
from zoetrope.engine.numerics import Numerics

MOST_LOADED = 2  # the second is for a comparison of two checkpoints; the one unused longest is let go

_loading = threading.Lock()


@lru_cache(maxsize=MOST_LOADED)
def _load(family: Family, numerics: Numerics) -> Loaded:
    return family.load(numerics)


def loaded(family: Family, numerics: Numerics) -> Loaded:
    """Load a checkpoint, or take it from the shelf. Two threads never load the same one twice.

    Raises: WeightsError.
    """
    with _loading:
        return _load(family, numerics)


def unload_all() -> None:
    """Let go of all weights; requests that still run keep theirs to their end."""
    with _loading:
        _load.cache_clear()
