"""How much memory and time a plan would take for a workload. Arithmetic on anatomies and measured coefficients.

Knows neither families nor how a plan is chosen, and loads nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from math import prod
from typing import TYPE_CHECKING

from zoetrope.engine.memory.anatomy import Anatomy, anatomy
from zoetrope.engine.memory.coefficients import (
    BESIDE_BYTES,
    CODEC_WORK,
    INNER_BYTES,
    MATRIX_SHARE,
    UNPACK_RATE,
    WIDTH_BYTES,
    alive_per_pixel,
    channels_per_pixel,
)
from zoetrope.engine.memory.machine import Machine
from zoetrope.engine.memory.plan import PLAIN, STREAMED, PartPlan, Plan, Precision, Residence
from zoetrope.engine.memory.work import CodecWork, NetworkWork, TextWork, Work, Workload

if TYPE_CHECKING:
    from zoetrope.engine.families.descriptor import Descriptor, PartFiles, Variant

# Bytes of a packed weight with its scales: of int8 and fp8 one a row, next to nothing; of others one a block.
PACKED_BYTES = {Precision.FP8: 1.0, Precision.INT8: 1.0, Precision.NF4: 0.5625, Precision.NVFP4: 0.5625}
_UNKNOWN_RATE = 50e9  # products a second of one old core, where a machine's rate is not known


@dataclass(frozen=True)
class Stage:
    """One work of a request. Units: bytes at its peak, with all that lies beside it; seconds with its loading."""

    part: str
    device_bytes: int
    host_bytes: int
    seconds: float


@dataclass(frozen=True)
class Forecast:
    """Units: bytes, seconds. On a machine without a card both peaks are the same memory."""

    device_peak: int
    host_peak: int
    seconds: float
    by_stage: tuple[Stage, ...]

    def fits(self, machine: Machine) -> bool:
        return self.device_peak <= machine.device_bytes and self.host_peak <= machine.host_bytes


def forecast(checkpoint: Descriptor | Variant, workload: Workload, plan: Plan, machine: Machine) -> Forecast:
    """Say what a plan would take. Raises: Unsupported if the networks' library is not installed."""
    parts = {files.part: files for files in _parts(checkpoint)}
    stays = sum(
        weight_bytes(parts[planned.part], planned)
        for planned in plan.parts
        if planned.residence is Residence.ALWAYS and planned.part in parts
    )
    works = [work if plan.together else _apart(work) for work in workload.works if work.part in parts]
    stages = tuple(_stage(work, parts, plan, machine, stays) for work in works)
    return Forecast(
        device_peak=max((stage.device_bytes for stage in stages), default=0),
        host_peak=max((stage.host_bytes for stage in stages), default=0),
        seconds=sum(stage.seconds for stage in stages),
        by_stage=stages,
    )


def _parts(checkpoint: Descriptor | Variant) -> tuple[PartFiles, ...]:
    return getattr(checkpoint, "kinds", None) or getattr(checkpoint, "parts", ())


def _apart(work: Work) -> Work:
    """The same work with one branch of guidance after the other."""
    if not isinstance(work, NetworkWork):
        return work
    return replace(work, batch=1, calls=work.calls * work.batch)


def _stage(work: Work, parts: Mapping[str, PartFiles], plan: Plan, machine: Machine, stays: int) -> Stage:
    files, planned = parts[work.part], plan.part(work.part)
    reserved_device, reserved_host = machine.reserved
    own = 0 if planned.residence is Residence.ALWAYS else device_weight_bytes(files, planned)
    working = working_bytes(work, files, planned, plan)
    kept = weight_bytes(files, planned) if planned.residence is Residence.BLOCKS else 0
    pictures = 3 * prod(work.pixels) * 2 if isinstance(work, CodecWork) else 0
    device = reserved_device + stays + own + working
    if machine.device == "cpu":
        device += kept + pictures
        host = device
    else:
        host = reserved_host + kept + pictures + _staging_bytes(files, planned)
    return Stage(work.part, device, host, _seconds(work, files, planned, machine))


@lru_cache(maxsize=1024)
def weight_bytes(files: PartFiles, planned: PartPlan) -> int:
    """All weights of a part in its precision; the same few are asked for by every plan that is tried."""
    return _outside_bytes(anatomy(files), planned) + _block_bytes(files, planned)


def device_weight_bytes(files: PartFiles, planned: PartPlan) -> int:
    """What of a part's weights lies on the device while it computes."""
    if planned.residence not in STREAMED:
        return weight_bytes(files, planned)
    body = anatomy(files)
    share = body.largest_block / body.blocks if body.blocks else 0.0
    slots = min((planned.ahead + 1) * body.lists, body.layers) * share * _block_bytes(files, planned)
    return _outside_bytes(body, planned) + int(slots)


def _outside_bytes(body: Anatomy, planned: PartPlan) -> int:
    plain = 4 if planned.precision is Precision.F32 else 2
    return plain * body.outside


def _block_bytes(files: PartFiles, planned: PartPlan) -> int:
    body = anatomy(files)
    plain = 4 if planned.precision is Precision.F32 else 2
    if planned.precision is Precision.FILE and files.files:
        return sum(path.stat().st_size for path in files.files)
    packed = plain if planned.precision in PLAIN else PACKED_BYTES.get(planned.precision, plain)
    extra = (4 - plain) * body.kept  # those kept in float32 are few, wherever they lie
    return int(packed * body.packable + plain * (body.blocks - body.packable) + extra)


def _staging_bytes(files: PartFiles, planned: PartPlan) -> int:
    """What loading holds on the host: the largest tensor as it lies in its file, and the slots of a stream."""
    body = anatomy(files)
    slots = (planned.ahead + 1) * body.lists * body.largest_block * 2 if planned.residence is Residence.DISK else 0
    return 4 * body.largest_tensor + slots


def working_bytes(work: Work, files: PartFiles, planned: PartPlan, plan: Plan) -> int:
    """What a work takes beside weights."""
    body, wide = anatomy(files), planned.precision is Precision.F32
    match work:
        case NetworkWork():
            across = WIDTH_BYTES + BESIDE_BYTES * max(body.lists - 1, 0)
            each = (2 if wide else 1) * (across * body.width + INNER_BYTES * body.inner)
            unpacked = 0 if planned.precision in PLAIN else 2 * body.width * body.inner
            return int(work.batch * (work.tokens + work.context) * each) + unpacked
        case TextWork():
            # Some families take the states of every layer, so they are all counted.
            states = (4 if wide else 2) * (body.layers + 1) * body.width
            inner = (2 if wide else 1) * INNER_BYTES * body.inner
            return int(work.prompts * work.tokens * (states + inner))
        case CodecWork():
            whole = _codec_bytes(work, files, wide)
            return min(whole, plan.codec_bytes) if plan.codec_bytes and work.tiles else whole


def _codec_bytes(work: CodecWork, files: PartFiles, wide: bool) -> int:
    frames, height, width = work.pixels
    values = alive_per_pixel(files.kind, files.config, frames) * height * width
    return int(values * (4 if wide else 2))


def _seconds(work: Work, files: PartFiles, planned: PartPlan, machine: Machine) -> float:
    body = anatomy(files)
    rate = (machine.matrix_rate or _UNKNOWN_RATE) * MATRIX_SHARE[machine.device]
    calls = work.calls if isinstance(work, NetworkWork) else 1
    computing = products(work, files) / rate
    if planned.precision not in PLAIN:
        computing += body.packable / UNPACK_RATE[machine.device]
    whole = weight_bytes(files, planned)
    match planned.residence:
        case Residence.ALWAYS | Residence.TURN:
            # A part that stays is loaded once for many requests; that with a turn for each.
            loading = whole / machine.disk_rate if planned.residence is Residence.TURN else 0.0
            return loading + calls * computing
        case Residence.BLOCKS:
            return whole / machine.disk_rate + calls * max(computing, whole / machine.link_rate)
        case Residence.DISK:
            return calls * max(computing, whole / machine.disk_rate)


def products(work: Work, files: PartFiles) -> float:
    """Multiplications and additions of one call, as matrix rates count them."""
    body = anatomy(files)
    match work:
        case NetworkWork(tokens=tokens, batch=batch, context=context):
            attending = 4.0 * tokens * (tokens + context) * body.width * body.layers
            return batch * (2.0 * tokens * body.per_token + attending)
        case TextWork(tokens=tokens, prompts=prompts):
            return 2.0 * prompts * tokens * (body.per_token or body.total)
        case CodecWork(pixels=pixels, encoded_frames=encoded):
            frames, height, width = pixels
            channels = channels_per_pixel(files.kind, files.config)
            return CODEC_WORK * channels**2 * (frames + encoded) * height * width
