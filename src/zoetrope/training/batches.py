"""Batches of the network's training: clips, latent frames, captions and a task, cut out of a round's latents.

The step alone decides them. Knows nothing of noise, losses or the network.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from zoetrope.engine.families.pocket.layout import (
    GROUP_KIND,
    STILL_KIND,
    Layout,
    frame_seconds,
    grid_places,
    layout,
    sound_seconds,
)
from zoetrope.engine.families.pocket.text import PAD
from zoetrope.training.latents import STILLS, Bucket
from zoetrope.training.rounds import Round
from zoetrope.training.tasks import Shot, Task, draw_task


@dataclass(frozen=True, eq=False)
class Batch:
    """Clean tokens and what is known of them.

    Shapes: video (b, v, c) with keyframes last; sound (b, s, c); words (b, m).
    """

    video: Tensor
    sound: Tensor
    words: Tensor
    task: Task
    layout: Layout


def cut_batch(
    made: Round, index: int, bucket: Bucket, which: np.ndarray, *, no_text: float, rng: np.random.Generator
) -> Batch:
    """Pick latent frames, captions and a task for some clips of a round's bucket.

    Units: no_text is the share of clips whose caption is left out, for guidance.
    """
    rows, columns = bucket.height // 16, bucket.width // 16
    kept = _window(rng, bucket.latents, bucket.kept)
    seconds = frame_seconds(bucket.latents)[kept]
    heard = sound_seconds(made[f"{index}.sound"].shape[1])
    sounds = _sounds_near(heard, seconds, bucket)
    shot = Shot(kept, rows, columns, heard[sounds], seconds)
    task = draw_task(shot, rng)
    clips = torch.from_numpy(which)
    keys = torch.from_numpy(rng.permutation(STILLS)[: task.stills])
    video = made[f"{index}.video"][clips][:, kept].flatten(1, 3)
    if task.stills:
        video = torch.cat([video, made[f"{index}.stills"][clips][:, keys].flatten(1, 3)], dim=1)
    captions = torch.from_numpy(rng.integers(made[f"{index}.words"].shape[1], size=len(which)))
    words = made[f"{index}.words"][clips, captions].long()
    words[torch.from_numpy(rng.random(len(which)) < no_text)] = PAD
    moments = tuple(made[f"{index}.moments"][keys].tolist())
    return Batch(
        video.float(),
        made[f"{index}.sound"][clips][:, sounds].float(),
        words,
        task,
        _layout_of(shot, task, moments),
    )


def _window(rng: np.random.Generator, latents: int, kept: int) -> Tensor:
    """Which latent frames go in: mostly neighbours, sometimes any, always in order."""
    if kept == latents:
        return torch.arange(latents)
    if rng.random() < 0.75:
        first = int(rng.integers(latents - kept + 1))
        return torch.arange(first, first + kept)
    return torch.from_numpy(np.sort(rng.permutation(latents)[:kept]))


def _sounds_near(heard: Tensor, seconds: Tensor, bucket: Bucket) -> Tensor:
    """The sound latents nearest to the kept frames, half a second each; all of them where every frame is kept."""
    if bucket.kept == bucket.latents:
        return torch.arange(len(heard))
    distance = (heard[:, None] - seconds[None]).abs().min(dim=1).values
    count = min(len(heard), 12 * bucket.kept)
    return torch.argsort(distance, stable=True)[:count].sort().values


def _layout_of(shot: Shot, task: Task, moments: tuple[float, ...]) -> Layout:
    """The layout of the kept tokens: that of a whole shot with other places."""
    whole = layout(len(shot.latents), shot.rows, shot.columns, len(shot.sound_seconds), keyframe_seconds=moments)
    place, kind = whole.place.clone(), whole.kind.clone()
    count = len(shot.latents) * shot.cells
    place[:count] = grid_places(shot.frame_seconds, shot.rows, shot.columns)
    kind[: shot.cells] = STILL_KIND if shot.latents[0] == 0 else GROUP_KIND
    place[whole.video :, 0] = shot.sound_seconds
    return Layout(place, kind, task.rank, whole.video, shot.rows, shot.columns)
