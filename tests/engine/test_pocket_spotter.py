"""The spotter: squares show what lies in them, findings stand once, folded weights see what the learned ones saw."""

from __future__ import annotations

import torch

from zoetrope.engine.families.pocket.plan import STAGE
from zoetrope.engine.families.pocket.spotter import (
    SIDE,
    TRAITS,
    Spotter,
    SpotterConfig,
    alone,
    load_spotter,
    spot,
    squares,
)
from zoetrope.engine.numerics import Numerics
from zoetrope.engine.weights import save_weights

TINY = SpotterConfig(finder=(4, 8, 8, 8, 8), joined=8, eye=(4, 8, 8, 8), look=8)


def test_a_square_shows_its_spot_in_the_middle():
    pictures = torch.zeros(2, 3, 64, 96)
    pictures[1, :, 20:24, 40:44] = 1.0
    cut = squares(pictures, torch.tensor([0, 1]), torch.tensor([[42.0, 22.0, 8.0], [42.0, 22.0, 8.0]]))
    assert cut[0].abs().max() == 0
    middle = cut[1, 0, SIDE // 2 - 2 : SIDE // 2 + 2, SIDE // 2 - 2 : SIDE // 2 + 2]
    assert middle.min() > 0.9
    assert cut[1, 0, :8].abs().max() == 0


def test_of_two_findings_at_one_place_the_surer_stays():
    which = torch.tensor([0, 0, 0, 1])
    place = torch.tensor([[10.0, 10.0], [12.0, 10.0], [40.0, 10.0], [12.0, 10.0]])
    kept = alone(which, place, torch.full((4,), 9.0), torch.tensor([0.5, 0.8, 0.4, 0.3]))
    assert kept.tolist() == [False, True, True, True]


def test_folded_weights_see_what_the_learned_ones_saw(tmp_path):
    torch.manual_seed(0)
    spotter = Spotter(TINY)
    with torch.no_grad():
        for _ in range(3):
            spotter.finder(torch.randn(4, 6, 32, 32))
            spotter.eye(torch.randn(4, 3, SIDE, SIDE))
        spotter.finder.spots.get_parameter("bias")[0] = 0.0  # an untrained finder finds something
    save_weights(spotter, tmp_path / "spotter.safetensors", TINY, torch.float32)
    folded = load_spotter(tmp_path / "spotter.safetensors", Numerics("cpu", torch.float32))
    looks = torch.randn(2, 6, 48, 32)
    assert torch.allclose(folded.finder(looks).heat, spotter.eval().finder(looks).heat, atol=1e-4)

    pictures = torch.randint(0, 255, (3, 48, 32, 3), dtype=torch.uint8)
    found, signs = spot(folded, pictures)
    assert found.place.shape == (len(found.picture), 2)
    assert all(found.chances[axis].shape[1] == len(values) for axis, values in TRAITS.items())
    assert {axis: chance.shape for axis, chance in signs.items()} == {a: (3, len(v)) for a, v in STAGE.items()}
