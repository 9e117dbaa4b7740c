"""What a LoRA file says of itself: which layers of which network it changes, and how. Needs no torch.

Knows no network's modules; who lays it holds it against them.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from zoetrope.core.errors import WeightsError
from zoetrope.core.request import Adapter
from zoetrope.engine.adapters.spelling import (
    OTHERS,
    TEXT_PREFIXES,
    Expert,
    Role,
    family_of_layers,
    layers_of,
    put_dots,
    split_role,
    strip_prefix,
)
from zoetrope.engine.checkpoints.headers import Entry, read_header

TITLES: Mapping[str, str] = {
    **{"wan": "Wan", "ltx": "LTX-Video", "ltx2": "LTX-2", "hunyuan": "HunyuanVideo 1.5"},
}
# As the files of Wan 2.2's LoRAs, which come in pairs, are called.
_LOW = re.compile(r"low[-_ ]?noise|[-_]low(?![a-z])", re.IGNORECASE)
_HIGH = re.compile(r"high[-_ ]?noise|[-_]high(?![a-z])", re.IGNORECASE)

BRANCHES = "vace_blocks."  # as VACE's authors and diffusers call them

# With their dots, so that those of the sound are not meant.
_FIRST = (".attn1.to_q", ".self_attn.q", ".img_attn_q", ".img_attn_qkv", ".attn.to_q")

Roles = Mapping[Role, Entry]


@dataclass(frozen=True)
class AdapterFile:
    """A LoRA file. `layers` are by expert and by the name that the file has for them, without prefixes.

    `stamp` is the size and time of the file as it was read: others under its name have another.
    """

    path: Path
    stamp: tuple[int, int]
    network: str
    layers: Mapping[tuple[Expert, str], Roles]

    @property
    def width(self) -> int | None:
        """Numbers that go into a block's first projections of the picture; None if it changes none of them."""
        for (_, layer), roles in self.layers.items():
            if layer.endswith(_FIRST) and "down" in roles:
                return roles["down"].shape[1]
        return None

    @property
    def branch(self) -> str | None:
        """A layer of VACE's branches that it changes."""
        return next((layer for _, layer in self.layers if layer.startswith(BRANCHES)), None)


def open_adapter(source: str) -> AdapterFile:
    """Read what a LoRA file says of itself.

    Raises: WeightsError for what is missing, damaged, a pickle, of another kind, or for no network that is known.
    """
    path = Path(source).expanduser()
    if not path.is_file():
        raise WeightsError(f"{path} is missing; give the path of a LoRA's .safetensors file.")
    facts = path.stat()
    return _open(path, facts.st_size, facts.st_mtime_ns)


@lru_cache(maxsize=32)
def _open(path: Path, size: int, changed: int) -> AdapterFile:
    """By what the file was when it was read, so that another one under its name is read anew."""
    found: dict[tuple[Expert, str], dict[Role, Entry]] = {}
    underscored = False
    for key, entry in read_header(path).items():
        split = split_role(key)
        if split is None:
            raise WeightsError(_strange(path, key))
        if split[0].startswith(TEXT_PREFIXES):
            raise WeightsError(f"{path} changes the text encoder too ({key}), which is not done here; use another.")
        layer, expert, flat = strip_prefix(split[0])
        underscored = underscored or flat
        found.setdefault((expert, layer), {})[split[1]] = entry
    layers: dict[tuple[Expert, str], Roles] = _dotted(path, found) if underscored else dict(found)
    network = family_of_layers(layer for _, layer in layers)
    if network is None:
        raise WeightsError(f"{path} is a LoRA for no network that is known here; known are {_and(TITLES.values())}.")
    if any(expert == "low" for expert, _ in layers):
        layers = {(_one_of_two(expert), layer): roles for (expert, layer), roles in layers.items()}
    for (_, layer), roles in layers.items():
        _check_roles(path, layer, roles)
    return AdapterFile(path, (size, changed), network, layers)


def check_adapters(
    adapters: Iterable[Adapter], network: str, width: int, checkpoint: str, *, branches: bool = False
) -> None:
    """Refuse, before anything loads, LoRAs for another family or for a network of another size.

    `branches` is whether the network has VACE's.
    Units: width of the tokens, which goes into the attention's first projections.
    Raises: WeightsError.
    """
    for adapter in adapters:
        file = open_adapter(adapter.source)
        if file.network != network and (file.network, network) != ("ltx", "ltx2"):
            raise WeightsError(
                f"{file.path} is a LoRA for {TITLES[file.network]}, and {checkpoint} is {TITLES[network]}; leave it "
                "out, or choose a checkpoint that it was trained on."
            )
        found = file.width
        if found is not None and found != width:
            raise WeightsError(
                f"{file.path} is a LoRA for a network of width {found}, and that of {checkpoint} has {width}; take the "
                "LoRA of this size."
            )
        if file.branch is not None and not branches:
            raise WeightsError(
                f"{file.path} changes VACE's branches ({file.branch}); {checkpoint} has none: choose a VACE checkpoint."
            )


def identity_of(adapters: Iterable[Adapter]) -> str:
    """What stands for the files of adapters as they are now; nothing for none. Raises: WeightsError."""
    stamps = [open_adapter(adapter.source).stamp for adapter in adapters]
    return hashlib.sha256(repr(stamps).encode()).hexdigest() if stamps else ""


def is_for(adapter: Adapter, file: AdapterFile, said: Expert, part: str, experts: bool) -> bool:
    """Whether layers for an expert, as the file says, are laid on a part.

    What the request says comes first, then the file's keys, then its name, as those of pairs are told apart by it.
    """
    if not experts:
        return True
    wanted = adapter.expert if adapter.expert != "both" else said
    if wanted == "both":
        name = file.path.stem
        wanted = "low" if _LOW.search(name) else "high" if _HIGH.search(name) else "both"
    return wanted == "both" or wanted == ("low" if part == "network_low" else "high")


def _dotted(path: Path, found: Mapping[tuple[Expert, str], dict[Role, Entry]]) -> dict[tuple[Expert, str], Roles]:
    dotted = put_dots({layer for _, layer in found})
    if dotted is None:
        example = next(iter(found))[1]
        raise WeightsError(f"{path} changes {example}, a layer of no network that is known here; {_KNOWN}")
    return {(expert, dotted[layer]): roles for (expert, layer), roles in found.items()}


def _one_of_two(expert: Expert) -> Expert:
    """What a file with the second expert's layers leaves unsaid is the first."""
    return "low" if expert == "low" else "high"


def _check_roles(path: Path, layer: str, roles: Roles) -> None:
    if ("down" in roles) != ("up" in roles):
        lacks = "up" if "down" in roles else "down"
        raise WeightsError(f"{path} lacks the matrix {lacks} of {layer}; the file is incomplete, get it again.")
    if "down" not in roles:
        return
    down, up = roles["down"], roles["up"]
    if len(down.shape) not in (2, 4, 5) or len(down.shape) != len(up.shape) or down.shape[0] != up.shape[1]:
        raise WeightsError(f"{path} has matrices of {down.shape} and {up.shape} for {layer}, which do not fit.")


def _strange(path: Path, key: str) -> str:
    for ending, kind in OTHERS.items():
        if ending in key:
            return f"{path} is a {kind} adapter ({key}), which is not read here; only plain LoRA is."
    return f"{path} holds {key}, which is no part of a LoRA; a whole checkpoint is given with --checkpoint."


def _and(names: Iterable[str]) -> str:
    return ", ".join(names)


_KNOWN = f"known are {_and(TITLES.values())}."

__all__ = ["TITLES", "AdapterFile", "check_adapters", "identity_of", "is_for", "layers_of", "open_adapter"]
