"""`zoetrope bridge`: what lies between two clips, and both of them, as one."""

from pathlib import Path
from typing import Annotated

import typer

from zoetrope.cli.grouping import grouped
from zoetrope.cli.lengthening import Seconds, lengthen
from zoetrope.cli.options import Manner
from zoetrope.cli.shooting import Output


@grouped
def bridge(
    first: Annotated[Path, typer.Argument(help="The clip that comes first.")],
    second: Annotated[Path, typer.Argument(help="The clip that comes after.")],
    output: Output,
    manner: Manner,
    prompt: Annotated[str | None, typer.Argument(help="What happens between them.")] = None,
    seconds: Seconds = "3",
) -> None:
    """Make what leads from one clip to another."""
    words = ("bridge", str(first), str(second), *([prompt] if prompt else []), "--seconds", seconds)
    lengthen((first, second), prompt, "bridge", seconds, output, manner, words)
