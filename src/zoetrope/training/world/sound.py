"""The ear of the toy stage: one scene becomes stereo sound. Knows no pixels and no words."""

from __future__ import annotations

import numpy as np

from zoetrope.training.world.acoustics import SAMPLES_PER_FRAME
from zoetrope.training.world.ambience import add_ambience
from zoetrope.training.world.contacts_sound import add_contacts
from zoetrope.training.world.motion_sound import add_motion
from zoetrope.training.world.scene import Scene
from zoetrope.training.world.voices import add_voice

KNEE = 0.8  # samples below pass untouched; above they bend towards 1


def hear(scene: Scene, samples: int | None = None) -> np.ndarray:
    """Make the sound of a scene; the same scene gives the same samples.

    Shapes: float32 (2, samples) out, in -1..1; by default as long as the frames after the first (2000 samples each).
    Units: 24 kHz; time zero is the first frame.
    """
    samples = (scene.frames - 1) * SAMPLES_PER_FRAME if samples is None else samples
    mix = np.zeros((2, samples), np.float32)
    if samples == 0:
        return mix
    rng = np.random.default_rng([scene.seed, 24_000])
    add_ambience(mix, scene, rng)
    add_motion(mix, scene, rng)
    add_voice(mix, scene, rng)
    add_contacts(mix, scene)
    return limit(mix)


def limit(sound: np.ndarray) -> np.ndarray:
    """Bend what is louder than the knee softly towards full scale.

    Shapes: any; the same out, in -1..1.
    """
    if np.abs(sound).max(initial=0.0) <= KNEE:
        return sound
    excess = np.maximum(np.abs(sound) - KNEE, 0) / (1 - KNEE)
    return np.where(excess > 0, np.sign(sound) * (KNEE + (1 - KNEE) * np.tanh(excess)), sound).astype(np.float32)
