"""A group's fields are a verb's options, and its values can be typed again."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

import typer
from typer.testing import CliRunner

from zoetrope.cli.grouping import grouped, typed


class Colour(StrEnum):
    red = "red"
    blue = "blue"


@dataclass(frozen=True)
class Paint:
    colour: Annotated[Colour | None, typer.Option()] = None
    coats_of: Annotated[int, typer.Option()] = 1
    glossy: Annotated[bool, typer.Option("--glossy")] = False
    on: Annotated[list[str] | None, typer.Option()] = None


@dataclass(frozen=True)
class Work:
    paint: Paint
    by: Annotated[str, typer.Option()] = "hand"


def painted(words):
    app, seen = typer.Typer(), []

    @app.command()
    @grouped
    def paint(what: str, work: Work) -> None:
        """Paint something."""
        seen.append((what, work))

    assert CliRunner().invoke(app, list(words)).exit_code == 0
    return seen[0]


def test_what_is_typed_comes_back_as_it_was_typed() -> None:
    words = ("--colour", "blue", "--coats-of", "2", "--glossy", "--on", "door", "--on", "wall", "--by", "machine")
    what, work = painted((*words, "house"))
    assert (what, work) == ("house", Work(Paint(Colour.blue, 2, True, ["door", "wall"]), "machine"))
    assert typed(work) == words
    assert painted((*typed(work), "house"))[1] == work


def test_defaults_are_left_out() -> None:
    _, work = painted(["house"])
    assert work == Work(Paint())
    assert typed(work) == ()
