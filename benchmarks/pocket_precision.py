"""What the pocket network loses in another precision, or compiled: the same shots, against those in bfloat16.

usage: python benchmarks/pocket_precision.py [--seconds 2] [--preset standard] [--prompts 8] [--weights FOLDER]

Decibels are those of whole clips of finished pictures, latent errors relative to the latents' own size; `between seeds`
is how far two shots of one prompt are apart, which is no loss.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from zoetrope.core.request import Request
from zoetrope.core.time import exact_seconds
from zoetrope.engine.canvas import combine
from zoetrope.engine.draft import Draft
from zoetrope.engine.families.pocket.facts import POCKET, Pocket
from zoetrope.engine.generate import generate
from zoetrope.engine.memory.plan import Precision
from zoetrope.engine.numerics import choose_numerics

PROMPTS = (
    "a red ball bounces on a meadow, the camera slowly pushes in",
    "a blue robot walks to the left in a desert at night",
    "a yellow cube slides on snow while it snows",
    "a green bird flies over the sea, the camera pans right",
    "a purple star spins in a city at dusk",
    "an orange cat jumps in a room",
    "一只红色的球在草地上弹跳",
    "a white lantern swings in a forest, it rains",
)
BASE, COMPILED = "bf16", "compiled"
KINDS = (BASE, "f32", "int8", COMPILED)
SEEDS = "between seeds"


def make(requests: Sequence[Request], family: Pocket, kind: str) -> list[Draft]:
    """Make shots in a precision, or compiled."""
    precision = None if kind == COMPILED else Precision(kind)
    numerics = choose_numerics(dtype=torch.bfloat16, precision=precision, compiled=kind == COMPILED)
    return [generate(request, family=family, numerics=numerics) for request in requests]


def decibels(made: np.ndarray, base: np.ndarray) -> float:
    """PSNR of bytes. Shapes: both (t, h, w, 3)."""
    error = np.square(made.astype(np.float64) - base).mean()
    return float(10 * np.log10(255**2 / max(error, 1e-9)))


def compare(made: Draft, base: Draft) -> tuple[float, float, float]:
    """PSNR of the pictures, and the relative errors of the latents of pictures and sound."""
    assert made.latents is not None
    assert base.latents is not None
    lost = combine(lambda one, other: (one - other).norm() / other.norm(), made.latents, base.latents)
    return decibels(made.frames, base.frames), float(lost.video), float(lost.sound)


def main() -> None:
    """Make the shots and print the table."""
    options = read_options()
    family = Pocket(Path(options.weights)) if options.weights else POCKET
    print("| preset | against bf16 | PSNR, mean | worst | latents of pictures | of sound | n |\n|" + "---|" * 7)
    for preset in options.preset or ("standard", "fine"):
        requests = [
            Request(prompt, seconds=exact_seconds(options.seconds), seed=seed, preset=preset)
            for seed, prompt in enumerate(PROMPTS[: options.prompts])
        ]
        base = make(requests, family, BASE)
        others = [replace(request, seed=1000 + number) for number, request in enumerate(requests)]
        for name, asked in {SEEDS: others, **dict.fromkeys(KINDS[1:], requests)}.items():
            made = make(asked, family, BASE if name == SEEDS else name)
            loud, video, sound = map(list, zip(*map(compare, made, base), strict=True))
            print(
                f"| {preset} | {name} | {statistics.mean(loud):.1f} dB | {min(loud):.1f} dB "
                f"| {statistics.mean(video):.4f} | {statistics.mean(sound):.4f} | {len(made)} |",
                flush=True,
            )


def read_options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", default="2", help="length of the shots")
    parser.add_argument("--preset", action="append", help="repeat for more")
    parser.add_argument("--prompts", type=int, default=len(PROMPTS), help="how many of them")
    parser.add_argument("--weights", default="", help="folder of weights; the package's if left out")
    return parser.parse_args()


if __name__ == "__main__":
    main()
