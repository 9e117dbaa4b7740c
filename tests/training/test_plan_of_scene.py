from dataclasses import replace

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from zoetrope.engine.families.pocket.habits import keep_habits
from zoetrope.engine.families.pocket.layout import FRAME_RATE, SOUND_RATE
from zoetrope.engine.families.pocket.plan import CAST, TRACK, pictures_of, project, stamp
from zoetrope.engine.families.pocket.planner import from_tokens, pinned, to_tokens
from zoetrope.engine.families.pocket.planning import settle
from zoetrope.engine.families.pocket.reader import ASKED, facts_of, number_answers
from zoetrope.training.plans import plan_of
from zoetrope.training.world.captions import truth
from zoetrope.training.world.picture import masks, places
from zoetrope.training.world.script import write_scene
from zoetrope.training.world.vocabulary import COLOURS, MATERIALS, NAMES, RADII

GRID = (9, 16)
WHOLE = (*GRID, torch.zeros(1, 2, dtype=torch.long))


def scene_of(seed: int, frames: int = 61, **fixed: object):
    return write_scene(np.random.default_rng(seed), frames=frames, fixed=fixed)


def test_a_plan_names_what_the_world_names() -> None:
    for axis, values in NAMES.items():
        assert ASKED[axis] == tuple(values)
    assert tuple(COLOURS) == ASKED["colour"]
    assert tuple(RADII) == ASKED["size"]
    assert tuple(MATERIALS) == ASKED["material"]


@pytest.mark.parametrize("seed", range(4))
def test_a_plan_survives_its_tokens(seed: int) -> None:
    plan = plan_of(scene_of(seed))
    back = from_tokens(to_tokens(plan))
    torch.testing.assert_close(back.camera, plan.camera, atol=1e-4, rtol=0)
    torch.testing.assert_close(back.cast, plan.cast, atol=1e-5, rtol=0)
    torch.testing.assert_close(back.tracks[..., :8], plan.tracks[..., :8], atol=1e-4, rtol=0)


def test_things_are_planned_where_they_are_drawn() -> None:
    scene = scene_of(3, camera="pan left", second_object="ring", action="collides")
    plan = plan_of(scene)
    centre, _ = places(scene)
    at = project(plan.tracks[0, : len(scene.things), :, :2], plan.camera, GRID)
    np.testing.assert_allclose(at.numpy(), centre, atol=0.05)


def test_cells_of_a_ball_lie_on_the_ball() -> None:
    scene = scene_of(5, object="ball", action="bounces", style="plain", size="large", second_object=None)
    stamps = stamp(plan_of(scene), torch.zeros(1, 11 * 144, 8), torch.arange(11), torch.arange(125), GRID, WHOLE)
    cells = stamps.things.unflatten(1, (11, *GRID)).unflatten(5, (6, 4, 4, 4))[0, :, :, :, 0, :, :, :, 0]
    solid = cells.permute(0, 3, 1, 4, 2, 5).flatten(2, 3).flatten(3, 4)  # latent frames, pictures, 36, 64
    truth = masks(scene)[0].reshape(61, 36, 4, 64, 4).mean((2, 4))
    seen = torch.from_numpy(truth)[pictures_of(torch.arange(11))]
    both = torch.minimum(solid, seen).sum() / torch.maximum(solid, seen).sum()
    assert both > 0.65


def test_contacts_are_heard_when_they_happen() -> None:
    scene = scene_of(5, object="ball", action="bounces", material="rubber", second_object=None)
    ticks = stamp(plan_of(scene), torch.zeros(1, 144, 8), torch.arange(1), torch.arange(125), GRID, WHOLE).ticks[
        0, :, 0, 0
    ]
    assert scene.contacts
    for contact in scene.contacts:
        if contact.speed > 1:
            near = round(contact.seconds * SOUND_RATE - 0.5)
            assert ticks[max(0, near - 1) : near + 2].max() > 0.3 * contact.speed


def test_a_still_is_a_plan_of_one_picture() -> None:
    plan = plan_of(scene_of(2, frames=1))
    assert plan.camera.shape == (1, 1, 4)
    stamps = stamp(plan, torch.zeros(1, 144, 8), torch.tensor([0]), torch.arange(2), GRID, WHOLE)
    assert stamps.things.shape[1] == 9 * 16
    assert all(torch.isfinite(value).all() for value in vars(stamps).values())


def test_windows_are_cut_out_of_the_whole() -> None:
    plan = plan_of(scene_of(4))
    latents, sounds = torch.arange(11), torch.arange(4)
    whole = stamp(plan, torch.zeros(1, 11 * 144, 8), latents, sounds, GRID, WHOLE)
    part = stamp(plan, torch.zeros(1, 11 * 12, 8), latents, sounds, GRID, (3, 4, torch.tensor([[2, 5]])))
    for name in ("things", "stage"):
        cut = getattr(whole, name).unflatten(1, (11, *GRID))[:, :, 2:5, 5:9].flatten(1, 3)
        torch.testing.assert_close(getattr(part, name), cut, atol=1e-4, rtol=1e-4)


def test_frame_rates_agree() -> None:
    assert plan_of(scene_of(1)).camera.shape[1] == 5 * FRAME_RATE + 1


def test_what_a_caption_states_of_the_cast_is_what_the_plan_holds() -> None:
    for seed in range(12):
        scene = scene_of(seed)
        answers = number_answers(truth(scene))
        values, where = pinned(facts_of({axis: torch.tensor([number]) for axis, number in answers.items()}))
        cast = F.pad(plan_of(scene).cast, (0, values.shape[1] - CAST))
        assert torch.equal(values * where, cast * where)
        assert where.sum() > 40


def test_tremor_goes_and_flights_stay() -> None:
    plan = plan_of(scene_of(3))
    still = settle(plan)
    assert (still.tracks - plan.tracks).abs().max() < 0.05
    noise = torch.zeros_like(plan.tracks)
    noise[..., :2] = 0.02 * torch.randn(noise[..., :2].shape, generator=torch.Generator().manual_seed(0))
    shaken = replace(plan, tracks=plan.tracks + noise)
    jerk = [each.tracks[:, 0, :, 0].diff(n=2).abs().mean() for each in (settle(shaken), shaken)]
    assert jerk[0] < 0.5 * jerk[1]


@pytest.mark.parametrize("seed", range(20))
def test_true_plans_keep_the_habits_of_what_they_show(seed: int) -> None:
    scene = scene_of(seed)
    plan, said = plan_of(scene), {axis: value for axis, value in truth(scene).items() if axis in ASKED}
    kept = keep_habits(plan, said)
    torch.testing.assert_close(kept.camera, plan.camera, atol=1e-5, rtol=0)
    moved = [number for number in range(len(TRACK)) if TRACK[number] != "way"]
    torch.testing.assert_close(kept.tracks[..., moved], plan.tracks[..., moved], atol=1e-4, rtol=0)
    if "then" not in said:
        assert torch.equal(kept.tracks[:, 0, :, 3], plan.tracks[:, 0, :, 3])
