"""`zoetrope evaluate`: the scorecard of a checkpoint, measured by detectors on clips that it makes."""

from pathlib import Path
from typing import Annotated

import typer

from zoetrope.core.errors import InvalidRequest


def evaluate(
    checkpoint: Annotated[str, typer.Argument(help="The checkpoint to measure: pocket.")],
    prompts: Annotated[int | None, typer.Option(min=1, help="How many of the fixed prompts; all if left out.")] = None,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="Folder of the table and pictures.", show_default="out/scorecard"),
    ] = None,
) -> None:
    """Measure how well a checkpoint does what it is told, and write a table and pictures."""
    if checkpoint != "pocket":
        raise InvalidRequest(f"checkpoint was {checkpoint!r}; the checkpoints that can be measured here: pocket.")
    from zoetrope.evaluation.scorecard import evaluate as measure

    table = measure(checkpoint, prompts=prompts, folder=output or Path("out/scorecard"))
    print(table)
