"""What falls, from how it moves and how it looks.

Drops fall at speeds that the stage knows: how much the new parts of a picture agree with those of a later one, moved by
so much, says what they are whatever their colour. A small network weighs such numbers, what the spotter sees and what
`drops` sees. Knows no prompts.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import torch
from torch import Tensor, nn

from zoetrope.engine.families.pocket.falling import DRIFT, SHEER, SPEED
from zoetrope.evaluation.axes import AXES
from zoetrope.evaluation.drops import NEAR, moments_of
from zoetrope.evaluation.picture import middle
from zoetrope.training.world.scene import FRAMES_PER_SECOND, METRE

MOMENTS = 12  # moments of a clip that are looked at, each with pictures after it
USUAL = METRE * 144  # pixels to a metre in the commonest format, in which the moves below are given
AROUND = np.ones((5, 5), np.uint8)
FAINT = 4.0  # levels of a change that counts half: rain at night in ink changes so much
PACES = np.linspace(0.7, 1.3, 7)[:, None]  # of drops far and near, as shares of the speed of their kind
LAGS = (0, 1, 2, 4)  # pictures between two that are held against each other


def _way(kind: str) -> np.ndarray:
    """How far a drop goes from one picture to the next, in usual pixels."""
    return np.array([DRIFT[kind], SPEED[kind]]) * USUAL / FRAMES_PER_SECOND


def _moves() -> tuple[tuple[int, np.ndarray], ...]:
    """Moves to look for and after how many pictures: along the way of each kind, beside it, and none."""
    rain, snow, petals = (_way(kind) for kind in ("rain", "snow", "petals"))
    ways: list[tuple[int, np.ndarray]] = [(1, rain * PACES + np.array((side, 0))) for side in (0, -5, 5)]
    for lag in LAGS[1:]:
        ways += [(lag, lag * way * PACES) for way in (snow, petals)]
        ways += [(lag, lag * np.array(step) * PACES) for step in ((0, 0), (-1, 2.5), (0, -2.5), (2, 0), (-2, 0))]
    along, across = rain / np.hypot(*rain), rain[::-1] * np.array((-1, 1)) / np.hypot(*rain)
    ways += [(0, reach * way[None]) for way in (along, across) for reach in (1, 2, 3, 4, 6, 8)]
    return tuple(ways)


MOVES = _moves()
LEVELS = (2.0, 6.0, 16.0)  # of grey: faint drops, drops at night, drops by day
LOOKS = 3 * len(LEVELS)
LOOK_COUNTS = 1.5  # of a look, beside a move: the best of five on drawn clips
NUMBERS = 2 * len(MOVES) + LOOKS + len(AXES["weather"])


@dataclass(frozen=True)
class WeatherConfig:
    """Width of the one layer between numbers and answers."""

    width: int = 16


class WeatherNet(nn.Module):
    """Numbers of clips (b, NUMBERS) to logits (b, values of the weather)."""

    def __init__(self, config: WeatherConfig) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(NUMBERS))
        self.register_buffer("spread", torch.ones(NUMBERS))
        self.straight = nn.Linear(NUMBERS, len(AXES["weather"]))
        self.enter = nn.Linear(NUMBERS, config.width)
        self.answer = nn.Linear(config.width, len(AXES["weather"]))

    def forward(self, numbers: Tensor) -> Tensor:
        x = ((numbers - self.get_buffer("mean")) / self.get_buffer("spread")).clamp(-6, 6)
        return self.straight(x) + self.answer(torch.relu(self.enter(x)))


def new_parts(frames: np.ndarray, at: int) -> tuple[np.ndarray, np.ndarray]:
    """What a picture has that its neighbours have not, and how uneven these are there, where a camera moves edges.

    Shapes: uint8 (t, h, w, 3) in, float32 (h, w, 3) and (h, w) out.
    """
    near = [frames[min(max(at + step, 0), len(frames) - 1)] for step in NEAR]
    usual = middle(*near)
    grey = cv2.cvtColor(usual, cv2.COLOR_RGB2GRAY)
    return cv2.subtract(near[2], usual, dtype=cv2.CV_32F), cv2.morphologyEx(grey, cv2.MORPH_GRADIENT, AROUND).astype(
        np.float32
    )


def numbers(
    frames: np.ndarray, things: np.ndarray, camera: np.ndarray, cuts: np.ndarray, seen: np.ndarray
) -> np.ndarray:
    """All numbers of a clip: how new parts agree over time, how strong and of what colour they are, and what was seen.

    Shapes: frames uint8 (t, h, w, 3); things bool (t, h, w), true where things are; camera (t, 4), its path; cuts bool
    (t,); seen (values,), the chances that the spotter gives; (NUMBERS,) out.
    """
    metre = METRE * frames.shape[1]
    agree, whole, looks = np.zeros((len(MOVES), 2)), 1e-6, np.zeros((len(LEVELS), 3))
    moments = moments_of(len(frames), cuts, MOMENTS, max(LAGS))
    for at in moments:
        spectra = {}
        for lag in LAGS:
            now = min(at + lag, len(frames) - 1)
            new, uneven = new_parts(frames, now)
            new[things[now]] = 0
            grey = new.mean(2)
            spectra[lag] = np.fft.rfft2(grey / (np.abs(grey) + FAINT + uneven))
            if not lag:
                looks += _looks(new, grey - uneven)
        whole += float((np.abs(spectra[0]) ** 2).mean())
        maps = {lag: np.fft.irfft2(spectra[0].conj() * each, things.shape[1:]) for lag, each in spectra.items()}
        for sums, (lag, moves) in zip(agree, MOVES, strict=True):
            pan = camera[min(at + lag, len(camera) - 1), :2] - camera[at, :2]
            found = _sampled(maps[lag], moves * metre / USUAL + SHEER * metre * pan * np.array((-1, 1)))
            sums += found.mean(), found.max()
    parts = (agree.ravel() / whole, looks.ravel() / len(moments), np.log(seen + 1e-3))
    return np.concatenate(parts).astype(np.float32)


def _looks(new: np.ndarray, grey: np.ndarray) -> np.ndarray:
    """Of parts that are new by some levels: how many, how much redder and how much bluer than grey. (levels, 3) out."""
    out = []
    for level in LEVELS:
        there = grey > level
        count = there.sum()
        tint = (new[there] / new[there].mean(1, keepdims=True)).mean(0) if count else np.ones(3)
        out.append([np.log1p(count / 10), tint[0] - tint[1], tint[2] - tint[1]])
    return np.array(out)


def _sampled(agreement: np.ndarray, moves: np.ndarray) -> np.ndarray:
    """The agreement of two pictures at moves between whole pixels; it goes round the edges. (h, w), (n, 2) in."""
    shape = np.array(agreement.shape[::-1])
    low = np.floor(moves).astype(int)
    share = moves - low
    out = np.zeros(len(moves))
    for x, y in ((0, 0), (1, 0), (0, 1), (1, 1)):
        weight = np.abs(1 - x - share[:, 0]) * np.abs(1 - y - share[:, 1])
        column, row = ((low + np.array((x, y))) % shape).T
        out += weight * agreement[row, column]
    return out


@torch.inference_mode()
def weather_chances(network: WeatherNet, numbers: np.ndarray, looks: np.ndarray) -> np.ndarray:
    """The chance of each weather.

    Shapes: numbers (NUMBERS,); looks (values,), the mean logarithm that `drops_seen` gives; (values,) out.
    """
    moves = network(torch.from_numpy(numbers)[None])[0].log_softmax(-1)
    return (moves + LOOK_COUNTS * torch.from_numpy(looks)).softmax(-1).numpy()
