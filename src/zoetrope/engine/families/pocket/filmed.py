"""How the camera goes through given pictures of a shot: every even move is tried, and the one that explains them wins.

A move is taken for what it is by carrying one picture to another under the stage's own perspective. Knows no things
beyond where they hide the stage, no words and no noise.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import torch
import torch.nn.functional as F
from torch import Tensor

from zoetrope.engine.families.pocket.backdrop import way_back
from zoetrope.engine.families.pocket.plan import CAMERA

PICTURES = 3  # of those given that are compared, two by two
WIDEST = {"x": 1.9, "y": 0.85, "turn": 1.0}  # metres, metres and radians that a move goes at most in a shot
NEAREST = 0.75  # logarithm of the zoom over a shot
AMOUNTS = 20  # tried each way, from a twentieth of the widest on
FOCUS = (-0.35, -0.1, 0.15)  # heights in metres that a zoom keeps in place
FINER = (-0.03, 0.03)  # of the widest, around the best of the coarse ones
CLOSE = 0.3  # of the range of [-1, 1]: a pixel that is farther off is not explained at all
DEPTHS = (0.5, 0.6, 0.7, 0.8, 0.9)  # of what stands, tried in turn
SMALL = (4, 2)  # pixels that count as one, at first and for the moves that are looked at closely
FREE = 0.3  # of a picture that must be seen in another for a move to be judged by the two
REST, CLOSELY = 0, 4  # place of the move that is none among those that are looked at closely; how many others are
BETTER = 0.85  # of the error of what was expected that a move has to stay under


def camera_through(
    numbers: Tensor, pictures: Tensor, hidden: Tensor, expected: Tensor, ground: Tensor, grid: tuple[int, int]
) -> Tensor | None:
    """The camera (t, 4) of all t pictures of a shot; None where nothing explains more than what was expected.

    Shapes: numbers (k,) of the given pictures (k, 3, h, w) in [-1, 1]; hidden bool (k, h, w), where something hides the
    stage; expected (t, 4); ground (), the standing line in metres.
    """
    some = torch.linspace(0, len(numbers) - 1, min(PICTURES, len(numbers))).round().long().unique()
    if len(some) < 2 or len(expected) < 2:
        return None
    seen = torch.cat([pictures[some], (~hidden[some])[:, None].to(pictures)], dim=1)
    at, count = numbers[some], len(expected)
    moves = torch.cat([_rest(), *coarse_moves()]).to(pictures)
    errors = compared(track_of(moves, count)[:, at], seen, ground, grid, SMALL[0])
    moves = moves[[0, *errors.argsort()[:CLOSELY].tolist()]]
    moves = torch.cat([moves, *(_around(move) for move in moves[1:])])
    errors = compared(track_of(moves, count)[:, at], seen, ground, grid, SMALL[1])
    finer = _around(moves[errors.argmin()])
    moves = torch.cat([moves, finer])
    errors = torch.cat([errors, compared(track_of(finer, count)[:, at], seen, ground, grid, SMALL[1])])
    known = compared(expected[None, at], seen, ground, grid, SMALL[1])
    best = errors.argmin()
    rest = errors[REST]
    if float(errors[best]) > BETTER * float(known.minimum(rest)):
        return None if float(known) <= float(rest) else track_of(moves[REST][None], count)[0]
    return track_of(moves[best][None], count)[0]


def track_of(moves: Tensor, count: int) -> Tensor:
    """Moves (m, 5), how far by x, y, logarithm of the zoom and turn, and a focus -> cameras (m, count, 4).

    Travel is even about the middle of the shot; a zoom begins or ends at rest and keeps its focus in place.
    """
    part = torch.linspace(0, 1, count).to(moves)
    travel = moves[:, None, :4] * (part[:, None] - 0.5)
    zoom = moves[:, 2:3] * part + (-moves[:, 2:3]).clamp_min(0)
    travel[..., CAMERA.index("zoom")] = zoom
    travel[..., CAMERA.index("y")] += moves[:, 4:] * (1 - (-zoom).exp())
    return travel


def _rest() -> Tensor:
    return torch.zeros(1, 5)


def coarse_moves() -> list[Tensor]:
    """Even moves of every kind, (m, 5) each, as `track_of` takes them."""
    steps = torch.linspace(1 / AMOUNTS, 1, AMOUNTS)
    steps = torch.cat([-steps, steps])
    out = []
    for name, widest in WIDEST.items():
        moves = torch.zeros(len(steps), 5)
        moves[:, CAMERA.index(name)] = steps * widest
        out.append(moves)
    for focus in FOCUS:
        moves = torch.zeros(len(steps), 5)
        moves[:, CAMERA.index("zoom")], moves[:, 4] = steps * NEAREST, focus
        out.append(moves)
    return out


def _around(move: Tensor) -> Tensor:
    """Moves of one kind a little farther and less far, and of other focus."""
    scale = move.new_tensor([WIDEST["x"], WIDEST["y"], NEAREST, WIDEST["turn"], 0])
    near = move + move.new_tensor(FINER)[:, None] * scale * (move != 0)
    if move[CAMERA.index("zoom")] == 0:
        return near
    focused = move + move.new_tensor([-0.12, -0.06, 0.06, 0.12])[:, None] * move.new_tensor([0, 0, 0, 0, 1.0])
    return torch.cat([near, focused])


def compared(
    cameras: Tensor,
    seen: Tensor,
    ground: Tensor,
    grid: tuple[int, int],
    every: int,
    depths: Sequence[float] = DEPTHS,
) -> Tensor:
    """How little cameras (m, k, 4) explain pictures with their free pixels (k, 4, h, w): mean differences (m,).

    What stands behind the floor is taken to stand where that explains most.
    Units: every in pixels; pictures are looked at so much smaller.
    """
    seen = F.avg_pool2d(seen, every)
    return torch.stack([_off(cameras, seen, ground, grid, far, every) for far in depths]).amin(0)


def _off(cameras: Tensor, seen: Tensor, ground: Tensor, grid: tuple[int, int], far: float, every: int) -> Tensor:
    pairs = list(combinations(range(len(seen)), 2))
    total = cameras.new_zeros(len(cameras))
    for one, other in pairs:
        back = way_back(cameras[:, other], cameras[:, one], ground, grid, far, every)
        carried = F.grid_sample(seen[one].expand(len(cameras), -1, -1, -1), back, align_corners=False)
        free = (carried[:, 3] > 0.99) & (seen[other, 3] > 0.99)
        off = (carried[:, :3] - seen[other, :3]).abs().mean(1).clamp(max=CLOSE)
        error = (off * free).sum((1, 2)) / free.sum((1, 2)).clamp_min(1)
        total += torch.where(free.float().mean((1, 2)) > FREE, error, CLOSE)
    return total / len(pairs)
