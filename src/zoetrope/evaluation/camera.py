"""The camera's path, measured from a clip: how the backdrop moves where no thing hides it. Knows no networks.

The stage's perspective is a law (`training.world.backdrop.view`): what is farther follows a pan less and an orbit
more, so one or two numbers a step explain the movement of every point of the backdrop.
"""

from __future__ import annotations

import itertools

import cv2
import numpy as np

from zoetrope.evaluation.picture import middle
from zoetrope.evaluation.sight import CameraSeen
from zoetrope.training.world.backdrop import HORIZON, LAG, SHRINK, SWEEP
from zoetrope.training.world.cameras import HALF_VIEW
from zoetrope.training.world.scene import FRAMES_PER_SECOND, METRE

STEP = 4  # frames between two pictures that are compared: slow moves rise above the noise of a point
POINTS = 120  # of the floor, and as many of the rest
FLOOR = 0.57  # share of the height above which nothing belongs to the floor
NEAREST = 0.2  # depth of the nearest thing that stands, as the stage builds it
UNSURE = 0.1  # of the depth of the floor, whose height is known roughly
DOUBT = 0.5  # what a point counts that is taken to stand as near as it can: most are far
TRIES = 24  # random guesses, each from as many points as numbers are sought
CELL = 4  # pixels of a cell of pixel art
CLOSE = 0.7  # pixels: a point that a guess explains this well counts for it
GROUND = -0.58  # metres: the middle of the heights at which the stage's floors lie
FEWEST = 8  # points; with fewer nothing is said
ROOM = 32  # pixels of a side of the squares that count alike: bricks of a wall are many and say one thing
FLOOR_COUNTS = 1.5  # how much more the floor says than what stands, whose depth is a guess
FEW_ON_FLOOR = 20  # points on the floor at which what it says counts half
WEAK, STRONG = 0.6, 1.05  # shares of the stage's strongest move within which its moves are
TOO_WEAK, TOO_STRONG = 0.5, 1.0  # what a move loses for every share that it lies outside
TRIFLE = 0.3  # share of the stage's strongest move below which a camera rests; its weakest has 0.65
KINDS = {"rest": (), "pan": (0,), "tilt": (1,), "zoom": (2, 1), "orbit": (3,)}  # which numbers change in a move
WORDS = {
    "pan": ("pan left", "pan right"),
    "tilt": ("tilt down", "tilt up"),
    "zoom": ("pull back", "push in"),
    "orbit": ("orbit left", "orbit right"),
}


def camera_seen(frames: np.ndarray, things: np.ndarray, cuts: np.ndarray, blocky: bool = False) -> CameraSeen:
    """Follow the backdrop through a clip; over a cut the camera is taken to stand.

    blocky says that the picture is made of cells (pixel art), which jump: it is looked at softer and over longer steps.

    Every kind of move is tried on the whole clip, and the one that explains most of the floor and of what stands behind
    it is taken. Shapes: frames uint8 (t, h, w, 3); things bool (t, h, w), true where things hide the backdrop; cuts
    bool (t,).
    """
    calm, step, close = without_weather(frames, cuts), STEP, CLOSE
    if blocky:
        calm, step, close = np.stack([cv2.GaussianBlur(each, (0, 0), CELL / 2) for each in calm]), 2 * STEP, CELL / 2.7
    marks = steps(len(frames), cuts, step)
    tracks = [tracked(calm[first], calm[last], ~things[first]) for first, last in marks]
    tried = {kind: _followed(kind, tracks, marks, frames.shape, close) for kind in KINDS}
    shares = {kind: strength(kind, moves.sum(0), frames.shape) for kind, (moves, _) in tried.items()}
    likely = {kind: tried[kind][1] - _unusual(share) for kind, share in shares.items() if abs(share) >= TRIFLE}
    likely["rest"] = tried["rest"][1]
    kind = max(likely, key=lambda each: likely[each])
    moves, explained = tried[kind]
    name = "static" if kind == "rest" else WORDS[kind][int(shares[kind] > 0)]
    return CameraSeen(name, np.cumsum(moves, axis=0), explained)


def strength(kind: str, total: np.ndarray, shape: tuple[int, ...]) -> float:
    """A whole move as a share of the strongest that the stage makes in a clip of a shape (t, h, w, 3)."""
    seconds, half = (shape[0] - 1) / FRAMES_PER_SECOND, HALF_VIEW * shape[2] / shape[1]
    strongest = {
        "pan": (0.35 + 0.12 * seconds) * half,
        "tilt": min(0.7, 0.25 + 0.09 * seconds),
        "zoom": np.log(1 + 0.35 + 0.12 * seconds),
        "orbit": min(0.9, 0.4 + 0.1 * seconds),
    }
    return float(total[KINDS[kind][0]]) / strongest[kind] if KINDS[kind] else 0.0


def _unusual(share: float) -> float:
    """How far a move is from those that the stage makes: false pans are strong, false orbits weak."""
    return TOO_STRONG * max(0.0, abs(share) - STRONG) + TOO_WEAK * max(0.0, WEAK - abs(share))


def _followed(
    kind: str,
    tracks: list[tuple[np.ndarray, np.ndarray]],
    marks: list[tuple[int, int]],
    shape: tuple[int, ...],
    close: float,
) -> tuple[np.ndarray, float]:
    """Steps (t, 4) and how much they explain, if the camera moves in one way alone."""
    moves, level, columns = np.zeros((shape[0], 4)), np.zeros(4), list(KINDS[kind])
    hits, points, floor = np.zeros(2), np.full(2, 1e-6), 0  # of the floor, of what stands
    for (first, last), (at, moved) in zip(marks, tracks, strict=True):
        move = np.zeros(4)
        if len(at) >= FEWEST:
            near, far, stands = design(at, shape[1:3], level)
            count = spread(at)
            move[columns], good, trust = fit(near[:, :, columns], far[:, :, columns], stands, count, moved, close)
            for which, sure in ((0, good), (1, good * trust)):
                hits[which] += (count * sure)[stands == which].sum()
                points[which] += count[stands == which].sum()
            floor += (stands == 0).sum()
        moves[first + 1 : last + 1] = move / (last - first)
        level = level + move
    return moves, float((hits / points) @ (FLOOR_COUNTS * floor / (floor + FEW_ON_FLOOR), 1.0))


def spread(points: np.ndarray) -> np.ndarray:
    """What each point counts, so that every square of the picture counts alike. Shapes: (n, 2) in, (n,) out."""
    _, number = np.unique(points // ROOM @ (1, 1000), return_inverse=True)
    return 1 / np.sqrt(np.bincount(number.ravel()))[number.ravel()]


def steps(count: int, cuts: np.ndarray, step: int) -> list[tuple[int, int]]:
    """Pairs of frames to compare, none of them across a cut."""
    ends = [*np.flatnonzero(cuts).tolist(), count]
    out, start = [], 0
    for end in ends:
        marks = [*range(start, end - 1, step), end - 1]
        out += [(a, b) for a, b in itertools.pairwise(marks) if b > a]
        start = end
    return out


def without_weather(frames: np.ndarray, cuts: np.ndarray) -> np.ndarray:
    """Grey pictures in which what is only there for a moment, a drop or a flake, is gone.

    Shapes: (t, h, w) uint8 out.
    """
    grey = np.stack([cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in frames])
    out = grey.copy()
    for at in range(len(grey)):
        low, high = max(at - 2, 0), min(at + 3, len(grey))
        near = [i for i in range(low, high) if not cuts[min(i, at) + 1 : max(i, at) + 1].any()]
        if len(near) == 5:
            out[at] = middle(*grey[near])
        elif len(near) >= 3:
            out[at] = np.median(grey[near], axis=0)
    return out


def tracked(one: np.ndarray, other: np.ndarray, free: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Points of the backdrop in one picture, as many of the floor as of the rest, and how they have moved in the other.

    Shapes: one, other uint8 (h, w); free bool (h, w); (n, 2) twice out. Units: pixels.
    """
    floor = np.zeros_like(one)
    floor[round(FLOOR * len(one)) :] = 1
    found = [
        cv2.goodFeaturesToTrack(one, POINTS, 0.01, 4, mask=part * free.astype(np.uint8), blockSize=5)
        for part in (floor, 1 - floor)
    ]
    found = [part for part in found if part is not None]
    if not found:
        return np.zeros((0, 2)), np.zeros((0, 2))
    points = np.concatenate(found)
    settings = {"winSize": (15, 15), "maxLevel": 3}
    there, seen, _ = cv2.calcOpticalFlowPyrLK(one, other, points, np.empty_like(points), **settings)
    back, again, _ = cv2.calcOpticalFlowPyrLK(other, one, there, np.empty_like(points), **settings)
    good = (
        np.asarray(seen)[:, 0].astype(bool)
        & np.asarray(again)[:, 0].astype(bool)
        & (np.abs(back - points).max((1, 2)) < 1.0)
    )
    return points[good, 0], there[good, 0] - points[good, 0]


def design(points: np.ndarray, shape: tuple[int, ...], level: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """How much each point moves for each of the camera's four numbers, as near and as far as it can be.

    What stands on the floor hides what is farther: a point is never farther than the floor would be there.
    Shapes: points (n, 2); (n, 2, 4) twice and (n,), 1 where a point stands, out.
    """
    high, wide = shape[:2]
    scale = METRE * high * np.exp(level[2])
    horizon = high / 2 - (GROUND + HORIZON - level[1]) * scale
    across, down = points[:, 0] + 0.5 - wide / 2, points[:, 1] + 0.5
    stands = down < horizon
    floor = 1 + (horizon - down) / (HORIZON * scale)
    ends = []
    for depth in (np.minimum(floor, NEAREST), np.minimum(floor + UNSURE, 1.0)):
        growth = np.where(stands, 1 - SHRINK * depth, 1.0)
        out = np.zeros((len(points), 2, 4))
        out[:, 0, 0] = -(1 - LAG * depth) * scale
        out[:, 0, 2] = across * growth
        out[:, 0, 3] = SWEEP * depth * scale
        out[:, 1, 1] = scale
        out[:, 1, 2] = horizon - high / 2 + growth * (down - horizon)
        ends.append(out)
    return ends[0], ends[1], stands.astype(int)


def fit(
    near: np.ndarray, far: np.ndarray, stands: np.ndarray, count: np.ndarray, moved: np.ndarray, close: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The numbers that most points agree on, how well each point does, and how likely its depth is then.

    Shapes: near, far (n, 2, k); stands, count (n,); moved (n, 2); (k,), (n,) and (n,) out.
    """
    rng, (many_points, _, many) = np.random.default_rng(len(moved)), near.shape
    if not many:
        _, good, trust = agreement(near, far, moved, np.zeros((1, 0)), close)
        return np.zeros(0), good[0], trust[0]
    picks = rng.integers(many_points, size=(TRIES, many))
    depth = rng.random((TRIES, many, 1, 1)) ** 0.5
    ways = near[picks] * (1 - depth) + far[picks] * depth
    guesses = solve(ways.reshape(TRIES, -1, many), moved[picks].reshape(TRIES, -1))
    guesses = np.concatenate([np.zeros((1, many)), guesses])
    _, good, trust = agreement(near, far, moved, guesses, close)
    even = count / np.maximum(np.bincount(stands, count, 2), 1e-6)[stands]  # floor and rest count alike
    best = guesses[np.argmax((good * trust) @ even)]
    for _ in range(3):
        share, good, trust = (each[0] for each in agreement(near, far, moved, best[None], close))
        ways = near + (far - near) * share[:, None, None]
        weight = np.repeat(np.sqrt(count * good * trust + 1e-9), 2)[:, None]
        best = solve((ways.reshape(-1, many) * weight)[None], (moved.ravel() * weight[:, 0])[None])[0]
    _, good, trust = agreement(near, far, moved, best[None], close)
    return best, good[0], trust[0]


def agreement(
    near: np.ndarray, far: np.ndarray, moved: np.ndarray, guesses: np.ndarray, close: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """How far away each point is if a guess is right, 0 to 1 of its span, how well it fits, how likely that is.

    Shapes: near, far (n, 2, k); moved (n, 2); guesses (g, k); (g, n) three times out.
    """
    start, span = np.einsum("nij,gj->gni", near, guesses), np.einsum("nij,gj->gni", far - near, guesses)
    share = np.clip(((moved - start) * span).sum(-1) / np.maximum((span**2).sum(-1), 1e-9), 0, 1)
    error = ((start + share[..., None] * span - moved) ** 2).sum(-1)
    trust = np.where((span**2).sum(-1) > 1e-6, DOUBT + (1 - DOUBT) * share, 1.0)
    return share, np.exp(-error / close**2), trust


def solve(ways: np.ndarray, moved: np.ndarray) -> np.ndarray:
    """Least squares, a little drawn towards rest. Shapes: ways (g, m, k), moved (g, m); (g, k) out."""
    square = np.einsum("gmi,gmj->gij", ways, ways) + 0.3 * np.eye(ways.shape[2])
    return np.linalg.solve(square, np.einsum("gmi,gm->gi", ways, moved)[..., None])[..., 0]
