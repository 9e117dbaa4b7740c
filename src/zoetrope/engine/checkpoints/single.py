"""One file of a network: its shapes say which checkpoint it is of, and that one's folder has the other parts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from zoetrope.core.errors import WeightsError
from zoetrope.engine.checkpoints.cards import cards, check_territory
from zoetrope.engine.checkpoints.folder import describe_folder, identity
from zoetrope.engine.checkpoints.four_bits import take_four_bits
from zoetrope.engine.checkpoints.headers import Entry
from zoetrope.engine.checkpoints.models_folder import UNFINISHED, Models
from zoetrope.engine.checkpoints.names import dialect, network_keys, origins
from zoetrope.engine.checkpoints.scaled import take_scales
from zoetrope.engine.checkpoints.tensors import read_entries
from zoetrope.engine.families.descriptor import Descriptor

_BLOCK = re.compile(r"(?:transformer_)?blocks\.(\d+)\.")
_EXPERT_LOW = re.compile(r"low[-_ ]?noise|[-_]low", re.IGNORECASE)
Shape = Mapping[str, int | bool]


def describe_single(path: Path, models: Models) -> Descriptor:
    """Describe one network's file: its shapes say which checkpoint it is of, whose other parts must be here.

    Where a checkpoint has two experts, a file whose name says "low noise" takes the place of the second.
    Raises: WeightsError if no known checkpoint has these shapes, or the one that has them was not pulled.
    """
    entries = take_four_bits(read_entries(path))
    family = dialect(entries)
    if family is None:
        raise WeightsError(
            f"{path} holds no network that is known here; known are Wan, LTX-Video, LTX-2, HunyuanVideo 1.5."
        )
    shape = shape_of(entries)
    base = _base(shape, models, path)
    if base is None:
        raise WeightsError(_absent(path, family, shape))
    if base.card is not None:
        check_territory(cards()[base.card], models.territory)
    part = "network_low" if base.has("network_low") and _EXPERT_LOW.search(path.stem) else "network"
    network = replace(base.part(part), files=(path,), layout=_layout(path, entries), folder=path.parent)
    parts = tuple(network if each.part == part else each for each in base.parts)
    return replace(base, name=path.name, parts=parts, identity=identity(parts))


def _layout(path: Path, entries: Mapping[str, Entry]) -> Literal["single", "fp8", "gguf"]:
    if path.suffix.lower() == ".gguf":
        return "gguf"
    _, scales = take_scales({key: entries[key] for key in network_keys(entries)})
    return "fp8" if scales else "single"


def shape_of(entries: Mapping[str, Entry]) -> Shape:
    """What tells networks of a family apart: blocks, width, channels and branches."""
    named = {name: entries[origin.key].shape for name, origin in origins(entries).items()}
    blocks = [int(found[1]) for name in named if (found := _BLOCK.match(name))]
    entry = next(
        (named[key] for key in ("patch_embedding.weight", "proj_in.weight", "x_embedder.proj.weight") if key in named),
        (),
    )
    return {
        "blocks": max(blocks, default=-1) + 1,
        "width": entry[0] if entry else 0,
        "channels": entry[1] if len(entry) > 1 else 0,
        "pictures": any("image_embedder" in name for name in named),
        "control": any(name.startswith("vace_blocks") for name in named),
        "sound": any("audio" in name for name in named),
    }


def shape_of_config(config: Mapping[str, Any]) -> Shape:
    """The same of a config."""
    width = config.get("num_attention_heads", 0) * config.get("attention_head_dim", 0)
    return {
        "blocks": config.get("num_layers", 0),
        "width": width,
        "channels": config.get("in_channels", 0),
        "pictures": bool(config.get("image_dim") or config.get("image_embed_dim")),
        "control": bool(config.get("vace_layers")),
        "sound": "audio_in_channels" in config,
    }


def _base(shape: Shape, models: Models, path: Path) -> Descriptor | None:
    """The pulled checkpoint of these shapes; of several, that whose name the file's name holds most of.

    Raises: WeightsError where that leaves several.
    """
    folders = sorted(models.folder.iterdir()) if models.folder.is_dir() else ()
    pulled = [folder for folder in folders if (folder / "model_index.json").is_file()]
    described = [_described(folder) for folder in pulled if folder.suffix != UNFINISHED]
    fitting = [each for each in described if each and shape_of_config(each.part("network").config) == shape]
    best = max((_likeness(each.name, path.stem) for each in fitting), default=0)
    alike = [each for each in fitting if _likeness(each.name, path.stem) == best]
    if len(alike) > 1:
        names = " or ".join(each.name for each in alike)
        raise WeightsError(
            f"{path} may be of {names}, whose networks have the same shapes; put one of these names into the file's "
            "name."
        )
    return alike[0] if alike else None


def _described(folder: Path) -> Descriptor | None:
    """None for one that is damaged, which is no reason to refuse another's file."""
    try:
        return describe_folder(folder, cards().get(folder.name))
    except WeightsError:
        return None


def _likeness(name: str, stem: str) -> int:
    """How many of a checkpoint's words a file's name holds."""
    return sum(_plain(word) in _plain(stem) for word in name.split("-"))


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _absent(path: Path, family: str, shape: Shape) -> str:
    from zoetrope.engine.families.opening import all_variants

    fitting = [card for card, known in all_variants().items() if shape_of_config(known.part("network").config) == shape]
    facts = f"{path} is a network of {family} with {shape['blocks']} blocks of width {shape['width']}"
    if not fitting:
        return f"{facts}, which no card has; give the whole checkpoint as a folder in the layout of diffusers."
    return f"{facts}; its text encoder and codec are those of {fitting[0]}: run `zoetrope models pull {fitting[0]}`."
