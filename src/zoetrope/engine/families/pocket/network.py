"""The pocket network: one diffusion transformer over the video and sound tokens of a shot.

It predicts velocities for tokens that each have a noise level of their own, reads text as extra keys, and sees along
the ranks of a layout. It knows nothing of requests, conditions, guidance or codecs.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import torch
import torch.nn.functional as F
from einops import rearrange
from torch import Tensor, nn

from zoetrope.engine.families.pocket.layers import Mlp, RmsNorm, normed, rotary_table, rotate
from zoetrope.engine.families.pocket.layout import KINDS, Layout
from zoetrope.engine.families.pocket.plan import Stamps
from zoetrope.engine.families.pocket.ranks import attend_by_ranks, attend_whole
from zoetrope.engine.families.pocket.sight import PlanReader, Sight
from zoetrope.engine.families.pocket.text import Context, TextConfig, TextEncoder
from zoetrope.engine.int8 import Int8Linear, Int8Mlp
from zoetrope.engine.products import through

OCTAVES = 5  # of the Fourier features of a place
LONGEST = (64.0, 64.0, 64.0)  # slowest rotary waves: sixths of a second, rows, columns
MOST_SPANS = 16  # runs of tokens of one noise level that are gone through one by one
TICKS = 6.0  # rotary units a second


@dataclass(frozen=True)
class NetworkConfig:
    text: TextConfig = field(default_factory=lambda: TextConfig(entries=1024))
    video_channels: int = 160
    sound_channels: int = 64
    width: int = 320
    layers: int = 9
    head: int = 64
    hidden_factor: int = 4
    modulation: int = 192  # what noise level and prompt are narrowed to before each layer reads them


@dataclass(frozen=True, eq=False)
class Prepared:
    """What depends on a layout alone, computed once for all steps.

    Shapes: order and back (n,) permutations into and out of rank order; table (2, n, 1, head) and place (n, d),
    embedded, in rank order, both with a batch axis before n where the layout has one; ends are where each rank's tokens
    stop, stops the same as a tensor (ranks,), which a compiled graph takes as it comes; mask (n, n), where the ranks
    are not sorted but hidden from each other, true where a token sees another.
    """

    order: Tensor
    back: Tensor
    table: Tensor
    place: Tensor
    ends: tuple[int, ...]
    stops: Tensor
    mask: Tensor | None = None


Memory = list[tuple[Tensor, Tensor]]
"""Keys and values of the text for every layer, (b, heads, m, head) each: once a request, not once a step."""


def zeroed(layer: nn.Linear) -> nn.Linear:
    """Let a layer start by saying nothing."""
    nn.init.zeros_(layer.weight)
    nn.init.zeros_(layer.bias)
    return layer


Spans = list[tuple[int, int, int]]
"""Where runs of tokens of one noise level begin and stop, and which level that is."""


def spans_of(level: Tensor) -> Spans | None:
    """The runs in levels (n,); None where there is one for all, or too many to go through one by one."""
    values, counts = torch.unique_consecutive(level, return_counts=True)
    if not 1 < len(values) <= MOST_SPANS:
        return None
    stops = counts.cumsum(0).tolist()
    return list(zip([0, *stops[:-1]], stops, values.tolist(), strict=True))


def scaled(add: Tensor, x: Tensor, by: Tensor, spans: Spans | None) -> Tensor:
    """add + x * by for tokens x (b, n, d); what has a row a level, `by` and maybe `add`, is taken run by run.

    Without spans both are as they are to be added and multiplied. To gather a row a token costs an eighth of a step.
    """
    if spans is None:
        return torch.addcmul(add, x, by)
    out = torch.empty_like(x)
    for start, stop, level in spans:
        more = add[:, start:stop] if add.shape[1] == x.shape[1] else add[:, level : level + 1]
        torch.addcmul(more, x[:, start:stop], by[:, level : level + 1], out=out[:, start:stop])
    return out


class Block(nn.Module):
    """Attention over tokens and text, then an MLP, both modulated by each token's noise level.

    Source: Peebles & Xie 2023 (adaLN-zero).
    """

    def __init__(self, width: int, text_width: int, hidden: int, head: int, condition: int) -> None:
        super().__init__()
        self.head = head
        self.query_key_value = nn.Linear(width, 3 * width, bias=False)
        self.text_key_value = nn.Linear(text_width, 2 * width, bias=False)
        self.query_norm = RmsNorm(head)
        self.key_norm = RmsNorm(head)
        self.text_key_norm = RmsNorm(head)
        self.attention_out = nn.Linear(width, width)
        self.mlp = Mlp(width, hidden)
        self.modulation = zeroed(nn.Linear(condition, 6 * width))

    def multiply_in_int8(self) -> None:
        """Round the weights of the large layers over tokens, for good."""
        for name, kind in (("query_key_value", Int8Linear), ("attention_out", Int8Linear), ("mlp", Int8Mlp)):
            setattr(self, name, kind(getattr(self, name)))

    def remember(self, text: Tensor) -> tuple[Tensor, Tensor]:
        """Text tokens (b, m, d) -> their keys and values in this layer."""
        packed = rearrange(self.text_key_value(text), "b m (k e c) -> k b e m c", k=2, c=self.head)
        return self.text_key_norm(packed[0]), packed[1]

    def attend(self, x: Tensor, prepared: Prepared, text: tuple[Tensor, Tensor]) -> Tensor:
        table = prepared.table
        packed = rearrange(through(self.query_key_value, x), "b n (k e c) -> k b n e c", k=3, c=self.head)
        query = rotate(self.query_norm(packed[0]), table).transpose(1, 2)
        key = torch.cat([text[0], rotate(self.key_norm(packed[1]), table).transpose(1, 2)], dim=2)
        value = torch.cat([text[1], packed[2].transpose(1, 2)], dim=2)
        if torch.compiler.is_compiling() and prepared.mask is None and not torch.is_grad_enabled():
            return self.attention_out(attend_whole(query, key, value, prepared.stops))
        return through(self.attention_out, attend_by_ranks(query, key, value, prepared.ends, prepared.mask))

    def forward(
        self,
        x: Tensor,
        conditions: Tensor,
        level: Tensor,
        prepared: Prepared,
        text: tuple[Tensor, Tensor],
        spans: Spans | None = None,
    ) -> Tensor:
        """conditions (b, k, c) belong to the distinct noise levels, level (n,) says which one a token has."""
        tables = rearrange(self.modulation(conditions), "b k (s d) -> b k s d", s=6)
        if spans is None and tables.shape[1] > 1:
            tables = tables[:, level]
        shift_a, scale_a, gate_a, shift_m, scale_m, gate_m = tables.unbind(2)
        attended = self.attend(scaled(shift_a, normed(x), 1 + scale_a, spans), prepared, text)
        x = scaled(x, attended, gate_a, spans)
        return scaled(x, self.mlp(scaled(shift_m, normed(x), 1 + scale_m, spans)), gate_m, spans)


class PocketNetwork(nn.Module):
    """Velocities of video and sound tokens; see the module's docstring."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.config = config
        d = config.width
        self.text = TextEncoder(config.text)
        self.plan = PlanReader(d, config.text.width, config.video_channels)
        self.video_in = nn.Linear(config.video_channels, d)
        self.sound_in = nn.Linear(config.sound_channels, d)
        self.kinds = nn.Embedding(KINDS, d)
        self.places = nn.Linear(3 * 2 * OCTAVES + 2, d)
        self.sigma_in = Mlp(256, d)
        self.sigma_out = nn.Linear(256, d)
        self.summary_in = nn.Linear(config.text.width, d)
        self.condition = nn.Linear(d, config.modulation)
        self.blocks = nn.ModuleList(
            Block(d, config.text.width, config.hidden_factor * d, config.head, config.modulation)
            for _ in range(config.layers)
        )
        self.last_modulation = zeroed(nn.Linear(config.modulation, 2 * d))
        self.video_out = zeroed(nn.Linear(d, config.video_channels))
        self.sound_out = zeroed(nn.Linear(d, config.sound_channels))
        nn.init.normal_(self.kinds.weight, std=0.02)

    def prepare(self, layout: Layout, *, masked: bool = False) -> Prepared:
        """Everything that depends on the layout alone.

        Ranks become runs of tokens that attend by themselves, which computes nothing in vain; or, masked, one run for
        all with a mask, whose shapes do not depend on the ranks: one compiled graph then serves every task.
        """
        device = self.video_in.weight.device
        count, mask = len(layout.rank), None
        if masked:
            order, ends = torch.arange(count), (count,)
            mask = (layout.rank[:, None] >= layout.rank).to(device)
        else:
            order = torch.argsort(layout.rank, stable=True)
            ends = tuple(torch.unique_consecutive(layout.rank[order], return_counts=True)[1].cumsum(0).tolist())
        ticks = layout.place[..., order, :] * torch.tensor([TICKS, 1.0, 1.0])
        pairs = self.config.head // 2
        share = (pairs - 2 * (pairs // 3), pairs // 3, pairs // 3)
        place = self.places(_place_features(layout)[..., order, :].to(device, self.places.weight.dtype))
        place = place + self.kinds(layout.kind[order].to(device))
        table = rotary_table(ticks, share, LONGEST).to(device, self.video_in.weight.dtype)
        stops = torch.tensor(ends)
        return Prepared(order.to(device), torch.argsort(order).to(device), table, place, ends, stops, mask)

    def see(self, stamps: Stamps) -> Sight:
        """What a plan adds, once for all steps."""
        return self.plan(stamps)

    def remember(self, context: Context, sight: Sight | None = None) -> Memory:
        """The keys and values of the text, and of what a plan says, once for all steps."""
        tokens = context.tokens
        if sight is not None:
            tokens = torch.cat([tokens, sight.words.expand(len(tokens), -1, -1)], dim=1)
        return [block.remember(tokens) for block in self.blocks]  # type: ignore[operator]

    def forward(
        self,
        video: Tensor,
        sound: Tensor,
        *,
        prepared: Prepared,
        sigmas: Tensor,
        level: Tensor,
        context: Context,
        sight: Sight | None = None,
        memory: Memory | None = None,
    ) -> tuple[Tensor, Tensor]:
        """Predict velocities. What is seen of a plan's sketch is taken off before and put back after: the network
        makes what the sketch lacks.

        Shapes: video (b, v, c), sound (b, s, c); sigmas (b, k) are the distinct noise levels and level (v + s,) says
        which one each token has (in layout order; any value where k is 1); out like video and sound.
        """
        dtype = self.video_in.weight.dtype
        memory = self.remember(context, sight) if memory is None else memory
        if sight is not None:
            sigma = sigmas[:, level[: sight.sketch.shape[1]], None] if sigmas.shape[1] > 1 else sigmas[:, :, None]
            video = _added(video, (sigma - 1) * sight.sketch)
        seen, heard = self.video_in(video.to(dtype)), self.sound_in(sound.to(dtype))
        if sight is not None:
            seen, heard = _added(seen, sight.video), heard + sight.sound
        x = torch.cat([seen, heard], dim=1)
        x = x[:, prepared.order] + prepared.place.to(dtype)
        level = level[prepared.order]
        conditions = self._conditions(sigmas, context, sight)
        plain = sigmas.shape[1] == 1 or torch.is_grad_enabled() or self._compiled
        spans = None if plain else spans_of(level)
        for block, text in zip(self.blocks, memory, strict=True):
            x = block(x, conditions, level, prepared, text, spans)
        ends = rearrange(self.last_modulation(conditions), "b k (s d) -> b k s d", s=2)
        shift, scale = (ends[:, level] if spans is None and ends.shape[1] > 1 else ends).unbind(2)
        x = scaled(shift, normed(x), 1 + scale, spans)[:, prepared.back]
        split = video.shape[1]
        made, heard = self.video_out(x[:, :split]), self.sound_out(x[:, split:])
        return (made if sight is None else _added(made.float(), -sight.sketch)), heard

    @property
    def _compiled(self) -> bool:
        """Whether the blocks are compiled, each for all spans that may come."""
        return self.blocks[0]._compiled_call_impl is not None

    def _conditions(self, sigmas: Tensor, context: Context, sight: Sight | None) -> Tensor:
        """(b, k) noise levels and the summaries of prompt and plan -> (b, k, c)."""
        ladder = torch.exp(torch.arange(128, device=sigmas.device) * (-math.log(10_000.0) / 128))
        angle = sigmas.float()[..., None] * 1000 * ladder
        waves = torch.cat([angle.cos(), angle.sin()], dim=-1).to(self.video_in.weight.dtype)
        summary = self.summary_in(context.summary)
        summary = summary if sight is None else summary + sight.summary
        return F.silu(self.condition(F.silu(self.sigma_out(self.sigma_in(waves)) + summary[:, None])))


def _added(tokens: Tensor, sight: Tensor) -> Tensor:
    """Add to the first tokens; keyframes, which lie behind them, have pictures and no plan."""
    return torch.cat([tokens[:, : sight.shape[1]] + sight, tokens[:, sight.shape[1] :]], dim=1)


def _place_features(layout: Layout) -> Tensor:
    """Absolute places as fractions of the frame, in octaves, and the grid's shape: (..., n, 3 * 2 * OCTAVES + 2)."""
    extent = torch.tensor([8.0, float(layout.rows), float(layout.columns)])
    fraction = (layout.place + torch.tensor([0.0, 0.5, 0.5])) / extent
    angle = fraction[..., None] * (math.pi * 2.0 ** torch.arange(OCTAVES))
    shape = torch.tensor([layout.rows / 9, layout.columns / 9]).log().expand(*fraction.shape[:-1], 2)
    return torch.cat([angle.cos().flatten(-2), angle.sin().flatten(-2), shape], dim=-1)
