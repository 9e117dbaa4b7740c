"""A clip of the toy stage that tests of the door share, drawn once a run."""

from functools import cache

import numpy as np

from zoetrope.training.world.picture import draw
from zoetrope.training.world.script import write_scene
from zoetrope.training.world.sound import hear

FRAMES = 25


@cache
def toy_clip():
    """Two seconds of the toy stage. Shapes: frames uint8 (25, 144, 256, 3); sound float32 (2, 50000)."""
    scene = write_scene(np.random.default_rng(3), frames=FRAMES)
    return draw(scene), hear(scene)[:, : FRAMES * 2000]
