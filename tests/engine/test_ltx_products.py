"""A convolution of few places as a product, against the convolution itself."""

import pytest
import torch
from torch import nn

from zoetrope.engine.families.ltx.products import convolved


@pytest.mark.parametrize("mode", ["zeros", "reflect", "replicate"])
@pytest.mark.parametrize("taps", [(3, 3, 3), (1, 3, 3), (3, 1, 1)])
@pytest.mark.parametrize("places", [(3, 2, 4), (5, 9, 8)])  # fewer than the channels made, and more
@torch.inference_mode()
def test_both_ways_make_the_same_numbers(mode: str, taps: tuple[int, int, int], places: tuple[int, int, int]) -> None:
    torch.manual_seed(0)
    padding = (0, taps[1] // 2, taps[2] // 2)
    conv = nn.Conv3d(6, 64, taps, padding=padding, padding_mode=mode).bfloat16()
    conv.weight = nn.Parameter(conv.weight.contiguous(memory_format=torch.channels_last_3d))
    seen = torch.randn(2, 6, *places).bfloat16().contiguous(memory_format=torch.channels_last_3d)
    exact = nn.Conv3d(6, 64, taps, padding=padding, padding_mode=mode)
    exact.load_state_dict({key: tensor.float() for key, tensor in conv.state_dict().items()})
    wanted, found = exact(seen.float()), convolved(conv, seen)
    assert found.shape == wanted.shape
    assert float((found.float() - wanted).norm() / wanted.norm()) < 0.003
    if found.shape[2:].numel() < 64:
        assert found.is_contiguous(memory_format=torch.channels_last_3d)


def test_elsewhere_it_is_the_convolution() -> None:
    conv, seen = nn.Conv3d(6, 64, 3, padding=(0, 1, 1)), torch.randn(1, 6, 3, 2, 4)
    assert torch.equal(convolved(conv, seen), conv(seen))
