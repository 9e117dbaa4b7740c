"""Activations that are computed another way where that is faster: how far off, and where not at all."""

from typing import Any

import pytest
import torch
from torch import nn

from zoetrope.engine.families.libraries import need
from zoetrope.engine.memory.activations import quicken

CPU = torch.device("cpu")


def feed_forward(dtype: torch.dtype) -> Any:
    torch.manual_seed(0)
    layer = need("diffusers.models.attention", "FeedForward")(64, mult=4, activation_fn="gelu-approximate")
    return nn.ModuleList([layer, nn.GELU(approximate="tanh")]).eval().to(dtype)


@torch.inference_mode()
def test_it_loses_no_more_than_the_form_it_stands_for():
    given = 3 * torch.randn(500, 64, generator=torch.Generator().manual_seed(1)).bfloat16()
    exact = feed_forward(torch.bfloat16).float()[0](given.float())
    plain, quick = feed_forward(torch.bfloat16), feed_forward(torch.bfloat16)
    quicken(quick, CPU, torch.bfloat16)
    errors = [float((each[0](given) - exact).norm() / exact.norm()) for each in (plain, quick)]
    assert errors[1] < 1.02 * errors[0]
    assert not torch.equal(plain[0](given), quick[0](given))
    kept = given.clone()
    assert torch.equal(quick[0](given), quick[0](given))
    assert torch.equal(given, kept)
    assert not torch.equal(plain[1](given), quick[1](given))


@pytest.mark.parametrize(
    ("device", "dtype"), [("cpu", torch.float32), ("cpu", torch.float16), ("cuda", torch.bfloat16)]
)
def test_elsewhere_nothing_changes(device, dtype):
    layers = feed_forward(dtype)
    quicken(layers, torch.device(device), dtype)
    assert [layers[0].net[0].approximate, layers[1].approximate] == ["tanh", "tanh"]
