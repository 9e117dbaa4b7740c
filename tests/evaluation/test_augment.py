"""Mirrored features are the features of a mirrored clip."""

import numpy as np
import torch

from zoetrope.evaluation import features
from zoetrope.evaluation.augment import GRID, mirror, swapped
from zoetrope.evaluation.networks import FEATURES, PLACE


def test_a_mirror_twice_is_no_mirror():
    x = torch.rand(2, 3, FEATURES)
    x[..., 5 * GRID + 1] = 1
    x[..., 5 * GRID + 1 + PLACE] = 1
    assert torch.allclose(mirror(mirror(x)), x, atol=1e-6)


def test_texture_of_a_mirrored_clip_is_the_mirrored_texture():
    small = np.random.default_rng(0).integers(0, 256, (2, 72, 128, 3), dtype=np.uint8)
    plain, turned = features.flow_cells(small), features.flow_cells(np.ascontiguousarray(small[:, :, ::-1]))
    full = torch.zeros(1, 2, FEATURES)
    full[0, :, : 5 * GRID] = torch.from_numpy(plain)
    assert torch.allclose(mirror(full)[0, :, :GRID], torch.from_numpy(turned)[:, :GRID], atol=1e-5)


def test_a_pan_changes_its_side():
    noise = np.random.default_rng(1).integers(0, 256, (18, 40, 3), dtype=np.uint8).repeat(4, 0).repeat(4, 1)
    pan = np.stack([noise[:, i * 2 : i * 2 + 128] for i in range(4)])
    full = torch.zeros(1, 4, FEATURES)
    full[0, :, : 5 * GRID] = torch.from_numpy(features.flow_cells(pan))
    flow = full[0, 0, GRID : 3 * GRID : 2].mean()
    assert flow < -0.05
    assert torch.isclose(mirror(full)[0, 0, GRID : 3 * GRID : 2].mean(), -flow)


def test_things_in_another_order_are_the_same_things():
    x = torch.rand(1, 2, FEATURES)
    assert torch.equal(swapped(swapped(x)), x)
    assert torch.equal(swapped(x)[..., -PLACE:], x[..., -2 * PLACE : -PLACE])
