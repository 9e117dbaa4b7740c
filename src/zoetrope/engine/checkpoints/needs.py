"""What each checkpoint that has a card is on common cards, by the plans that would be made there. Loads no weights.

usage: python -m zoetrope.engine.checkpoints.needs > src/zoetrope/engine/checkpoints/memory.yaml

Plans need the networks' libraries and half a minute, so `zoetrope models` shows what was written down.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from zoetrope.core.errors import OutOfMemory
from zoetrope.core.request import Request
from zoetrope.engine.checkpoints.cards import cards
from zoetrope.engine.families.descriptor import Descriptor
from zoetrope.engine.families.opening import all_variants, family_of
from zoetrope.engine.memory.budget import settle_plan
from zoetrope.engine.memory.machine import CARDS, card
from zoetrope.engine.memory.plan import Plan, Residence, show_bytes

SECONDS = 5  # or the longest shot, where that is shorter
_WHERE = {
    Residence.ALWAYS: "stays",
    Residence.TURN: "read when it is used",
    Residence.BLOCKS: "block by block from the host",
    Residence.DISK: "block by block from its files",
}


def needs(name: str) -> Mapping[int, str]:
    """How the network of a published checkpoint would lie on cards of so many gigabytes; none where it does not fit.

    Only those that change it are there. A shot of its first size and five seconds, at the standard preset, or in two
    passes where the card is there for these.
    """
    family = _family(name)
    kind = "upscaled" if name.endswith("-sr") else "standard"
    preset, limits = family.presets[kind], family.limits
    request = Request(
        "a shot",
        preset=kind,
        size=limits.learned[0] if kind == "standard" else family.sizes(kind)[0],
        seconds=min(SECONDS, limits.seconds[1]),
        steps=preset.steps,
        guidance=preset.guidance,
        seed=0,
        sound=limits.sounds,
    )
    rows: dict[int, str] = {}
    for gigabytes in CARDS:
        try:
            said = _say(settle_plan(family, request, card(gigabytes)))
        except OutOfMemory:
            continue
        if not rows or said.partition(";")[0] != list(rows.values())[-1].partition(";")[0]:
            rows[gigabytes] = said
    return rows


def _family(name: str) -> Any:
    variant = all_variants()[name]
    return family_of(
        Descriptor(name, cards()[name].family, variant.pipeline, variant.settings_text, variant.kinds, name)
    )


def _say(plan: Plan) -> str:
    network = plan.part("network")
    parts = f"{network.precision}, {_WHERE[network.residence]}"
    tiles = ", decoded in tiles" if plan.codec_bytes else ""
    return f"{parts}{tiles}; peak {show_bytes(plan.device_bytes or 0)} and {show_bytes(plan.host_bytes)} of the host"


def _write() -> None:
    print(
        "# Made by `python -m zoetrope.engine.checkpoints.needs`: gigabytes of a card, and how the network lies there."
    )
    for name in cards():
        if name in all_variants() and (rows := needs(name)):
            print(f"{name}:")
            for gigabytes, said in rows.items():
                print(f'  {gigabytes}: "{said}"')


if __name__ == "__main__":
    _write()
