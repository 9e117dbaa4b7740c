"""What a control LoRA (IC-LoRA) of LTX-2 says of the clips that it was trained on. Needs no torch."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from safetensors import SafetensorError, safe_open

from zoetrope.core.errors import WeightsError
from zoetrope.core.request import Adapter

KEY = "reference_downscale_factor"  # Source: the docstring of LTX2InContextPipeline in diffusers 0.42.1


def control_scale(adapters: Iterable[Adapter]) -> int:
    """How much smaller than the shot the clips are that control it: 1 for as large, 2 for half.

    Raises: WeightsError for a file that says no whole number.
    """
    for adapter in adapters:
        path = Path(adapter.source).expanduser()
        try:
            with safe_open(path, framework="numpy") as file:
                said = (file.metadata() or {}).get(KEY)
        except (OSError, SafetensorError) as error:
            raise WeightsError(f"{path} cannot be read: {error}") from error
        if said is not None:
            if not said.isdecimal() or int(said) < 1:
                raise WeightsError(f"{path} says {KEY} {said!r}, which is no whole number from 1 on.")
            return int(said)
    return 1
