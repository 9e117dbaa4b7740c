"""The optimisations that the pocket benchmark takes away one by one, each in a process of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import torch

from zoetrope.engine.families.pocket import ranks
from zoetrope.engine.memory.plan import Precision, Wish
from zoetrope.engine.presets import Preset


def _nothing(loaded: Any) -> None:
    """Leave the checkpoint as it is."""


def _forget_text(loaded: Any) -> None:
    """Compute the text's keys and values anew in every step."""
    forward = loaded.network.forward
    loaded.network.forward = lambda *a, memory=None, **named: forward(*a, **named)


def _modulate_each_token(loaded: Any) -> None:
    """Compute modulation for every token instead of once for each distinct noise level."""
    forward = loaded.network.forward

    def each(video: Any, sound: Any, *, sigmas: Any, level: Any, **named: Any) -> Any:
        tokens = torch.arange(len(level), device=level.device)
        return forward(video, sound, sigmas=sigmas[:, level], level=tokens, **named)

    loaded.network.forward = each


def _attend_at_once(loaded: Any) -> None:
    """Leave attention to the kernel that PyTorch picks."""
    ranks.attention = torch.nn.functional.scaled_dot_product_attention


def _guide_everywhere(preset: Preset) -> Preset:
    return replace(preset, interval=(0.0, 1.0))


def _walk_finely(preset: Preset) -> Preset:
    return replace(preset, steps=4)


@dataclass(frozen=True)
class Variant:
    """One way to run: what is taken away, or wished for. `dtype` None is what the machine does best."""

    says: str
    jemalloc: bool = True
    change: Callable[[Any], None] = _nothing
    preset: Callable[[Preset], Preset] = lambda preset: preset
    dtype: torch.dtype | None = None
    wish: Wish | None = None
    streamed: bool = True


SHIPPED = "as shipped"
VARIANTS = {
    variant.says: variant
    for variant in (
        Variant(SHIPPED),
        Variant("system allocator", jemalloc=False),
        Variant("four steps", preset=_walk_finely),
        Variant("guidance at every sigma", preset=_guide_everywhere),
        Variant("attention at once", change=_attend_at_once),
        Variant("text keys in every step", change=_forget_text),
        Variant("modulation per token", change=_modulate_each_token),
        Variant("encoding after decoding", streamed=False),
        Variant("float32", dtype=torch.float32),
        Variant("int8", wish=Wish(Precision.INT8)),
        Variant("compiled", wish=Wish(compiled=True)),
    )
}
