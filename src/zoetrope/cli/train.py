"""`zoetrope train`: one part of a family from nothing to weights, in one command that can be stopped and goes on."""

import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer

from zoetrope.cli.recipes import cook
from zoetrope.core.errors import Cancelled, InvalidRequest

SAY_EVERY = 10.0  # seconds between two lines of progress
SHIPPED = "weights"  # the folder, beside the runs, that gathers what a checkpoint is made of
DETECTORS = "detectors"  # and the one of what `zoetrope evaluate` measures with


class Part(StrEnum):
    """What can be trained of the pocket family, in the order in which it must be; last, what measures it."""

    video = "video-codec"
    sound = "sound-codec"
    reader = "reader"
    planner = "planner"
    sketcher = "sketcher"
    scenery = "scenery"
    spotter = "spotter"
    network = "network"
    drops = "drops"
    motion = "motion"
    weather = "weather"


@dataclass(frozen=True)
class Course:
    """Where the training of a part lies: the recipe and the trainer of that name; the files that it leaves, and where
    they gather."""

    module: str
    name: str
    files: tuple[str, ...]
    gather: str = SHIPPED


COURSES = {
    Part.video: Course("zoetrope.training.video_codec", "VideoCodec", ("video_codec.safetensors",)),
    Part.sound: Course("zoetrope.training.sound_codec", "SoundCodec", ("sound_codec.safetensors",)),
    Part.reader: Course("zoetrope.training.reader", "Reader", ("reader.safetensors",)),
    Part.planner: Course("zoetrope.training.planner", "Planner", ("planner.safetensors",)),
    Part.sketcher: Course("zoetrope.training.sketcher", "Sketcher", ("sketcher.safetensors",)),
    Part.scenery: Course("zoetrope.training.scenery", "Scenery", ("scenery.safetensors",)),
    Part.spotter: Course("zoetrope.training.spotter", "Spotter", ("spotter.safetensors",)),
    Part.network: Course("zoetrope.training.network", "Network", ("network.safetensors", "lexicon.json")),
    Part.drops: Course("zoetrope.evaluation.drops_fit", "Drops", ("drops.safetensors",), DETECTORS),
    Part.motion: Course("zoetrope.evaluation.motion_fit", "Motion", ("motion.safetensors",), DETECTORS),
    Part.weather: Course("zoetrope.evaluation.weather_fit", "Weather", ("weather.safetensors",), DETECTORS),
}
NEEDED = {
    Part.scenery: {"parts": (Part.video, Part.sketcher)},
    Part.network: {"parts": (Part.video, Part.sound, Part.reader, Part.sketcher)},
    Part.motion: {"parts": (Part.spotter,)},
    Part.weather: {"parts": (Part.spotter,)},
}


def train(
    family: Annotated[str, typer.Argument(help="The family to train: pocket.")],
    part: Annotated[Part, typer.Option(help="Which part of it, in the order in which they need each other.")],
    folder: Annotated[Path, typer.Option(help="Where the runs of all parts lie.")] = Path("runs/pocket"),
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
    from zoetrope.media.places import writing
    from zoetrope.training.trainer import train as learn

    course = COURSES[part]
    module = import_module(course.module)
    fixed = {name: str(find_parts(folder, part, *needed)) for name, needed in NEEDED.get(part, {}).items()}
    cooked = cook(getattr(module, f"{course.name}Recipe")(**fixed), recipe, set_ or [])
    place = folder / part.value
    with writing(place):
        place.mkdir(parents=True, exist_ok=True)
    print(
        f"training {part.value} in {place}; Ctrl-C stops, the same command goes on from the last checkpoint", flush=True
    )
    try:
        trainer = getattr(module, f"{course.name}Trainer")(cooked)
        learn(trainer, place, minutes=minutes, resume=not fresh, on_step=say_now_and_then())
    except KeyboardInterrupt:
        raise Cancelled("training stopped; the same command goes on from the last checkpoint.") from None
    finally:
        gather(place, course.files, folder / course.gather)
    if (place / course.files[0]).is_file():
        print(f"{folder / course.gather}: the weights; {place}: checkpoint, log.jsonl and loss picture", flush=True)
    else:
        print(f"{place}: what is made to learn from, not yet all; the same command goes on", flush=True)


def find_parts(folder: Path, part: Part, *needed: Part) -> Path:
    """Where the parts lie that another one learns from: beside the runs, else in the package.

    Raises: InvalidRequest if they lie in neither.
    """
    from zoetrope.engine.families.pocket.facts import WEIGHTS

    files = [name for each in needed for name in COURSES[each].files]
    for place in (folder / SHIPPED, WEIGHTS):
        if all((place / name).is_file() for name in files):
            return place
    first = " and ".join(f"--part {each.value}" for each in needed)
    raise InvalidRequest(f"the {part.value} learns from what {folder / SHIPPED} lacks; train {first} first.")


def gather(place: Path, files: tuple[str, ...], target: Path) -> None:
    """Copy what a run has made so far to where a checkpoint is gathered."""
    for name in files:
        if (place / name).is_file():
            target.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(place / name, target / name)


def say_now_and_then() -> Callable[[int, Mapping[str, Any]], None]:
    """Make a listener that prints a line of numbers every so many seconds."""
    said, first, began = float("-inf"), 0, time.monotonic()

    def say(step: int, numbers: Mapping[str, Any]) -> None:
        nonlocal said, first, began
        now = time.monotonic()
        if said == float("-inf"):
            first, began = step, now
        if now - said < SAY_EVERY:
            return
        said = now
        rate = (step - first) / max(now - began, 1e-9)
        shown = "  ".join(f"{name} {_short(value)}" for name, value in numbers.items())
        print(f"step {step}  {rate:.2f} steps/s  {shown}", flush=True)

    return say


def _short(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, int | float) else str(value)
