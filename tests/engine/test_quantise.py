"""Bounds of what packing loses, from the spacing of each precision's values."""

import pytest
import torch
from torch import nn

from zoetrope.engine.memory.forecasting import PACKED_BYTES
from zoetrope.engine.memory.plan import Precision
from zoetrope.engine.memory.quantise import QuantisedLinear, pack, quantise, unpack

PACKED = [Precision.INT8, Precision.FP8, Precision.NF4, Precision.NVFP4]

# The error of a weight of a normal distribution, by its spread: int8 steps of 1/127 of the row's largest; three bits of
# mantissa; 16 quantiles; one bit of mantissa.
MOST_LOST = {Precision.INT8: 0.012, Precision.FP8: 0.03, Precision.NF4: 0.1, Precision.NVFP4: 0.12}


@pytest.mark.parametrize("precision", PACKED)
def test_packing_loses_no_more_than_its_spacing(precision: Precision):
    weight = torch.randn(96, 256, generator=torch.Generator().manual_seed(0))
    packed, scale = pack(weight, precision)
    again = unpack(packed, scale, precision, torch.float32)
    assert (again - weight).norm() / weight.norm() < MOST_LOST[precision]
    rows = 96 * 4 if precision is not Precision.NF4 else 0  # a scale for each row beside those for blocks
    assert packed.nbytes + scale.nbytes == round(PACKED_BYTES[precision] * weight.numel()) + rows


@pytest.mark.parametrize("precision", PACKED)
def test_rows_do_not_disturb_each_other_and_zeros_stay(precision: Precision):
    weight = torch.randn(4, 64, generator=torch.Generator().manual_seed(0))
    weight[1] = 0
    weight[2] *= 1e-4
    again = unpack(*pack(weight, precision), precision, torch.float32)
    assert torch.equal(again[1], torch.zeros(64))
    assert ((again - weight)[2].norm() / weight[2].norm()) < MOST_LOST[precision] * 1.5


@pytest.mark.parametrize("precision", PACKED)
def test_a_packed_layer_is_a_layer_with_rounded_weights(precision: Precision):
    torch.manual_seed(0)
    plain = nn.Sequential(nn.Linear(64, 32), nn.LayerNorm(32), nn.Linear(32, 8))
    x = torch.randn(5, 64)
    expected = plain(x)
    quantise(plain, precision, torch.float32)
    layer = plain[0]
    assert isinstance(layer, QuantisedLinear)
    assert (plain(x) - expected).norm() / expected.norm() < 2 * MOST_LOST[precision]
    assert (layer.weight.shape, layer.weight.dtype) == ((32, 64), torch.float32)
    assert (layer(x.bfloat16())).dtype is torch.bfloat16
    if precision in (Precision.NF4,):
        assert type(plain[2]) is nn.Linear  # rows of 32 fill no block
