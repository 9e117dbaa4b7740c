"""`zoetrope extend`: what comes after a clip, before it, or back to its beginning."""

from pathlib import Path
from typing import Annotated

import typer

from zoetrope.cli.grouping import grouped
from zoetrope.cli.lengthening import Seconds, lengthen
from zoetrope.cli.options import Manner
from zoetrope.cli.shooting import Output
from zoetrope.core.errors import InvalidRequest


@grouped
def extend(
    clip: Annotated[Path, typer.Argument(help="The clip; it stays as it is.")],
    output: Output,
    manner: Manner,
    prompt: Annotated[str | None, typer.Argument(help="What happens in the new part.")] = None,
    seconds: Seconds = "3",
    before: Annotated[bool, typer.Option("--before", help="Make what leads up to the clip.")] = False,
    loop: Annotated[bool, typer.Option("--loop", help="Make the way back to its first frame.")] = False,
) -> None:
    """Make a clip longer: onwards, backwards, or into a loop."""
    if before and loop:
        raise InvalidRequest("--before and --loop were both given; give one of them.")
    way = "before" if before else "loop" if loop else "after"
    words = ("extend", str(clip), *([prompt] if prompt else []), "--seconds", seconds)
    flags = [f"--{way}"] if way != "after" else []
    lengthen((clip,), prompt, way, seconds, output, manner, (*words, *flags))
