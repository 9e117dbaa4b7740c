"""What a streamed network really takes, against what is forecast of it."""

import ctypes
import gc
from types import SimpleNamespace

import pytest
import torch
from small_networks import SmallNetwork
from torch import Tensor

from zoetrope.engine.families.descriptor import PartFiles
from zoetrope.engine.memory.anatomy import anatomy
from zoetrope.engine.memory.building import build_empty, stored_tensors
from zoetrope.engine.memory.forecasting import device_weight_bytes, weight_bytes
from zoetrope.engine.memory.measure import begin_peak, peak_bytes
from zoetrope.engine.memory.plan import PartPlan, Precision, Residence
from zoetrope.engine.memory.residency import HeldPart
from zoetrope.engine.memory.turns import Turns
from zoetrope.engine.numerics import Numerics

FILES = PartFiles("network", "SmallNetwork", "small_networks", '{"width": 1024, "depth": 24}')
DISK = PartPlan("network", Precision.F32, Residence.DISK)
SLACK = 12 * 2**20  # of the allocator and of a thread's first work; a block has 16 MB


class MadeWhenRead:
    """Weight files as large as one likes, which lie nowhere."""

    def __init__(self, network: SmallNetwork) -> None:
        self.shapes = {name: tensor.shape for names, tensor in stored_tensors(network) for name in names[:1]}

    def keys(self) -> tuple[str, ...]:
        return tuple(self.shapes)

    def facts(self, key: str) -> SimpleNamespace:
        return SimpleNamespace(shape=self.shapes[key], dtype="F32")

    def read(self, key: str, out: Tensor | None = None) -> Tensor:
        return torch.full(self.shapes[key], 1e-3) if out is None else out.fill_(1e-3)


def give_back_free_memory() -> None:
    """What tests before this one left free in the allocator would be used again, and not be seen as taken."""
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def test_the_peak_of_a_stream_is_the_forecast_and_not_the_network():
    network = build_empty(FILES)
    assert isinstance(network, SmallNetwork)
    part = HeldPart(network, MadeWhenRead(network), {}, DISK, Numerics("cpu", torch.float32), Turns())
    give_back_free_memory()
    before = begin_peak()
    if before is None:
        pytest.skip("this system does not let a process forget its peak")
    with part.resident() as streamed:
        for _ in range(2):
            streamed(torch.ones(1, 1024))
    taken = peak_bytes() - before
    forecast = device_weight_bytes(FILES, DISK) + 4 * anatomy(FILES).largest_tensor  # one tensor as it is read
    assert taken < 1.1 * forecast + SLACK
    assert taken > 0.9 * forecast - SLACK
    assert forecast < weight_bytes(FILES, DISK) / 6
