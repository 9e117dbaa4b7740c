"""The camera through stretches of given pictures: how it goes within each, and a way from each to the next.

Where one stretch ends and the next begins, both are taken for views of one stage; if nothing explains them so, the
camera rests. Knows no things beyond where they hide the stage, no words and no noise.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import product

import numpy as np
import torch
from torch import Tensor

from zoetrope.engine.families.pocket.filmed import BETTER, DEPTHS, SMALL, coarse_moves, compared, track_of
from zoetrope.engine.families.pocket.plan import CAMERA, METRE, PATCH, RADII
from zoetrope.engine.families.pocket.tracking import Run

STEPS = (0.06, 0.06, 0.04, 0.04)  # metres, metres, logarithm and radians that a camera is moved by at first
GROWN = 2.0  # times the error that a zoom costs which is not what a thing has grown by, for each e-fold
ONE_STAGE = (
    0.08  # of the range of [-1, 1]: two views of one stage differed by 0.06 at most, of two stages by 0.10 at least
)
FOCI = (-0.7, 0.3, 11)  # heights in metres that such a zoom may keep in place: from the standing line to the sky
ROUNDS = 6  # of finer and finer steps, at each of two sizes of the pictures
STILL = 0.92  # of the error of a resting camera that a move within a stretch has to stay under
SLOWING = 0.8  # of its pace that a camera keeps from picture to picture after the last given one


def camera_along(
    runs: Sequence[Run],
    numbers: Tensor,
    pictures: Tensor,
    hidden: Tensor,
    sizes: Tensor,
    count: int,
    ground: Tensor,
    grid: tuple[int, int],
) -> Tensor:
    """The camera (count, 4) of a shot of which stretches are given.

    Shapes: numbers (k,) of the given pictures (k, 3, h, w) in [-1, 1]; hidden bool (k, h, w), where something hides the
    stage; sizes (runs, 2), the radius of one thing in pixels where each stretch begins and ends, nan where it is not
    known; ground (), the standing line in metres.
    """
    seen = torch.cat([pictures, (~hidden)[:, None].to(pictures)], dim=1)
    starts, ends = [pictures.new_zeros(4)] * len(runs), [pictures.new_zeros(4)] * len(runs)
    for place in range(1, len(runs)):
        (before, last), (first, end) = runs[place - 1 : place + 1]
        known = ends[place - 1] if place > 1 else None
        grown = float((sizes[place, 0] / sizes[place - 1, 1]).log())
        ends[place - 1], starts[place] = _led(known, seen[[last, first]], grown, ground, grid)
        ends[place] = _within(starts[place], seen[[first, end]], ground, grid)
        if place == 1:
            starts[0] = _within(ends[0], seen[[last, before]], ground, grid)
    at = [(int(numbers[first]), int(numbers[last])) for first, last in runs]
    return _as_large(way_through(at, torch.stack(starts), torch.stack(ends), count), at, sizes, ground, grid)


def one_stage(pair: Tensor, hidden: Tensor, ground: Tensor, grid: tuple[int, int]) -> bool:
    """Whether some way of the camera explains what is not hidden in two pictures (2, 3, h, w) as one stage."""
    seen = torch.cat([pair, (~hidden)[:, None].to(pair)], dim=1)
    both = torch.stack(_led(None, seen, math.nan, ground, grid))
    return bool(compared(both[None], seen, ground, grid, SMALL[1]) < ONE_STAGE)


def _as_large(track: Tensor, at: Sequence[Run], sizes: Tensor, ground: Tensor, grid: tuple[int, int]) -> Tensor:
    """The same track so near to the stage that the thing has a size that there is.

    From pictures alone it is only known how much nearer a camera is in one of them than in another.
    """
    zoom = track[torch.tensor(at), CAMERA.index("zoom")]
    lacks = (sizes / (METRE * PATCH * grid[0] * zoom.exp())).log()
    lack = lacks[lacks.isfinite()].mean() - torch.tensor(RADII).log()
    nearer = torch.nan_to_num(lack[lack.abs().argmin()])
    x, y, zoom, turn = track.unbind(-1)
    return torch.stack([x / nearer.exp(), ground + (y - ground) / nearer.exp(), zoom + nearer, turn], dim=-1)


def way_through(at: Sequence[Run], starts: Tensor, ends: Tensor, count: int) -> Tensor:
    """A track (count, 4) that goes evenly within stretches and without a jolt between them.

    Shapes: at are numbers of the stretches' first and last pictures; starts and ends (stretches, 4) are cameras there.
    Source: cubic Hermite; where a stretch is one picture and shows no pace, the way bends least there.
    """
    track = starts.new_zeros(count, 4)
    for (a, b), start, end in zip(at, starts, ends, strict=True):
        track[a : b + 1] = torch.lerp(start, end, torch.linspace(0, 1, b + 1 - a)[:, None])
    paces = [(end - start) / (b - a) if b > a else None for (a, b), start, end in zip(at, starts, ends, strict=True)]
    for number in range(1, len(at)):
        before, after = at[number - 1][1], at[number][0]
        even = (track[after] - track[before]) / (after - before)
        out, into = (even if pace is None else pace for pace in paces[number - 1 : number + 1])
        if paces[number] is None:
            paces[number] = into = 1.5 * even - 0.5 * out
        track[before:after] = curve(track[before], track[after], out, into, after - before)
    return _beyond(track, at[0][0], at[-1][1], paces)


def curve(start: Tensor, end: Tensor, out: Tensor, into: Tensor, span: int) -> Tensor:
    """The first `span` pictures of a way (span, 4) that leaves and arrives with given paces a picture."""
    part = torch.arange(span)[:, None] / span
    gone, leave, arrive = part**2 * (3 - 2 * part), part * (1 - part) ** 2, part**2 * (part - 1)
    return start + gone * (end - start) + span * (leave * out + arrive * into)


def _beyond(track: Tensor, first: int, last: int, paces: Sequence[Tensor | None]) -> Tensor:
    """What lies before the first and after the last given picture: the camera comes to rest."""
    for end, pace, sign in ((first, paces[0], -1), (last, paces[-1], 1)):
        beyond = torch.arange(end if sign < 0 else len(track) - 1 - end) + 1
        gone = (1 - SLOWING**beyond) / (1 - SLOWING) * SLOWING
        if pace is not None and len(beyond):
            track[end + sign * beyond] = track[end] + sign * gone[:, None] * pace
        elif len(beyond):
            track[end + sign * beyond] = track[end]
    return track


def _led(
    here: Tensor | None, pair: Tensor, grown: float, ground: Tensor, grid: tuple[int, int]
) -> tuple[Tensor, Tensor]:
    """The cameras of two pictures with a gap between them; the first one's, where it is known, stays.

    `grown` is the logarithm of how much larger a thing is in the second one, nan where that is not known.
    """
    moves = torch.cat([torch.zeros(1, 5), *coarse_moves()]).to(pair)
    if not math.isnan(grown):
        nearer = torch.tensor([[0, 0, grown, 0, focus] for focus in np.linspace(*FOCI)]).to(pair)
        moves = torch.cat([moves, nearer])
    cameras = track_of(moves, 2)
    if here is not None:
        cameras = here + (cameras - cameras[:, :1])

    def off(cameras: Tensor, every: int, depths: Sequence[float] = DEPTHS) -> Tensor:
        zoom = (cameras[:, 1] - cameras[:, 0])[:, CAMERA.index("zoom")]
        return compared(cameras, pair, ground, grid, every, depths) * (1 + GROWN * (zoom - grown).abs().nan_to_num())

    best = int(off(cameras, SMALL[0]).argmin())
    start, end = cameras[best]
    end = _settled(start, end, off)
    both, rest = torch.stack([start, end]), cameras[0]
    found, still = off(torch.stack([both, rest]), SMALL[1])
    alike = compared(both[None], pair, ground, grid, SMALL[1]) < ONE_STAGE
    start, end = both if alike and found < BETTER * still else rest
    return start, end


def _within(here: Tensor, pair: Tensor, ground: Tensor, grid: tuple[int, int]) -> Tensor:
    """The camera of a picture shortly before or after one whose camera is known, or of the same one."""

    def off(cameras: Tensor, every: int, depths: Sequence[float] = DEPTHS) -> Tensor:
        return compared(cameras, pair, ground, grid, every, depths)

    there = _settled(here, here, off)
    tried = torch.stack([torch.stack([here, there]), torch.stack([here, here])])
    found, still = off(tried, SMALL[1])
    return there if found < STILL * still else here


def _settled(start: Tensor, end: Tensor, off: Callable[..., Tensor]) -> Tensor:
    """The second camera moved about until no move near by explains more; `off` is how little cameras (m, 2, 4) do."""
    ways = torch.tensor(list(product((-1.0, 0.0, 1.0), repeat=4))).to(start)
    steps = start.new_tensor(STEPS)
    for every in SMALL:
        for _ in range(ROUNDS):
            here = torch.stack([start, end])[None]
            depth = DEPTHS[int(torch.cat([off(here, every, (each,)) for each in DEPTHS]).argmin())]
            tries = end + ways * steps
            errors = off(torch.stack([start.expand_as(tries), tries], dim=1), every, (depth,))
            best = int(errors.argmin())
            if errors[best] < errors[len(ways) // 2]:
                end = tries[best]
            else:
                steps = steps / 2
    return end
