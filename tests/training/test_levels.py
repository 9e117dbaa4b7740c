import pytest
import torch

from zoetrope.training.levels import draw_sigma, draw_sigmas


def test_noise_levels_fill_the_batch_evenly_and_lean_towards_noise() -> None:
    sigmas = draw_sigmas(4096, 1, 2.0, torch.Generator().manual_seed(0))[:, 0]
    assert 0 < sigmas.min() < sigmas.max() < 1
    assert sigmas.median() == pytest.approx(2 / 3, abs=0.01)


def test_every_part_of_the_curve_comes_as_often() -> None:
    sigma = draw_sigma(4096, torch.Generator().manual_seed(0)).sort().values
    for share in (0.25, 0.5, 0.75):
        wanted = torch.special.ndtri(torch.tensor(share)).sigmoid()
        assert sigma[int(share * 4096)] == pytest.approx(float(wanted), abs=1e-3)
