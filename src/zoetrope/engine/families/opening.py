"""From a checkpoint's card name or path to its family, without loading weights. Knows no family beyond its address."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from zoetrope.core.errors import InvalidRequest, Unsupported

if TYPE_CHECKING:
    from zoetrope.engine.checkpoints.models_folder import Models
    from zoetrope.engine.families import Family
    from zoetrope.engine.families.descriptor import Descriptor, Variant

FAMILIES: Mapping[str, str] = MappingProxyType(
    {
        "wan": "zoetrope.engine.families.wan.facts:Wan",
        "ltx": "zoetrope.engine.families.ltx.facts:Ltx",
        "hunyuan": "zoetrope.engine.families.hunyuan.facts:Hunyuan",
        "bridge": "zoetrope.engine.families.bridge.facts:Bridge",
    }
)
VARIANTS: tuple[str, ...] = (
    "zoetrope.engine.families.wan.variants:VARIANTS",
    "zoetrope.engine.families.ltx.variants:VARIANTS",
    "zoetrope.engine.families.hunyuan.variants:VARIANTS",
)


def open_family(checkpoint: str, models: Models | None = None) -> Family:
    """Find an open checkpoint by its card's name or by its path.

    Raises: InvalidRequest if there is neither; WeightsError for what cannot be one.
    """
    return family_of(_describe(checkpoint, models))


def family_of(descriptor: Descriptor) -> Family:
    """The family that understands a checkpoint. Raises: Unsupported."""
    if descriptor.family not in FAMILIES:
        known = ", ".join(FAMILIES)
        raise Unsupported(f"{descriptor.name} is of the family {descriptor.family!r}; the families are {known}.")
    return _found(FAMILIES[descriptor.family])(descriptor)


def all_variants() -> Mapping[str, Variant]:
    """Every published checkpoint whose configs are known, by the name of its card."""
    return {card: variant for address in VARIANTS for card, variant in _found(address).items()}


def _describe(checkpoint: str, models: Models | None) -> Descriptor:
    """A card's name comes before a folder of that name; `./` in front of it means the folder."""
    from zoetrope.engine.checkpoints.cards import cards
    from zoetrope.engine.checkpoints.identify import describe, describe_card
    from zoetrope.engine.checkpoints.models_folder import open_models

    models = models or open_models({})
    if checkpoint in cards():
        return describe_card(checkpoint, models)
    path = Path(checkpoint).expanduser()
    if path.exists():
        return describe(path, models)
    near = get_close_matches(checkpoint, ["pocket", *cards()], n=3) or ["pocket"]
    raise InvalidRequest(
        f"checkpoint was {checkpoint!r}, which is no file or folder and no name that is known; `zoetrope models` lists "
        f"the names, for instance {', '.join(near)}."
    )


def _found(address: str) -> Any:
    module, name = address.split(":")
    return getattr(importlib.import_module(module), name)
