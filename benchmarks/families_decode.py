"""Decode one clip by a published codec of random weights, ours against diffusers', each in a process of its own.

usage: python benchmarks/families_decode.py [--card wan2.1-t2v-1.3b] [--size 832x480] [--frames 9] [--rounds 1]
       python benchmarks/families_decode.py --counted [--frames 81]

Measured are processor seconds and the most that the process held, over what it held with weights and latents loaded.
`--counted` computes nothing: it adds up the tensors alive at once on empty modules, without what kernels take. Both
sides in their reference's precision, Wan in float32 and LTX in bfloat16; ours ends in pictures of 8 bits, diffusers' in
its own tensor. Pictures of both are compared in a third process at a small size.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from typing import Any

import torch
from einops import rearrange
from families_live import Live

from zoetrope.engine.families.descriptor import PartFiles
from zoetrope.engine.families.opening import all_variants
from zoetrope.engine.memory.measure import Measured, measure

SIDES = ("diffusers", "ours")
SMALL = (96, 64, 9)  # where pictures are compared


def codec_of(card: str) -> Any:
    """The codec of a card, of random weights, or empty on the meta device."""
    import diffusers

    files: PartFiles = all_variants()[card].part("codec")
    codec = getattr(diffusers, files.kind).from_config(files.config).eval().requires_grad_(False)
    if is_ltx(codec) and torch.get_default_device().type != "meta":
        codec.encoder = None  # it takes as much memory again, and nobody asks it
    return codec.bfloat16() if is_ltx(codec) else codec


def is_ltx(codec: Any) -> bool:
    """Whether it is of the ltx family, else of wan."""
    return "LTX" in type(codec).__name__


def latent_of(codec: Any, width: int, height: int, frames: int) -> torch.Tensor:
    """Shapes: out (f, r, w, c)."""
    config = codec.config
    if is_ltx(codec):
        side, stride, channels = 32, 8, config.latent_channels
    else:
        side, stride, channels = config.scale_factor_spatial, config.scale_factor_temporal, config.z_dim
    shape = (1 + (frames - 1) // stride, height // side, width // side, channels)
    return torch.randn(shape, generator=None if torch.get_default_device().type == "meta" else _seeded())


def _seeded() -> torch.Generator:
    return torch.Generator().manual_seed(0)


def work(side: str, card: str, width: int, height: int, frames: int) -> Callable[[], int]:
    """Prepare one side; what it returns is measured."""
    torch.manual_seed(0)
    torch.set_num_threads(1)
    codec = codec_of(card)
    latent = latent_of(codec, width, height, frames)

    def run() -> int:
        with torch.inference_mode():
            return sum(map(len, decoded(side, codec, latent)))

    return run


def decoded(side: str, codec: Any, latent: torch.Tensor) -> Iterator[Any]:
    """The pictures of one side, in the parts that it hands out."""
    if side == "diffusers":
        yield rearrange(_theirs(codec, latent), "1 c t h w -> t h w c")
        return
    if is_ltx(codec):
        from zoetrope.engine.families.ltx.codec import pictures

        yield from pictures(codec, latent)
        return
    from zoetrope.engine.families.wan.codec import decode_next
    from zoetrope.engine.stream import LATENT_FRAMES_AT_ONCE

    state: Any = None
    for piece in (latent[:1], *latent[1:].split(LATENT_FRAMES_AT_ONCE)):
        if len(piece):
            pictures, state = decode_next(codec, piece, state)
            yield pictures


def _theirs(codec: Any, latent: torch.Tensor) -> torch.Tensor:
    """What diffusers makes of a latent, as its pipelines hand it to the codec."""
    given, wide = rearrange(latent, "f r w c -> 1 c f r w"), (1, -1, 1, 1, 1)
    if is_ltx(codec):
        from zoetrope.engine.families.ltx.codec import DECODE_LEVEL, DECODE_NOISE

        given = given * codec.latents_std.view(wide) / codec.config.scaling_factor + codec.latents_mean.view(wide)
        given, level = given.to(codec.dtype), None
        if codec.config.timestep_conditioning:
            noise = torch.randn(given.shape, generator=_seeded(), dtype=given.dtype)
            given, level = (1 - DECODE_NOISE) * given + DECODE_NOISE * noise, torch.tensor([DECODE_LEVEL]).bfloat16()
        return codec.decode(given, level, return_dict=False)[0]
    spread = torch.tensor(codec.config.latents_std).view(wide)
    return codec.decode(given * spread + torch.tensor(codec.config.latents_mean).view(wide), return_dict=False)[0]


def counted(side: str, card: str, width: int, height: int, frames: int) -> int:
    """Bytes of tensors alive at once."""
    with torch.device("meta"):
        codec = codec_of(card)
        latent = latent_of(codec, width, height, frames).permute(3, 0, 1, 2)[None].to(codec.dtype)
        level = torch.zeros(1, dtype=codec.dtype) if codec.config.get("timestep_conditioning") else None
    live = Live(codec)
    with torch.no_grad(), live:
        if side == "diffusers":
            codec.decode(latent, *([level] if is_ltx(codec) else []), return_dict=False)
        else:
            for picture in _ours_counted(codec, latent, level):
                del picture
    return live.peak


def _ours_counted(codec: Any, latent: torch.Tensor, level: torch.Tensor | None) -> Iterator[torch.Tensor]:
    if is_ltx(codec):
        from zoetrope.engine.families.ltx.decoding import Decoding

        yield from Decoding(codec.decoder, level).pictures(latent)
        return
    from zoetrope.engine.families.wan.decoding import pictures_of

    past: Any = {}
    for each in codec.post_quant_conv(latent).unbind(2):
        yield from pictures_of(codec.decoder, each, past)


def compared(card: str) -> dict[str, float]:
    """The largest and the mean difference of small pictures, in steps of 255."""
    torch.manual_seed(0)
    codec = codec_of(card)
    latent = latent_of(codec, *SMALL)
    with torch.inference_mode():
        theirs = torch.cat(list(decoded("diffusers", codec, latent))).float().clamp(-1, 1)
        ours = torch.cat([torch.from_numpy(each) for each in decoded("ours", codec, latent)])
    apart = ((theirs / 2 + 0.5) * 255 - ours).abs()
    return {"largest": float(apart.max()), "mean": float(apart.mean())}


def main() -> None:
    """Print a table."""
    options = _options()
    width, height = map(int, options.size.split("x"))
    asked = {"card": options.card, "width": width, "height": height, "frames": options.frames}
    print(f"{options.card}, {options.size}, {options.frames} frames\n")
    if options.counted:
        theirs, ours = (counted(side, **asked) for side in SIDES)
        print(f"tensors alive: {theirs / 1e9:.2f} GB diffusers, {ours / 1e9:.2f} GB ours, {ours / theirs:.2f}")
        return
    found: dict[str, list[Measured]] = {side: [] for side in SIDES}
    for _ in range(options.rounds):
        for side in SIDES:
            found[side].append(measure("families_decode:work", asked | {"side": side}, seconds=3600))
    theirs, ours = (min(found[side], key=lambda each: each.processor_seconds) for side in SIDES)
    print("| | diffusers | ours | ours / diffusers |\n| --- | --- | --- | --- |")
    rows = (("processor seconds", "processor_seconds", 1), ("wall seconds", "wall_seconds", 1), ("peak, GB", "", 1e9))
    for name, field, unit in rows:
        pair = [getattr(each, field or "host_work") / unit for each in (theirs, ours)]
        print(f"| {name} | {pair[0]:.2f} | {pair[1]:.2f} | {pair[1] / pair[0]:.2f} |")
    apart = measure("families_decode:compared", {"card": options.card}).result
    print(f"\npictures of {SMALL}: {apart['largest']:.3f} of 255 apart at most, {apart['mean']:.3f} in the mean")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--card", default="wan2.1-t2v-1.3b", help="of the wan or ltx family")
    parser.add_argument("--size", default="832x480")
    parser.add_argument("--frames", type=int, default=9)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--counted", action="store_true", help="add up tensors in place of measuring")
    return parser.parse_args()


if __name__ == "__main__":
    main()
