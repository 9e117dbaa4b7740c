"""How the network sees a plan: channels beside its tokens, words beside its text, a note beside the noise level.

Knows neither how a plan is written nor what is painted.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from zoetrope.engine.families.pocket.plan import (
    MARKS,
    SIGNS,
    SLOTS,
    STAGE_CELLS,
    THING_CELLS,
    TICK,
    TRAITS,
    Stamps,
)

HIDDEN = 384
HEARD = 128


@dataclass(frozen=True, eq=False)
class Sight:
    """What of a plan is added where.

    Shapes: video (b, v, d) and sound (b, s, d) to tokens; sketch (b, v, c), in float32, is what the network starts
    from; words (b, SLOTS + 1, text width) beside the text's; summary (b, d) to the noise level.
    """

    video: Tensor
    sound: Tensor
    sketch: Tensor
    words: Tensor
    summary: Tensor


class PlanReader(nn.Module):
    """Stamps -> sight. A plan that is not known adds nothing.

    Every thing is read by the same layers, from what its cells hold and from its traits.
    """

    def __init__(self, width: int, text_width: int, channels: int) -> None:
        super().__init__()
        self.thing_in = nn.Linear(THING_CELLS, HIDDEN)
        self.thing_traits = nn.Linear(TRAITS, HIDDEN, bias=False)
        self.thing_out = nn.Linear(HIDDEN, width, bias=False)
        self.stage = nn.Linear(STAGE_CELLS, width, bias=False)
        self.sketch = nn.Linear(channels, width, bias=False)
        self.tick_in = nn.Linear(TICK, HEARD)
        self.tick_traits = nn.Linear(TRAITS, HEARD, bias=False)
        self.tick_out = nn.Linear(HEARD, width, bias=False)
        self.signs = nn.Linear(SIGNS + MARKS, width, bias=False)
        self.thing_words = nn.Linear(TRAITS, text_width, bias=False)
        self.sign_words = nn.Linear(SIGNS + MARKS, text_width, bias=False)
        for layer in (self.thing_out, self.stage, self.sketch, self.tick_out, self.signs):
            nn.init.zeros_(layer.weight)
        self.slots = nn.Parameter(torch.randn(SLOTS + 1, text_width) * 0.5)

    def forward(self, stamps: Stamps) -> Sight:
        """See `Sight` and `Stamps` for the shapes."""
        sketch = (stamps.sketch * stamps.known[:, None, None]).to(self.slots.device)
        stamps = stamps.to(self.slots.device, self.slots.dtype)
        known = stamps.known[:, None, None]
        near = stamps.things.abs().amax(-1, keepdim=True).clamp(max=1)
        look = F.gelu(self.thing_in(stamps.things) + self.thing_traits(stamps.traits)[:, None], approximate="tanh")
        there = stamps.traits[:, None, :, :1]
        heard = F.gelu(self.tick_in(stamps.ticks) + self.tick_traits(stamps.traits)[:, None], approximate="tanh")
        words = torch.cat([self.thing_words(stamps.traits), self.sign_words(stamps.signs)[:, None]], dim=1)
        return Sight(
            (self.thing_out((look * near).sum(2)) + self.stage(stamps.stage) + self.sketch(stamps.sketch)) * known,
            self.tick_out((heard * there).sum(2)) * known,
            sketch.float(),
            (words + self.slots) * known,
            self.signs(stamps.signs) * stamps.known[:, None],
        )
