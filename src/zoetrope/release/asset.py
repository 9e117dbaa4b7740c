"""What has left through the door: a file with everything that it was found to carry.

An `Asset` is the proof that a file was screened, marked, labelled, signed and read back. Only the door makes one;
storage and commands take nothing else. Knows no codec and no database.
"""

from __future__ import annotations

import hashlib
from dataclasses import InitVar, dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from zoetrope.core.errors import MediaError

Name = Literal[
    "credentials", "metadata", "visible label", "picture mark", "sound mark", "registry", "registry's own mark"
]
State = Literal["answers", "silent", "broken", "not possible"]
_SEAL = object()
_CHUNK = 1 << 20


@dataclass(frozen=True)
class Layer:
    """One layer of provenance as it was found in a file.

    `answers`: it is there and whole. `silent`: it could be there and is not. `broken`: it is there and was changed.
    `not possible`: such a file cannot carry it.
    """

    name: Name
    state: State
    says: str


@dataclass(frozen=True)
class Ingredient:
    """Something that was given: what it was, how it was used, and what its own marks and labels say.

    `parent` was extended or edited, `input` was looked at. `path` is there where a file was given.
    """

    title: str
    relation: Literal["parent", "input"]
    sha256: str
    path: Path | None = None
    mark: int | None = None
    aigc: str | None = None


@dataclass(frozen=True)
class Making:
    """How media came about, as far as their file tells it; the prompt only where somebody asked for it to be told.

    `fingerprint` stands for the whole request: the same one gives the same mark. `when` is told by the credentials, and
    so is `prompt`.
    What no model `generated` (drawings of the toy stage, tables) is marked and signed, and not labelled as made by AI.
    """

    checkpoint: str
    note: str
    fingerprint: bytes
    when: datetime
    ingredients: tuple[Ingredient, ...] = ()
    generated: bool = True
    prompt: str | None = None


@dataclass(frozen=True)
class Asset:
    """A released file. Cannot be made by hand: `release` and `open_release` make it.

    Units: loudness in LUFS as delivered, None without sound. `sha256` is that of the whole file.
    """

    path: Path
    sha256: str
    mark: int
    profile: str
    making: Making
    layers: tuple[Layer, ...]
    loudness: float | None
    seal: InitVar[object]

    def __post_init__(self, seal: object) -> None:
        if seal is not _SEAL:
            raise TypeError("an Asset is made by zoetrope.release alone; release the frames and sound instead")

    def check(self) -> None:
        """Make sure that the file is still the one that was released.

        Raises: MediaError if it is gone or was changed.
        """
        if not self.path.is_file() or digest(self.path) != self.sha256:
            raise MediaError(f"{self.path} is no longer the file that was released; release it again")


def digest(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    state = hashlib.sha256()
    with path.open("rb") as file:
        while part := file.read(_CHUNK):
            state.update(part)
    return state.hexdigest()
