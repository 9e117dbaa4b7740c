"""Weights that stay in memory between requests of one process: a small shelf, keyed by checkpoint and numerics.

Knows no family. What lies on the shelf carries nothing of any request.
"""

from __future__ import annotations

import threading
from collections import OrderedDict

from zoetrope.engine.families import Family, Loaded
from zoetrope.engine.numerics import Numerics

MOST_LOADED = 2  # the second is for a comparison of two checkpoints; the one unused longest is let go

_loading = threading.Lock()
_shelf: OrderedDict[tuple[Family, Numerics], Loaded] = OrderedDict()


def loaded(family: Family, numerics: Numerics) -> Loaded:
    """Load a checkpoint, or take it from the shelf. Two threads never load the same one twice.

    A plan counts on all memory of the machine, so what has one lies on the shelf alone; others leave before it loads.
    Raises: WeightsError.
    """
    with _loading:
        key = family, numerics
        if key not in _shelf:
            most = MOST_LOADED if numerics.plan is None else 1
            while len(_shelf) >= most:
                _shelf.popitem(last=False)
            _shelf[key] = family.load(numerics)
        _shelf.move_to_end(key)
        return _shelf[key]


def unload_all() -> None:
    """Let go of all weights; requests that still run keep theirs to their end."""
    with _loading:
        _shelf.clear()
