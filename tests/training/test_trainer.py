"""The loop of every part: batches come in order over rounds, a run begun anew owes nothing to the one before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from torch import nn

from zoetrope.training.rounds import round_path
from zoetrope.training.run import Run
from zoetrope.training.trainer import DATA, RoundTrainer, train


@dataclass(frozen=True)
class Sum:
    """A network of one number begins at it."""

    start: float = 0.0


@dataclass(frozen=True)
class SumRecipe:
    config: Sum = Sum()
    seed: int = 1
    steps: int = 5
    decay: float = 0.0
    save_every: int = 2


@dataclass(frozen=True)
class MakeNumbers:
    """Rounds of two numbers each: powers of ten, so that a sum tells which were added."""

    seed: int

    def __call__(self, number: int) -> dict[str, torch.Tensor]:
        return {"numbers": self.seed * torch.tensor([10.0 ** (2 * number), 10.0 ** (2 * number + 1)])}


class SumNetwork(nn.Module):
    def __init__(self, config: Sum) -> None:
        super().__init__()
        self.total = nn.Parameter(torch.tensor(config.start))


class SumTrainer(RoundTrainer[SumRecipe, SumNetwork]):
    """Adds up what it is given."""

    file = "sum.safetensors"

    def __init__(self, recipe: SumRecipe, pieces: int = 0) -> None:
        network = SumNetwork(recipe.config)
        optimiser = torch.optim.SGD(network.parameters(), lr=1.0)
        super().__init__(recipe, network, optimiser, make=MakeNumbers(recipe.seed))
        self.pieces = pieces

    def prepare(self, folder: Path) -> Iterator[dict[str, str]]:
        for piece in range(self.pieces):
            yield {"piece": str(piece)}

    def order(self, number: int) -> list[int]:
        return [0, 1]

    def learn(self, made: dict[str, Any], batch: int) -> dict[str, float]:
        (-made["numbers"][batch] * self.network.total).backward()
        self.take_step(1.0, clip=float("inf"))
        return {"total": float(self.network.total.detach())}


def total(path: Path) -> float:
    return float(load_file(path)["total"])


def test_batches_come_in_order_and_a_stopped_run_goes_on(tmp_path: Path) -> None:
    assert total(train(SumTrainer(SumRecipe()), tmp_path, steps=3)) == 111
    assert total(train(SumTrainer(SumRecipe()), tmp_path)) == 11111
    rows = Run(tmp_path).history()
    assert [row["total"] for row in rows] == [1, 11, 111, 1111, 11111]
    assert all(row["waited"] <= row["seconds"] for row in rows)


def test_a_run_that_begins_anew_owes_nothing_to_the_one_before(tmp_path: Path) -> None:
    left = round_path(tmp_path / DATA, 0)
    left.parent.mkdir()
    torch.save(MakeNumbers(1)(0), left)
    Run(tmp_path).log(7, total=1)
    assert total(train(SumTrainer(SumRecipe(seed=3)), tmp_path, steps=2, resume=False)) == 33
    assert [row["step"] for row in Run(tmp_path).history()] == [1, 2]


def test_time_may_be_over_before_the_first_step(tmp_path: Path) -> None:
    told: list[dict[str, Any]] = []
    trainer = SumTrainer(SumRecipe(), pieces=3)
    path = train(trainer, tmp_path, minutes=0, on_step=lambda _, numbers: told.append(numbers))
    assert told == [{"piece": "0"}]
    assert not path.exists()


@pytest.mark.parametrize("factor", [0.5, 2.0])
def test_a_step_is_so_much_of_the_highest_rate(factor: float) -> None:
    trainer = SumTrainer(SumRecipe(decay=0.5))
    for _ in range(2):
        trainer.network.total.grad = torch.tensor(-3.0)
        norm = trainer.take_step(factor, clip=1.0)
    assert norm == 3
    assert float(trainer.network.total.detach()) == pytest.approx(2 * factor)  # clipped to one
    assert float(trainer.averaged().total.detach()) < 2 * factor
