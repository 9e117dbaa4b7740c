"""From a verb's options to one released file: the way that is the same for every verb which makes a shot.

A verb says what it asks for; refusals, the report, Ctrl-C and the line at the end are here.
"""

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from zoetrope.cli.again import command_again
from zoetrope.cli.following import Tell, finish
from zoetrope.cli.grouping import typed
from zoetrope.cli.manners import open_terms, request_fields
from zoetrope.cli.options import Manner
from zoetrope.cli.reports import Finished, Report, open_report
from zoetrope.cli.stopping import stop_on_interrupt
from zoetrope.cli.trying import Trying, keep_draft, read_trying
from zoetrope.cli.wishes import read_wish
from zoetrope.core.cancel import Cancel
from zoetrope.core.conditions import Condition
from zoetrope.core.errors import InvalidRequest, ZoetropeError
from zoetrope.core.events import OnEvent
from zoetrope.core.home import home_folder
from zoetrope.core.limits import Limits
from zoetrope.core.request import Request
from zoetrope.core.sizes import Size
from zoetrope.engine.checkpoints.models_folder import open_models
from zoetrope.engine.families import Family, Planned, find_family

if TYPE_CHECKING:
    from zoetrope.render.shoot import Leaving

PREVIEW_EVERY = 1  # steps; a preview decodes one small frame
Output: TypeAlias = Annotated[
    Path, typer.Option("-o", "--output", help="The file; its ending names the format: mp4, webm, mov, gif, webp, png.")
]


@dataclass(frozen=True)
class Given:
    """A condition and, where it holds pictures or sound, the file that they came from."""

    condition: Condition
    file: Path | None = None


@dataclass(frozen=True)
class Ask:
    """What a verb asks for: the shot, and the words of the command line that stand for it, as typed."""

    prompt: str
    seconds: Fraction
    size: Size
    given: Sequence[Given]
    words: Sequence[str]
    trying: Trying = field(default_factory=Trying)


AskFor: TypeAlias = Callable[[Limits, OnEvent], Ask]  # reads options and files by what a checkpoint can do


def shoot(ask_for: AskFor, output: Path, manner: Manner) -> None:
    """Make the shot, say what happens meanwhile and, at the end, how to make it again; in a row, beside the next one.

    Raises: every `ZoetropeError`; what can be refused is refused before weights load.
    """
    began, telling = time.perf_counter(), manner.telling
    with (
        open_report(output, quiet=telling.quiet, json=telling.json, preview=telling.preview) as report,
        stop_on_interrupt() as wish,
    ):
        try:
            family = find_family(manner.settings.checkpoint, open_models(os.environ))
            ask = ask_for(family.limits, report.event)
            leaving = _make(_request(ask, manner), family, ask, output, manner, report, wish)
            finish(lambda: _end(leaving, ask, output, manner, report, began))
        except ZoetropeError as error:
            report.failed(str(error))
            raise


def _end(leaving: "Leaving", ask: Ask, output: Path, manner: Manner, report: Report, began: float) -> Tell:
    """Finish the file; returns what says that it is there and how to make it again."""
    made = leaving.finish()
    if ask.trying.keep_latents is not None:
        keep_draft(ask.trying.keep_latents, made, report.event)
    request, took = made.take.request, time.perf_counter() - began
    words = (*ask.words, "-o", str(output), *typed(manner.settings), *typed(manner.leaving))
    return partial(report.finished, Finished(output, request, took, command_again(request, words)))


def _request(ask: Ask, manner: Manner) -> Request:
    return Request(
        prompt=ask.prompt,
        seconds=ask.seconds,
        size=ask.size,
        conditions=tuple(each.condition for each in ask.given),
        best_of=manner.effort.best_of,
        **request_fields(manner.chance, manner.settings),
        **read_trying(ask.trying),
    )


def _make(
    request: Request, family: Family, ask: Ask, output: Path, manner: Manner, report: Report, wish: Cancel
) -> "Leaving":
    """Refuse what can be refused before torch is imported, then make the shot, whose file is still to be finished."""
    from zoetrope.media.places import check_output, check_place

    allowed = read_wish(manner.settings)
    check_output(output)
    check_ending(output, request.still)
    from zoetrope.render.screening import screen_words
    from zoetrope.render.shoot import shoot_to
    from zoetrope.render.terms import Means, Watch

    check_keep(manner.effort.keep, request)
    _check_apart(output, manner.effort.keep, ask.trying.keep_latents)
    if ask.trying.keep_latents is not None:
        check_place(ask.trying.keep_latents)
    terms = open_terms(manner.leaving)
    screen_words(request, terms.policy.screen)  # first: a refusal may name words that the checkpoint does not know
    family.check(request)
    if isinstance(family, Planned):
        from zoetrope.engine.memory.embeddings import use_folder

        use_folder(home_folder(os.environ) / "embeddings")  # so that the next process need not read the prompt again
    every = PREVIEW_EVERY if manner.telling.preview else 0
    return shoot_to(
        output,
        request,
        terms,
        Means(family, wish=allowed),
        Watch(report.event, wish, every, report.preview_path),
        kept_in=manner.effort.keep,
        files=tuple(each.file for each in ask.given if each.file is not None),
    )


def _check_apart(*named: Path | None) -> None:
    """Refuse one name for several files of a shot, of which the last would take the others' place."""
    files = [file.absolute() for file in named if file is not None]
    if len(set(files)) < len(files):
        raise InvalidRequest(f"{named[0]} and what is kept of the shot are given one name; give each its own.")


def check_ending(output: Path, still: bool) -> None:
    """Refuse a sound for a still and a still for what moves. Raises: InvalidRequest."""
    ending = output.suffix.lower()
    if still and ending == ".wav":
        raise InvalidRequest("a still has no sound to write as .wav; ask for 0.5 seconds or more, or for a .png.")
    if not still and ending == ".png":
        raise InvalidRequest(f"{output} would hold one picture, but the shot moves; ask for 0 seconds, or for an .mp4.")


def check_keep(keep: Path | None, request: Request) -> None:
    """Refuse to keep what the same command would not go on with, or where nothing can be written.

    Raises: InvalidRequest, MediaError.
    """
    from zoetrope.media.places import check_place

    if keep is not None:
        check_place(keep)
    if keep is not None and not _seeds_known(request):
        raise InvalidRequest(
            "a shot that is kept goes on only under its own seed; give one with --seed, and after the @ of --variation."
        )


def _seeds_known(request: Request) -> bool:
    """Whether the same command makes the same shot."""
    if request.draft is not None:
        return True
    return request.seed is not None and (request.variation is None or request.variation.seed is not None)
