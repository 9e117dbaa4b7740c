"""What step reuse wins and loses on a Wan network of published width, few layers and random weights.

usage: python benchmarks/families_reuse.py [--size 192x128] [--frames 9] [--layers 2] [--steps 50] [--shares 0 0.15]

Each share is the change of velocity under which an old one stands in; 0 leaves nothing out. Printed for each are calls
of the network, wall and processor seconds of the walk and of the decode after it, on one thread in turn in one process,
and how far its latents and pictures are from those of share 0 on the same seed. What random weights lose says nothing
of trained ones.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import torch
from families_side import GUIDANCE, NEGATIVE, PROMPT
from families_weights import write_checkpoint

from zoetrope.core.request import Request
from zoetrope.core.sizes import Size
from zoetrope.engine.denoise import denoise
from zoetrope.engine.families import find_family
from zoetrope.engine.guidance import guided
from zoetrope.engine.numerics import Numerics
from zoetrope.engine.reuse import reused
from zoetrope.engine.stream import decode_parts


def walked(family: Any, loaded: Any, request: Request, most: float) -> dict[str, Any]:
    """One request with a share: its numbers, latents and pictures."""
    canvas, calls = loaded.blank(request), []
    walk = loaded.walk(request, family.presets["standard"], canvas, 0)
    predict = guided(loaded.branches(request, canvas), walk.guider)  # the text is read here, before the clocks

    def counted(canvas: Any, sigma: float) -> Any:
        calls.append(sigma)
        return predict(canvas, sigma)

    clocks = [_clocks()]
    done = denoise(reused(counted, most), canvas, walk.sigmas, step=walk.step)
    clocks.append(_clocks())
    frames = family.limits.clock.frames(request.seconds)
    shown = np.concatenate([part.frames for part in decode_parts(loaded, done, frames=frames, samples=0)])
    clocks.append(_clocks())
    return {"calls": len(calls), "clocks": clocks, "latent": done.video.latent, "frames": shown.astype(np.float32)}


def _clocks() -> tuple[float, float]:
    return time.perf_counter(), time.process_time()


def row(most: float, made: dict[str, Any], plain: dict[str, Any]) -> str:
    """A line of the table."""
    begun, done, shown = made["clocks"]
    walk, decode = (
        [after - before for before, after in zip(*pair, strict=True)] for pair in ((begun, done), (done, shown))
    )
    first, middle, last = plain["clocks"]
    ratios = (middle[1] - first[1]) / walk[1], (last[1] - first[1]) / (walk[1] + decode[1])
    apart = float((made["latent"] - plain["latent"]).abs().sum() / plain["latent"].abs().sum())
    error = float(np.square(made["frames"] - plain["frames"]).mean())
    decibels = "same" if error == 0 else f"{10 * np.log10(255**2 / error):.1f} dB"
    return (
        f"| {most} | {made['calls']} | {walk[0]:.1f} ({walk[1]:.1f}) | {decode[1]:.1f} | {ratios[0]:.2f} "
        f"| {ratios[1]:.2f} | {100 * apart:.2f} % | {decibels} |"
    )


def main() -> None:
    """Print a table."""
    options = _options()
    torch.set_num_threads(1)
    width, height = map(int, options.size.split("x"))
    with tempfile.TemporaryDirectory() as folder, torch.inference_mode():
        write_checkpoint(Path(folder), "wan", options.layers, 1)
        family = find_family(folder)
        loaded = family.load(Numerics("cpu", torch.bfloat16))
        seconds = Fraction(options.frames, family.limits.clock.frame_rate)
        request = Request(
            PROMPT, size=Size(width, height), seconds=seconds, negative=NEGATIVE, seed=options.seed,
            steps=options.steps, guidance=GUIDANCE["wan"], sound=False,
        )  # fmt: skip
        print(
            f"wan 1.3B width, {options.layers} layers, {options.size}, {options.frames} frames, {options.steps} steps\n"
        )
        print(
            "| share | calls | walk s (processor) | decode, processor s | walk, ratio | whole, ratio | latents off "
            "| pictures |"
        )
        print("| --- | --- | --- | --- | --- | --- | --- | --- |", flush=True)
        plain = None
        for most in options.shares:
            made = walked(family, loaded, request, most)
            plain = plain or made
            print(row(most, made, plain), flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", default="192x128")
    parser.add_argument("--frames", type=int, default=9)
    parser.add_argument("--layers", type=int, default=2)
    parser.add_argument("--steps", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--shares", type=float, nargs="+", default=[0.0, 0.15])
    return parser.parse_args()


if __name__ == "__main__":
    main()
