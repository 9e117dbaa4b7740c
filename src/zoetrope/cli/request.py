"""`zoetrope request`: the shots of a file, one after the other in one process, each finished beside the next."""

import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from zoetrope.cli.following import Row, in_a_row
from zoetrope.cli.request_files import Asked, ask, read_requests
from zoetrope.core.errors import InvalidRequest

MAKING = ("generate", "retake", "edit", "foley", "extend", "bridge")


def request(
    file: Annotated[Path, typer.Argument(help="YAML or JSON: a request, or a list of them.")],
    check: Annotated[bool, typer.Option("--check", help="Only say whether all could be typed so.")] = False,
) -> None:
    """Make the shots of a file of requests; paths in it are as seen from its folder.

    A request has the names of a verb's options: {make: extend, clip: a.mp4, seconds: 5, output: b.mp4}.
    """
    asked = read(file)
    if check:
        what = "requests" if len(asked) > 1 else "request"
        print(f"{file}: {len(asked)} {what}, as the command line takes them")
    else:
        carry_out(asked, Row())


def read(wanted: str | Path | Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> list[Asked]:
    """Requests, checked; those of a file name other files as seen from its folder.

    Raises: InvalidRequest, MediaError.
    """
    if isinstance(wanted, str | Path):
        return ask(read_requests(Path(wanted)), verbs(), str(wanted), os.path.dirname(wanted))
    if not isinstance(wanted, Iterable):
        raise InvalidRequest(f"the requests were {wanted!r:.60}; give a mapping, a list of them or the path of a file.")
    return ask([wanted] if isinstance(wanted, Mapping) else wanted, verbs(), "those given")


def verbs() -> dict[str, Any]:
    """The commands that make a shot, by name."""
    from zoetrope.cli.app import app

    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    return {name: commands[name] for name in MAKING}


def carry_out(asked: Sequence[Asked], row: Row, *, quiet: bool = False) -> None:
    """Make one shot after the other, and say before each which it is, unless there is one or all is `quiet`.

    Raises: every `ZoetropeError`, of the first shot that cannot be made; those before it are there.
    """
    from zoetrope.cli.app import app

    with in_a_row(row):
        for number, shot in enumerate(asked):
            if any(map(shot.goes_on_from, asked[:number])):
                row.settle()
            if len(asked) > 1 and not quiet:
                print(f"{number + 1} of {len(asked)}: {shot.output}", file=sys.stderr, flush=True)
            app(
                args=[*shot.words[:1], *["--quiet"] * quiet, *shot.words[1:]],
                prog_name="zoetrope",
                standalone_mode=False,
            )
