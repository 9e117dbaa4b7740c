"""Reading badges: what the world draws on a thing is what is read, and nothing where it draws nothing."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from zoetrope.engine.families.pocket.badges import Look, emblems, explained, read_badge, turns_near
from zoetrope.engine.families.pocket.facts import POCKET
from zoetrope.engine.families.pocket.painted import painted
from zoetrope.engine.families.pocket.plan import AXES, EMBLEMS
from zoetrope.engine.families.pocket.sketch import Sketcher
from zoetrope.engine.loading import loaded
from zoetrope.engine.numerics import choose_numerics
from zoetrope.training.world.picture import draw, places
from zoetrope.training.world.scene import Badge, Scene
from zoetrope.training.world.script import write_scene

SWAPPED = (1, 2)  # halves and quarters, which look the same turned with their inks exchanged; a ball turns unseen
SHOWN = {"size": "large", "action": "slides", "camera": "static", "weather": "clear", "style": "plain", "light": "day"}
BARE_DAY = {"setting": "meadow", "light": "day", "weather": "clear", "style": "plain"}
KINDS = ["ball", "cube", "fish", "ring"]


@pytest.fixture(scope="module")
def sketcher() -> Sketcher:
    return loaded(POCKET, choose_numerics()).sketcher  # type: ignore[attr-defined]


def drawn(kind: str, badge: Badge | None) -> Scene:
    fixed = SHOWN | {"object": kind, "badge": True, "second_object": None, "colour": "green", "surface": "plain"}
    scene = write_scene(np.random.default_rng(3), frames=2, fixed=fixed | {"then": None, "cut": False})
    return replace(scene, things=(replace(scene.things[0], badge=badge),))


def looks(scene: Scene, sketcher: Sketcher) -> list[Look]:
    """As a spotter that errs a little would find the thing."""
    centre, radius = places(scene)
    thing = scene.things[0]
    chances = {
        axis: torch.tensor([float(value == getattr(thing, axis)) for value in AXES[axis]])
        for axis in ("surface", "material")
    }
    bodies = painted(sketcher, (thing.kind, thing.colour), chances, BARE_DAY)
    return [
        Look(
            torch.from_numpy(frame),
            torch.from_numpy(centre[0, at]).float() + 0.8,
            0.94 * radius[0, at],
            scene.motion.angle[0, at] + 0.1,
            0.9 if thing.badge else 0.1,
            bodies,
        )
        for at, frame in enumerate(draw(scene))
    ]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("emblem", range(EMBLEMS))
def test_what_is_drawn_is_read(kind: str, emblem: int, sketcher: Sketcher) -> None:
    seen = read_badge(looks(drawn(kind, Badge(emblem, (230, 60, 40), (40, 60, 180))), sketcher))
    assert seen[0] == 1
    assert int(seen[1:-6].argmax()) == emblem
    inks = seen[-6:].numpy() * 255
    if kind == "ball" and emblem in SWAPPED and inks[0] < inks[3]:
        inks = np.roll(inks, 3)
    np.testing.assert_allclose(inks, [230, 60, 40, 40, 60, 180], atol=45)


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_read_where_nothing_is_drawn(kind: str, sketcher: Sketcher) -> None:
    assert not read_badge(looks(drawn(kind, None), sketcher)).any()


def test_things_that_look_the_same_turned_are_tried_in_every_such_turn() -> None:
    fifth, tried = 2 * np.pi / 5, len(turns_near("car", 0.3))
    turns = np.array(turns_near("star", 0.3))
    assert len(turns) == 5 * tried
    np.testing.assert_allclose(turns[tried : 2 * tried], turns[:tried] + fifth)
    assert 0.0 in turns_near("car", 1.0)


def test_an_emblem_explains_its_own_picture_and_gives_its_inks() -> None:
    points, masks = emblems("cube", 20.0)
    under, inks = torch.full((len(points), 3), 90.0), torch.tensor([[230.0, 60, 40], [40, 60, 180]])
    for emblem, mask in enumerate(masks):
        shown = under * (1 - mask[:, 3:]) + 250 * mask[:, 2:3] + mask[:, :2] @ inks
        left, solved = explained(shown[None], torch.ones(1, len(points)), masks, under)
        assert int(left[0].argmin()) == emblem
        assert float(left[0, emblem]) < 1
        torch.testing.assert_close(solved[0, emblem], inks, atol=1, rtol=0)


def test_a_light_rim_around_light_inks_is_none() -> None:
    points, masks = emblems("cube", 20.0)
    under, inks = torch.full((len(points), 3), 90.0), torch.tensor([[230.0, 60, 40], [250.0, 250, 250]])
    shown = under * (1 - masks[0][:, 3:]) + 250 * masks[0][:, 2:3] + masks[0][:, :2] @ inks
    left, _ = explained(shown[None], torch.ones(1, len(points)), masks[:1], under)
    assert float(left) > 1000
