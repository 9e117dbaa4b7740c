"""How a touch sounds: ringing partials of the material, and the short burst of what is touched. Knows no picture.

Pitch falls as one over the radius; decay and partials come from the material; loudness comes from the speed.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np

from zoetrope.engine.families.pocket.bodies import BENT, BODIES, FADE
from zoetrope.training.world.acoustics import FRAMES_PER_SECOND, RATE, Colour, add, noise, place
from zoetrope.training.world.scene import Contact, Scene, Thing
from zoetrope.training.world.vocabulary import MATERIALS, RADII

LOUDNESS = 0.45  # peak of a contact at 1 m/s over both channels together; each hears 0.7 of it at the centre
LOUDEST = 0.85  # reached at 5.3 m/s
CURVE = 0.38  # exponent of speed: 0.5 m/s is heard 8 dB under 5.3 m/s


class Burst(NamedTuple):
    """The noise of a touched surface: colour, decay in seconds, share of the peak."""

    colour: Colour
    decay: float
    share: float


BURSTS = {
    "meadow": Burst(Colour(300, 2500, -3), 0.012, 0.40),
    "beach": Burst(Colour(500, 4000, -3), 0.018, 0.45),
    "city": Burst(Colour(1000, 7000), 0.005, 0.40),
    "snowfield": Burst(Colour(600, 5000, -3), 0.025, 0.45),
    "desert": Burst(Colour(400, 3500, -3), 0.020, 0.45),
    "room": Burst(Colour(200, 3000, -3), 0.008, 0.40),
    "sea": Burst(Colour(500, 6000, -3), 0.060, 0.55),
    "stage": Burst(Colour(120, 2500, -3), 0.014, 0.45),
    "wall": Burst(Colour(150, 5000, -3), 0.010, 0.50),
    "thing": Burst(Colour(1500, 8000), 0.004, 0.35),
}


def pitch(thing: Thing) -> float:
    """Tell the lowest partial of a thing in Hz."""
    return MATERIALS[thing.material].pitch * RADII["small"] / thing.radius


def loudness(speed: float) -> float:
    """Tell the peak of a contact from its impact speed in m/s."""
    return min(LOUDNESS * max(speed, 0.0) ** CURVE, LOUDEST)


@cache
def ring(material: str, radius: float) -> np.ndarray:
    """Make the ringing of a struck thing, at peak 1, from the moment of touch.

    Shapes: float32 (n,) out, read only.
    """
    body, decay = BODIES[material], MATERIALS[material].decay * (radius / RADII["small"]) ** 0.3
    seconds = np.arange(round(2.2 * decay * RATE)) / RATE
    lowest = MATERIALS[material].pitch * RADII["small"] / radius
    bent = seconds + body.bend * BENT * (1 - np.exp(-seconds / BENT))
    sound = np.zeros(len(seconds))
    for ratio, strength in zip(body.ratios, body.strengths, strict=True):
        if ratio * lowest < 0.45 * RATE:
            sound += strength * np.sin(2 * np.pi * ratio * lowest * bent) * np.exp(-FADE * ratio**0.6 * seconds / decay)
    sound[-240:] *= np.linspace(1, 0, 240)
    sound = (sound / np.abs(sound).max()).astype(np.float32)
    sound.setflags(write=False)
    return sound


@cache
def burst(surface: str, variant: int) -> np.ndarray:
    """Make the noise of a touched surface, at peak 1, from the moment of touch.

    Shapes: float32 (n,) out, read only.
    """
    kind = BURSTS[surface]
    seconds = np.arange(round(6 * kind.decay * RATE)) / RATE
    sound = noise(kind.colour, 7919 * variant, len(seconds))[0] * np.exp(-seconds / kind.decay)
    sound[0] += 1.5 * np.sign(sound[0])
    sound = (sound / np.abs(sound).max()).astype(np.float32)
    sound.setflags(write=False)
    return sound


def sounding(contact: Contact, scene: Scene) -> tuple[tuple[int, ...], str]:
    """Tell which things ring at a contact, and which surface bursts."""
    if isinstance(contact.other, str):
        return (contact.thing,), scene.setting if contact.other == "ground" else contact.other
    return (contact.thing, contact.other), "thing"


def add_contacts(mix: np.ndarray, scene: Scene) -> None:
    """Add every contact of a scene to the mix, exactly at its moment.

    Shapes: mix (2, s), written in place.
    """
    for number, contact in enumerate(scene.contacts):
        first = round(contact.seconds * RATE)
        frame = min(int(contact.seconds * FRAMES_PER_SECOND + 1e-6), len(scene.motion.camera) - 1)
        side, peak = float(place(scene, contact.x, frame)), loudness(contact.speed)
        rings, surface = sounding(contact, scene)
        share = BURSTS[surface].share
        for index in rings:
            thing = scene.things[index]
            add(
                mix,
                ring(thing.material, round(thing.radius, 3)),
                first,
                side,
                peak * (1 - share / 2) / len(rings) ** 0.5,
            )
        add(mix, burst(surface, (scene.seed + number) % 4), first, side, peak * share)
