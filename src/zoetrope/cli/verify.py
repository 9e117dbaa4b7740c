"""`zoetrope verify`: what made a file, and whether that claim is intact, said by every layer that still answers."""

import contextlib
import json as json_text
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from zoetrope.core.errors import InvalidRequest


def verify(
    file: Annotated[str, typer.Argument(metavar="FILE-or-URL", help="A picture, clip or sound, or its address.")],
    json: Annotated[bool, typer.Option("--json", help="Print the whole report as JSON.")] = False,
    picture: Annotated[Path | None, typer.Option(help="Draw the evidence to this .png.")] = None,
    trust: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="Trust the issuers in this PEM file, too; may be repeated."),
    ] = None,
) -> None:
    """Say who made a file, with what and when, as far as each layer still tells, and whether they contradict."""
    from zoetrope.release.verify import verify as verify_file
    from zoetrope.render.house import open_readers

    if picture is not None and picture.suffix.lower() != ".png":
        raise InvalidRequest(
            f"the evidence was to be drawn to {picture}; it is a picture, so let the name end in .png."
        )
    readers = open_readers(os.environ, trust or ())
    with _there(file) as path:
        report = verify_file(path, readers, name=file)
        if picture is not None:
            from zoetrope.release.verify_picture import draw_evidence

            draw_evidence(report, picture)
    if json:
        print(json_text.dumps(report.as_json(), ensure_ascii=False, indent=2))
    else:
        print("\n".join(report.sentences()))


@contextlib.contextmanager
def _there(file: str) -> Iterator[Path]:
    from zoetrope.release.verify_fetch import fetched, is_address

    if is_address(file):
        with fetched(file) as path:
            yield path
    else:
        yield Path(file)
