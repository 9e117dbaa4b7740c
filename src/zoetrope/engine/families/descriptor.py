"""What lies in a checkpoint of an open family: its parts, their configs and files, as data.

Knows no torch and opens no weights; what the networks can do follows from the configs that are held here.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal


@dataclass(frozen=True)
class PartFiles:
    """One part of a checkpoint: which class of which library it is, its config, and where its weights lie.

    `part` is our word: network, network_low, network_fine for a second pass, text, tokeniser, vision, codec and so on.
    `files` are all shards, and none for a scheduler or tokeniser; `folder` is where those lie. `layout` names the keys
    inside the files; fp8 is a single file whose weights have 8 bits and scales.
    """

    part: str
    kind: str
    library: str
    config_text: str = "{}"
    files: tuple[Path, ...] = ()
    layout: Literal["diffusers", "single", "fp8", "gguf"] = "diffusers"
    folder: Path | None = None

    @property
    def config(self) -> dict[str, Any]:
        return json.loads(self.config_text)


@dataclass(frozen=True)
class Descriptor:
    """One checkpoint on this machine.

    `name` is that of its card or the last component of its path; `settings_text` holds the plain values of its
    model_index.json. Equal `identity` is equal weights.
    """

    name: str
    family: str
    pipeline: str
    settings_text: str
    parts: tuple[PartFiles, ...]
    identity: str
    card: str | None = None
    root: Path | None = None

    @property
    def settings(self) -> dict[str, Any]:
        return json.loads(self.settings_text)

    def part(self, name: str) -> PartFiles:
        """The part of a name; a KeyError is our own mistake."""
        for part in self.parts:
            if part.part == name:
                return part
        raise KeyError(name)

    def has(self, name: str) -> bool:
        return any(part.part == name for part in self.parts)


@dataclass(frozen=True)
class Variant:
    """What a published checkpoint is made of, known without having it: `kinds` hold real configs and no files."""

    card: str
    pipeline: str
    kinds: tuple[PartFiles, ...]
    settings_text: str = "{}"

    def part(self, name: str) -> PartFiles:
        """The part of a name; a KeyError is our own mistake."""
        return Descriptor(self.card, "", self.pipeline, self.settings_text, self.kinds, "").part(name)
