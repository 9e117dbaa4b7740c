"""A small network of repeated blocks under the library name "small_networks", and its weights in a test's memory."""

import torch
from torch import Tensor, nn


class SmallBlock(nn.Module):
    def __init__(self, width: int, biased: bool) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.up = nn.Linear(width, 2 * width)
        self.down = nn.Linear(2 * width, width)
        if biased:  # T5 holds one table in its first block only
            self.table = nn.Parameter(torch.zeros(width))

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.down(torch.relu(self.up(self.norm(x)))).to(x.dtype)
        return x + self.table if hasattr(self, "table") else x


class SmallNetwork(nn.Module):
    """Has all that real ones have: a table that no file holds, a tie, a part kept in float32, unequal blocks."""

    _keep_in_fp32_modules = ("scale",)

    def __init__(self, width: int = 64, depth: int = 4) -> None:
        super().__init__()
        self.enter = nn.Linear(width, width)
        self.scale = nn.Parameter(torch.randn(width))
        self.places: Tensor
        self.blocks = nn.ModuleList(SmallBlock(width, number == 0) for number in range(depth))
        self.leave = nn.Linear(width, width)
        self.leave.weight = self.enter.weight
        self.register_buffer("places", torch.arange(width) / width, persistent=False)

    @classmethod
    def from_config(cls, config: dict) -> "SmallNetwork":
        return cls(**config)

    def forward(self, x: Tensor) -> Tensor:
        x = self.enter(x + self.places.to(x.dtype))
        for block in self.blocks:
            x = block(x)
        return self.leave(x) * self.scale.to(x.dtype)


class InMemory:
    """Weight files that are a dictionary."""

    def __init__(self, tensors: dict[str, Tensor]) -> None:
        self.tensors, self.reads = tensors, []

    def keys(self) -> tuple[str, ...]:
        return tuple(self.tensors)

    def read(self, key: str, out: Tensor | None = None) -> Tensor:
        self.reads.append(key)
        return self.tensors[key].clone()


def denoise(network: nn.Module) -> Tensor:
    """What a tiny transformer of Wan makes of one fixed latent and text."""
    latent = torch.randn(1, 16, 2, 4, 6, generator=torch.Generator().manual_seed(0))
    return network(latent, torch.tensor([500]), torch.ones(1, 7, 32), return_dict=False)[0]
