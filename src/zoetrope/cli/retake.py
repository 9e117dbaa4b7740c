"""`zoetrope retake`: a range of time of a clip made anew, picture and sound; the rest stays as it is."""

from fractions import Fraction
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from zoetrope.cli.clips import ReadClip, fitted, read_whole, size_for
from zoetrope.cli.grouping import grouped, typed
from zoetrope.cli.inputs import Guides, read_guides
from zoetrope.cli.moments import read_range
from zoetrope.cli.options import Manner
from zoetrope.cli.shooting import Ask, Given, Output, shoot
from zoetrope.core.conditions import Region
from zoetrope.core.errors import InvalidRequest
from zoetrope.core.events import OnEvent
from zoetrope.core.limits import Limits
from zoetrope.core.time import Clock, show_seconds


@grouped
def retake(
    clip: Annotated[Path, typer.Argument(help="The clip.")],
    prompt: Annotated[str, typer.Argument(help="What the clip shows and sounds like, with what is to be new.")],
    output: Output,
    start: Annotated[str, typer.Option("--from", metavar="TIME", help="Where the new part begins, such as 2s.")],
    end: Annotated[str, typer.Option("--to", metavar="TIME", help="Where it ends, such as 3s.")],
    manner: Manner,
    guides: Guides,
) -> None:
    """Make a range of time of a clip anew."""

    def ask_for(limits: Limits, tell: OnEvent) -> Ask:
        read = read_whole(clip, limits, tell, f"a part with {start} to {end} in it")
        read = fitted(read, size_for(read.size, limits))
        seconds = limits.clock.seconds_of(len(read.frames))
        region = region_of(read, read_range(start, end, seconds), limits.clock)
        words = ("retake", str(clip), prompt, "--from", start, "--to", end, *typed(guides))
        given = (Given(region, clip), *read_guides(guides, seconds, read.size, limits.clock))
        return Ask(prompt, seconds, read.size, given, words)

    shoot(ask_for, output, manner)


def region_of(clip: ReadClip, between: tuple[Fraction, Fraction], clock: Clock) -> Region:
    """The frames that begin within a range of time, whole, and the sound of that range.

    Raises: InvalidRequest for a range without a frame.
    """
    start, end = between
    moments = [clock.seconds_of(number) for number in range(len(clip.frames))]
    new = np.array([start <= moment < end for moment in moments])
    if not new.any():
        raise InvalidRequest(
            f"no frame begins from {show_seconds(start)} s to {show_seconds(end)} s; a frame lasts "
            f"{show_seconds(clock.seconds_of(1))} s, so let the range be longer."
        )
    mask = np.broadcast_to(new[:, None, None], clip.frames.shape[:3])
    if clip.sound is None:
        return Region(clip.frames, mask)
    at = np.arange(clip.sound.shape[1])
    heard = (at >= float(start * clock.sample_rate)) & (at < float(end * clock.sample_rate))
    return Region(clip.frames, mask, clip.sound, heard)
