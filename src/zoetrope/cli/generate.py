"""`zoetrope generate`: one shot from a prompt to a file.

Reads the options into a request, shows what the engine tells, and says at the end how to make the same shot again.
"""

import os
import time
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Literal

import typer

from zoetrope.cli.adapters import read_adapter
from zoetrope.cli.again import command_again
from zoetrope.cli.keyframes import read_keyframes, split
from zoetrope.cli.reports import Finished, Report, open_report
from zoetrope.cli.stopping import stop_on_interrupt
from zoetrope.core.cancel import Cancel
from zoetrope.core.errors import InvalidRequest, ZoetropeError
from zoetrope.core.home import home_folder
from zoetrope.core.limits import Limits
from zoetrope.core.request import Request
from zoetrope.core.sizes import read_size
from zoetrope.core.time import exact_seconds
from zoetrope.engine.checkpoints.models_folder import open_models
from zoetrope.engine.families import Family, Planned, find_family
from zoetrope.engine.memory.plan import Wish, read_bytes, read_precision

STILL = ".png"
PREVIEW_EVERY = 1  # steps; a preview decodes one small frame


class Shows(StrEnum):
    """Whom given pictures show, as their giver says."""

    nobody = "nobody"
    invented = "invented"
    real = "real"


@dataclass(frozen=True)
class Leaving:
    """How the shot leaves: where to, under which labels, for whom without the visible one, and telling what."""

    output: Path
    profile: str | None
    unlabelled_to: str | None
    agreement: str
    preview: bool
    tell_prompt: bool


@dataclass(frozen=True)
class Given:
    """The files that are given, whom they show, and the consent that this rests on."""

    files: tuple[Path, ...]
    shows: Shows | None
    consent: str | None

    @property
    def said(self) -> Literal["nobody", "invented", "real"] | None:
        """Whom they show, None where nothing is said; who names a consent speaks of a real person."""
        return self.shows.value if self.shows else "real" if self.consent else None


def generate(
    prompt: Annotated[str, typer.Argument(help="What the shot shows and sounds like, in English or Chinese.")],
    output: Annotated[
        Path,
        typer.Option("-o", "--output", help="The file; its ending names the format: mp4, webm, mov, gif, webp, png."),
    ],
    seconds: Annotated[str | None, typer.Option(help="Length of the shot; 0 is a still.", show_default="5")] = None,
    size: Annotated[
        str | None, typer.Option(help="Width x height in pixels.", show_default="the checkpoint's best")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="The same seed makes the same shot; drawn if left out.")] = None,
    steps: Annotated[int | None, typer.Option(help="Steps from noise to picture; the preset's if left out.")] = None,
    guidance: Annotated[float | None, typer.Option(help="How strongly the prompt pulls; 1 is not at all.")] = None,
    negative: Annotated[str, typer.Option(help="What the shot should not show.")] = "",
    preset: Annotated[str, typer.Option(help="Named settings of the checkpoint.")] = "standard",
    checkpoint: Annotated[
        str, typer.Option(help="Which weights make the shot: a name, or the path of a folder or file.")
    ] = "pocket",
    lora: Annotated[
        list[str] | None,
        typer.Option(metavar="FILE[@STRENGTH][@high|@low]", help="A LoRA laid over the weights. Repeat for more."),
    ] = None,
    precision: Annotated[
        str | None, typer.Option(help="Of open weights: bf16, fp8, int8, nf4.", show_default="as fits")
    ] = None,
    memory: Annotated[
        str | None, typer.Option(metavar="12GB", help="The most that open weights may take.", show_default="all")
    ] = None,
    image: Annotated[
        list[str] | None,
        typer.Option(metavar="FILE@TIME", help="A picture shown at a time: first, last or seconds. Repeat for more."),
    ] = None,
    shows: Annotated[
        Shows | None,
        typer.Option(help="Whom the given pictures show, to be said once of each; a real person needs --consent."),
    ] = None,
    consent: Annotated[str | None, typer.Option(metavar="ID", help="The consent of the person they show.")] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Refuse words that the checkpoint does not know.")] = False,
    profile: Annotated[
        str | None, typer.Option(help="Labels as a place wants them: default, cn, eu or us-ca.", show_default="default")
    ] = None,
    unlabelled_to: Annotated[
        str | None, typer.Option(metavar="NAME", help="Leave the visible label out for NAME; this is recorded.")
    ] = None,
    agreement: Annotated[str, typer.Option(help="By which agreement NAME has taken over the duty to label.")] = "",
    tell_prompt: Annotated[bool, typer.Option("--tell-prompt", help="Write the prompt into the credentials.")] = False,
    preview: Annotated[bool, typer.Option("--preview", help="Show the picture while it forms.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Say nothing but errors.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Tell what happens as lines of JSON.")] = False,
) -> None:
    """Make one shot, picture and sound, from a prompt."""
    began = time.perf_counter()
    with open_report(output, quiet=quiet, json=json, preview=preview) as report, stop_on_interrupt() as wish:
        try:
            family = find_family(checkpoint, open_models(os.environ))
            limits = family.limits
            wanted = limits.learned[0] if size is None else read_size(size)
            length = _default_seconds(output, limits) if seconds is None else exact_seconds(seconds)
            request = Request(
                prompt=prompt,
                negative=negative,
                seconds=length,
                size=wanted,
                seed=seed,
                steps=steps,
                guidance=guidance,
                preset=preset,
                checkpoint=checkpoint,
                conditions=read_keyframes(image or [], wanted),
                strict=strict,
                adapters=tuple(map(read_adapter, lora or [])),
            )
            leaving = Leaving(output, profile, unlabelled_to, agreement, preview, tell_prompt)
            given = Given(tuple(split(each)[0] for each in image or []), shows, consent)
            allowed = Wish(read_precision(precision) if precision else None, read_bytes(memory) if memory else None)
            made = _make(request, family, leaving, given, allowed, report, wish)
        except ZoetropeError as error:
            report.failed(str(error))
            raise
        report.finished(
            Finished(
                path=output,
                request=made,
                took=time.perf_counter() - began,
                again=command_again(
                    made,
                    output,
                    image or [],
                    *_same_leave(profile, shows, consent, unlabelled_to, agreement, tell_prompt),
                    *_same_weights(lora or [], precision, memory),
                ),
            )
        )


def _same_leave(
    profile: str | None, shows: Shows | None, consent: str | None, to: str | None, agreement: str, tell_prompt: bool
) -> tuple[str, ...]:
    """The options, as typed, that decide how a shot leaves."""
    told = {
        "--profile": profile,
        "--shows": shows.value if shows else None,
        "--consent": consent,
        "--unlabelled-to": to,
        "--agreement": agreement,
    }
    words = tuple(word for option, value in told.items() if value for word in (option, value))
    return (*words, "--tell-prompt") if tell_prompt else words


def _same_weights(adapters: list[str], precision: str | None, memory: str | None) -> tuple[str, ...]:
    """The options, as typed, that decide which weights compute, and how precisely."""
    told = [*(("--lora", each) for each in adapters), ("--precision", precision), ("--memory", memory)]
    return tuple(word for option, value in told if value for word in (option, value))


def _default_seconds(output: Path, limits: Limits) -> Fraction:
    return Fraction(0) if output.suffix.lower() == STILL else min(Fraction(5), limits.seconds[1])


def _make(
    request: Request, family: Family, leaving: Leaving, given: Given, allowed: Wish, report: Report, wish: Cancel
) -> Request:
    """Refuse what can be refused before torch is imported, then make the shot; returns the settled request."""
    from zoetrope.media.places import check_output

    output = leaving.output
    check_output(output)
    if request.still and output.suffix.lower() == ".wav":
        raise InvalidRequest("a still has no sound to write as .wav; ask for 0.5 seconds or more, or for a .png.")
    from zoetrope.release.door_policy import Recipient
    from zoetrope.render.house import open_house, time_of_making
    from zoetrope.render.likeness import Likenesses
    from zoetrope.render.screening import screen_words
    from zoetrope.render.shoot import generate_to

    policy = open_house(os.environ, leaving.profile)
    screen_words(request, policy.screen)  # first: a refusal may name words that the checkpoint does not know
    family.check(request)
    if isinstance(family, Planned):
        from zoetrope.engine.memory.embeddings import use_folder

        use_folder(home_folder(os.environ) / "embeddings")  # so that the next process need not read the prompt again
    if leaving.unlabelled_to is not None:
        policy = policy.without_label(Recipient(leaving.unlabelled_to, leaving.agreement))
    made = generate_to(
        output,
        request,
        policy,
        Likenesses(home_folder(os.environ), given.said, given.consent),
        on_event=report.event,
        cancel=wish,
        preview_every=PREVIEW_EVERY if leaving.preview else 0,
        preview_path=report.preview_path,
        family=family,
        wish=allowed,
        when=time_of_making(os.environ),
        files=given.files,
        tell_prompt=leaving.tell_prompt,
    )
    return made.take.request
