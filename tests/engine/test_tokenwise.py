"""Norms, rotary tables and gates in parts against the plain operations: as exact or more, and the same elsewhere."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from zoetrope.engine.tokenwise import activated, added, modulated, normed, turned

N, HEADS, WIDTH = 600, 3, 48  # tokens in three parts, the last one not full


def drawn(*shape: int, seed: int) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def norm_of(width: int, dtype: torch.dtype) -> nn.RMSNorm:
    norm = nn.RMSNorm(width, eps=1e-6)
    norm.weight.data = (1 + drawn(width, seed=9) / 4).bfloat16().float()
    return norm.to(dtype)


def turn_of(heads: int, size: int) -> Tensor:
    return torch.polar(torch.ones(N, heads, size), drawn(N, heads, size, seed=8))


def rows(count: int, seed: int) -> Tensor:
    return drawn(count, WIDTH, seed=seed).bfloat16().float()


CASES: dict[str, Callable[[Tensor, torch.dtype], Tensor]] = {
    "normed": lambda tokens, dtype: normed(tokens, norm_of(WIDTH, dtype)),
    "normed by heads": lambda tokens, dtype: normed(tokens, norm_of(WIDTH // HEADS, dtype)),
    "turned": lambda tokens, dtype: turned(tokens, norm_of(WIDTH, dtype), turn_of(1, WIDTH // HEADS // 2), scale=0.25),
    "turned whole": lambda tokens, dtype: turned(tokens, norm_of(WIDTH, dtype), turn_of(1, WIDTH // 2)),
    "turned split": lambda tokens, dtype: turned(
        tokens, norm_of(WIDTH, dtype), turn_of(HEADS, WIDTH // HEADS // 2), split=True
    ),
    "turned by heads": lambda tokens, dtype: turned(
        tokens, norm_of(WIDTH // HEADS, dtype), turn_of(1, WIDTH // HEADS // 2)
    ),
    "modulated": lambda tokens, dtype: modulated(
        tokens, norm_of(WIDTH, dtype), rows(1, 1).to(dtype), rows(1, 2).to(dtype)
    ),
    "modulated each": lambda tokens, dtype: modulated(
        tokens, norm_of(WIDTH, dtype), rows(N, 1).to(dtype), rows(N, 2).to(dtype)
    ),
    "added": lambda tokens, dtype: added(tokens, tokens.flip(1), rows(1, 3).to(dtype)),
    "added each": lambda tokens, dtype: added(tokens, tokens.flip(1), rows(N, 3)),
}


@pytest.mark.parametrize("case", CASES)
@torch.inference_mode()
def test_parts_lose_no_more_than_the_plain_operations(case: str, monkeypatch: pytest.MonkeyPatch):
    exact = CASES[case](drawn(2, N, WIDTH, seed=0).bfloat16().float(), torch.float32)
    given = drawn(2, N, WIDTH, seed=0).bfloat16()
    parts = CASES[case](given, torch.bfloat16)
    monkeypatch.setattr("zoetrope.engine.tokenwise.is_cached", lambda tokens: False)
    plain = CASES[case](given, torch.bfloat16)

    def off(found: Tensor) -> float:
        return float((found.float() - exact).norm() / exact.norm())

    assert off(parts) < 1.01 * off(plain)
    assert off(parts) < 0.002  # of one rounding to bfloat16


@pytest.mark.parametrize("told", [False, True])
@torch.inference_mode()
def test_an_activation_behind_a_norm_is_rounded_once(told: bool):
    given, norm = drawn(2, N, WIDTH, seed=0).bfloat16(), norm_of(WIDTH, torch.bfloat16)
    scale, shift = (rows(1, seed).bfloat16() if told else None for seed in (1, 2))
    exact = norm_of(WIDTH, torch.float32)(given.float())
    if scale is not None and shift is not None:
        exact = exact * (1 + scale.float()) + shift.float()
    exact = torch.nn.functional.silu(exact)
    found = activated(given, norm, scale, shift)
    assert found.dtype is torch.bfloat16
    assert float((found.float() - exact).norm() / exact.norm()) < 0.002


@pytest.mark.parametrize("split", [False, True])
def test_elsewhere_pairs_are_turned_in_float32(split: bool):
    tokens, norm = drawn(2, N, WIDTH, seed=0), norm_of(WIDTH, torch.float32)
    turn = turn_of(HEADS, WIDTH // HEADS // 2)
    heads: Any = norm(tokens).unflatten(-1, (HEADS, -1))
    first, second = heads.chunk(2, -1) if split else (heads[..., 0::2], heads[..., 1::2])
    made = torch.complex(first.contiguous(), second.contiguous()) * turn
    found = turned(tokens, norm, turn, split=split).unflatten(-1, (HEADS, -1))
    halves = found.chunk(2, -1) if split else (found[..., 0::2], found[..., 1::2])
    assert torch.allclose(halves[0], made.real, atol=1e-6)
    assert torch.allclose(halves[1], made.imag, atol=1e-6)
