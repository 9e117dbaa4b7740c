import numpy as np
import torch

from zoetrope.training.latents import cover
from zoetrope.training.world.picture import masks
from zoetrope.training.world.script import write_scene


def test_tokens_that_things_fill_are_covered_and_empty_ones_are_not() -> None:
    for seed in range(6):
        scene = write_scene(np.random.default_rng(seed), width=256, height=144, frames=13)
        covered = cover(scene)
        assert covered.shape == (3, 9, 16)
        assert covered.min() >= 0
        assert covered.max() <= 1
        seen = torch.from_numpy(masks(scene).any(0)).float().reshape(13, 9, 16, 16, 16).mean((2, 4))
        groups = torch.stack([seen[0], seen[1:7].amax(0), seen[7:].amax(0)])
        assert (covered[groups > 0.6] > 0.5).float().mean() > 0.95
        assert covered[groups == 0].mean() < 0.1
