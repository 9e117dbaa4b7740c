"""`zoetrope edit`: a part of the picture of a clip made anew, inside the frame or around it; the rest stays."""

from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from zoetrope.cli.clips import ReadClip, fitted, read_whole, size_for
from zoetrope.cli.grouping import grouped, typed
from zoetrope.cli.inputs import Guides, read_guides
from zoetrope.cli.masks import read_mask
from zoetrope.cli.options import Manner
from zoetrope.cli.shooting import Ask, Given, Output, shoot
from zoetrope.core.conditions import Region
from zoetrope.core.errors import InvalidRequest
from zoetrope.core.events import OnEvent
from zoetrope.core.limits import Limits
from zoetrope.core.sizes import Size, read_size


@grouped
def edit(
    clip: Annotated[Path, typer.Argument(help="The clip.")],
    prompt: Annotated[str, typer.Argument(help="What the whole clip shows afterwards.")],
    output: Output,
    manner: Manner,
    guides: Guides,
    mask: Annotated[
        Path | None, typer.Option(help="A picture as large as the clip; what is white is made anew.")
    ] = None,
    outpaint: Annotated[
        str | None, typer.Option(metavar="SIZE", help="Make a larger frame around the clip, such as 256x144.")
    ] = None,
) -> None:
    """Make a part of a clip's picture anew; its sound stays, if it has any."""

    def ask_for(limits: Limits, tell: OnEvent) -> Ask:
        if (mask is None) == (outpaint is None):
            raise InvalidRequest("edit takes either --mask, what is made anew, or --outpaint, the larger size.")
        read = read_whole(clip, limits, tell)
        if mask is not None:
            region = _inside(read, mask, size_for(read.size, limits))
        else:
            region = surround(read, read_size(outpaint or ""), limits.grid)
        option = ("--mask", str(mask)) if mask is not None else ("--outpaint", str(outpaint))
        seconds = limits.clock.seconds_of(len(read.frames))
        given = (Given(region, clip), *read_guides(guides, seconds, region.size, limits.clock))
        return Ask(prompt, seconds, region.size, given, ("edit", str(clip), prompt, *option, *typed(guides)))

    shoot(ask_for, output, manner)


def _inside(clip: ReadClip, mask: Path, size: Size) -> Region:
    return Region(fitted(clip, size).frames, read_mask(mask, size, clip.size), clip.sound)


def surround(clip: ReadClip, size: Size, grid: int) -> Region:
    """A clip in the middle of a larger frame, as near to it as whole tokens allow, which are kept exactly.

    Units: grid in pixels of a token's side.
    Raises: InvalidRequest for a frame that is not larger.
    """
    own = clip.size
    if own == size or own.width > size.width or own.height > size.height:
        raise InvalidRequest(f"the clip is {own} and --outpaint {size}; name a size that is larger than the clip.")
    left, top = ((size.width - own.width) // 2 // grid * grid, (size.height - own.height) // 2 // grid * grid)
    around = ((0, 0), (top, size.height - own.height - top), (left, size.width - own.width - left))
    frames = np.pad(clip.frames, (*around, (0, 0)), mode="edge")  # who reads the scene in it sees no strange border
    mask = np.pad(np.zeros(clip.frames.shape[:3], bool), around, constant_values=True)
    return Region(frames, mask, clip.sound)
