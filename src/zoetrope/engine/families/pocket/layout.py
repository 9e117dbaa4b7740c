"""Where the tokens of a shot lie, and which of them may see which. Shared by training and the engine.

Every token has a place (seconds, row, column), a kind and a rank. A token sees the tokens of its own rank and of
lower ones: a whole shot is one rank; given tokens rank below what is made from them; the chunks of a stream rank in
their order. So keys of lower ranks never depend on higher ones and may be kept.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

FRAME_RATE = 12
GROUP = 6
SOUND_RATE = 25
GROUP_KIND, STILL_KIND, SOUND_KIND = range(3)
KINDS = 4  # of the network that ships: nothing is of the last one, which was meant for tokens of references


@dataclass(frozen=True, eq=False)
class Layout:
    """Tokens of one shot, video first (frame, row, column), then keyframes, then sound.

    Shapes: place (n, 3), or (b, n, 3) where the samples of a batch lie at different places; kind (n,) int64; rank (n,)
    int64; video is how many of the n are video tokens, keyframes included. Units: place in seconds, rows, columns; rows
    and columns are the size of the grid.
    """

    place: Tensor
    kind: Tensor
    rank: Tensor
    video: int
    rows: int
    columns: int


def frame_seconds(latent_frames: int) -> Tensor:
    """The middle of each latent frame's pictures, (f,): the first stands alone, the others hold six."""
    index = torch.arange(latent_frames, dtype=torch.float32)
    return torch.where(index == 0, index, (GROUP * index - (GROUP - 1) / 2) / FRAME_RATE)


def sound_seconds(sound_latents: int) -> Tensor:
    """The middle of each sound latent, (m,)."""
    return (torch.arange(sound_latents, dtype=torch.float32) + 0.5) / SOUND_RATE


def grid_places(seconds: Tensor, rows: int, columns: int) -> Tensor:
    """(f,) seconds -> places (f * rows * columns, 3) in frame, row, column order."""
    return torch.cartesian_prod(seconds, torch.arange(rows).float(), torch.arange(columns).float()).view(-1, 3)


def sound_places(sound_latents: int) -> Tensor:
    """Places (m, 3) of sound: it lies at no row and no column."""
    places = torch.zeros(sound_latents, 3)
    places[:, 0] = sound_seconds(sound_latents)
    return places


def layout(
    latent_frames: int,
    rows: int,
    columns: int,
    sound_latents: int,
    *,
    keyframe_seconds: tuple[float, ...] = (),
    rank: Tensor | None = None,
) -> Layout:
    """Lay out a shot; keyframes are stills at any time, beside the grid. rank defaults to one for all."""
    cells = rows * columns
    video = grid_places(frame_seconds(latent_frames), rows, columns)
    keys = grid_places(torch.tensor(keyframe_seconds), rows, columns)
    place = torch.cat([video, keys, sound_places(sound_latents)])
    kind = torch.full((len(place),), GROUP_KIND)
    kind[:cells] = STILL_KIND
    kind[len(video) : len(video) + len(keys)] = STILL_KIND
    kind[len(video) + len(keys) :] = SOUND_KIND
    rank = torch.zeros(len(place), dtype=torch.long) if rank is None else rank
    return Layout(place, kind, rank, len(video) + len(keys), rows, columns)
