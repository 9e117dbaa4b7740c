"""How LTX-2's network is modulated in one step: computed once for each distinct noise level, not for each token.

Knows no attention.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor


@dataclass(frozen=True, eq=False)
class Levels:
    """What the network is told of one stream: the level of each token (n,), and the highest of them (1,)."""

    each: Tensor
    most: Tensor


class Stream:
    """The modulation of one stream in one step: what each distinct level says, handed out to the tokens.

    `each` is by the stream's own levels, `met` by those that count where the streams meet: its own too, or the highest
    of the other stream if that is what is told (`crossed`).
    """

    def __init__(
        self, network: Any, sound: bool, own: Levels, other: Levels, crossed: bool, dtype: torch.dtype
    ) -> None:
        prefix, name = ("audio_", "audio") if sound else ("", "video")
        self.told, self.which = own.each.unique(return_inverse=True)
        self.time, self.embedded = getattr(network, f"{prefix}time_embed")(
            self.told, batch_size=len(self.told), hidden_dtype=dtype
        )
        met, self.met_which = other.most.unique(return_inverse=True) if crossed else (self.told, self.which)
        ratio = network.config.cross_attn_timestep_scale_multiplier / network.config.timestep_scale_multiplier
        shifts, gates = (
            getattr(network, f"av_cross_attn_{name}_{part}")
            for part in ("scale_shift", "v2a_gate" if sound else "a2v_gate")
        )
        self.met_shifts = shifts(met, batch_size=len(met), hidden_dtype=dtype)[0]
        self.met_gate = gates(met * ratio, batch_size=len(met), hidden_dtype=dtype)[0]
        self.prompt: Tensor | None = None
        if network.prompt_modulation and network.config.use_prompt_adaln_single:
            adaln = getattr(network, f"{prefix}prompt_adaln")
            self.prompt = adaln(own.most, batch_size=1, hidden_dtype=dtype)[0]

    def each(self, table: Tensor, values: Tensor) -> list[Tensor]:
        """Shapes: table (p, d), values (k, p * d); out p times (1, d) or (n, d)."""
        rows = (table + values.unflatten(-1, (len(table), -1))).unbind(1)
        return [row if len(self.told) == 1 else row[self.which] for row in rows]

    def met(self, table: Tensor, values: Tensor) -> list[Tensor]:
        rows = (table + values.unflatten(-1, (len(table), -1))).unbind(1)
        return [row if len(row) == 1 else row[self.met_which] for row in rows]
