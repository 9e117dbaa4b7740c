"""The plan for a request on a machine, or the refusal that says what would fit; before anything loads.

Knows families only by what `Planned` says: their parts and what a request makes these compute.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING, Protocol

from zoetrope.core.errors import OutOfMemory, Unsupported
from zoetrope.core.sizes import Size
from zoetrope.core.time import show_seconds
from zoetrope.engine.families import Planned
from zoetrope.engine.memory.coefficients import FLOAT32_CODECS, PATIENCE
from zoetrope.engine.memory.forecasting import Forecast, forecast
from zoetrope.engine.memory.machine import Machine
from zoetrope.engine.memory.plan import PLAIN, PartPlan, Plan, Precision, Residence, Wish, show_bytes
from zoetrope.engine.memory.work import CodecWork, Workload

if TYPE_CHECKING:
    from zoetrope.core.limits import Limits
    from zoetrope.core.request import Request
    from zoetrope.engine.families.descriptor import Descriptor, PartFiles

__all__ = ["Forecast", "Plannable", "forecast", "settle_plan"]

NETWORKS = ("network", "network_low", "network_fine")
TEXTS = ("text", "text_2")
TILE_BYTES = 800 * 10**6  # some 300 x 300 pixels of Wan's codec, so that overlaps are a third of the work at most
PACKED = (Precision.INT8, Precision.NF4)  # what is tried unasked: int8 loses less than fp8 and runs everywhere

Layout = tuple[Precision, Residence]


class Plannable(Planned, Protocol):
    """A family that knows its work, and the sizes and lengths that a refusal may name."""

    @property
    def limits(self) -> Limits: ...


def settle_plan(family: Plannable, request: Request, machine: Machine, wish: Wish | None = None) -> Plan:
    """Choose the plan for a settled request: the fastest of those that fit, where lost precision counts as time.

    More memory never makes that time longer.
    Raises: OutOfMemory with what would fit; Unsupported for a precision that cannot be wished for, or to be compiled.
    """
    wish = wish or Wish()
    if wish.precision is Precision.FILE:
        raise Unsupported(
            "packed weights are unpacked to bf16 when they are loaded; leave the precision out, or ask for nf4."
        )
    if wish.compiled:
        raise Unsupported(f"{family.descriptor.name} is not compiled, only pocket is; leave --compile out.")
    allowed = machine.within(wish)
    found = _best(family.descriptor, family.workload(request), allowed, wish.precision)
    if found is None:
        raise OutOfMemory(_refusal(family, request, allowed, wish))
    return found


def _best(descriptor: Descriptor, workload: Workload, machine: Machine, precision: Precision | None) -> Plan | None:
    best: tuple[float, Plan] | None = None
    for plan in _candidates(descriptor, workload, machine, precision):
        said = forecast(descriptor, workload, plan, machine)
        if not said.fits(machine):
            continue
        cost = _cost(descriptor, plan, said)
        if best is None or cost < best[0]:
            device = None if machine.device == "cpu" else said.device_peak
            best = cost, replace(plan, device_bytes=device, host_bytes=said.host_peak, seconds=said.seconds)
    return best[1] if best else None


def _cost(descriptor: Descriptor, plan: Plan, said: Forecast) -> float:
    """Seconds, stretched by what precision is lost in the network and in the text encoder."""

    def patience(part: PartPlan) -> float:
        """8-bit weights that come as such lose nothing by staying so."""
        kept = part.precision is Precision.FP8 and descriptor.part(part.part).layout == "fp8"
        return PATIENCE[Precision.BF16 if kept else part.precision]

    network, text = (
        max((patience(part) for part in plan.parts if part.part in group), default=1.0) for group in (NETWORKS, TEXTS)
    )
    return said.seconds * network * text


def _candidates(
    descriptor: Descriptor, workload: Workload, machine: Machine, precision: Precision | None
) -> Iterator[Plan]:
    """Every plan worth a forecast, best liked first, so that equal costs fall to it."""
    parts = [files for files in descriptor.parts if files.part in workload.parts]
    kept = all(files.layout == "fp8" for files in parts if files.part in NETWORKS)
    networks = _layouts(machine, precision, kept)
    texts = _layouts(machine, precision if precision in PLAIN else None)
    others = (Residence.ALWAYS, Residence.TURN)
    for together, tiled, other, text, network in product((True, False), _tiled(workload), others, texts, networks):
        planned = tuple(_plan_part(files, network, text, other, machine) for files in parts)
        yield Plan(planned, codec_bytes=tiled, together=together)


def _layouts(machine: Machine, precision: Precision | None, kept: bool = False) -> tuple[Layout, ...]:
    """`kept` is whether weights come in 8 bits with scales, so that these are read as they lie."""
    unasked = (Precision.FP8, *PACKED) if kept else PACKED
    wished = (precision,) if precision else (machine.native, *unasked)
    residences = (Residence.ALWAYS, Residence.TURN, Residence.BLOCKS, Residence.DISK)
    return tuple(
        (kind, residence)
        for kind, residence in product(wished, residences)
        if not (residence is Residence.BLOCKS and machine.device == "cpu")  # the host is the device
        # packing each block anew takes longer than it saves
        and not (residence is Residence.DISK and kind not in PLAIN and not (kept and kind is Precision.FP8))
    )


def _plan_part(files: PartFiles, network: Layout, text: Layout, other: Residence, machine: Machine) -> PartPlan:
    if files.part in NETWORKS:
        precision, residence = network
    elif files.part in TEXTS:
        precision, residence = text
    else:
        precision, residence = machine.native, other
    if files.kind in FLOAT32_CODECS:
        precision = Precision.F32
    return PartPlan(files.part, precision, residence)


def _tiled(workload: Workload) -> tuple[int, ...]:
    """Whole decodes and, where there are any, those in tiles: as small as is still fast, whatever the machine."""
    return (0, TILE_BYTES) if any(isinstance(work, CodecWork) and work.tiles for work in workload.works) else (0,)


def _refusal(family: Plannable, request: Request, machine: Machine, wish: Wish) -> str:
    descriptor = family.descriptor
    fitting = list(_that_fit(family, request, machine, wish))
    limits = "; ".join(fitting) if fitting else "nothing of this checkpoint; take a smaller one"
    device, host = _least(family, request, machine, wish)
    where = "memory" if machine.device == "cpu" else "the card"
    needs = f"{show_bytes(device)} of {where}"
    if machine.device != "cpu" and host > machine.host_bytes:
        needs += f" and {show_bytes(host)} of the host"
    has = show_bytes(machine.device_bytes)
    if machine.device != "cpu" and host > machine.host_bytes:
        has += f" and {show_bytes(machine.host_bytes)}"
    return (
        f"{descriptor.name} at {request.size} for {show_seconds(request.seconds)} s needs at least {needs}; "
        f"{has} may be used. What fits: {limits}."
    )


def _least(family: Plannable, request: Request, machine: Machine, wish: Wish) -> tuple[int, int]:
    """The peaks of the plan that comes nearest to fitting."""
    workload = family.workload(request)
    said = [
        forecast(family.descriptor, workload, plan, machine)
        for plan in _candidates(family.descriptor, workload, machine, wish.precision)
    ]
    nearest = min(said, key=lambda one: max(one.device_peak / machine.device_bytes, one.host_peak / machine.host_bytes))
    return nearest.device_peak, nearest.host_peak


def _that_fit(family: Plannable, request: Request, machine: Machine, wish: Wish) -> Iterator[str]:
    """Other precisions, sizes and lengths that fit, the nearest of each."""

    def fits(other: Request, precision: Precision | None = wish.precision) -> bool:
        workload = family.workload(other)
        plans = _candidates(family.descriptor, workload, machine, precision)
        return any(forecast(family.descriptor, workload, plan, machine).fits(machine) for plan in plans)

    if wish.precision is not None:
        packed = [kind for kind in PACKED if kind is not wish.precision and fits(request, kind)]
        yield from (f"precision {kind}" for kind in packed[:1])
    for size in _smaller_sizes(family, request):
        if fits(replace(request, size=size, conditions=())):
            yield f"{size} for {show_seconds(request.seconds)} s"
            break
    limits = family.limits
    least, step = limits.seconds[0], limits.seconds_step
    if request.seconds > least and fits(replace(request, seconds=least, conditions=())):
        low, high = 0, int((request.seconds - least) / step)
        while high - low > 1:
            middle = (low + high) // 2
            shorter = replace(request, seconds=least + middle * step, conditions=())
            low, high = (middle, high) if fits(shorter) else (low, middle)
        yield f"{request.size} for {show_seconds(least + low * step)} s"


def _smaller_sizes(family: Plannable, request: Request) -> list[Size]:
    """Sizes of the same orientation, nearly the same shape and fewer pixels, largest first; a dozen of them."""
    asked, grid = request.size, family.limits.grid
    least = family.limits.sides[0]
    sizes = []
    for share in (0.85, 0.75, 0.66, 0.58, 0.5, 0.42, 0.33, 0.25):
        width, height = (max(least, round(side * share / grid) * grid) for side in (asked.width, asked.height))
        if width * height < asked.pixels:
            sizes.append(Size(width, height))
    return list(dict.fromkeys(sizes))
