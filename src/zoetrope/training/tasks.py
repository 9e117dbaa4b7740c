"""What is given in a training step: every way of generating is a set of given tokens, so the network meets them all.

A task decides, for one batch, which tokens are given, how tokens rank (who sees whom) and which tokens share a noise
level. Knows no latents and no network.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

SHARES: dict[str, float] = {
    "free": 0.6,
    "first": 0.1,
    "ends": 0.04,
    "frames": 0.03,
    "prefix": 0.06,
    "region": 0.04,
    "footage": 0.04,
    "soundtrack": 0.04,
    "chunks": 0.05,
}


@dataclass(frozen=True, eq=False)
class Shot:
    """The tokens of a batch: frames of rows x columns, `stills` keyframes of the same grid, then sound.

    latents are the numbers of the kept latent frames and sounds those of the kept sound latents, in order.
    """

    latents: Tensor
    rows: int
    columns: int
    sound_seconds: Tensor
    frame_seconds: Tensor
    stills: int = 0

    @property
    def cells(self) -> int:
        return self.rows * self.columns


@dataclass(frozen=True, eq=False)
class Task:
    """Shapes, in layout order (video, keyframes, sound): given (n,) bool; rank (n,); level (n,) int64 below levels.

    Level 0 belongs to given tokens where there are any; `stills` keyframes are laid beside the grid.
    """

    name: str
    given: Tensor
    rank: Tensor
    level: Tensor
    levels: int
    stills: int = 0


def draw_task(shot: Shot, rng: np.random.Generator, shares: dict[str, float] = SHARES) -> Task:
    """Draw a task in its share and lay it on a shot."""
    names, weights = zip(*shares.items(), strict=True)
    name = names[int(rng.choice(len(names), p=np.array(weights) / sum(weights)))]
    if len(shot.latents) == 1 and name in ("prefix", "chunks", "frames", "ends", "footage", "soundtrack"):
        name = "free"
    return TASKS[name](shot, rng)


def _given(name: str, video: Tensor, sound: Tensor, stills: int = 0) -> Task:
    """A task with one rank for what is given and one for what is made from it."""
    given = torch.cat([video.flatten(), torch.ones(stills * video[0].numel(), dtype=torch.bool), sound])
    rank = (~given).long()
    return Task(name, given, rank, rank.clone(), 2, stills)


def _none(shot: Shot) -> tuple[Tensor, Tensor]:
    video = torch.zeros(len(shot.latents), shot.rows, shot.columns, dtype=torch.bool)
    return video, torch.zeros(len(shot.sound_seconds), dtype=torch.bool)


def _free(shot: Shot, rng: np.random.Generator) -> Task:
    count = len(shot.latents) * shot.cells + len(shot.sound_seconds)
    zeros = torch.zeros(count, dtype=torch.long)
    return Task("free", zeros.bool(), zeros, zeros, 1)


def _first(shot: Shot, rng: np.random.Generator) -> Task:
    video, sound = _none(shot)
    if len(shot.latents) == 1:
        return _region(shot, rng)
    video[0] = True
    return _given("first", video, sound)


def _ends(shot: Shot, rng: np.random.Generator) -> Task:
    """The first frame and keyframes beside the grid: the last frame, and another moment half of the time."""
    video, sound = _none(shot)
    video[0] = bool(rng.random() < 0.7)
    return _given("ends", video, sound, stills=1 + int(rng.random() < 0.5))


def _frames(shot: Shot, rng: np.random.Generator) -> Task:
    video, sound = _none(shot)
    count = int(rng.integers(1, len(shot.latents)))
    video[torch.from_numpy(rng.permutation(len(shot.latents))[:count])] = True
    return _given("frames", video, sound)


def _prefix(shot: Shot, rng: np.random.Generator) -> Task:
    video, _ = _none(shot)
    count = int(rng.integers(1, len(shot.latents)))
    video[:count] = True
    return _given("prefix", video, shot.sound_seconds < shot.frame_seconds[count - 1] + 0.25)


def _region(shot: Shot, rng: np.random.Generator) -> Task:
    """A box is made anew in every frame; around it everything is given, sound half of the time."""
    video, sound = _none(shot)
    rows, columns = (int(rng.integers((size + 1) // 2, size + 1)) for size in (shot.rows, shot.columns))
    top, left = int(rng.integers(shot.rows - rows + 1)), int(rng.integers(shot.columns - columns + 1))
    video[:] = True
    video[:, top : top + rows, left : left + columns] = False
    if video.all() or rng.random() < 0.3:
        video = ~video  # outpainting
    if video.all():
        return _free(shot, rng)
    sound[:] = bool(rng.random() < 0.5)
    return _given("region", video, sound)


def _footage(shot: Shot, rng: np.random.Generator) -> Task:
    video, sound = _none(shot)
    return _given("footage", ~video, sound)


def _soundtrack(shot: Shot, rng: np.random.Generator) -> Task:
    video, sound = _none(shot)
    video[0] = bool(rng.random() < 0.4)
    return _given("soundtrack", video, ~sound)


def _chunks(shot: Shot, rng: np.random.Generator) -> Task:
    """Chunks rank in their order and have noise levels of their own; the first may be given, as in a stream."""
    size = int(rng.integers(1, 1 + max(1, len(shot.latents) // 2)))
    chunk = torch.arange(len(shot.latents)) // size
    starts = shot.frame_seconds[::size]
    video = chunk[:, None].expand(-1, shot.cells).flatten()
    sound = (torch.searchsorted(starts + 0.21, shot.sound_seconds, right=True)).clamp(max=int(chunk[-1]))
    rank = torch.cat([video, sound])
    given = (rank == 0) if rng.random() < 0.6 else torch.zeros_like(rank, dtype=torch.bool)
    return Task("chunks", given, rank, rank.clone(), int(rank.max()) + 1)


TASKS: dict[str, Callable[[Shot, np.random.Generator], Task]] = {
    "free": _free,
    "first": _first,
    "ends": _ends,
    "frames": _frames,
    "prefix": _prefix,
    "region": _region,
    "footage": _footage,
    "soundtrack": _soundtrack,
    "chunks": _chunks,
}
