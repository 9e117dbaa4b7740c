"""What a network is made of, counted on its empty modules. Needs its library, none of its weights.

Knows no machine and no plan.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zoetrope.engine.families.descriptor import PartFiles


@dataclass(frozen=True)
class Anatomy:
    """Units: numbers of weights, not bytes.

    `outside` is what is not in repeated blocks; `packable` are weights of linear layers in blocks, `kept` those of all
    that stay in float32. `per_token` are multiply-adds of the blocks for each token; `width` is that of the tokens and
    `inner` the widest layer inside a block. `lists` are lists of repeated blocks, which are streamed side by side.
    """

    outside: int
    blocks: int
    largest_block: int
    largest_tensor: int
    packable: int
    kept: int
    layers: int
    per_token: int
    width: int
    inner: int
    lists: int

    @property
    def total(self) -> int:
        return self.outside + self.blocks


def anatomy(files: PartFiles) -> Anatomy:
    """Count a part. Raises: Unsupported if its library is not installed."""
    return _anatomy(files.library, files.kind, files.config_text)


@lru_cache(maxsize=64)
def _anatomy(library: str, kind: str, config_text: str) -> Anatomy:
    from torch import nn

    from zoetrope.engine.families.descriptor import PartFiles
    from zoetrope.engine.memory.building import (
        build_empty,
        kept_in_float32,
        repeated_blocks,
        stored_tensors,
        weight_count,
    )

    module = build_empty(PartFiles("part", kind, library, config_text))
    lists = [module.get_submodule(name) for name in repeated_blocks(module)]
    sizes = [[weight_count(block) for block in blocks.children()] for blocks in lists]
    kept, stored = kept_in_float32(module), list(stored_tensors(module))
    linears = [
        (name, layer)
        for blocks in lists
        for name, layer in blocks.named_modules()
        if isinstance(layer, nn.Linear) and layer.in_features > 1
    ]
    # Layers of a sound stream see its few tokens, so they count as weights and not as work for each token.
    working = [layer for name, layer in linears if "audio" not in name]
    inside = sum(map(sum, sizes))
    return Anatomy(
        outside=weight_count(module) - inside,
        blocks=inside,
        largest_block=max(map(max, sizes), default=0),
        largest_tensor=max((tensor.numel() for _, tensor in stored), default=0),
        packable=sum(layer.in_features * layer.out_features for _, layer in linears),
        kept=sum(tensor.numel() for names, tensor in stored if kept.intersection(names[0].split("."))),
        layers=sum(map(len, sizes)),
        per_token=sum(layer.in_features * layer.out_features for layer in working),
        width=_commonest([layer.in_features for layer in working]),
        inner=max((layer.out_features for layer in working), default=0),
        lists=len(lists),
    )


def _commonest(widths: list[int]) -> int:
    return max(set(widths), key=widths.count) if widths else 0
