"""Clips to measure the picture mark on: the toy world in all styles, camera-like noise, cartoon, dark and bright."""

import cv2
import numpy as np

from zoetrope.training.world.picture import draw
from zoetrope.training.world.script import write_scene
from zoetrope.training.world.vocabulary import STYLES

KINDS = (*STYLES, *STYLES, "camera", "cartoon", "dark", "bright")


def make_clip(number: int, size: tuple[int, int], frames: int) -> tuple[str, np.ndarray]:
    """Clip `number` of an endless, fixed list, and its kind. Shapes: size (width, height); (t, h, w, 3) uint8."""
    kind = KINDS[number % len(KINDS)]
    rng = np.random.default_rng([5, number])
    if kind == "camera":
        return kind, _camera(rng, size, frames)
    if kind == "cartoon":
        return kind, _cartoon(rng, size, frames)
    fixed = {"style": kind} if kind in STYLES else {"style": STYLES[number // len(KINDS) % len(STYLES)]}
    clip = draw(write_scene(rng, width=size[0], height=size[1], frames=frames, fixed=fixed))
    if kind == "dark":
        clip = (clip * 0.2).round().astype(np.uint8)
    if kind == "bright":
        clip = (255 - (255 - clip.astype(np.float32)) * 0.25).round().astype(np.uint8)
    return kind, clip


def _camera(rng: np.random.Generator, size: tuple[int, int], frames: int) -> np.ndarray:
    """A natural-looking surface (overlapping leaves with fine texture) under a slow pan, with a sensor's noise."""
    width, height = size
    unit = height / 144
    wide, high = width + round(40 * unit), height + round(16 * unit)
    plate = np.full((high, wide, 3), 128, np.float32)
    for _ in range(300):  # sizes fall off as the inverse square, as in photographs (dead leaves model)
        radius = min(60, 3 / np.sqrt(rng.uniform(0.003, 1))) * unit
        centre = (int(rng.integers(wide)), int(rng.integers(high)))
        axes = (int(radius * rng.uniform(0.5, 1)) + 1, int(radius) + 1)
        cv2.ellipse(plate, centre, axes, float(rng.uniform(0, 180)), 0, 360, rng.uniform(20, 235, 3).tolist(), -1)
    plate = cv2.GaussianBlur(plate, (0, 0), 0.6 * unit)
    grain = cv2.GaussianBlur(rng.normal(0, 1, (high, wide)).astype(np.float32), (0, 0), 0.8 * unit)
    plate += 5 * (grain / grain.std())[..., None]
    out = np.empty((frames, height, width, 3), np.uint8)
    for at in range(frames):
        x, y = 38 * unit * at / max(1, frames - 1), 14 * unit * at / max(1, frames - 1)
        matrix = np.array([[1, 0, x], [0, 1, y]])
        seen = cv2.warpAffine(plate, matrix, size, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
        out[at] = np.clip(seen + rng.normal(0, 3, seen.shape), 0, 255)
    return out


def _cartoon(rng: np.random.Generator, size: tuple[int, int], frames: int) -> np.ndarray:
    """Even surfaces with hard edges; some of them move."""
    width, height = size
    sky, ground = rng.integers(60, 240, (2, 3)).tolist()
    discs = [(rng.uniform(0, 1, 2), rng.uniform(0.05, 0.2), rng.integers(0, 256, 3).tolist()) for _ in range(6)]
    speed = rng.uniform(-0.01, 0.01, (6, 2))
    out = np.empty((frames, height, width, 3), np.uint8)
    for at in range(frames):
        out[at] = sky
        out[at, int(height * 0.7) :] = ground
        for (centre, radius, colour), step in zip(discs, speed, strict=True):
            x, y = ((centre + step * at) * (width, height)).astype(int)
            cv2.circle(out[at], (int(x), int(y)), int(radius * height), colour, -1, cv2.LINE_AA)
    return out
