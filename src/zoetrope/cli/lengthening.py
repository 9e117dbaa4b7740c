"""From the options of `extend` and `bridge` to one released file."""

import os
import time
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import numpy as np
import typer

from zoetrope.cli.again import command_again
from zoetrope.cli.clips import ReadClip, fitted, read_clip, size_for
from zoetrope.cli.grouping import typed
from zoetrope.cli.manners import open_terms, request_fields
from zoetrope.cli.options import Manner
from zoetrope.cli.reports import Finished, open_report
from zoetrope.cli.shooting import check_ending, check_keep
from zoetrope.cli.stopping import stop_on_interrupt
from zoetrope.cli.wishes import read_wish
from zoetrope.core.errors import ZoetropeError
from zoetrope.core.events import Notice, OnEvent
from zoetrope.core.limits import Limits
from zoetrope.core.request import Request
from zoetrope.core.time import exact_seconds
from zoetrope.engine.checkpoints.models_folder import open_models
from zoetrope.engine.families import find_family

if TYPE_CHECKING:
    from zoetrope.render.joining import Piece
    from zoetrope.render.longer import Parent
    from zoetrope.render.stretches import Way

UNSAID = "it moves"  # stands for a prompt where none is given: the pictures say who is there
Seconds: TypeAlias = Annotated[str, typer.Option(help="How long the new part is.")]


def lengthen(
    clips: Sequence[Path],
    prompt: str | None,
    way: "Way",
    seconds: str,
    output: Path,
    manner: Manner,
    words: Sequence[str],
) -> None:
    """Read the clips, make what is missing and release the whole; `words` are the verb and its options, as typed.

    Raises: every `ZoetropeError`; what can be refused is refused before weights load.
    """
    began, telling, settings = time.perf_counter(), manner.telling, manner.settings
    with (
        open_report(output, quiet=telling.quiet, json=telling.json, preview=False) as report,
        stop_on_interrupt() as wish,
    ):
        try:
            from zoetrope.media.places import check_output
            from zoetrope.render.longer import make_longer
            from zoetrope.render.stretches import Longer
            from zoetrope.render.terms import Means, Watch

            check_output(output)
            check_ending(output, still=False)
            family = find_family(settings.checkpoint, open_models(os.environ))
            parents = _read(clips, family.limits, report.event)
            request = Request(
                prompt=prompt or UNSAID,
                seconds=min(Fraction(5), family.limits.seconds[1]),
                size=_size(parents[0]),
                best_of=manner.effort.best_of,
                **request_fields(manner.chance, settings),
            )
            check_keep(manner.effort.keep, request)
            made, _ = make_longer(
                output,
                request,
                parents,
                Longer(way, exact_seconds(seconds)),
                open_terms(manner.leaving),
                Means(family, wish=read_wish(settings)),
                Watch(report.event, wish),
                kept_in=manner.effort.keep,
            )
        except ZoetropeError as error:
            report.failed(str(error))
            raise
        again = (*words, "-o", str(output), *typed(settings), *typed(manner.leaving))
        report.finished(Finished(output, made, time.perf_counter() - began, command_again(made, again)))


def _read(clips: Sequence[Path], limits: Limits, tell: OnEvent) -> "list[Parent]":
    """The clips at the checkpoint's clock, all of the first one's size or the nearest that can be made."""
    from zoetrope.render.longer import Parent

    read = [read_clip(path, limits.clock) for path in clips]
    size = size_for(read[0].size, limits)
    parents = []
    for path, clip in zip(clips, read, strict=True):
        if clip.size != size:
            tell(Notice(f"{path} is {clip.size}; it is scaled to {size} and cut evenly."))
        parents.append(Parent(_piece(fitted(clip, size), limits), path))
    return parents


def _piece(clip: ReadClip, limits: Limits) -> "Piece":
    """A clip with sound: silence where it has none."""
    from zoetrope.render.joining import Piece

    samples = limits.clock.samples(limits.clock.seconds_of(len(clip.frames)))
    return Piece(clip.frames, np.zeros((2, samples), np.float32) if clip.sound is None else clip.sound)


def _size(parent: "Parent"):
    return ReadClip(parent.piece.frames, None).size
