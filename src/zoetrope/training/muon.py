"""Muon for many matrices of few shapes: those of one shape are stacked, so that an iteration is a handful of products.

PyTorch's own takes the matrices one by one, which on two busy cores costs several times the products themselves.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, nn

COEFFICIENTS = (3.4445, -4.7750, 2.0315)
NEWTON_SCHULZ = 4  # iterations where time is short: each is a tenth of a network's step on two cores
BIASES = 6  # rows of what modulates a block: a matrix by shape alone


class Muon(torch.optim.Optimizer):
    """Momentum made orthogonal, scaled to the size of AdamW's updates; for matrices only.

    Source: Jordan et al. 2024; the scale is that of Liu et al. 2025.
    """

    def __init__(
        self,
        matrices: Iterable[nn.Parameter] | Iterable[dict[str, Any]],
        lr: float,
        *,
        weight_decay: float = 0.0,
        momentum: float = 0.95,
        iterations: int = 5,
    ) -> None:
        super().__init__(
            matrices, {"lr": lr, "weight_decay": weight_decay, "momentum": momentum, "iterations": iterations}
        )

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]
        for group in self.param_groups:
            shapes: dict[torch.Size, list[tuple[nn.Parameter, Tensor]]] = {}
            for matrix in group["params"]:
                if matrix.grad is not None:
                    held = self.state[matrix].setdefault("momentum", torch.zeros_like(matrix))
                    held.lerp_(matrix.grad, 1 - group["momentum"])
                    update = matrix.grad.lerp(held, group["momentum"])
                    shapes.setdefault(matrix.shape, []).append((matrix, update))
            for shape, pairs in shapes.items():
                turned = orthogonal(torch.stack([update for _, update in pairs]), group["iterations"])
                rate = group["lr"] * 0.2 * max(shape) ** 0.5
                for (matrix, _), update in zip(pairs, turned, strict=True):
                    matrix.mul_(1 - group["lr"] * group["weight_decay"]).add_(update.to(matrix), alpha=-rate)


def orthogonal(stack: Tensor, iterations: int) -> Tensor:
    """The nearest matrices with singular values near one, by Newton-Schulz iterations in bfloat16.

    Shapes: stack (k, m, n), out likewise.
    """
    a, b, c = COEFFICIENTS
    tall = stack.shape[1] > stack.shape[2]
    x = (stack.mT if tall else stack).bfloat16()
    x = x / x.float().norm(dim=(1, 2), keepdim=True).clamp_min(1e-7).to(x.dtype)
    for _ in range(iterations):
        square = x @ x.mT
        x = torch.baddbmm(x, torch.baddbmm(square, square, square, beta=b, alpha=c), x, beta=a)
    return x.mT if tall else x


def muon_beside_adam(
    network: nn.Module, blocks: Iterable[nn.Module], rate: float, weight_decay: float
) -> tuple[torch.optim.Optimizer, ...]:
    """AdamW for everything but the matrices of a small network's blocks, and Muon for those."""
    matrices = [p for block in blocks for p in block.parameters() if p.ndim == 2 and len(p) > BIASES]
    chosen = {id(p) for p in matrices}
    others = [p for p in network.parameters() if id(p) not in chosen]
    return (
        torch.optim.AdamW(others, lr=rate, betas=(0.9, 0.98), weight_decay=0.0, fused=True),
        Muon([{"params": matrices}], lr=rate, weight_decay=weight_decay, iterations=NEWTON_SCHULZ),
    )
