"""Whether pictures show one stage: told by who knows stages, taken for granted else."""

import numpy as np
import tiny_family

from zoetrope.core.request import Request
from zoetrope.engine.families.pocket.facts import POCKET
from zoetrope.engine.stages import same_stage
from zoetrope.training.world.picture import draw
from zoetrope.training.world.script import write_scene

PANS = {"light": "day", "style": "plain", "camera": "pan left", "cut": False}


def filmed(setting: str) -> np.ndarray:
    return draw(write_scene(np.random.default_rng(3), frames=24, fixed=PANS | {"setting": setting}))


def test_a_stage_is_known_again_and_told_from_one_of_another_kind() -> None:
    room, sea = filmed("room"), filmed("sea")
    asked = Request("it moves", seed=1)
    assert same_stage(asked, POCKET, room[0], room[-1], None)
    assert not same_stage(asked, POCKET, room[-1], sea[0], None)


def test_who_knows_no_stages_takes_them_for_one() -> None:
    dark, bright = np.zeros((32, 48, 3), np.uint8), np.full((32, 48, 3), 255, np.uint8)
    assert same_stage(Request("dark", size="48x32", seed=1), tiny_family.Tiny(), dark, bright, None)  # type: ignore[arg-type]
