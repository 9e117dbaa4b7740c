"""The performance of every action by name."""

from __future__ import annotations

from collections.abc import Callable

from zoetrope.training.world.airborne import bounces, falls, flies, floats, jumps, swings
from zoetrope.training.world.grounded import collides, rebounds, rolls, slides, spins
from zoetrope.training.world.speech import talks
from zoetrope.training.world.takes import Cue, Take

PERFORM: dict[str, Callable[[Cue], Take]] = {
    "bounces": bounces,
    "falls": falls,
    "rolls": rolls,
    "slides": slides,
    "flies": flies,
    "swings": swings,
    "floats": floats,
    "jumps": jumps,
    "spins": spins,
    "rebounds": rebounds,
    "collides": collides,
    "talks": talks,
}
