"""`zoetrope evaluate`: the scorecard of a checkpoint, measured by detectors on clips that it makes."""

import os
import sys
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from zoetrope.core.errors import Cancelled


def evaluate(
    checkpoint: Annotated[str, typer.Argument(help="The checkpoint to measure: pocket.")],
    prompts: Annotated[int | None, typer.Option(min=1, help="How many of the fixed prompts; all if left out.")] = None,
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder of table and pictures.")] = Path(
        "out/scorecard"
    ),
    preset: Annotated[str, typer.Option(help="Named settings of the checkpoint.")] = "standard",
) -> None:
    """Measure how well a checkpoint does what it is told, and write a table and pictures.

    Stopped, the same command goes on after the last finished clip; for other weights choose another folder.
    """
    from zoetrope.engine.checkpoints.models_folder import open_models
    from zoetrope.engine.families import find_family
    from zoetrope.engine.presets import choose_preset

    choose_preset(preset, find_family(checkpoint, open_models(os.environ)).presets, checkpoint)
    import zoetrope
    from zoetrope.evaluation.scorecard import evaluate as measure
    from zoetrope.render.house import open_house, time_of_making
    from zoetrope.render.pictures import keeper

    make = partial(zoetrope.generate, checkpoint=checkpoint, preset=preset, shows="nobody")
    with _bar() as bar:
        task = bar.add_task("clips", total=None)
        try:
            card = measure(
                make,
                folder=output,
                limit=prompts,
                keep=keeper(open_house(os.environ), checkpoint, time_of_making(os.environ), generated=True),
                on_progress=lambda done, total: bar.update(task, completed=done, total=total),
            )
        except KeyboardInterrupt:
            raise Cancelled(f"stopped; the same command goes on after the last clip in {output}.") from None
    print(card.markdown())
    print(f"{output}: the table as scorecard.md and scorecard.json, and the pictures")


def _bar() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, TimeRemainingColumn(), console=Console(file=sys.stderr), transient=True)
