"""Products in int8 against plain ones, and how they are asked for."""

import pytest
import torch
from torch import nn

from zoetrope.core.errors import Unsupported
from zoetrope.engine.families.pocket.layers import Mlp
from zoetrope.engine.int8 import PART, Int8Linear, Int8Mlp, rounded, rounded_after_gelu
from zoetrope.engine.memory.plan import Precision
from zoetrope.engine.numerics import choose_numerics

MOST_LOST = 0.015  # steps of 1/127 of the largest, of inputs and of weights, where both are normal


@pytest.fixture(autouse=True)
def repeatable() -> None:
    torch.manual_seed(0)


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float32])
def test_a_layer_multiplies_as_the_plain_one(dtype: torch.dtype, bias: bool):
    plain, x = nn.Linear(96, 64, bias=bias), torch.randn(2, PART + 30, 96)
    with torch.inference_mode():
        expected, made = plain(x), Int8Linear(plain.to(dtype))(x.to(dtype))
    assert made.dtype is dtype
    assert (made - expected).norm() / expected.norm() < MOST_LOST


def test_two_layers_around_a_gelu():
    plain, x = Mlp(64, 256), torch.randn(1, PART + 30, 64)
    with torch.inference_mode():
        expected, made = plain(x), Int8Mlp(plain)(x)
    assert (made - expected).norm() / expected.norm() < 2 * MOST_LOST


@pytest.mark.parametrize("round_rows", [rounded, rounded_after_gelu])
def test_rounding_is_by_half_a_step_of_each_row(round_rows):
    rows = nn.functional.gelu(torch.randn(5, 64) * torch.tensor([[1e-6], [0.01], [1.0], [50.0], [0.0]]))
    codes, scale, zero = round_rows(rows.clone())
    again = (codes.float() - zero) * scale
    assert ((again - rows).abs() <= scale * 0.501).all()


def test_tokens_do_not_disturb_each_other():
    layer, x = Int8Linear(nn.Linear(64, 32)), torch.randn(1, 40, 64)
    louder = x.clone()
    louder[:, 20:] *= 1000
    assert torch.equal(layer(x)[:, :20], layer(louder)[:, :20])


def test_precisions_that_need_no_plan():
    assert choose_numerics("cpu", precision=Precision.INT8).int8
    assert choose_numerics("cpu", precision=Precision.F32).dtype is torch.float32
    with pytest.raises(Unsupported, match="nf4 is for large open weights; this checkpoint takes f32, bf16 or int8"):
        choose_numerics("cpu", precision=Precision.NF4)
