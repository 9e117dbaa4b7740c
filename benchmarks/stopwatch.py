"""A family that is timed while it works: the same checkpoint, with a clock around everything that it translates.

Knows no benchmark; it adds up seconds under names.
"""

from __future__ import annotations

import math
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import torch
from torch.utils.flop_counter import FlopCounterMode

from zoetrope.engine.families import Family, Loaded
from zoetrope.engine.numerics import Numerics
from zoetrope.engine.walk import Detailed


def attention_flop(query: Any, key: Any, value: Any, *_: Any, out_val: Any = None, **__: Any) -> int:
    """FLOP of the CPU's flash attention, which torch's own counter does not know: two products."""
    b, heads, n, c = query.shape
    return 2 * b * heads * n * key.shape[2] * (c + value.shape[3])


attention_flop._get_raw = True  # type: ignore[attr-defined]  # asks the counter for tensors in place of shapes


def byte_product_flop(codes: Any, *_: Any, out_shape: Any = None, **__: Any) -> int:
    """FLOP of a product of bytes, as many as in any other type."""
    return 2 * codes[0] * codes[1] * out_shape[1]


def layer_flop(x: Any, weight: Any, *_: Any, out_shape: Any = None, **__: Any) -> int:
    """FLOP of a linear layer whose kernel also does what follows it, which counts for nothing here either."""
    return 2 * math.prod(x) * weight[0]


UNCOUNTED = {
    torch.ops.aten._scaled_dot_product_flash_attention_for_cpu: attention_flop,
    torch.ops.onednn.qlinear_pointwise: byte_product_flop,
    torch.ops.mkldnn._linear_pointwise: layer_flop,
}


@dataclass(eq=False)
class Watch:
    """Seconds by name; and, while counting, the FLOP of predictions."""

    seconds: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    counts: bool = False
    flop: int = 0

    @contextmanager
    def running(self, name: str) -> Iterator[None]:
        """Add what passes inside to a name."""
        began = time.perf_counter()
        yield
        if torch.cuda.is_available():
            torch.cuda.synchronize()
        self.seconds[name] += time.perf_counter() - began

    @contextmanager
    def counting(self) -> Iterator[Watch]:
        """Add up the FLOP of every prediction inside."""
        self.counts, self.flop = True, 0
        yield self
        self.counts = False

    def predicting(self, predict: Callable[..., Any]) -> Callable[..., Any]:
        """The same predictions, counted while somebody counts."""

        def counted(*arguments: Any) -> Any:
            if not self.counts:
                return predict(*arguments)
            with FlopCounterMode(display=False, custom_mapping=UNCOUNTED) as counter:
                made = predict(*arguments)
            self.flop += counter.get_total_flops()  # a counter forgets when it is entered again
            return made

        return counted


class TimedCheckpoint:
    """A loaded checkpoint whose every translation is timed."""

    def __init__(self, loaded: Loaded, watch: Watch) -> None:
        self._loaded, self._watch = loaded, watch

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loaded, name)

    def branches(self, request: Any, canvas: Any) -> Any:
        """Count the FLOP of predictions while somebody counts."""
        return self._watch.predicting(self._loaded.branches(request, canvas))

    def decode_video(self, latent: Any, state: Any) -> Any:
        """Time the decoding of pictures."""
        with self._watch.running("decode"):
            return self._loaded.decode_video(latent, state)

    def details(self, request: Any, canvas: Any) -> Any:
        """Time the decoding of pictures by what knows more of them."""
        assert isinstance(self._loaded, Detailed)
        details = self._loaded.details(request, canvas)

        def timed(latent: Any, first: int) -> Any:
            with self._watch.running("decode"):
                return details(latent, first)

        return timed

    def decode_sound(self, latent: Any, state: Any) -> Any:
        """Time the decoding of sound."""
        with self._watch.running("decode"):
            return self._loaded.decode_sound(latent, state)


@dataclass(frozen=True)
class TimedFamily:
    """A family whose checkpoint is timed; `change` may alter it after loading."""

    family: Family
    watch: Watch
    change: Callable[[Any], None] = lambda loaded: None
    presets_now: Any = None

    @property
    def limits(self) -> Any:
        return self.family.limits

    @property
    def presets(self) -> Any:
        return self.presets_now or self.family.presets

    def check(self, request: Any) -> Any:
        """As the family."""
        return self.family.check(request)

    def load(self, numerics: Numerics) -> Any:
        """Load, timed, and change."""
        with self.watch.running("load"):
            loaded = self.family.load(numerics)
        self.change(loaded)
        return TimedCheckpoint(loaded, self.watch)

    def __hash__(self) -> int:
        return id(self.watch)
