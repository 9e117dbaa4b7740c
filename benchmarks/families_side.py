"""Measure one side of the families benchmark in this process, ours or diffusers', and print it as a line of JSON.

Started by `families.py`, once for each side and round.
"""

from __future__ import annotations

import json
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

PROMPT = "a red boat on a lake, the camera moves slowly around it while the sun goes down behind the hills"
NEGATIVE = "blurred, shaking"
GUIDANCE = {"wan": 5.0, "ltx": 3.0}
COMPONENTS = {
    "network": "transformer",
    "text": "text_encoder",
    "tokeniser": "tokenizer",
    "codec": "vae",
    "scheduler": "scheduler",
}
ENCODERS = ("UMT5EncoderModel", "T5EncoderModel")


@dataclass(frozen=True)
class Asked:
    """What both sides make. Units: pixels, frames of picture, denoising steps."""

    folder: str
    family: str
    width: int
    height: int
    frames: int
    steps: int


@dataclass(frozen=True)
class Measured:
    """One request on loaded weights, as wall and processor seconds (all threads).

    `first_frame` is when the first picture was there; `read` counts calls of the text encoder, in the first request and
    in one more seed. Units: seconds; FLOP/s; bytes.
    """

    total: float
    total_processor: float
    step: float
    step_processor: float
    decode: float
    decode_processor: float
    first_frame: float
    first_frame_processor: float
    matrix_rate: float
    memory: int
    read: tuple[int, int]


class Marks:
    """Moments of a request, in wall and processor time."""

    def __init__(self) -> None:
        self.all: list[tuple[str, float, float]] = []

    def mark(self, name: str) -> None:
        self.all.append((name, time.perf_counter(), time.process_time()))

    def between(self, one: str, other: str, steps: int = 1) -> tuple[float, float]:
        """Seconds from the first so called moment to the last of another name; divided by steps."""
        begin = next(each for each in self.all if each[0] == one)
        end = next(each for each in reversed(self.all) if each[0] == other)
        return (end[1] - begin[1]) / steps, (end[2] - begin[2]) / steps


Make = Callable[[str, int, int, int, int, Marks], None]  # (prompt, width, height, frames, steps, marks)


def main(side: str, asked: Asked, threads: int) -> None:
    """Load by a tiny request, then measure one with another prompt, and count what a second seed reads."""
    warnings.simplefilter("ignore")
    import torch

    if threads:
        torch.set_num_threads(threads)
    from zoetrope.engine.memory.measure import begin_peak, peak_bytes
    from zoetrope.evaluation.machine import matrix_rate

    calls = [0]
    torch.nn.modules.module.register_module_forward_hook(
        lambda module, *_: calls.__setitem__(0, calls[0] + (type(module).__name__ in ENCODERS))
    )
    make = (ours if side == "ours" else theirs)(asked)
    few = 1 if asked.family == "wan" else 9
    make("warm", 128, 128, few, 1, Marks())
    begin_peak()
    marks, before = Marks(), calls[0]
    marks.mark("begin")
    make(PROMPT, asked.width, asked.height, asked.frames, asked.steps, marks)
    marks.mark("end")
    first, memory = calls[0] - before, peak_bytes()
    make(PROMPT, 128, 128, few, 1, Marks())
    total, step = marks.between("begin", "end"), marks.between("step", "step", max(asked.steps - 1, 1))
    last = [each for each in marks.all if each[0] == "step"][-1]
    end = marks.all[-1]
    shown = marks.between("begin", "frame")
    found = Measured(
        *total,
        *step,
        end[1] - last[1],
        end[2] - last[2],
        *shown,
        matrix_rate=matrix_rate(torch.bfloat16),
        memory=memory,
        read=(first, calls[0] - before - first),
    )
    print(json.dumps(asdict(found)))


def ours(asked: Asked) -> Make:
    """By the engine, as the command line would."""
    from zoetrope.core.events import FramesReady, StepDone
    from zoetrope.core.request import Request
    from zoetrope.core.sizes import Size
    from zoetrope.engine.families import find_family
    from zoetrope.engine.generate import generate

    family = find_family(str(Path(asked.folder).resolve()))
    rate = family.limits.clock.frame_rate
    seeds = iter(range(100))

    def make(prompt: str, width: int, height: int, frames: int, steps: int, marks: Marks) -> None:
        shown: list[str] = []

        def hear(event: Any) -> None:
            if isinstance(event, StepDone):
                marks.mark("step")
            if isinstance(event, FramesReady) and not shown:
                shown.append("frame")
                marks.mark("frame")

        asking = Request(
            prompt, size=Size(width, height), seconds=Fraction(frames, rate), negative=NEGATIVE, seed=next(seeds),
            steps=steps, guidance=GUIDANCE[asked.family], sound=False, preset="standard",
        )  # fmt: skip
        generate(asking, on_event=hear, family=family)

    return make


def theirs(asked: Asked) -> Make:
    """By the pipeline of diffusers, in the precisions that its model cards show: the codec of Wan in float32.

    Its parts come from our loader, since its own wants accelerate for networks that keep some weights in float32.
    """
    import diffusers
    import torch

    from zoetrope.engine.checkpoints.folder import describe_folder
    from zoetrope.engine.memory.residency import open_parts
    from zoetrope.engine.numerics import Numerics

    described = describe_folder(Path(asked.folder))
    parts = dict(open_parts(described, Numerics("cpu", torch.bfloat16)))
    if asked.family == "wan":
        parts["codec"] = open_parts(described, Numerics("cpu", torch.float32))["codec"]
    held = {name: parts[part].resident().__enter__() for part, name in COMPONENTS.items()}
    pipeline = getattr(diffusers, described.pipeline)(**held)
    pipeline.set_progress_bar_config(disable=True)
    more = {"decode_timestep": 0.05, "decode_noise_scale": 0.025} if asked.family == "ltx" else {}

    def make(prompt: str, width: int, height: int, frames: int, steps: int, marks: Marks) -> None:
        def hear(_pipe: Any, _step: int, _time: Any, tensors: dict[str, Any]) -> dict[str, Any]:
            marks.mark("step")
            return tensors

        pipeline(
            prompt=prompt, negative_prompt=NEGATIVE, width=width, height=height, num_frames=frames,
            num_inference_steps=steps, guidance_scale=GUIDANCE[asked.family], output_type="np",
            callback_on_step_end=hear, **more,
        )  # fmt: skip
        marks.mark("frame")

    return make


if __name__ == "__main__":
    main(sys.argv[1], Asked(**json.loads(sys.argv[2])), int(sys.argv[3]))
