"""What the sound codec is worth: spectral distance per setting, and how far onsets move.

Measures any codec with `encode` and `decode` on scenes that training never draws; knows nothing of how it learned.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from zoetrope.engine.families.pocket.sound_codec import SoundCodec
from zoetrope.training.sound_distance import onset, spectral_distance
from zoetrope.training.world.scene import Scene
from zoetrope.training.world.script import write_scene
from zoetrope.training.world.sound import hear
from zoetrope.training.world.vocabulary import SETTINGS

HELD_OUT = 1 << 41  # training draws its scenes from smaller numbers
CLEAR = 0.004  # an onset counts if it is found this near to the truth in the original itself


@dataclass(frozen=True)
class SoundReport:
    """Numbers over all clips.

    distance and smooth are dB by `spectral_distance`, per setting and "all"; onsets is how many contacts were clear in
    the original; onset_share, how many of those stay within 10 ms.
    """

    distance: dict[str, float]
    smooth: dict[str, float]
    onsets: int
    onset_share: float


def stage_clips(count: int, seed: int = 0) -> Iterator[tuple[Scene, Tensor]]:
    """Scenes and their sound (2, s), each setting in turn."""
    for index in range(count):
        rng = np.random.default_rng([seed, HELD_OUT, index])
        scene = write_scene(rng, frames=61, fixed={"setting": SETTINGS[index % len(SETTINGS)]})
        yield scene, torch.from_numpy(hear(scene))


@torch.no_grad()
def report(codec: SoundCodec, count: int = 64, seed: int = 0) -> SoundReport:
    """Measure the codec on as many clips, every setting equally often."""
    fine, smooth, moved = defaultdict(list), defaultdict(list), []
    for scene, sound in stage_clips(count, seed):
        made = codec.decode(codec.encode(sound[None]))[0]
        numbers = spectral_distance(made, sound)
        for name in (scene.setting, "all"):
            fine[name].append(numbers[0])
            smooth[name].append(numbers[1])
        moved += _moved(scene, sound, made)
    shift = np.abs(moved) * 1000 if moved else np.array([math.nan])
    return SoundReport(
        {name: float(np.mean(values)) for name, values in fine.items()},
        {name: float(np.mean(values)) for name, values in smooth.items()},
        len(moved),
        float((shift <= 10).mean()),
    )


def _moved(scene: Scene, sound: Tensor, made: Tensor) -> list[float]:
    """Seconds by which each clear contact moved."""
    moments = [contact.seconds for contact in scene.contacts]
    heard = [(onset(sound, moment), onset(made, moment)) for moment in moments]
    pairs = zip(moments, heard, strict=True)
    return [made - first for moment, (first, made) in pairs if abs(first - moment) <= CLEAR]
