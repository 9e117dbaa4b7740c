"""Reading badges: what the world draws on a thing is what is read, and nothing where it draws nothing."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from zoetrope.engine.families.pocket.badges import Look, read_badge, turns_near
from zoetrope.engine.families.pocket.plan import EMBLEMS
from zoetrope.training.world.picture import draw, places
from zoetrope.training.world.scene import Badge, Scene
from zoetrope.training.world.script import write_scene

SWAPPED = (1, 2)  # halves and quarters, which look the same turned with their inks exchanged; a ball turns unseen
SHOWN = {"size": "large", "action": "slides", "camera": "static", "weather": "clear", "style": "plain", "light": "day"}


def drawn(kind: str, badge: Badge | None) -> Scene:
    fixed = SHOWN | {"object": kind, "badge": True, "second_object": None, "colour": "green", "surface": "plain"}
    scene = write_scene(np.random.default_rng(3), frames=3, fixed=fixed | {"then": None, "cut": False})
    return replace(scene, things=(replace(scene.things[0], badge=badge),))


def looks(scene: Scene) -> list[Look]:
    """As a spotter that errs a little would find the thing."""
    centre, radius = places(scene)
    frames = torch.from_numpy(draw(scene))
    kind = scene.things[0].kind
    return [
        Look(
            frame,
            torch.from_numpy(centre[0, at]).float() + 0.8,
            0.97 * radius[0, at],
            kind,
            scene.motion.angle[0, at],
            0.9 if scene.things[0].badge else 0.1,
        )
        for at, frame in enumerate(frames)
    ]


@pytest.mark.parametrize("kind", ["ball", "cube", "fish"])
@pytest.mark.parametrize("emblem", range(EMBLEMS))
def test_what_is_drawn_is_read(kind: str, emblem: int) -> None:
    seen = read_badge(looks(drawn(kind, Badge(emblem, (230, 60, 40), (40, 60, 180)))))
    assert seen[0] == 1
    assert int(seen[1:-6].argmax()) == emblem
    inks = seen[-6:].numpy() * 255
    if kind == "ball" and emblem in SWAPPED and inks[0] < inks[3]:
        inks = np.roll(inks, 3)
    np.testing.assert_allclose(inks, [230, 60, 40, 40, 60, 180], atol=45)


@pytest.mark.parametrize("kind", ["ball", "cube", "fish"])
def test_nothing_is_read_where_nothing_is_drawn(kind: str) -> None:
    assert not read_badge(looks(drawn(kind, None))).any()


def test_things_that_look_the_same_turned_are_tried_in_every_such_turn() -> None:
    assert turns_near("car", 0.0) == [0, 1, 23]
    assert turns_near("ring", 0.0) == [0, 1, 5, 6, 7, 11, 12, 13, 17, 18, 19, 23]
    assert len(turns_near("ball", 1.0)) == 24
