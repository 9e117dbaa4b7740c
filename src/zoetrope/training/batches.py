"""Batches of the network's training: clips, latent frames, captions and a task, cut out of a round's latents.

The step alone decides them. Knows nothing of noise, losses or the network.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
import torch
import torch.nn.functional as F
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
from zoetrope.engine.families.pocket.plan import Plan, Stamps, stamp
from zoetrope.engine.families.pocket.text import PAD
from zoetrope.training.latents import STILLS, Bucket
from zoetrope.training.rounds import Round
from zoetrope.training.tasks import Shot, Task, draw_task


@dataclass(frozen=True, eq=False)
class Batch:
    """Clean tokens and what is known of them.

    The layout has a batch axis where every clip has a window of its own.

    Shapes: video (b, v, c) with keyframes last; cover (b, v), how much of a token things fill; sound (b, s, c);
    words (b, m).
    """

    video: Tensor
    cover: Tensor
    sound: Tensor
    words: Tensor
    stamps: Stamps
    task: Task
    layout: Layout


def to_device(batch: Batch, device: torch.device) -> Batch:
    """The same batch where the network lies; places go there with the rest of what a layout prepares."""
    task = replace(batch.task, given=batch.task.given.to(device), level=batch.task.level.to(device))
    tensors = {name: getattr(batch, name).to(device) for name in ("video", "cover", "sound", "words")}
    return replace(batch, task=task, stamps=batch.stamps.to(device), **tensors)


def cut_batch(
    made: Round,
    index: int,
    bucket: Bucket,
    which: np.ndarray,
    *,
    no_text: float,
    no_plan: float,
    rng: np.random.Generator,
) -> Batch:
    """Pick latent frames, captions and a task for some clips of a round's bucket.

    Units: no_text and no_plan are the shares of clips whose caption or plan is left out.
    """
    kept = _moments(rng, bucket.latents, bucket.kept)
    clips = torch.from_numpy(which)
    covers = made[f"{index}.cover"][clips][:, kept].float()
    grid = covers.shape[2:]
    corners = torch.zeros(len(clips), 2, dtype=torch.long)
    if bucket.window is not None:
        corners = _corners(covers, bucket.window, rng)
    rows, columns = bucket.window or grid
    seconds = frame_seconds(bucket.latents)[kept]
    heard = sound_seconds(made[f"{index}.sound"].shape[1])
    sounds = _sounds_near(heard, seconds, bucket)
    shot = Shot(kept, rows, columns, heard[sounds], seconds)
    task = draw_task(shot, rng)
    video = _cut(made[f"{index}.video"][clips][:, kept], corners, rows, columns).flatten(1, 3)
    cover = _cut(covers, corners, rows, columns).flatten(1)
    moments: tuple[float, ...] = ()
    if task.stills:
        keys = torch.from_numpy(rng.permutation(STILLS)[: task.stills])
        stills = _cut(made[f"{index}.stills"][clips][:, keys], corners, rows, columns)
        video = torch.cat([video, stills.flatten(1, 3)], dim=1)
        cover = F.pad(cover, (0, video.shape[1] - cover.shape[1]))
        moments = tuple(made[f"{index}.moments"][keys].tolist())
    captions = torch.from_numpy(rng.integers(made[f"{index}.words"].shape[1], size=len(which)))
    words = made[f"{index}.words"][clips, captions].long()
    words[torch.from_numpy(rng.random(len(which)) < no_text)] = PAD
    plan = Plan(*(made[f"{index}.{each.name}"][clips] for each in fields(Plan)))
    sketch = _cut(made[f"{index}.sketch"][clips][:, kept], corners, rows, columns).flatten(1, 3).float()
    stamps = stamp(plan, sketch, kept, sounds, (grid[0], grid[1]), (rows, columns, corners))
    known = torch.from_numpy(rng.random(len(which)) >= no_plan).float()
    return Batch(
        video.float(),
        cover,
        made[f"{index}.sound"][clips][:, sounds].float(),
        words,
        replace(stamps, known=known),
        task,
        _layout_of(shot, task, moments, grid, corners if bucket.window else None),
    )


def _corners(covers: Tensor, window: tuple[int, int], rng: np.random.Generator) -> Tensor:
    """Upper left tokens (b, 2) of windows that hold some token of a thing, or any where there is none."""
    grid = tuple(covers.shape[2:])
    chances = covers.amax(1).flatten(1).double() + 1e-4
    picked = [rng.choice(len(row), p=(row / row.sum()).numpy()) for row in chances]
    tokens = torch.stack(torch.unravel_index(torch.tensor(picked), grid), dim=1)
    inside = torch.from_numpy(rng.integers(0, window, (len(tokens), 2)))
    last = torch.tensor(grid) - torch.tensor(window)
    return (tokens - inside).clamp(torch.zeros_like(last), last)


def _cut(frames: Tensor, corners: Tensor, rows: int, columns: int) -> Tensor:
    """Cut a window out of every clip: (b, f, r, c, ...) -> (b, f, rows, columns, ...)."""
    if frames.shape[2:4] == (rows, columns):
        return frames
    cuts = zip(frames, corners.tolist(), strict=True)
    return torch.stack([clip[:, top : top + rows, left : left + columns] for clip, (top, left) in cuts])


def _moments(rng: np.random.Generator, latents: int, kept: int) -> Tensor:
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


def _layout_of(
    shot: Shot, task: Task, moments: tuple[float, ...], grid: tuple[int, int], corners: Tensor | None
) -> Layout:
    """The layout of the kept tokens of a grid: that of a whole shot with other places, a batch of them for corners."""
    whole = layout(len(shot.latents), shot.rows, shot.columns, len(shot.sound_seconds), keyframe_seconds=moments)
    place, kind = whole.place.clone(), whole.kind.clone()
    count = len(shot.latents) * shot.cells
    place[:count] = grid_places(shot.frame_seconds, shot.rows, shot.columns)
    kind[: shot.cells] = STILL_KIND if shot.latents[0] == 0 else GROUP_KIND
    place[whole.video :, 0] = shot.sound_seconds
    if corners is not None:
        place = place.repeat(len(corners), 1, 1)
        place[:, : whole.video, 1:] += corners[:, None]
    return Layout(place, kind, task.rank, whole.video, *grid)
