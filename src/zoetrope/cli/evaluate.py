"""`zoetrope evaluate`: the scorecard of a checkpoint, measured by detectors on clips that it makes."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from zoetrope.core.errors import Cancelled, InvalidRequest

if TYPE_CHECKING:
    import numpy as np

    from zoetrope.engine.families import Family
    from zoetrope.evaluation.scorecard import Scorecard

Progressed = Callable[[int, int], None]
DETECTORS = "detectors"


def evaluate(
    checkpoint: Annotated[
        str, typer.Argument(help="The checkpoint to measure: pocket; or detectors, on true renders.")
    ],
    prompts: Annotated[
        int | None, typer.Option(min=1, help="How many prompts of the fixed ones, or scenes; all if left out.")
    ] = None,
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder of table and pictures.")] = Path(
        "out/scorecard"
    ),
    preset: Annotated[str, typer.Option(help="Named settings of the checkpoint.")] = "standard",
    axes: Annotated[
        str,
        typer.Option(
            help="Only prompts that ask for something on one of these axes, such as pace,weather; then is a second "
            "action. Clips from given pictures and extensions are left out."
        ),
    ] = "",
) -> None:
    """Measure how well a checkpoint does what it is told, and write a table and pictures.

    `detectors` are measured themselves, on true renders that nothing learned from, and leave proof.json too: how often
    each is right. Stopped, the same command goes on after the last finished clip; for other weights choose another
    folder.
    """
    named = tuple(axis.strip() for axis in axes.split(",") if axis.strip())
    if named and checkpoint == DETECTORS:
        raise InvalidRequest("true renders have every axis: leave --axes out, or measure a checkpoint.")
    measure = _prove if checkpoint == DETECTORS else _measuring(checkpoint, preset, named)
    with _bar() as bar:
        task = bar.add_task("clips", total=None)
        try:
            card = measure(prompts, output, lambda done, total: bar.update(task, completed=done, total=total))
        except KeyboardInterrupt:
            raise Cancelled(f"stopped; the same command goes on after the last clip in {output}.") from None
    print(card.markdown())
    print(f"{output}: the table as scorecard.md and scorecard.json, and the pictures")


def _prove(scenes: int | None, output: Path, on_progress: Progressed) -> Scorecard:
    from zoetrope.evaluation.proof import SCENES, detector_report
    from zoetrope.render.house import open_house, time_of_making
    from zoetrope.render.pictures import keeper

    keep = keeper(open_house(os.environ), "toy stage", time_of_making(os.environ), generated=False)
    return detector_report(output, scenes=scenes or SCENES, keep=keep, on_progress=on_progress)


def _measuring(
    checkpoint: str, preset: str, axes: tuple[str, ...]
) -> Callable[[int | None, Path, Progressed], Scorecard]:
    """What measures a checkpoint. Raises: InvalidRequest for one that is not known, or has no such preset."""
    from zoetrope.engine.checkpoints.models_folder import open_models
    from zoetrope.engine.families import find_family
    from zoetrope.engine.presets import choose_preset

    family = find_family(checkpoint, open_models(os.environ))
    choose_preset(preset, family.presets, checkpoint)
    return partial(_measure, family, checkpoint, preset, axes)


def _measure(
    family: Family,
    checkpoint: str,
    preset: str,
    axes: tuple[str, ...],
    prompts: int | None,
    output: Path,
    on_progress: Progressed,
) -> Scorecard:
    import zoetrope
    from zoetrope.evaluation.prompts import prompts as all_prompts
    from zoetrope.evaluation.prompts import stating
    from zoetrope.evaluation.scorecard import evaluate as measure
    from zoetrope.render.house import open_house, time_of_making
    from zoetrope.render.pictures import keeper

    make = partial(zoetrope.generate, checkpoint=checkpoint, preset=preset, shows="nobody")
    return measure(
        make,
        go_on=partial(_go_on, family, preset),
        folder=output,
        prompts=stating(all_prompts()[:prompts], axes) if axes else None,
        limit=prompts,
        extras=not axes,
        keep=keeper(open_house(os.environ), checkpoint, time_of_making(os.environ), generated=True),
        on_progress=on_progress,
    )


def _go_on(
    family: Family, preset: str, prompt: str, frames: np.ndarray, sound: np.ndarray | None, *, seed: int
) -> Iterator[np.ndarray]:
    """New frames after a clip, part by part, as `zoetrope extend` makes them."""
    from zoetrope.core.request import Request
    from zoetrope.core.sizes import Size
    from zoetrope.engine.endless import Direction, ending_of, go_on
    from zoetrope.engine.generate import plan_for, prepare
    from zoetrope.engine.loading import loaded
    from zoetrope.engine.numerics import choose_numerics

    size = Size(frames.shape[2], frames.shape[1])
    asked = Request(prompt, size=size, seed=seed, preset=preset, checkpoint=family.limits.checkpoint)
    request, family = prepare(asked, family, None)
    checkpoint = loaded(family, plan_for(family, request, choose_numerics()))
    after = ending_of(frames, sound, family.limits.clock)
    for part in go_on(request, family, checkpoint, lambda: Direction(prompt), after=after):
        yield part.frames


def _bar() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, TimeRemainingColumn(), console=Console(file=sys.stderr), transient=True)
