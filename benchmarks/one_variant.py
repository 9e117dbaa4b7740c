"""Measure one variant of the pocket benchmark in this process, and print the numbers as one line of JSON.

Started by `pocket.py`, under the allocator of the variant.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

STARTED = time.perf_counter()

PROMPT = "a red ball bounces on a meadow, the camera slowly pushes in"


@dataclass(frozen=True)
class Measured:
    """One variant. Units: seconds; rates in FLOP/s; memory in bytes. `cold` is from the process's start to a file."""

    imports: float
    load: float
    cold: float
    first_frame: float
    step: float
    denoise: float
    decode: float
    encode: float
    total: float
    clip: float
    step_rate: float
    matrix_rate: float
    memory: float


@dataclass(frozen=True)
class Timed:
    """One shot. Units: seconds."""

    first_frame: float
    step: float
    denoise: float
    decode: float
    encode: float
    total: float


def main(name: str, seconds: str, repeats: int, weights: str) -> None:
    """Measure and print."""
    import torch
    from stopwatch import TimedFamily, Watch
    from variants import VARIANTS

    from zoetrope.core.request import Request
    from zoetrope.core.time import exact_seconds
    from zoetrope.engine.families.pocket.facts import POCKET, Pocket
    from zoetrope.engine.generate import generate
    from zoetrope.engine.loading import loaded
    from zoetrope.engine.numerics import choose_numerics, heed
    from zoetrope.evaluation.machine import matrix_rate, peak_memory

    variant, watch = VARIANTS[name], Watch()
    family = Pocket(Path(weights)) if weights else POCKET
    presets = {key: variant.preset(preset) for key, preset in family.presets.items()}
    numerics = heed(choose_numerics(dtype=variant.dtype), variant.wish)
    how: dict[str, Any] = {"family": TimedFamily(family, watch, variant.change, presets), "numerics": numerics}
    request = Request(PROMPT, seconds=exact_seconds(seconds), seed=7)
    imports = time.perf_counter() - STARTED
    loaded(**how)

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "clip.mp4"
        first = shoot(path, request, how, watch, variant.streamed)
        cold = time.perf_counter() - STARTED
        del first
        fresh = [replace(request, seed=8 + number) for number in range(repeats)]  # of which nothing is remembered
        shots = [shoot(path, each, how, watch, variant.streamed) for each in fresh]
    cuda = numerics.device.startswith("cuda")
    memory = torch.cuda.max_memory_allocated() if cuda else peak_memory()
    middle = {key: statistics.median(asdict(shot)[key] for shot in shots) for key in asdict(shots[0])}
    with watch.counting() as counted:
        generate(request, **how)
    measured = Measured(
        imports=imports,
        load=watch.seconds["load"],
        cold=cold,
        clip=float(request.seconds),
        step_rate=counted.flop / middle["denoise"],
        matrix_rate=matrix_rate(torch.bfloat16, "cuda" if cuda else "cpu"),
        memory=memory,
        **middle,
    )
    print(json.dumps(asdict(measured)))


def shoot(path: Path, request: Any, how: dict[str, Any], watch: Any, streamed: bool) -> Timed:
    """Make one shot into a file and time its parts; then write it once more by itself, to time the encoder alone."""
    from zoetrope.core.events import FramesReady, StepDone
    from zoetrope.release.door_policy import open_policy
    from zoetrope.render.likeness import Likenesses
    from zoetrope.render.shoot import generate, shoot_to
    from zoetrope.render.terms import Means, Terms, Watch

    terms, means = Terms(open_policy(path.parent), Likenesses(path.parent)), Means(**how)
    steps: list[StepDone] = []
    shown: list[float] = []

    def hear(event: Any) -> None:
        if isinstance(event, StepDone):
            steps.append(event)
        if isinstance(event, FramesReady):
            shown.append(time.perf_counter())

    watch.seconds.pop("decode", None)
    began = time.perf_counter()
    if streamed:
        take = shoot_to(path, request, terms, means, Watch(hear)).finish().take
    else:
        take = generate(request, terms, means, Watch(hear))
        take.save(path)
    total = time.perf_counter() - began
    again = time.perf_counter()
    take.save(path)
    encode = time.perf_counter() - again
    denoise = steps[-1].seconds
    return Timed(shown[0] - began, denoise / len(steps), denoise, watch.seconds["decode"], encode, total)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4])
