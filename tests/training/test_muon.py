import pytest
import torch
from torch import nn

from zoetrope.training.muon import Muon, orthogonal


@pytest.mark.parametrize("shape", [(3, 16, 48), (2, 48, 16), (1, 8, 8)])
def test_singular_values_come_near_one(shape: tuple[int, int, int]) -> None:
    torch.manual_seed(0)
    values = torch.linalg.svdvals(orthogonal(torch.randn(shape), 5).float())
    assert values.min() > 0.4
    assert values.max() < 1.3


def test_it_walks_down_a_bowl_and_goes_on_from_its_state() -> None:
    torch.manual_seed(0)
    goal = torch.randn(12, 8)

    def walk(parts: tuple[int, ...]) -> torch.Tensor:
        matrix = nn.Parameter(torch.zeros(12, 8))
        state = None
        for steps in parts:
            optimiser = Muon([matrix], 0.2)
            if state is not None:
                optimiser.load_state_dict(state)
            for _ in range(steps):
                matrix.grad = matrix.detach() - goal
                optimiser.step()
            state = optimiser.state_dict()
        return matrix.detach()

    whole = walk((60,))
    assert (whole - goal).norm() < 0.3 * goal.norm()
    assert torch.equal(whole, walk((20, 40)))
