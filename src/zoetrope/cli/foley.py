"""`zoetrope foley`: sound for a clip whose picture stays as it is."""

from pathlib import Path
from typing import Annotated

import typer

from zoetrope.cli.clips import fitted, read_whole, size_for
from zoetrope.cli.grouping import grouped
from zoetrope.cli.options import Manner
from zoetrope.cli.shooting import Ask, Given, Output, shoot
from zoetrope.core.conditions import Footage
from zoetrope.core.events import Notice, OnEvent
from zoetrope.core.limits import Limits

NEUTRAL = "something moves"  # says nothing of what is seen, in words that pocket knows


@grouped
def foley(
    clip: Annotated[Path, typer.Argument(help="The clip; its own sound, if any, is replaced.")],
    output: Output,
    manner: Manner,
    prompt: Annotated[str, typer.Argument(help="What is seen and heard; better said than left out.")] = "",
) -> None:
    """Make the sound of a clip to its picture."""

    def ask_for(limits: Limits, tell: OnEvent) -> Ask:
        if not prompt.strip():
            tell(Notice(f"nothing says what is seen, so the prompt is {NEUTRAL!r}; say it for a better sound."))
        read = read_whole(clip, limits, tell)
        read = fitted(read, size_for(read.size, limits))
        seconds = limits.clock.seconds_of(len(read.frames))
        words = ("foley", str(clip), *((prompt,) if prompt.strip() else ()))
        return Ask(prompt.strip() or NEUTRAL, seconds, read.size, (Given(Footage(read.frames), clip),), words)

    shoot(ask_for, output, manner)
