"""The forward pass of LTX-2 over diffusers' own modules, arranged so that little is computed twice.

Per request: the text, and what each block reads of it where that does not change with the noise. Per canvas: rotary
tables. Per step: the modulation, once for each distinct noise level. All branches are rows of one batch: those that
skip self-attention in a late block, which are copies until there, and those that see picture and sound apart.
Knows no schedule, no guidance and no prompt.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from einops import rearrange
from torch import Tensor
from torch.nn.functional import rms_norm, scaled_dot_product_attention

from zoetrope.engine.attention import attend
from zoetrope.engine.families.ltx.modulation import Levels, Stream
from zoetrope.engine.products import fed, through
from zoetrope.engine.tokenwise import added, modulated, normed, turned

Pair = tuple[Tensor, Tensor]
"""Keys and values, or something of each stream: of the picture, then of the sound."""


@dataclass(frozen=True, eq=False)
class Prepared:
    """What the network reads again in each step of one request.

    Shapes: text (k, l, d) of each stream, k prompts; bias (k, 1, 1, l) or None; turns complex, (n, heads, e / 2), of
    each stream for its own attention and where the streams meet. `read` holds each block's keys and values of the text.
    """

    text: Pair
    bias: Tensor | None
    turns: Pair
    meeting: Pair
    split: bool
    read: dict[int, tuple[Pair, Pair]] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Rows:
    """The branches of a batch. `prompts` is the prompt of each; the last `apart` of them see the streams apart.

    `perturbed` are rows of prompt 0 that skip self-attention in block `block`.
    """

    prompts: tuple[int, ...]
    perturbed: tuple[int, ...] = ()
    apart: int = 0
    block: int = -1

    @property
    def meeting(self) -> int:
        """How many rows see both streams."""
        return len(self.prompts) - self.apart

    def before(self) -> tuple[Rows, list[int]]:
        """The rows that differ before any is perturbed, and which of them each row is a copy of until then."""
        own = [row for row in range(len(self.prompts)) if row not in self.perturbed]
        alike = [row for row in own[: len(own) - self.apart] if self.prompts[row] == 0]
        if not self.perturbed or not alike:
            return self, list(range(len(self.prompts)))
        fewer = Rows(tuple(self.prompts[row] for row in own), apart=self.apart)
        return fewer, [own.index(row if row in own else alike[0]) for row in range(len(self.prompts))]


def prepare(network: Any, texts: Sequence[Pair], mask: Tensor, places: Pair, dtype: torch.dtype) -> Prepared:
    """Project the text once.

    Shapes: texts (l, c) of each stream, a pair for each prompt; mask (k, l), 1 where the network may look; places
    (n, 3) and (m, 3).
    """
    device = places[0].device
    video, sound = (torch.stack([text[stream] for text in texts]).to(device, dtype) for stream in (0, 1))
    if network.config.use_prompt_embeddings:
        video, sound = network.caption_projection(video), network.audio_caption_projection(sound)
    bias = None if bool(mask.all()) else ((1 - mask.to(device, dtype)) * -10000.0)[:, None, None]
    coordinates = places[0].T[None], places[1][:, :1].T[None]
    split = network.config.rope_type == "split"
    heads = network.config.num_attention_heads, network.config.audio_num_attention_heads
    return Prepared(
        text=(video, sound),
        bias=bias,
        turns=(
            _turn(network.rope(coordinates[0]), heads[0], split),
            _turn(network.audio_rope(coordinates[1]), heads[1], split),
        ),
        meeting=(
            _turn(network.cross_attn_rope(coordinates[0][:, :1]), heads[1], split),
            _turn(network.cross_attn_audio_rope(coordinates[1]), heads[1], split),
        ),
        split=split,
    )


def _turn(table: Pair, heads: int, split: bool) -> Tensor:
    """Shapes: cosine and sine (1, n, d), every number twice, or (1, heads, n, e / 2); out (n, heads, e / 2)."""
    if split:
        return torch.complex(table[0][0].float(), table[1][0].float()).transpose(0, 1).contiguous()
    flat = torch.complex(table[0][0, :, 0::2].float(), table[1][0, :, 1::2].float())
    return rearrange(flat, "n (h e) -> n h e", h=heads)


def forward(
    network: Any, prepared: Prepared, latent: Pair, levels: tuple[Levels, Levels], rows: Rows, crossed: bool
) -> Pair:
    """Velocities of some branches at one latent.

    `crossed` is whether each stream is told the other's level where they meet.
    Shapes: latent (n, c) and (m, c') in the network's type; out (b, n, c) and (b, m, c').
    """
    current, copies = rows.before()
    count = len(current.prompts)
    video = network.proj_in(latent[0][None]).expand(count, -1, -1)
    sound = network.audio_proj_in(latent[1][None]).expand(count, -1, -1)
    streams = (
        Stream(network, False, levels[0], levels[1], crossed, video.dtype),
        Stream(network, True, levels[1], levels[0], crossed, sound.dtype),
    )
    for number, block in enumerate(network.transformer_blocks):
        if number == rows.block and current is not rows:
            video, sound, current = video[copies], sound[copies], rows
        read = prepared.read.get(number) or _read(block, prepared.text, streams)
        if streams[0].prompt is None:
            prepared.read[number] = read
        skipped = rows.perturbed if number == rows.block else ()
        video, sound = _block(block, (video, sound), prepared, streams, read, current, skipped)
    return _out(network, "", video, streams[0]), _out(network, "audio_", sound, streams[1])


def _out(network: Any, prefix: str, tokens: Tensor, stream: Stream) -> Tensor:
    table = getattr(network, f"{prefix}scale_shift_table")
    shift, scale = stream.each(table, stream.embedded.repeat(1, 2))
    return getattr(network, f"{prefix}proj_out")(getattr(network, f"{prefix}norm_out")(tokens) * (1 + scale) + shift)


def _read(block: Any, text: Pair, streams: tuple[Stream, Stream]) -> tuple[Pair, Pair]:
    """Keys and values of the text for each stream, k rows each."""
    found: list[Pair] = []
    for stream, attention, table, given in zip(
        streams,
        (block.attn2, block.audio_attn2),
        ("prompt_scale_shift_table", "audio_prompt_scale_shift_table"),
        text,
        strict=True,
    ):
        if block.cross_attn_adaln:
            rows = getattr(block, table).to(given.dtype)
            values = rows if stream.prompt is None else rows + stream.prompt.unflatten(-1, (2, -1))[0]
            shift, scale = values.unbind(0)
            given = given * (1 + scale) + shift
        found.append((_key(attention, given), _heads(attention, through(attention.to_v, given))))
    return found[0], found[1]


def _block(
    block: Any,
    tokens: Pair,
    prepared: Prepared,
    streams: tuple[Stream, Stream],
    read: tuple[Pair, Pair],
    rows: Rows,
    skipped: Sequence[int],
) -> Pair:
    video, video_last = _alone(block, "", tokens[0], prepared, streams[0], read[0], rows, skipped)
    sound, sound_last = _alone(block, "audio_", tokens[1], prepared, streams[1], read[1], rows, skipped)
    if rows.meeting:
        video, sound = _meet(block, (video, sound), prepared, streams, rows.meeting)
    return video_last(video), sound_last(sound)


def _alone(
    block: Any,
    prefix: str,
    tokens: Tensor,
    prepared: Prepared,
    stream: Stream,
    read: Pair,
    rows: Rows,
    skipped: Sequence[int],
) -> tuple[Tensor, Callable[[Tensor], Tensor]]:
    """A stream attends to itself and to its text; the feed-forward comes after the streams have met."""

    def part(name: str) -> Any:
        return getattr(block, prefix + name)

    own = 1 if prefix else 0
    shift, scale, gate, shift2, scale2, gate2, *asked = stream.each(part("scale_shift_table"), stream.time)
    attention, turn = part("attn1"), prepared.turns[own]
    seen = modulated(tokens, part("norm1"), scale, shift)
    keys = _key(attention, seen, turn, prepared.split), _heads(attention, through(attention.to_v, seen))
    tokens = added(tokens, _attend(attention, seen, keys, turn, prepared.split, skipped=skipped), gate)
    attention, norm = part("attn2"), part("norm2")
    seen = modulated(tokens, norm, asked[1], asked[0]) if asked else _normed(norm, tokens)
    prompts = list(rows.prompts)
    bias = None if prepared.bias is None else prepared.bias[prompts]
    said = _attend(attention, seen, (read[0][prompts], read[1][prompts]), bias=bias)
    tokens = added(tokens, said, asked[2]) if asked else tokens + said

    def last(tokens: Tensor) -> Tensor:
        return added(tokens, fed(part("ff"), modulated(tokens, part("norm3"), scale2, shift2)), gate2)

    return tokens, last


def _meet(block: Any, tokens: Pair, prepared: Prepared, streams: tuple[Stream, Stream], count: int) -> Pair:
    """Picture looks at sound and sound at picture, both as they were before; the first `count` rows alone."""
    known, shifts, gates = [], [], []
    names = ("audio_to_video_norm", "video_to_audio_norm")
    tables = block.video_a2v_cross_attn_scale_shift_table, block.audio_a2v_cross_attn_scale_shift_table
    for name, table, stream, each in zip(names, tables, streams, tokens, strict=True):
        known.append(_normed(getattr(block, name), each[:count]))
        shifts.append(stream.met(table[:4], stream.met_shifts))
        gates.append(stream.met(table[4:], stream.met_gate)[0])
    made: list[Tensor] = []
    for own, attention in enumerate((block.audio_to_video_attn, block.video_to_audio_attn)):
        other = 1 - own
        asking, asked = (known[of] * (1 + shifts[of][2 * own]) + shifts[of][2 * own + 1] for of in (own, other))
        keys = (
            _key(attention, asked, prepared.meeting[other], prepared.split),
            _heads(attention, through(attention.to_v, asked)),
        )
        seen = _attend(attention, asking, keys, prepared.meeting[own], prepared.split)
        made.append(added(tokens[own][:count], seen, gates[own]))
    joined = (torch.cat([new, old[count:]]) if count < len(old) else new for new, old in zip(made, tokens, strict=True))
    video, sound = joined
    return video, sound


def _attend(
    attention: Any,
    tokens: Tensor,
    keys: Pair,
    turn: Tensor | None = None,
    split: bool = False,
    *,
    bias: Tensor | None = None,
    skipped: Sequence[int] = (),
) -> Tensor:
    """Rows that are skipped take the values as they are. Shapes: tokens (b, n, d), the same out."""
    query = through(attention.to_q, tokens)
    if turn is None:
        query = _heads(attention, normed(query, attention.norm_q))
        mask = None if bias is None else bias.expand(-1, 1, query.shape[2], -1)
        seen = scaled_dot_product_attention(query, *keys, attn_mask=mask)
    else:
        scale = (query.shape[-1] // attention.heads) ** -0.5
        seen = attend(_heads(attention, turned(query, attention.norm_q, turn, scale=scale, split=split)), *keys, bias)
    if skipped:
        seen[list(skipped)] = keys[1][list(skipped)]
    if attention.to_gate_logits is not None:
        gates = 2.0 * torch.sigmoid(attention.to_gate_logits(tokens))
        seen = seen * rearrange(gates, "b n h -> b h n 1")
    return through(attention.to_out[0], rearrange(seen, "b h n e -> b n (h e)"))


def _key(attention: Any, given: Tensor, turn: Tensor | None = None, split: bool = False) -> Tensor:
    key = through(attention.to_k, given)
    made = normed(key, attention.norm_k) if turn is None else turned(key, attention.norm_k, turn, split=split)
    return _heads(attention, made)


def _normed(norm: Any, tokens: Tensor) -> Tensor:
    return rms_norm(tokens, tokens.shape[-1:], norm.weight, norm.eps)


def _heads(attention: Any, tokens: Tensor) -> Tensor:
    return rearrange(tokens, "b n (h e) -> b h n e", h=attention.heads)
