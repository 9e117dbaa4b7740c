"""Attention by products against PyTorch's kernels: the same sums, to what bfloat16 holds."""

import pytest
import torch
from torch.nn.functional import scaled_dot_product_attention

from zoetrope.engine.attention import attend


def drawn(*shape: int, seed: int) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("sharp", [1.0, 5.0])
@pytest.mark.parametrize("biased", [False, True])
@torch.inference_mode()
def test_products_lose_no_more_than_bfloat16_does(sharp, biased):
    """A number in bfloat16 is off by up to 1/256; scores far from the largest are rounded more, and weigh less."""
    query = (sharp * drawn(2, 3, 300, 64, seed=0) / 8).bfloat16()
    key, value = (drawn(2, 3, 500, 64, seed=seed).bfloat16() + 1 for seed in (1, 2))
    bias = None
    if biased:
        bias = drawn(2, 1, 1, 500, seed=3).bfloat16()
        bias[1, ..., 400:] = -torch.inf
    mask = None if bias is None else bias.expand(-1, 1, 300, -1)
    exact = scaled_dot_product_attention(
        query.float(), key.float(), value.float(), attn_mask=None if mask is None else mask.float(), scale=1.0
    )
    error = (attend(query, key, value, bias).float() - exact).norm() / exact.norm()
    assert error < 2 / 256


@torch.inference_mode()
def test_elsewhere_it_is_the_kernel_itself():
    query, key, value = (drawn(1, 2, 200, 16, seed=seed) for seed in range(3))
    assert torch.equal(attend(query, key, value), scaled_dot_product_attention(query, key, value, scale=1.0))


@torch.inference_mode()
def test_rows_of_a_batch_do_not_see_each_other():
    query, key, value = (drawn(2, 3, 200, 16, seed=seed).bfloat16() for seed in range(3))
    both = attend(query, key, value)
    assert torch.equal(both[1:], attend(query[1:], key[1:], value[1:]))
