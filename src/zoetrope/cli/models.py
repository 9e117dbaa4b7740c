"""`zoetrope models`: which checkpoints there are, what each can do and needs, and fetching them."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

from zoetrope.cli.stopping import stop_on_interrupt
from zoetrope.core.errors import InvalidRequest, Refused
from zoetrope.engine.checkpoints.cards import Card, cards, check_territory, memory_rows
from zoetrope.engine.checkpoints.models_folder import UNFINISHED, Models, open_models
from zoetrope.engine.checkpoints.revisions import is_commit, pulled, short
from zoetrope.engine.families.opening import FAMILIES
from zoetrope.engine.memory.plan import show_bytes

models = typer.Typer(help="List published checkpoints, fetch them, and remove them.", invoke_without_command=True)
Name = Annotated[str, typer.Argument(help="The name of a checkpoint, as the list has it.")]


@models.callback()
def list_(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Tell all that is known, as JSON.")] = False,
) -> None:
    """List published checkpoints: what each can do, the memory it needs, its licence and where that holds."""
    if context.invoked_subcommand is not None:
        return
    here = open_models(os.environ)
    if as_json:
        print(json.dumps([facts_of(card, here) for card in cards().values()], indent=1, ensure_ascii=False))
        return
    rows = [
        ("name", "card", "licence", "holds", "here", "revision", "can do"),
        *(_row(card, here) for card in cards().values()),
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        print("  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip())
    print("\ncard: the smallest that makes five seconds; `zoetrope models show NAME` tells more.")
    print("revision: the commit that is here, or what a pull takes; a branch is taken at its commit of that moment.")
    print(_where(here))


@models.command()
def show(name: Name) -> None:
    """Tell all that is known of a checkpoint: what it needs on which card, and its licence's terms."""
    card, here = card_of(name), open_models(os.environ)
    print(f"{card.name}: {card.title}")
    for line in _told(card, here):
        print(f"  {line}")


@models.command()
def pull(
    name: Name,
    revision: Annotated[
        str | None, typer.Option(help="A commit, tag or branch of its repository, in place of the card's.")
    ] = None,
) -> None:
    """Fetch a checkpoint; where an earlier pull stopped, this one goes on, at the same commit."""
    from zoetrope.engine.checkpoints.pull import pull as fetch

    card, here = card_of(name), open_models(os.environ)
    check_territory(card, here.territory)
    print(f"{card.name} is under the {card.licence.name}: {card.licence.url}", file=sys.stderr)
    with stop_on_interrupt() as wish, _bar() as bar:
        task = bar.add_task("", total=None)
        folder = fetch(
            card,
            here,
            lambda news: bar.update(task, description=news.path, completed=news.done, total=news.total),
            wish,
            revision=revision,
        )
    print(f"{folder}: {card.title}; use it with --checkpoint {card.name}")
    for each in pulled(folder):
        print(f"  {each.told}")


@models.command()
def remove(name: Name) -> None:
    """Delete a checkpoint, and what an unfinished pull left of it."""
    here = open_models(os.environ)
    card = card_of(name)
    found = [folder for folder in _folders(card, here) if folder.is_dir()]
    if not found:
        raise InvalidRequest(f"{card.name} is not in {here.folder}; there is nothing to remove.")
    freed = sum(map(size_of, found))
    for folder in found:
        shutil.rmtree(folder)
    print(f"{card.name} is removed; {show_bytes(freed)} are free again")


def card_of(name: str) -> Card:
    """Raises: InvalidRequest for a name that no card has."""
    if name not in cards():
        raise InvalidRequest(f"there is no checkpoint {name!r}; `zoetrope models` lists them.")
    return cards()[name]


def facts_of(card: Card, here: Models) -> dict[str, Any]:
    """All that is known of a checkpoint, as plain values."""
    return {
        "name": card.name,
        "title": card.title,
        "family": card.family,
        "tasks": card.tasks,
        "runs": runs(card),
        "here": here_of(card, here),
        "bytes": sum(size_of(folder) for folder in _folders(card, here)) or card.download_bytes,
        "memory": dict(memory_rows().get(card.name, {})),
        "licence": {
            "name": card.licence.name,
            "url": card.licence.url,
            "excluded": card.licence.excluded,
            "terms": card.licence.terms,
        },
        "repositories": [
            {"hub": place.hub, "name": place.name, "revision": place.revision, "pinned": is_commit(place.revision)}
            for place in card.repositories
        ],
        "pulled": [
            {"name": each.name, "asked": each.asked, "revision": each.revision}
            for each in pulled(here.folder / card.name)
        ],
        "note": card.note,
    }


def runs(card: Card) -> bool:
    """Whether this version can make shots with it."""
    return card.runs and card.family in FAMILIES


def here_of(card: Card, here: Models) -> str:
    """yes, no, or partly where a pull was interrupted."""
    whole, unfinished = _folders(card, here)
    return "yes" if whole.is_dir() else "partly" if unfinished.is_dir() else "no"


def size_of(folder: Path) -> int:
    """Bytes of all files of a folder; 0 if it is not there."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def _row(card: Card, here: Models) -> tuple[str, ...]:
    rows = memory_rows().get(card.name)
    least = f"{min(rows)} GB" if rows else "?"
    can = ", ".join(card.tasks) if runs(card) else "nothing in this version"
    found = pulled(here.folder / card.name)
    places = card.places(here.source)
    revision = short(found[0].revision if found else places[0].revision) if found or places else "-"
    return card.name, least, card.licence.name, card.licence.holds, here_of(card, here), revision, can


def _told(card: Card, here: Models) -> Iterator[str]:
    yield f"can do: {', '.join(card.tasks)}"
    if not runs(card):
        yield "this version makes no shots with it; it can be pulled, and its files are checked"
    yield f"licence: {card.licence.name}, {card.licence.url}"
    yield f"holds: {card.licence.holds}" + (f"; {card.licence.terms}" if card.licence.terms else "")
    for place in (*card.repositories, *card.additions):
        pinned = "at commit" if is_commit(place.revision) else "at the commit of the moment of"
        yield f"{place.hub}: {place.name}{f', folder {place.folder}' * bool(place.folder)}, {pinned} {place.revision}"
    for gigabytes, said in memory_rows().get(card.name, {}).items():
        yield f"card of {gigabytes} GB: {said}"
    if card.name not in memory_rows():
        yield "memory: not forecast yet; `zoetrope doctor --checkpoint` tells it once it is here"
    if card.note:
        yield f"note: {card.note}"
    size = sum(size_of(folder) for folder in _folders(card, here))
    yield from (f"pulled: {each.told}" for each in pulled(here.folder / card.name))
    yield f"here: {here_of(card, here)}" + (f", {show_bytes(size)} in {here.folder}" if size else "")


def _folders(card: Card, here: Models) -> tuple[Path, Path]:
    whole = here.folder / card.name
    return whole, whole.with_name(f"{card.name}{UNFINISHED}")


def _where(here: Models) -> str:
    territory = f"used in {here.territory}" if here.territory else "no territory said (ZOETROPE_TERRITORY)"
    excluded = ", ".join(card.name for card in cards().values() if _is_excluded(card, here))
    return f"folder {here.folder}; pulled from {here.source}; {territory}" + (
        f"; excluded there: {excluded}" * bool(excluded)
    )


def _is_excluded(card: Card, here: Models) -> bool:
    try:
        check_territory(card, here.territory)
    except Refused:
        return True
    return False


def _bar() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    return Progress(*columns, TimeRemainingColumn(), console=Console(file=sys.stderr), transient=True)
