"""What a scene's truth says on every judged axis and where its things are on the picture. Knows no networks."""

from __future__ import annotations

import numpy as np

from zoetrope.evaluation.axes import NO_SECOND
from zoetrope.training.world.picture import places
from zoetrope.training.world.scene import Scene

__all__ = ["places", "touch_frames", "values", "visible"]


def values(scene: Scene) -> dict[str, str]:
    """The value of a scene on every judged axis."""
    lead, acts = scene.things[0], [act for act in scene.acts if act.thing == 0]
    return {
        "object": lead.kind,
        "colour": lead.colour,
        "setting": scene.setting,
        "light": scene.light,
        "weather": scene.weather,
        "style": scene.style,
        "action": acts[0].name,
        "pace": acts[0].pace,
        "camera": scene.camera.name,
        "then": acts[1].name if len(acts) > 1 else NO_SECOND,
    }


def visible(scene: Scene) -> np.ndarray:
    """Whether the centre of each thing is inside the picture. Shapes: bool (things, t)."""
    centre, _ = places(scene)
    return np.all((centre >= 0) & (centre < (scene.width, scene.height)), axis=-1)


def touch_frames(scene: Scene) -> np.ndarray:
    """Contacts that the picture shows, per frame: one or zero, and the moment relative to the frame.

    Shapes: (t, 2). Units: frames.
    """
    out = np.zeros((scene.frames, 2), np.float32)
    seen = visible(scene)
    for contact in scene.contacts:
        moment = contact.seconds * 12
        frame = min(round(moment), scene.frames - 1)
        if seen[contact.thing, frame]:
            out[frame] = 1, moment - frame
    return out
