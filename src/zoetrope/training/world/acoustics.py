"""What the sounds of the toy stage are made of: time, stereo place, banks of coloured noise. Knows no source of sound.

Slow values (levels, places) live on the 12 fps grid of the scene and are drawn out to samples by straight lines.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np

from zoetrope.training.world.scene import FRAMES_PER_SECOND, METRE, Scene

RATE = 24_000
SAMPLES_PER_FRAME = RATE // FRAMES_PER_SECOND
BANK_SAMPLES = 2**17  # 5.5 s, a little more than the longest clip; noise repeats seamlessly beyond
EDGE = 12  # steepness of the edges of a band: 36 dB an octave, more where the band is narrower than one
WIDTH = 0.8  # share of the way to hard left or right that the edge of the picture is heard at

_RAMP = np.arange(SAMPLES_PER_FRAME, dtype=np.float32) / SAMPLES_PER_FRAME


class Colour(NamedTuple):
    """A band of noise: edges in Hz and slope in dB an octave inside."""

    low: float
    high: float
    slope: float = 0.0


def amplitude(decibels: float) -> float:
    """Turn decibels into a factor."""
    return 10.0 ** (decibels / 20.0)


def per_sample(curve: np.ndarray, samples: int) -> np.ndarray:
    """Draw a curve of one value a frame out to one value a sample; the last value holds.

    Shapes: curve (t,); float32 (samples,) out.
    """
    pieces = -(-samples // SAMPLES_PER_FRAME)
    points = np.empty(pieces + 1, np.float32)
    kept = min(len(curve), pieces + 1)
    points[:kept] = curve[:kept]
    points[kept:] = curve[-1]
    steps = np.diff(points)
    return (points[:-1, None] + steps[:, None] * _RAMP).reshape(-1)[:samples]


def wander(rng: np.random.Generator, samples: int, depth: float, seconds: float) -> np.ndarray:
    """Draw a level that drifts around 1 by up to depth, turning about every `seconds`.

    Shapes: float32 (samples,) out.
    """
    frames = np.arange(samples // SAMPLES_PER_FRAME + 2)
    phases, rates = rng.uniform(0, 2 * np.pi, 3), rng.uniform(0.7, 1.4, 3) * np.array([0.5, 1.0, 1.7])
    waves = np.cos(phases[:, None] + np.pi * rates[:, None] * frames / (FRAMES_PER_SECOND * seconds))
    return per_sample(1 + depth * waves.mean(0) * 1.5, samples)


def place(scene: Scene, x: np.ndarray | float, frame: np.ndarray | int) -> np.ndarray:
    """Tell where metres fall on the picture: -1 is its left edge and 1 its right edge.

    Shapes: x and frame broadcast; the same out.
    """
    centre, zoom, turn = (scene.motion.camera[frame, column] for column in (0, 2, 3))
    return np.clip((x - centre) * zoom * np.cos(turn) * METRE * 2 * scene.height / scene.width, -1.0, 1.0)


def balance(side: np.ndarray | float) -> np.ndarray:
    """Weigh left and right for a place, at equal power (1 for both together).

    Shapes: side (...) in -1..1; (2, ...) out.
    """
    turn = (1 + WIDTH * np.asarray(side, np.float32)) * (np.pi / 4)
    return np.stack([np.cos(turn), np.sin(turn)]).astype(np.float32)


def spread(scene: Scene, thing: int, samples: int) -> np.ndarray:
    """Weigh left and right along the track of a thing.

    Shapes: float32 (2, samples) out.
    """
    frames = np.arange(len(scene.motion.camera))
    left, right = balance(place(scene, scene.motion.centre[thing, :, 0], frames))
    return np.stack([per_sample(left, samples), per_sample(right, samples)])


@cache
def bank(colour: Colour) -> np.ndarray:
    """Make endless stereo noise of one colour, once a process, at RMS 1 in each channel.

    Shapes: float32 (2, BANK_SAMPLES) out; the end meets the start.
    """
    rng = np.random.default_rng([round(value * 10) & 0xFFFF for value in colour])
    frequency = np.fft.rfftfreq(BANK_SAMPLES, 1 / RATE)
    octave = np.log2(np.maximum(frequency, 1.0) / colour.low)
    shape = 10 ** (octave * colour.slope / 20)
    edge = EDGE / min(1.0, np.log2(colour.high / colour.low))
    shape /= np.sqrt(1 + (colour.low / np.maximum(frequency, colour.low / 8)) ** edge)
    shape /= np.sqrt(1 + (frequency / colour.high) ** edge)
    phases = rng.uniform(0, 2 * np.pi, (2, len(frequency)))
    noise = np.fft.irfft(shape * np.exp(1j * phases), BANK_SAMPLES)
    return (noise / noise.std(axis=1, keepdims=True)).astype(np.float32)


def noise(colour: Colour, start: int, samples: int) -> np.ndarray:
    """Take a stretch of a bank from any start.

    Shapes: float32 (2, samples) out, often a view: do not write to it.
    """
    source, start = bank(colour), start % BANK_SAMPLES
    if start + samples <= BANK_SAMPLES:
        return source[:, start : start + samples]
    return np.take(source, np.arange(start, start + samples), axis=1, mode="wrap")


def add(mix: np.ndarray, event: np.ndarray, first: int, side: float, gain: float) -> None:
    """Add a mono event to the mix at a sample and a place; what lies outside the clip is dropped.

    Shapes: mix (2, s), written in place; event (n,).
    """
    start, stop = max(first, 0), min(first + len(event), mix.shape[1])
    if start < stop:
        mix[:, start:stop] += (balance(side) * np.float32(gain))[:, None] * event[start - first : stop - first]
