import math

import pytest
import torch

from zoetrope.engine.families.pocket.habits import keep_habits
from zoetrope.engine.families.pocket.plan import AXES, CAMERA, CAST, SLOTS, TRACK, Plan, no_badges

X, Y, SPIN = (TRACK.index(name) for name in ("x", "y", "spin"))


def wild(kind: str) -> Plan:
    """A thing that goes to the right at an even pace and turns at random, under a camera that trembles."""
    torch.manual_seed(0)
    cast = torch.zeros(1, CAST)
    cast[0, [0, 1 + AXES["object"].index(kind), 1 + len(AXES["object"]) + len(AXES["colour"])]] = 1
    tracks = torch.randn(1, SLOTS, 61, len(TRACK)) * 0.1
    tracks[0, 0, :, X] = torch.linspace(-1, 1, 61)
    return Plan(tracks, torch.randn(1, 61, 4), cast, no_badges(1))


@pytest.mark.parametrize(
    ("action", "kind", "turns"), [("rolls", "cube", True), ("rebounds", "ball", True), ("rebounds", "car", False)]
)
def test_what_rolls_does_not_slip_and_what_slides_does_not_turn(action: str, kind: str, turns: bool) -> None:
    plan = keep_habits(wild(kind), {"action": action})
    turned = plan.tracks[0, 0, 1:, SPIN].sum().item()
    assert turned == pytest.approx(-2 / 0.17 if turns else 0, abs=1e-3)


def test_what_hangs_leans_with_its_rope() -> None:
    plan = wild("lantern")
    plan.cast[0, -3:] = torch.tensor([1.0, 0.0, 1.0])
    plan.tracks[0, 0, :, Y] = 0
    angle = keep_habits(plan, {"action": "swings"}).tracks[0, 0, :, SPIN].cumsum(0)
    torch.testing.assert_close(angle[30], torch.tensor(0.0), atol=0.02, rtol=0)
    assert angle[45].item() == pytest.approx(math.atan2(0.5, 1), abs=0.02)


@pytest.mark.parametrize(
    ("move", "name", "way"), [("orbit left", "turn", -1), ("pan right", "x", 1), ("tilt down", "y", -1)]
)
def test_a_camera_goes_evenly_the_way_it_is_told(move: str, name: str, way: int) -> None:
    camera = keep_habits(wild("ball"), {"camera": move}).camera[0]
    steps = camera[:, CAMERA.index(name)].diff()
    torch.testing.assert_close(steps, steps[:1].expand(60), atol=1e-4, rtol=0)
    assert way * steps.sum() > 0.25
    others = [number for number, each in enumerate(CAMERA) if each != name]
    assert camera[:, others].std(0).max() < 1e-6


def test_what_nobody_says_to_turn_stays_upright_and_is_not_torn() -> None:
    plan = wild("car")
    plan.tracks[..., TRACK.index("stretch")] *= 40
    kept = keep_habits(plan, {"camera": "static"})
    assert float(kept.tracks[0, 0, :, SPIN].cumsum(0).abs().max()) <= 0.351
    assert float(kept.tracks[..., TRACK.index("stretch")].abs().max()) <= 0.401
    assert float(kept.tracks[0, 1, :, Y].std()) == 0
    told = keep_habits(plan, {"camera": "static"}, free=(False, True))
    assert torch.equal(told.tracks[0, 0, :, SPIN], plan.tracks[0, 0, :, SPIN])
    rolled = keep_habits(wild("ball"), {"camera": "static"})
    assert rolled.tracks[0, 0, :, SPIN].sum().item() == pytest.approx(-2 / 0.17, abs=1e-3)
