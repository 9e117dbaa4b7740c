"""The eight settings by name. Knows nothing of what happens in them."""

from __future__ import annotations

from collections.abc import Callable

from zoetrope.training.world import landscapes, places
from zoetrope.training.world.backdrop import Backdrop, Plate
from zoetrope.training.world.scene import Scene

PAINTERS: dict[str, Callable[[Backdrop], None]] = {
    "meadow": landscapes.meadow,
    "beach": landscapes.beach,
    "city": places.city,
    "snowfield": landscapes.snowfield,
    "desert": landscapes.desert,
    "room": places.room,
    "sea": landscapes.sea,
    "stage": places.stage,
}


def plates(scene: Scene) -> tuple[Plate, ...]:
    """Return the drawn layers of a scene's setting at its light, far to near."""
    drop = Backdrop(scene)
    PAINTERS[scene.setting](drop)
    return tuple(drop.plates)
