"""Products with what follows them: the same numbers as one after the other, and never past what stands in between."""

import pytest
import torch
import torch.nn.functional as F
from diffusers.models.attention import FeedForward
from torch import nn

from zoetrope.engine.products import fed, linear, through

PLAIN = {"none": lambda x: x, "relu": F.relu, "gelu": F.gelu, "gelu tanh": lambda x: F.gelu(x, approximate="tanh")}


def layer_of(dtype: torch.dtype, bias: bool = True) -> nn.Linear:
    torch.manual_seed(0)
    return nn.Linear(32, 48, bias=bias).to(dtype).requires_grad_(False)


@pytest.mark.parametrize("then", PLAIN)
@pytest.mark.parametrize("shape", [(32,), (0, 32), (3, 32), (2, 7, 32)])
@pytest.mark.parametrize("bias", [True, False])
@torch.inference_mode()
def test_it_is_one_after_the_other(then: str, shape: tuple[int, ...], bias: bool) -> None:
    layer = layer_of(torch.bfloat16, bias)
    x = torch.randn(shape).bfloat16()
    exact = PLAIN[then](F.linear(x.float(), layer.weight.float(), layer.bias.float() if bias else None))
    made = linear(x, layer.weight, layer.bias, then)  # type: ignore[arg-type]
    assert made.dtype == torch.bfloat16
    torch.testing.assert_close(made.float(), exact, atol=1e-2, rtol=1e-2)
    assert torch.equal(through(layer, x, then), made)  # type: ignore[arg-type]


@torch.inference_mode()
def test_rows_that_lie_apart_are_read_where_they_lie() -> None:
    layer, wide = layer_of(torch.bfloat16), torch.randn(6, 64).bfloat16()
    for x in (wide[:, 32:], wide[:, ::2], wide[::2, :32]):
        torch.testing.assert_close(through(layer, x), through(layer, x.contiguous()), atol=0, rtol=0)


@torch.inference_mode()
def test_float32_stays_exact() -> None:
    layer, x = layer_of(torch.float32), torch.randn(5, 32)
    assert torch.equal(through(layer, x, "gelu"), F.gelu(layer(x)))


def test_gradients_flow() -> None:
    layer = layer_of(torch.bfloat16).requires_grad_(True)
    through(layer, torch.randn(5, 32).bfloat16(), "relu").sum().backward()
    assert layer.weight.grad is not None


@torch.inference_mode()
def test_what_hooks_a_layer_is_heard() -> None:
    layer, x = layer_of(torch.bfloat16), torch.randn(5, 32).bfloat16()
    layer.register_forward_hook(lambda module, given, made: made + 1)
    torch.testing.assert_close(through(layer, x, "relu"), F.relu(layer(x)), atol=0, rtol=0)


@torch.inference_mode()
def test_what_stands_in_a_layers_place_is_asked() -> None:
    class Twice(nn.Linear):
        def forward(self, input: torch.Tensor) -> torch.Tensor:
            return 2 * super().forward(input)

    layer, x = Twice(32, 48).bfloat16(), torch.randn(5, 32).bfloat16()
    assert torch.equal(through(layer, x), layer(x))


@pytest.mark.parametrize("kind", ["gelu", "gelu-approximate", "geglu", "swiglu"])
@torch.inference_mode()
def test_a_feed_forward_of_diffusers_is_itself(kind: str) -> None:
    torch.manual_seed(0)
    whole = FeedForward(32, activation_fn=kind, mult=2).bfloat16().eval()
    x = torch.randn(2, 5, 32).bfloat16()
    torch.testing.assert_close(fed(whole, x), whole(x), atol=2e-2, rtol=2e-2)
    whole.net[0].register_forward_hook(lambda module, given, made: torch.zeros_like(made))
    torch.testing.assert_close(fed(whole, x), whole(x), atol=0, rtol=0)
