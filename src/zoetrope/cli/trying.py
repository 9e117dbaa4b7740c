"""`--variation`, `--keep-latents`, `--from-draft`: cheap tries of a shot, and one of them finished."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from zoetrope.cli.paths import Names
from zoetrope.core.errors import InvalidRequest
from zoetrope.core.events import Notice, OnEvent
from zoetrope.core.variety import Approved, Variation

if TYPE_CHECKING:
    from zoetrope.render.shoot import Shot


@dataclass(frozen=True)
class Trying:
    """How a shot comes out of several, or out of one that was made before."""

    variation: Annotated[
        str | None,
        typer.Option(metavar="STRENGTH[@SEED]", help="A relative of the seed's shot: 0 is itself, 1 another seed's."),
    ] = None
    keep_latents: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Keep what a draft is made of there, to finish it later.")
    ] = None
    from_draft: Annotated[
        str | None,
        typer.Option(
            metavar="FILE[@STRENGTH]",
            help="Finish the draft that was kept there: the same shot, by this preset's steps.",
            show_default=f"@{Approved.strength:g}",
        ),
        Names(),
    ] = None


def read_trying(asked: Trying) -> dict[str, Any]:
    """The fields of a request that the options stand for.

    Raises: InvalidRequest for what cannot be read, and for a file that holds no draft.
    """
    return {
        "variation": _read_variation(asked.variation) if asked.variation is not None else None,
        "draft": _read_draft(asked.from_draft) if asked.from_draft is not None else None,
    }


def type_trying(asked: Trying) -> tuple[str, ...]:
    """What of the options makes the same shot again: the variation is known by then."""
    return ("--from-draft", asked.from_draft) if asked.from_draft is not None else ()


def keep_draft(file: Path, shot: "Shot", tell: OnEvent) -> None:
    """Keep the latents of a released draft, with the number of its file. Raises: MediaError, InvalidRequest."""
    from zoetrope.engine.finishing import approve, write_draft

    write_draft(file, approve(shot.take, mark=shot.asset.mark))
    tell(Notice(f"finish this draft with --from-draft {file} and a finer --preset."))


def _read_variation(written: str) -> Variation:
    strength, separator, seed = written.partition("@")
    try:
        return Variation(float(strength), int(seed) if separator else None)
    except ValueError:
        raise InvalidRequest(
            f"--variation was {written!r}; write how far it goes from 0 to 1, and @ the seed it goes to, such as 0.2@7."
        ) from None


def _read_draft(written: str) -> Approved:
    from zoetrope.engine.finishing import read_draft

    file, separator, strength = written.rpartition("@")
    if not separator or Path(written).is_file():
        return read_draft(Path(written))
    try:
        return read_draft(Path(file), float(strength))
    except ValueError:
        return read_draft(Path(written))
