"""The options that every verb which makes a shot has: how it is made, how it leaves, and what is told of it."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

import typer

from zoetrope.cli.paths import Names, beside
from zoetrope.engine.families import is_named


class Shows(StrEnum):
    """Whom given pictures show, as their giver says."""

    nobody = "nobody"
    invented = "invented"
    real = "real"


def _placed_checkpoint(folder: str, text: str) -> str:
    """A name that is known stays; what lies nowhere does too, and is refused as it was written."""
    path = beside(folder, text)
    return path if Path(path).exists() and not is_named(text) else text


@dataclass(frozen=True)
class Chance:
    """What the preset and chance decide where it is left out; a finished shot knows all of it."""

    seed: Annotated[int | None, typer.Option(help="The same seed makes the same shot; drawn if left out.")] = None
    steps: Annotated[int | None, typer.Option(help="Steps from noise to picture; the preset's if left out.")] = None
    guidance: Annotated[float | None, typer.Option(help="How strongly the prompt pulls; 1 is not at all.")] = None


@dataclass(frozen=True)
class Settings:
    """By which weights, and how, a shot is made."""

    negative: Annotated[str, typer.Option(help="What the shot should not show.")] = ""
    preset: Annotated[str, typer.Option(help="Named settings of the checkpoint.")] = "standard"
    checkpoint: Annotated[
        str,
        typer.Option(help="Which weights make the shot: a name, or the path of a folder or file."),
        Names(_placed_checkpoint),
    ] = "pocket"
    lora: Annotated[
        list[str] | None,
        typer.Option(metavar="FILE[@STRENGTH][@high|@low]", help="A LoRA laid over the weights. Repeat for more."),
        Names(),
    ] = None
    precision: Annotated[
        str | None,
        typer.Option(help="Of pocket: bf16, int8, f32; of open weights: bf16, fp8, int8, nf4.", show_default="as fits"),
    ] = None
    compile: Annotated[
        bool, typer.Option("--compile", help="Compile pocket's network at first use, and keep it: for many shots.")
    ] = False
    memory: Annotated[
        str | None, typer.Option(metavar="12GB", help="The most that open weights may take.", show_default="all")
    ] = None
    strict: Annotated[bool, typer.Option("--strict", help="Refuse words that the checkpoint does not know.")] = False


@dataclass(frozen=True)
class Effort:
    """What one shot may cost more than once, and what of it is not lost."""

    best_of: Annotated[
        int, typer.Option(metavar="N", help="Begin so many seeds, and go on with the one that promises most.")
    ] = 1
    keep: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Keep what is done of the shot there; the same command goes on from it."),
    ] = None


@dataclass(frozen=True)
class Leaving:
    """How a shot leaves: whom what was given shows, under which labels, for whom without the visible one."""

    shows: Annotated[
        Shows | None,
        typer.Option(help="Whom the given pictures show, to be said once of each; a real person needs --consent."),
    ] = None
    consent: Annotated[str | None, typer.Option(metavar="ID", help="The consent of the person they show.")] = None
    profile: Annotated[
        str | None, typer.Option(help="Labels as a place wants them: default, cn, eu or us-ca.", show_default="default")
    ] = None
    unlabelled_to: Annotated[
        str | None, typer.Option(metavar="NAME", help="Leave the visible label out for NAME; this is recorded.")
    ] = None
    agreement: Annotated[str, typer.Option(help="By which agreement NAME has taken over the duty to label.")] = ""
    tell_prompt: Annotated[bool, typer.Option("--tell-prompt", help="Write the prompt into the credentials.")] = False

    @property
    def said(self) -> Literal["nobody", "invented", "real"] | None:
        """Whom they show, None where nothing is said; who names a consent speaks of a real person."""
        return self.shows.value if self.shows else "real" if self.consent else None


@dataclass(frozen=True)
class Telling:
    """What is told while a shot is made."""

    preview: Annotated[bool, typer.Option("--preview", help="Show the picture while it forms.")] = False
    quiet: Annotated[bool, typer.Option("--quiet", help="Say nothing but errors.")] = False
    json: Annotated[bool, typer.Option("--json", help="Tell what happens as lines of JSON.")] = False


@dataclass(frozen=True)
class Manner:
    """All of them."""

    chance: Chance
    settings: Settings
    effort: Effort
    leaving: Leaving
    telling: Telling
