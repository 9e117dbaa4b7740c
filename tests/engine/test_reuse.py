"""Step reuse: what is left out, and what stands in for it."""

import pytest
import torch

from zoetrope.engine.canvas import Tokens
from zoetrope.engine.reuse import WARM, reused

SIGMAS = torch.linspace(1, 0, 51)[:-1].tolist()


def walked(velocity, most: float) -> tuple[list[float], float]:
    """Noise levels at which the network was asked, and how far the velocities of a walk are off at most."""
    asked: list[float] = []

    def predict(canvas, sigma: float) -> Tokens:
        asked.append(sigma)
        return Tokens(velocity(sigma), torch.zeros(0, 1))

    again = reused(predict, most)
    return asked, max(float((again(None, sigma).video - velocity(sigma)).abs().max()) for sigma in SIGMAS)


def test_velocities_on_a_line_are_lost_nowhere() -> None:
    asked, off = walked(lambda sigma: torch.tensor([[1.0 + 0.3 * sigma, -2.0 + 0.1 * sigma]]), 0.05)
    assert asked[:WARM] == SIGMAS[:WARM]
    assert len(asked) < len(SIGMAS) / 4
    assert off < 1e-5


@pytest.mark.parametrize("most", [0.02, 0.1])
def test_bent_velocities_are_asked_for_again_before_they_change_by_a_share(most: float) -> None:
    asked, off = walked(lambda sigma: torch.tensor([[1.0 + sigma**2, 2.0 - sigma]]), most)
    assert WARM < len(asked) < len(SIGMAS)
    assert off < 2 * most


def test_a_share_of_nothing_asks_for_every_step() -> None:
    assert walked(lambda sigma: torch.tensor([[sigma]]), 0.0)[0] == SIGMAS
