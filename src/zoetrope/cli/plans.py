"""How a checkpoint would lie in the memory of a machine, in lines for people. Loads no weights."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from zoetrope.core.errors import InvalidRequest, Unsupported, WeightsError
from zoetrope.core.request import Request
from zoetrope.core.sizes import read_size
from zoetrope.core.time import exact_seconds, show_seconds
from zoetrope.engine.memory.plan import Plan, Wish, read_bytes, read_precision, show_bytes

if TYPE_CHECKING:
    from zoetrope.engine.families import Family, Planned
    from zoetrope.engine.memory.machine import Machine


@dataclass(frozen=True)
class Asked:
    """The options of `zoetrope doctor --checkpoint`, as they were written."""

    checkpoint: str
    card: int | None
    size: str | None
    seconds: str
    preset: str
    precision: str | None
    memory: str | None


def show_plan(asked: Asked) -> Iterator[str]:
    """Say line by line what a shot takes: the machine, each part, each stage, the whole.

    Raises: InvalidRequest, Unsupported, WeightsError; OutOfMemory with what would fit.
    """
    from zoetrope.engine.families import Planned
    from zoetrope.engine.memory.budget import forecast, settle_plan

    family = find_planned(asked.checkpoint)
    if not isinstance(family, Planned):
        raise Unsupported(f"{asked.checkpoint} fits into the memory of every machine; there is nothing to plan.")
    machine = _machine(asked.card)
    request = _request(asked, family)
    workload = family.workload(request)
    plan = settle_plan(family, request, machine, _wish(asked))
    said = forecast(family.descriptor, workload, plan, machine)
    yield f"{request.size}, {show_seconds(request.seconds)} s, preset {asked.preset}, on {_describe(machine)}"
    yield from _parts(family, plan)
    for stage in said.by_stage:
        yield f"  {stage.part:<12} peak {show_bytes(stage.device_bytes):>9}  about {_duration(stage.seconds)}"
    yield f"peak {_peaks(plan, machine)}; about {_duration(said.seconds)} for the shot"


def find_planned(checkpoint: str) -> Family:
    """A checkpoint's family, from its files or, where these are not here, from what is published of it."""
    from zoetrope.engine.checkpoints.cards import cards
    from zoetrope.engine.checkpoints.models_folder import open_models
    from zoetrope.engine.families import find_family
    from zoetrope.engine.families.descriptor import Descriptor
    from zoetrope.engine.families.opening import all_variants, family_of

    try:
        return find_family(checkpoint, open_models(os.environ))
    except WeightsError:
        variant = all_variants().get(checkpoint)
        if variant is None:
            raise
        kinds, settings = variant.kinds, variant.settings_text
        return family_of(
            Descriptor(checkpoint, cards()[checkpoint].family, variant.pipeline, settings, kinds, checkpoint)
        )


def _machine(gigabytes: int | None) -> Machine:
    from zoetrope.engine.memory.machine import CARDS, card, machine_here
    from zoetrope.engine.numerics import choose_numerics

    if gigabytes is None:
        return machine_here(choose_numerics().device)
    try:
        return card(gigabytes)
    except KeyError:
        known = ", ".join(map(str, CARDS))
        raise InvalidRequest(f"card was {gigabytes}; say its gigabytes, for instance {known}.") from None


def _wish(asked: Asked) -> Wish:
    precision = read_precision(asked.precision) if asked.precision is not None else None
    return Wish(precision, read_bytes(asked.memory) if asked.memory is not None else None)


def _request(asked: Asked, family: Family) -> Request:
    """The shot, settled as `generate` settles it, but for the conditions that it need not have to be planned."""
    from zoetrope.engine.presets import choose_preset

    limits = family.limits
    preset = choose_preset(asked.preset, family.presets, limits.checkpoint)
    return Request(
        "a shot",
        size=read_size(asked.size) if asked.size else limits.learned[0],
        seconds=min(exact_seconds(asked.seconds), limits.seconds[1]),
        preset=asked.preset,
        steps=preset.steps,
        guidance=preset.guidance,
        seed=0,
        sound=limits.sounds,
    )


def _parts(family: Planned, plan: Plan) -> Iterator[str]:
    from zoetrope.engine.memory.forecasting import weight_bytes

    for part in plan.parts:
        amount = show_bytes(weight_bytes(family.descriptor.part(part.part), part))
        yield f"  {part.part:<12} {part.precision:<5} {amount:>9}  {_WHERE[part.residence]}"
    if not plan.together:
        yield "  the branches of guidance one after the other"
    if plan.codec_bytes:
        yield f"  decoded in tiles of at most {show_bytes(plan.codec_bytes)}"


_WHERE = {
    "always": "stays on the device",
    "turn": "read when it is used, then gives way",
    "blocks": "block by block from the host's memory",
    "disk": "block by block from its files",
}


def _describe(machine: Machine) -> str:
    if machine.device == "cpu":
        return f"{machine.name} ({os.cpu_count()} cores, {show_bytes(machine.host_bytes)} free)"
    return f"{machine.name}, {show_bytes(machine.device_bytes)} and {show_bytes(machine.host_bytes)} of the host"


def _peaks(plan: Plan, machine: Machine) -> str:
    if machine.device == "cpu":
        return show_bytes(plan.host_bytes)
    return f"{show_bytes(plan.device_bytes or 0)} of the card and {show_bytes(plan.host_bytes)} of the host"


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{max(seconds, 0.1):.1f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
