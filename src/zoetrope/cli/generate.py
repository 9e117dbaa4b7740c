"""`zoetrope generate`: one shot from a prompt, and from whatever else is given of it, to a file.

Reads options into an ask; `shooting` makes it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Annotated

import typer

from zoetrope.cli.clips import told_seconds
from zoetrope.cli.directions import Directing, read_directions
from zoetrope.cli.grouping import grouped, typed
from zoetrope.cli.inputs import Inputs, read_inputs
from zoetrope.cli.options import Manner
from zoetrope.cli.prompts import read_prompts, type_prompts
from zoetrope.cli.shooting import Ask, Given, Output, shoot
from zoetrope.cli.trying import Trying, type_trying
from zoetrope.core.events import OnEvent
from zoetrope.core.limits import Limits
from zoetrope.core.sizes import read_size
from zoetrope.core.time import exact_seconds

STILL = ".png"


@dataclass(frozen=True)
class Frame:
    """How long and how large a shot is, and when each of its prompts begins."""

    at: Annotated[
        list[str] | None, typer.Option(metavar="TIME", help="When the prompt that follows begins; the first at 0s.")
    ] = None
    seconds: Annotated[str | None, typer.Option(help="Length of the shot; 0 is a still.", show_default="5")] = None
    size: Annotated[
        str | None, typer.Option(help="Width x height in pixels.", show_default="the checkpoint's best")
    ] = None


@grouped
def generate(
    prompt: Annotated[
        list[str],
        typer.Argument(help="What the shot shows and sounds like, in English or Chinese; one for each --at."),
    ],
    output: Output,
    frame: Frame,
    inputs: Inputs,
    directing: Directing,
    trying: Trying,
    manner: Manner,
) -> None:
    """Make one shot, picture and sound, from a prompt and from what is given of it."""

    def ask_for(limits: Limits, tell: OnEvent) -> Ask:
        size = limits.learned[0] if frame.size is None else read_size(frame.size)
        seconds = _seconds(frame, inputs.restyle, output, limits)
        first, cues = read_prompts(prompt, frame.at or ())
        given = (
            *read_inputs(inputs, seconds, size, limits.clock),
            *map(Given, (*read_directions(directing, size), *cues)),
        )
        words = (*_words(prompt, frame, inputs, directing), *type_trying(trying))
        return Ask(first, seconds, size, given, words, trying)

    shoot(ask_for, output, manner)


def _seconds(frame: Frame, restyle: Path | None, output: Path, limits: Limits) -> Fraction:
    """As long as it is asked to be; else a still, as long as the clip that it is made out of, or five seconds."""
    if frame.seconds is not None:
        return exact_seconds(frame.seconds)
    if output.suffix.lower() == STILL:
        return Fraction(0)
    usual = min(Fraction(5), limits.seconds[1])
    if restyle is None:
        return usual
    lasts = told_seconds(restyle) // limits.seconds_step * limits.seconds_step
    return min(max(lasts, limits.seconds[0]), limits.seconds[1]) if lasts else usual


def _words(prompts: Sequence[str], frame: Frame, inputs: Inputs, directing: Directing) -> tuple[str, ...]:
    at = frame.at or ()
    length = typed(Frame(seconds=frame.seconds, size=frame.size))
    return ("generate", *type_prompts(prompts, at), *length, *typed(inputs), *typed(directing))
