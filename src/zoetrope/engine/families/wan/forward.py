"""The forward pass of Wan's network over diffusers' own modules, arranged so that nothing is computed twice.

Per request: the text and what each block reads of it. Per canvas: rotary tables. Per step: the modulation, once for
all tokens of one noise level. All branches of the guidance go in one batch and part only where they first read the
text. Knows no schedule, no guidance and no prompt.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import repeat
from typing import Any

import torch
from einops import rearrange
from torch import Tensor
from torch.nn.functional import layer_norm, scaled_dot_product_attention

from zoetrope.engine.attention import attend
from zoetrope.engine.families.wan.acting import attend_face, keys_and_values, motion_of
from zoetrope.engine.products import fed, through
from zoetrope.engine.tokenwise import added, normed, turned


@dataclass(frozen=True, eq=False)
class Prepared:
    """What one network reads again in each step of one request.

    Shapes: context (b, k, d); bias (k,) or None; sight (1, s, d) or None; turn (n, 1, e / 2) complex; control
    (1, n, d), what branches beside the blocks are told, or None; pose (1, n', d), what the last tokens have added, and
    motion (b, f, k, d), what is told of a face, or None.
    `read` holds keys and values of each block that came by, b rows each, by its list and its number there.
    """

    context: Tensor
    bias: Tensor | None
    sight: Tensor | None
    turn: Tensor
    control: Tensor | None = None
    pose: Tensor | None = None
    motion: Tensor | None = None
    read: dict[tuple[str, int], tuple[Tensor, ...]] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Levels:
    """The distinct noise levels of a step, and which tokens stand at each: consecutive ones.

    Shapes: told (k,), what the network is told; spans k slices of tokens after patchify.
    """

    told: Tensor
    spans: tuple[slice, ...] = (slice(None),)


def prepare(
    network: Any,
    prompts: Sequence[Tensor],
    grid: tuple[int, int, int],
    *,
    length: int,
    dtype: torch.dtype,
    sight: Tensor | None = None,
    control: Tensor | None = None,
    pose: Tensor | None = None,
    face: Tensor | None = None,
) -> Prepared:
    """Project the text once, with its padding folded into three tokens.

    The reference pads each prompt with zeros to `length` and attends to the padding too. Padding tokens are all alike,
    so a few of them with weights that add up to their number are the same sum.
    Shapes: prompts (n, c) each, without padding; grid of latents; sight (pictures, s, c'), what was seen of them;
    control (c'', f, r, w), what VACE is told; pose (c, f - 1, r, w) and face (t, 3, s, s), what Animate is told.
    """
    device = network.patch_embedding.weight.device
    longest = max(map(len, prompts))
    weights = _padding(length - longest, dtype)
    rows = torch.zeros(len(prompts), longest + len(weights), prompts[0].shape[-1], device=device, dtype=dtype)
    for row, prompt in zip(rows, prompts, strict=True):
        row[: len(prompt)] = prompt.to(device, dtype)
    embedder = network.condition_embedder
    bias = torch.tensor([0.0] * longest + weights, device=device, dtype=dtype) if any(weights) else None
    return Prepared(
        context=embedder.text_embedder(rows),
        bias=bias,
        sight=None if sight is None else embedder.image_embedder(sight.to(device, dtype)),
        turn=_turn(network, grid),
        control=None if control is None else _tokens(network.vace_patch_embedding, control.to(device, dtype)),
        pose=None if pose is None else _tokens(network.pose_patch_embedding, pose.to(device, dtype)),
        motion=None if face is None else motion_of(network, face, len(prompts)),
    )


def _padding(count: int, dtype: torch.dtype) -> list[float]:
    """Logarithms of weights that add up to a count, each a number that the type holds without rounding up.

    Three leave less than 1e-6 of the count in bfloat16.
    """
    left, found = float(count), []
    while left > 1e-6 * max(count, 1) and len(found) < 3:
        last = len(found) == 2 or dtype is torch.float32
        log = math.log(left)
        rounded = float(torch.tensor(log, dtype=dtype))
        if rounded > log and not last:
            rounded = float(torch.tensor(log - abs(log) * 2**-8, dtype=dtype))
        found.append(rounded)
        left -= math.exp(rounded)
    return found


def _turn(network: Any, grid: tuple[int, int, int]) -> Tensor:
    like = torch.empty(1, 1, *grid, device=network.patch_embedding.weight.device)
    cosine, sine = network.rope(like)
    return torch.complex(cosine[0, ..., 0::2].float(), sine[0, ..., 1::2].float())


def forward(network: Any, prepared: Prepared, latent: Tensor, levels: Levels, rows: Sequence[int]) -> Tensor:
    """Velocities of some branches, `rows` of the prepared prompts, at one latent.

    Shapes: latent (c, f, r, w) in the network's type; out (b, c', f, r, w).
    """
    tokens = _tokens(network.patch_embedding, latent)
    if prepared.pose is not None:
        tokens[:, -prepared.pose.shape[1] :] += prepared.pose
    adapters = enumerate(() if prepared.motion is None else network.face_adapter)
    time, modulation = _time(network, levels, tokens.dtype)
    hints = _hints(network, prepared, tokens, modulation, levels, rows)
    for number, (block, hint) in enumerate(zip(network.blocks, hints, strict=True)):
        read = _read(block.attn2, prepared, ("blocks", number))
        tokens = _block(block, tokens, modulation, prepared, read, rows, levels.spans)
        tokens = tokens if hint is None else tokens + hint
        if prepared.motion is not None and number % network.config.inject_face_latents_blocks == 0:
            tokens = _face(*next(adapters), prepared, tokens, rows)
    next(adapters, None)  # so that streamed ones let the last one go
    shift, scale = (network.scale_shift_table + time[:, None]).float().unbind(1)
    out = network.proj_out(_modulated(tokens, network.norm_out.eps, scale, shift, levels.spans))
    f, r, w = (side // patch for side, patch in zip(latent.shape[1:], network.config.patch_size, strict=True))
    p, q, s = network.config.patch_size
    return rearrange(out, "b (f r w) (p q s c) -> b c (f p) (r q) (w s)", f=f, r=r, w=w, p=p, q=q, s=s)


def _tokens(embedding: Any, latent: Tensor) -> Tensor:
    """Shapes: latent (c, f, r, w); out (1, n, d)."""
    return rearrange(embedding(latent[None]), "b d f r w -> b (f r w) d").contiguous()


def _hints(
    network: Any, prepared: Prepared, tokens: Tensor, modulation: Tensor, levels: Levels, rows: Sequence[int]
) -> Iterator[Tensor | None]:
    """What is added after each block: that of a branch which reads the control beside it, or None.

    The branches read what one another made, and the tokens as they were before the first block; so each is computed
    when its block is, and its hint needs no place before.
    """
    if prepared.control is None:
        yield from repeat(None, len(network.blocks))
        return
    control, branches = prepared.control, enumerate(network.vace_blocks)
    for number in range(len(network.blocks)):
        if number not in network.config.vace_layers:
            yield None
            continue
        place, branch = next(branches)
        if branch.proj_in is not None:
            control = branch.proj_in(control) + tokens
        read = _read(branch.attn2, prepared, ("vace_blocks", place))
        control = _block(branch, control, modulation, prepared, read, rows, levels.spans)
        yield branch.proj_out(control)
    next(branches, None)  # so that streamed ones let the last one go


def _face(place: int, adapter: Any, prepared: Prepared, tokens: Tensor, rows: Sequence[int]) -> Tensor:
    """Tokens and what they see of a face."""
    name = ("face_adapter", place)
    if name not in prepared.read:
        assert prepared.motion is not None
        prepared.read[name] = keys_and_values(adapter, prepared.motion)
    return attend_face(adapter, tokens, prepared.read[name], rows) + tokens


def _time(network: Any, levels: Levels, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
    """Shapes: time (k, d), modulation (k, 6, d)."""
    embedder = network.condition_embedder
    waves = embedder.timesteps_proj(levels.told).to(embedder.time_embedder.linear_1.weight.dtype)
    time = embedder.time_embedder(waves).to(dtype)
    return time, embedder.time_proj(embedder.act_fn(time)).unflatten(-1, (6, -1)).float()


def _read(attention: Any, prepared: Prepared, name: tuple[str, int]) -> tuple[Tensor, ...]:
    """What a block reads, as it did in the step before."""
    if name not in prepared.read:
        prepared.read[name] = _keys_and_values(attention, prepared)
    return prepared.read[name]


def _keys_and_values(attention: Any, prepared: Prepared) -> tuple[Tensor, ...]:
    """Of the text, and of what was seen. Shapes: each (b, heads, k, e)."""
    key, value = attention.norm_k(through(attention.to_k, prepared.context)), through(attention.to_v, prepared.context)
    read = [key, value]
    if prepared.sight is not None:
        read += [attention.norm_added_k(attention.add_k_proj(prepared.sight)), attention.add_v_proj(prepared.sight)]
    return tuple(rearrange(each, "b k (h e) -> b h k e", h=attention.heads).contiguous() for each in read)


def _block(
    block: Any,
    tokens: Tensor,
    modulation: Tensor,
    prepared: Prepared,
    read: tuple[Tensor, ...],
    rows: Sequence[int],
    spans: tuple[slice, ...],
) -> Tensor:
    shift, scale, gate, shift2, scale2, gate2 = (block.scale_shift_table + modulation).unbind(1)
    seen = _modulated(tokens, block.norm1.eps, scale, shift, spans)
    tokens = _added(tokens, _attend_itself(block.attn1, seen, prepared.turn), gate, spans)
    tokens = tokens + _attend_text(block.attn2, _normed(tokens, block.norm2), prepared, read, rows)
    seen = _modulated(tokens, block.norm3.eps, scale2, shift2, spans)
    return _added(tokens, fed(block.ffn, seen), gate2, spans)


def _attend_itself(attention: Any, tokens: Tensor, turn: Tensor) -> Tensor:
    scale = (tokens.shape[-1] // attention.heads) ** -0.5
    query = turned(through(attention.to_q, tokens), attention.norm_q, turn, scale=scale)
    key = turned(through(attention.to_k, tokens), attention.norm_k, turn)
    query, key, value = (_heads(attention, each) for each in (query, key, through(attention.to_v, tokens)))
    return through(attention.to_out[0], rearrange(attend(query, key, value), "b h n e -> b n (h e)"))


def _attend_text(
    attention: Any, tokens: Tensor, prepared: Prepared, read: tuple[Tensor, ...], rows: Sequence[int]
) -> Tensor:
    """Shapes: tokens (1 or b, n, d), the same for all branches before the first text is read; out (b, n, d)."""
    query = _heads(attention, normed(through(attention.to_q, tokens), attention.norm_q)).expand(len(rows), -1, -1, -1)
    key, value = (each[list(rows)] for each in read[:2])
    mask = None if prepared.bias is None else prepared.bias.expand(1, 1, query.shape[2], -1)
    seen = scaled_dot_product_attention(query, key, value, attn_mask=mask)
    if len(read) > 2:
        key, value = (each.expand(len(rows), -1, -1, -1) for each in read[2:])
        seen = seen + scaled_dot_product_attention(query, key, value)
    return through(attention.to_out[0], rearrange(seen, "b h n e -> b n (h e)"))


def _heads(attention: Any, tokens: Tensor) -> Tensor:
    return rearrange(tokens, "b n (h e) -> b h n e", h=attention.heads)


def _normed(tokens: Tensor, norm: Any) -> Tensor:
    """Normalise in float32, by the norm's own weights if it has any."""
    if not hasattr(norm, "weight"):
        return norm(tokens)
    seen = tokens if tokens.device.type == "cpu" else tokens.float()
    return layer_norm(seen, seen.shape[-1:], norm.weight, norm.bias, norm.eps).to(tokens.dtype)


def _modulated(tokens: Tensor, eps: float, scale: Tensor, shift: Tensor, spans: tuple[slice, ...]) -> Tensor:
    """Normalise, scale and shift in float32. Shapes: scale and shift (k, d), a row for each span."""
    # the CPU's kernel takes bfloat16 with float32 weights, and computes inside as if cast
    seen = tokens if tokens.device.type == "cpu" else tokens.float()
    normed = [
        layer_norm(seen[:, span], seen.shape[-1:], 1 + scale[row], shift[row], eps) for row, span in enumerate(spans)
    ]
    return (normed[0] if len(normed) == 1 else torch.cat(normed, 1)).to(tokens.dtype)


def _added(tokens: Tensor, more: Tensor, gate: Tensor, spans: tuple[slice, ...]) -> Tensor:
    made = [added(tokens[:, span], more[:, span], gate[row, None]) for row, span in enumerate(spans)]
    return made[0] if len(made) == 1 else torch.cat(made, 1)
