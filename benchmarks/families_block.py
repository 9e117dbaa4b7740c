"""One block of a published network, ours against diffusers', in turn in one process: what a full-depth request costs.

usage: python benchmarks/families_block.py [--family wan] [--rounds 3] [--grid 5 15 26] [--threads 1]
       [--dtype bfloat16] [--profile]

Both sides compute both branches of guidance from tokens that differ already, as every block but the first does, with
texts of 90 and 12 tokens in the published lengths. Seconds are the process's, over all threads; the least of the
rounds counts. Errors are against the same block of diffusers in float32. Weights are random.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from statistics import median
from typing import Any

import torch
from torch import Tensor

from zoetrope.engine.families.libraries import need
from zoetrope.engine.families.ltx import forward as ltx
from zoetrope.engine.families.wan import forward as wan
from zoetrope.engine.memory.activations import quicken
from zoetrope.engine.memory.building import dtype_of, kept_in_float32

TEXTS = (90, 12)  # tokens of the prompt and of the negative one
SPREAD = 0.02  # of the weights
Run = Callable[[], Tensor]


@dataclass(frozen=True, eq=False)
class Pair:
    """Three ways to the same tokens, (2, n, d): theirs, ours, and theirs in float32."""

    theirs: Run
    ours: Run
    exact: Run


def wan_pair(grid: tuple[int, int, int], dtype: torch.dtype) -> Pair:
    """A block of Wan 2.1 1.3B; the reference runs its branches one after the other, with 512 tokens of text."""
    kind, length = need("diffusers.models.transformers.transformer_wan", "WanTransformer3DModel"), 512
    theirs, ours, exact = (
        drawn(
            lambda: kind(num_attention_heads=12, attention_head_dim=128, ffn_dim=8960, num_layers=1, text_dim=64),
            each,
        )
        for each in (dtype, dtype, torch.float32)
    )
    quicken(ours, torch.device("cpu"), dtype)
    tokens, texts, generator = drawn_tokens(grid, 1536)
    texts = [torch.nn.functional.pad(text, (0, 0, 0, length - len(text)))[None] for text in texts]
    modulation = torch.randn(1, 6, 1536, generator=generator) * 0.1
    rotary = theirs.rope(torch.empty(1, 1, grid[0], 2 * grid[1], 2 * grid[2]))

    def reference(network: Any, dtype: torch.dtype) -> Tensor:
        rows = zip(tokens.to(dtype)[:, None], texts, strict=True)
        return torch.cat([network.blocks[0](row, text.to(dtype), modulation, rotary) for row, text in rows])

    turn = torch.complex(rotary[0][0, ..., 0::2].float(), rotary[1][0, ..., 1::2].float())
    context = torch.cat(texts)[:, : max(TEXTS) + 3].to(dtype)
    bias = torch.tensor([0.0] * max(TEXTS) + wan._padding(length - max(TEXTS), dtype), dtype=dtype)
    prepared = wan.Prepared(context, bias, None, turn)
    given = tokens.to(dtype)

    def own() -> Tensor:
        read = wan._read(ours.blocks[0].attn2, prepared, ("blocks", 0))
        return wan._block(ours.blocks[0], given, modulation, prepared, read, (0, 1), (slice(None),))

    return Pair(lambda: reference(theirs, dtype), own, lambda: reference(exact, torch.float32))


def ltx_pair(grid: tuple[int, int, int], dtype: torch.dtype) -> Pair:
    """A block of LTX-Video 2B; the reference runs its branches together, with 256 tokens of text and a mask."""
    kind, length = need("diffusers.models.transformers.transformer_ltx", "LTXVideoTransformer3DModel"), 256
    theirs, ours, exact = (
        drawn(lambda: kind(num_layers=1, caption_channels=64), each) for each in (dtype, dtype, torch.float32)
    )
    quicken(ours, torch.device("cpu"), dtype)
    tokens, texts, generator = drawn_tokens(grid, 2048)
    modulation = torch.randn(1, 1, 6 * 2048, generator=generator) * 0.1
    mask = torch.stack([(torch.arange(length) >= len(text)) * -10000.0 for text in texts])[:, None]
    padded = torch.stack([torch.nn.functional.pad(text, (0, 0, 0, length - len(text))) for text in texts])
    place = torch.cartesian_prod(*(torch.arange(side).float() for side in grid)) * torch.tensor([8.0, 32.0, 32.0])
    rotary = theirs.rope(place[None], video_coords=place.T[None])

    def reference(network: Any, dtype: torch.dtype) -> Tensor:
        time = modulation.expand(2, -1, -1).to(dtype)
        given = {"temb": time, "image_rotary_emb": rotary, "encoder_attention_mask": mask.to(dtype)}
        return network.transformer_blocks[0](
            hidden_states=tokens.to(dtype), encoder_hidden_states=padded.to(dtype), **given
        )

    bias = torch.zeros(2, 1, 1, max(TEXTS), dtype=dtype)
    bias[1, ..., min(TEXTS) :] = -torch.inf
    turn = torch.complex(rotary[0][0, :, None, 0::2].float(), rotary[1][0, :, None, 1::2].float())
    prepared = ltx.Prepared(padded[:, : max(TEXTS)].to(dtype), bias, turn)
    given = tokens.to(dtype)

    def own() -> Tensor:
        block = ours.transformer_blocks[0]
        if 0 not in prepared.read:
            prepared.read[0] = ltx._read(block.attn2, prepared.context)
        shifts = (block.scale_shift_table + modulation.to(dtype).unflatten(-1, (6, -1))[0]).unbind(1)
        return ltx._block(block, given, shifts, prepared, prepared.read[0], (0, 1))

    return Pair(lambda: reference(theirs, dtype), own, lambda: reference(exact, torch.float32))


def drawn(make: Callable[[], Any], dtype: torch.dtype) -> Any:
    """A network with the same random numbers each time, rounded to bfloat16 whatever it computes in."""
    torch.manual_seed(0)
    network = make().eval().requires_grad_(False)
    kept = kept_in_float32(network)
    for name, weight in network.named_parameters():
        made = torch.randn(weight.shape) * (0.1 if "table" in name else SPREAD) + ("norm" in name)
        weight.data = made.bfloat16().to(dtype_of(name, weight, dtype, kept))
    return network


def drawn_tokens(grid: tuple[int, int, int], width: int) -> tuple[Tensor, list[Tensor], torch.Generator]:
    """Tokens of both branches (2, n, d) and texts (k, d), numbers of bfloat16 in float32."""
    generator = torch.Generator().manual_seed(1)
    count = grid[0] * grid[1] * grid[2]
    tokens = torch.randn(2, count, width, generator=generator).bfloat16().float()
    said = [torch.randn(k, width, generator=generator).bfloat16().float() for k in TEXTS]
    return tokens, said, generator


PAIRS = {"wan": wan_pair, "ltx": ltx_pair}
GRIDS = {"wan": (5, 15, 26), "ltx": (4, 15, 26)}


def seconds(run: Run) -> float:
    """Processor seconds of one run."""
    began = time.process_time()
    run()
    return time.process_time() - began


def ratios(pair: Pair, rounds: int) -> Iterator[str]:
    """Lines that tell times of both, in turn, and their errors."""
    sides = {"theirs": pair.theirs, "ours": pair.ours}
    made = {name: run() for name, run in sides.items()}
    exact = pair.exact()
    taken: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(rounds):
        for name, run in sides.items():
            taken[name].append(seconds(run))
    for name, each in taken.items():
        off = float((made[name].float() - exact).norm() / exact.norm())
        yield f"{name}: {min(each):.3f} s (of {', '.join(f'{one:.2f}' for one in each)}), off by {100 * off:.3f} %"
    least, middle = (of(taken["theirs"]) / of(taken["ours"]) for of in (min, median))
    pairs = median(one / other for one, other in zip(taken["theirs"], taken["ours"], strict=True))
    yield f"ratio: {least:.3f} of the least, {middle:.3f} of the medians, {pairs:.3f} in the median round"


def main() -> None:
    """Measure one family's block."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--family", choices=list(PAIRS), default="wan")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--grid", type=int, nargs=3, help="tokens in time, down and across")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--dtype", choices=["bfloat16", "float32"], default="bfloat16")
    parser.add_argument("--profile", action="store_true", help="also tell where each side's time goes")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    frames, rows, columns = options.grid or GRIDS[options.family]
    grid = (frames, rows, columns)
    with torch.inference_mode():
        pair = PAIRS[options.family](grid, getattr(torch, options.dtype))
        print(f"{options.family}, {grid[0] * grid[1] * grid[2]} tokens, two branches, {options.dtype}", flush=True)
        for line in ratios(pair, options.rounds):
            print(line, flush=True)
        for run in (pair.theirs, pair.ours) if options.profile else ():
            with torch.profiler.profile() as profile:
                run()
            print(profile.key_averages().table(sort_by="self_cpu_time_total", row_limit=18, max_name_column_width=40))


if __name__ == "__main__":
    main()
