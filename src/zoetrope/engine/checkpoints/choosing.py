"""Which files of a repository a checkpoint is made of: its parts' configs, and their plainest weights, and no pickle.

Knows no hub.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from zoetrope.core.errors import WeightsError
from zoetrope.engine.checkpoints.folder import PARTS, plainest
from zoetrope.engine.checkpoints.hub import Remote

INDEX = "model_index.json"
_BESIDE = ("guider",)  # settings that lie in a folder of their own
_LIGHT = (".json", ".txt", ".model", ".jinja")  # configs, vocabularies and templates of prompts
_SHARDS = ".safetensors.index.json"


def choose(listed: Iterable[Remote], index: Mapping[str, Any]) -> tuple[Remote, ...]:
    """The files of the parts that a model_index.json names.

    Raises: WeightsError for a part without weights that may be read.
    """
    folders = [name for name, found in index.items() if name in (*PARTS, *_BESIDE) and isinstance(found, list)]
    named = [name for name in folders if all(index[name])]
    files = tuple(listed)
    chosen = [remote for remote in files if remote.path == INDEX]
    for name in named:
        chosen.extend(choose_part(files, name, str(index[name][0])))
    return tuple(chosen)


def choose_part(listed: Iterable[Remote], folder: str, library: str = "diffusers") -> Iterator[Remote]:
    """The files of one part. Raises: WeightsError if it has pickles only."""
    inside = {PurePosixPath(remote.path).name: remote for remote in listed if _parent(remote.path) == folder}
    weights = set(_weights(inside, library))
    if not weights and any(name.endswith((".bin", ".pt", ".ckpt")) for name in inside):
        raise WeightsError(
            f"{folder} has its weights as pickles alone, which can run any code when they are read; take a repository "
            "with .safetensors files."
        )
    for name, remote in inside.items():
        light = name.endswith(_LIGHT) and not name.endswith((_SHARDS, ".bin.index.json"))
        if light or name in weights:
            yield remote


def _weights(names: Iterable[str], library: str) -> Iterator[str]:
    """The shards and index of the plainest variant, or the plainest whole file."""
    names = tuple(names)
    indices = plainest((name for name in names if name.endswith(_SHARDS)), library)
    if indices:
        stem = re.escape(indices[0].removesuffix(_SHARDS))
        yield indices[0]
        yield from (name for name in names if re.fullmatch(rf"{stem}-\d+-of-\d+\.safetensors", name))
        return
    whole = (name for name in names if name.endswith(".safetensors") and "-of-" not in name)
    yield from plainest(whole, library)[:1]


def _parent(path: str) -> str:
    return str(PurePosixPath(path).parent)
