"""Fetch a published checkpoint: whole files, checked by their hashes, and resumed where a connection was cut.

A checkpoint gets its name when all of it is there; until then it lies in a folder beside, whose name ends in .part.
"""

from __future__ import annotations

import fcntl
import json
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from zoetrope.core.cancel import Cancel, stop_if
from zoetrope.core.errors import Cancelled, WeightsError
from zoetrope.engine.checkpoints.cards import Card, Place, check_territory
from zoetrope.engine.checkpoints.choosing import INDEX, choose, choose_part
from zoetrope.engine.checkpoints.fetching import Wait, fetch
from zoetrope.engine.checkpoints.folder import describe_folder
from zoetrope.engine.checkpoints.hub import ENDPOINTS, Hub, Remote
from zoetrope.engine.checkpoints.models_folder import UNFINISHED, Models
from zoetrope.engine.checkpoints.revisions import NOTE, check_here, check_listing, pin, take_pins
from zoetrope.engine.memory.plan import show_bytes

_CHECKED, _LOCK = ".checked.json", ".lock"  # of an unfinished pull
_SPARE = 50_000_000  # bytes that are left free, so that a full disk does not stop other programs


@dataclass(frozen=True)
class Fetched:
    """How far a pull is. Units: bytes of all files; `path` is the file that is being fetched."""

    path: str
    done: int
    total: int


OnFetched = Callable[[Fetched], None]


def pull(
    card: Card,
    models: Models,
    on_fetched: OnFetched | None = None,
    cancel: Cancel | None = None,
    wait: Wait = time.sleep,
    revision: str | None = None,
) -> Path:
    """Fetch a checkpoint into the models' folder, or go on where an earlier pull stopped; returns its folder.

    `wait` passes the seconds between two attempts; `revision` is a commit, tag or branch in the card's place.
    Raises: WeightsError if a hub has it not, space is short, a hash is wrong, the connection stays cut or another
    revision was begun; InvalidRequest if another is here; Refused by territory; Cancelled, after which the same pull
    goes on.
    """
    check_territory(card, models.territory)
    folder = models.folder / card.name
    if folder.is_dir():
        check_here(card, folder, revision)
        return folder
    hub, places = _hub_of(card, models)
    unfinished = folder.with_name(f"{card.name}{UNFINISHED}")
    with _alone(unfinished):
        places = pin(hub, card, places, unfinished, revision)
        chosen = _choose(hub, places, unfinished, wait, cancel)
        check_listing(card, chosen, unfinished)
        _check_space(card, chosen, unfinished)
        hashes = _fetch_all(hub, chosen, unfinished, on_fetched, cancel, wait)
        describe_folder(unfinished, card)
        _write_note(unfinished, card, hub, hashes)
        unfinished.rename(folder)
    return folder


def _hub_of(card: Card, models: Models) -> tuple[Hub, tuple[Place, ...]]:
    places = card.places(models.source)
    if not places:
        raise WeightsError(
            f"{card.name} is not known to be on {models.source}; it is on {', '.join(card.hubs)}: set "
            f"ZOETROPE_MODEL_SOURCE={card.hubs[0]}."
        )
    endpoint = (models.endpoint or ENDPOINTS[models.source]).rstrip("/")
    return Hub(models.source, endpoint, models.token), places


@contextmanager
def _alone(unfinished: Path) -> Iterator[None]:
    """Two pulls of one checkpoint would write into each other's files."""
    try:
        unfinished.mkdir(parents=True, exist_ok=True)
        lock = (unfinished / _LOCK).open("w")
    except OSError as error:
        raise WeightsError(f"{unfinished} cannot be written ({error.strerror}); set ZOETROPE_MODELS.") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise WeightsError(f"{unfinished} is being filled by another pull; wait for it.") from error
        yield


def _choose(hub: Hub, places: tuple[Place, ...], folder: Path, wait: Wait, cancel: Cancel | None) -> tuple[Remote, ...]:
    """The files of the checkpoint and of its additions; the index is fetched to know them."""
    own, *additions = places
    listed = hub.files(own)
    index = next((remote for remote in listed if remote.path == INDEX), None)
    if index is None:
        raise WeightsError(f"{own.name} holds no {INDEX}, so it is no checkpoint in the layout of diffusers.")
    fetch(hub, index, folder / INDEX, lambda count: _stop_if(cancel), wait)
    try:
        chosen = choose(listed, json.loads((folder / INDEX).read_text(encoding="utf-8")))
    except (ValueError, AttributeError, TypeError) as error:
        raise WeightsError(f"{own.name} has a {INDEX} that cannot be read ({error}); tell its authors.") from error
    for place in additions:
        assert place.folder is not None, "an addition names its folder"
        there = listed if (place.name, place.revision) == (own.name, own.revision) else hub.files(place)
        chosen += tuple(choose_part(there, place.folder))
    return tuple({remote.path: remote for remote in chosen}.values())


def _check_space(card: Card, chosen: tuple[Remote, ...], folder: Path) -> None:
    needed = sum(remote.size for remote in chosen) - sum(_held(folder, remote) for remote in chosen)
    free = shutil.disk_usage(folder).free - _SPARE
    if needed > max(free, 0):
        raise WeightsError(
            f"{card.name} needs {show_bytes(needed)} more, and {show_bytes(max(free, 0))} are free on {folder.parent}; "
            "make room, or set ZOETROPE_MODELS to a folder on a larger disk."
        )


def _held(folder: Path, remote: Remote) -> int:
    """Bytes of a file that are there already, whole or not."""
    for path in (folder / remote.path, folder / f"{remote.path}{UNFINISHED}"):
        if path.is_file():
            return min(path.stat().st_size, remote.size)
    return 0


def _fetch_all(
    hub: Hub, chosen: tuple[Remote, ...], folder: Path, on_fetched: OnFetched | None, cancel: Cancel | None, wait: Wait
) -> dict[str, str]:
    """The SHA-256 of each file, by its path. Those that were checked before an interruption are not read again."""
    total, before, hashes = sum(remote.size for remote in chosen), 0, _checked(folder)
    for remote in chosen:

        def tell(count: int, path: str = remote.path, base: int = before) -> None:
            if on_fetched is not None:
                on_fetched(Fetched(path, base + count, total))
            _stop_if(cancel)

        if not _is_checked(folder / remote.path, remote, hashes):
            hashes[remote.path] = fetch(hub, remote, folder / remote.path, tell, wait)
            (folder / _CHECKED).write_text(json.dumps(hashes), encoding="utf-8")
        before += remote.size
        tell(0, base=before)
    return {remote.path: hashes[remote.path] for remote in chosen}


def _stop_if(cancel: Cancel | None) -> None:
    """Raises: Cancelled, which says that what is there stays."""
    try:
        stop_if(cancel, "the pull")
    except Cancelled:
        raise Cancelled("Stopped the pull, as asked; what is there stays, and the same pull goes on with it.") from None


def _checked(folder: Path) -> dict[str, str]:
    try:
        found = json.loads((folder / _CHECKED).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _is_checked(path: Path, remote: Remote, hashes: dict[str, str]) -> bool:
    """Whether it came before. Small files whose hash is git's are simply checked again."""
    known = remote.sha256 is not None and hashes.get(remote.path) == remote.sha256.lower()
    return known and path.is_file() and path.stat().st_size == remote.size


def _write_note(folder: Path, card: Card, hub: Hub, hashes: dict[str, str]) -> None:
    facts = {
        "card": card.name,
        "licence": card.licence.name,
        "source": hub.kind,
        "repositories": take_pins(folder),
        "sha256": hashes,
    }
    (folder / NOTE).write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")
    for name in (_CHECKED, _LOCK):
        (folder / name).unlink(missing_ok=True)
