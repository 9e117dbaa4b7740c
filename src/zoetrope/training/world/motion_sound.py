"""How moving things sound without touching anew: rolling, sliding and flying. Knows no contact and no picture."""

from __future__ import annotations

import numpy as np

from zoetrope.training.world.acoustics import FRAMES_PER_SECOND, Colour, noise, per_sample, spread
from zoetrope.training.world.scene import Scene, Thing
from zoetrope.training.world.vocabulary import MATERIALS, RADII

RUMBLE = Colour(50, 240, -3)
HISS = Colour(1200, 6000, -2)
AIR_LOW, AIR_HIGH = Colour(220, 650), Colour(700, 2400)
ROLL_LEVEL, SLIDE_LEVEL, AIR_LEVEL = 0.075, 0.035, 0.045  # RMS at 1 m/s: -22, -29, -27 dBFS
CORNERS = {"cube": 4, "star": 5}
AIRY = ("flies", "swings")


def _during(scene: Scene, thing: int, names: tuple[str, ...]) -> np.ndarray:
    """Mark the frames where a thing does one of the named acts. Shapes: bool (t,) out."""
    marks = np.zeros(len(scene.motion.camera), bool)
    for act in scene.acts:
        if act.thing == thing and act.name in names:
            marks[act.start : act.stop + 1] = True
    return marks


def _rolling_share(scene: Scene, thing: int) -> np.ndarray:
    """Tell how far ground travel is rolling (1) or sliding (0): by the act, else by whether the thing turns with it.

    Shapes: (t,) out.
    """
    speed, angle = scene.motion.ground_speed[thing], scene.motion.angle[thing]
    turning = (
        np.abs(np.gradient(angle)) * FRAMES_PER_SECOND * scene.things[thing].radius if len(angle) > 1 else 0 * angle
    )
    share = np.clip(turning / np.maximum(speed, 1e-3), 0, 1)
    share[_during(scene, thing, ("rolls",))] = 1
    share[_during(scene, thing, ("slides",))] = 0
    return share


def _grain(thing: Thing) -> Colour:
    """Tell the band in which the body of a rolling thing answers."""
    lowest = MATERIALS[thing.material].pitch * RADII["small"] / thing.radius
    return Colour(round(0.8 * lowest), round(min(1.8 * lowest, 6000)))


def _curve(level: float, speed: np.ndarray) -> np.ndarray:
    """Turn speed in m/s into RMS: rising quickly at first, bounded at 3 m/s."""
    return level * np.minimum(np.abs(speed), 3.0) ** 0.8


def _roll(scene: Scene, thing: int, level: np.ndarray, starts: np.ndarray, samples: int) -> np.ndarray:
    """Make the rumble of a rolling thing, which pulses once a turn or a corner. Shapes: level (t,); (samples,) out."""
    turns = np.cumsum(scene.motion.ground_speed[thing]) / FRAMES_PER_SECOND / scene.things[thing].radius
    pulse = 1 + 0.45 * np.cos(per_sample(turns * CORNERS.get(scene.things[thing].kind, 1), samples))
    body = noise(RUMBLE, starts[0], samples)[0] + 0.3 * noise(_grain(scene.things[thing]), starts[1], samples)[0]
    return body * pulse * per_sample(level, samples)


def add_motion(mix: np.ndarray, scene: Scene, rng: np.random.Generator) -> None:
    """Add rolling, sliding and flight of every thing to the mix.

    Shapes: mix (2, s), written in place.
    """
    samples = mix.shape[1]
    for thing in range(len(scene.things)):
        starts = rng.integers(0, 1 << 30, 5)
        share = _rolling_share(scene, thing)
        ground = scene.motion.ground_speed[thing]
        roll, slide = _curve(ROLL_LEVEL, ground) * share, _curve(SLIDE_LEVEL, ground) * (1 - share)
        air = _curve(AIR_LEVEL, scene.motion.air_speed[thing]) * _during(scene, thing, AIRY)
        parts = []
        if roll.max() > 1e-4:
            parts.append(_roll(scene, thing, roll, starts, samples))
        if slide.max() > 1e-4:
            parts.append(noise(HISS, starts[2], samples)[0] * per_sample(slide, samples))
        if air.max() > 1e-4:
            swift = np.clip(scene.motion.air_speed[thing] / 3.0, 0, 1)
            parts.append(noise(AIR_LOW, starts[3], samples)[0] * per_sample(air * (1 - swift), samples))
            parts.append(noise(AIR_HIGH, starts[4], samples)[0] * per_sample(air * swift, samples))
        if parts:
            mix += spread(scene, thing, samples) * sum(parts)
