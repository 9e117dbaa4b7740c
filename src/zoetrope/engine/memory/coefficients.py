"""Numbers that no config tells, each with the measurement it comes from. Knows no plan and no machine's name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from zoetrope.engine.memory.plan import Precision

# Bytes alive at the peak of one block, for each token and branch, at two bytes a number: multiples of the tokens' width
# and of the block's inner width. By counting live tensors at the two peaks of a block: its attention (tokens, their
# norm, query, key, value, rotated copies, output: nine of the width, some in float32) and its feed-forward (tokens and
# norm; the inner layer before and after its activation).
WIDTH_BYTES, INNER_BYTES = 22.0, 4.0

# The same of branches beside the blocks, as VACE's: what they are told, what they make of it, a hint, and the tokens
# before the first block. Counted on empty networks of 1.3B and 14B: 5.1 for each of two branches of guidance, 6.5 for
# one, on top of what the blocks take.
BESIDE_BYTES = 6.5

# What of the matrix rate a denoising step reaches. Assumed until it is measured per device: 0.5 on a card is what
# published steps come to (14B, 32,760 tokens, 1 x H100: 5.2 s a step of 2 branches, peers' table b.1).
MATRIX_SHARE: Mapping[str, float] = {"cpu": 0.6, "cuda": 0.5}

# Packed weights unpacked per second, on top of the products. Assumed: one pass of the device's memory over them.
UNPACK_RATE: Mapping[str, float] = {"cpu": 1.0e9, "cuda": 2.0e11}

# How much more a result must be worth waiting for before precision is given up: a plan that packs weights is taken if
# it is that many times faster than the best plain one, or the only one. A choice, not a measurement.
PATIENCE: Mapping[Precision, float] = {
    Precision.F32: 1.0,
    Precision.BF16: 1.0,
    Precision.FILE: 1.0,
    Precision.FP8: 1.6,
    Precision.INT8: 1.5,
    Precision.NVFP4: 3.2,
    Precision.NF4: 3.0,
}

# Live copies of the widest stage while a codec decodes a clip at once, in channel values of its output pixels. Counted
# were 3.1 for LTX-Video's by diffusers, without what kernels take; the rest is left for them.
CODEC_COPIES = 6.0

# Products of a decode for each output pixel and widest channel squared: three convolutions of 27 taps a block.
CODEC_WORK = 27 * 2 * 6.0

# Codecs that their reference runs in float32, since bfloat16 shows in their pictures.
# Source: the model cards of Wan-AI/*-Diffusers load `vae` with torch.float32.
FLOAT32_CODECS = frozenset({"AutoencoderKLWan"})

# Codecs that our families decode a few pictures at a time: values alive at once for each pixel of one picture, in
# multiples of `channels_per_pixel`; mostly what convolutions remember. Plain, and with residual paths (TI2V-5B's).
# Counted on empty modules at 832x480, weights apart (benchmarks/families_decode.py --counted): Wan 25.5 and 30.2 at 9
# frames and at 81; LTX 47 (0.9.5 and 2.0) and 52 (2.3) at 121. The rest is left for kernels.
STREAMED_CODECS: Mapping[str, tuple[float, float]] = {
    "AutoencoderKLWan": (26.5, 32.5),
    "AutoencoderKLLTXVideo": (60.0, 60.0),
    "AutoencoderKLLTX2Video": (60.0, 60.0),
}


def alive_per_pixel(kind: str, config: Mapping[str, Any], frames: int) -> float:
    """Values that a decode holds at its peak for each pixel of one picture, with so many pictures."""
    if kind not in STREAMED_CODECS:
        return CODEC_COPIES * channels_per_pixel(kind, config) * max(frames, 1)
    plain, residual = STREAMED_CODECS[kind]
    return (residual if config.get("is_residual") else plain) * channels_per_pixel(kind, config)


def channels_per_pixel(kind: str, config: Mapping[str, Any]) -> float:
    """Values that the widest stage of a decoder holds for each pixel of its output.

    Source: the decoders of diffusers 0.42.1: their last stage works at the output's resolution, or at a patch's.
    """
    if "Wan" in kind:
        base = config.get("decoder_base_dim") or config.get("base_dim") or 96
        return base / (config.get("patch_size") or 1) ** 2
    if "LTX" in kind:
        widths = config.get("decoder_block_out_channels") or (128, 256, 512)
        return min(widths) / (config.get("patch_size") or 4) ** 2
    return min(config.get("block_out_channels") or (128,))
