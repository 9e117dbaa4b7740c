"""`zoetrope train`: one part of a family from nothing to weights, in one command that can be stopped and goes on."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from zoetrope.cli.recipes import cook
from zoetrope.core.errors import InvalidRequest

SAY_EVERY = 10.0  # seconds between two lines of progress


class Part(StrEnum):
    """What can be trained of the pocket family, in the order in which it must be."""

    video = "video-codec"
    sound = "sound-codec"
    network = "network"


@dataclass(frozen=True)
class Course:
    """Where the training of a part lies."""

    module: str
    recipe: str


COURSES = {
    Part.video: Course("zoetrope.training.video_codec", "VideoCodecRecipe"),
    Part.sound: Course("zoetrope.training.sound_codec", "SoundCodecRecipe"),
    Part.network: Course("zoetrope.training.network", "NetworkRecipe"),
}


def train(
    family: Annotated[str, typer.Argument(help="The family to train: pocket.")],
    part: Annotated[Part, typer.Option(help="Which part of it; the codecs come first.")],
    folder: Annotated[Path | None, typer.Option(help="Where the run lies.", show_default="runs/FAMILY-PART")] = None,
    minutes: Annotated[float | None, typer.Option(min=0, help="Stop after so long; the same command goes on.")] = None,
    recipe: Annotated[Path | None, typer.Option(help="A YAML file laid over the recipe's defaults.")] = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="One value of the recipe. Repeat for more.")
    ] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Begin anew instead of going on from the checkpoint.")] = False,
) -> None:
    """Train a part of a family; stopped at any time, the same command goes on from the last checkpoint."""
    if family != "pocket":
        raise InvalidRequest(f"family was {family!r}; the families that can be trained here: pocket.")
    course = COURSES[part]
    module = import_module(course.module)
    cooked = cook(getattr(module, course.recipe)(), recipe, set_ or [])
    place = folder or Path("runs") / f"{family}-{part.value}"
    print(
        f"training {part.value} in {place}; Ctrl-C stops, the same command goes on from the last checkpoint", flush=True
    )
    module.train(cooked, place, minutes=minutes, resume=not fresh, on_step=say_now_and_then())
    print(f"{place}: the weights, the checkpoint, log.jsonl and the loss picture loss.png lie here", flush=True)


def say_now_and_then() -> Callable[[int, dict[str, float]], None]:
    """Make a listener that prints a line of numbers every so many seconds."""
    said, first, began = float("-inf"), 0, time.monotonic()

    def say(step: int, numbers: dict[str, float]) -> None:
        nonlocal said, first, began
        now = time.monotonic()
        if said == float("-inf"):
            first, began = step, now
        if now - said < SAY_EVERY:
            return
        said = now
        rate = (step - first) / max(now - began, 1e-9)
        shown = "  ".join(f"{name} {value:.4g}" for name, value in numbers.items())
        print(f"step {step}  {rate:.2f} steps/s  {shown}", flush=True)

    return say
