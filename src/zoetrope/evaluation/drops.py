"""How what falls looks beside its neighbours: a small network that sees what is in a place for a moment only.

The spotter sees one picture beside another and hardly tells rain from darkness, or a flake from a petal where a style
takes its colour. Beside a median over neighbouring pictures drops stand alone. Knows no moves: `weather` does.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import torch
from torch import Tensor, nn

from zoetrope.engine.families.pocket.falling import SHEER
from zoetrope.evaluation.axes import AXES
from zoetrope.evaluation.picture import middle
from zoetrope.training.world.scene import METRE

NEAR = (-3, -2, 0, 2, 3)  # pictures of a median: the longest petal fills a place for two and a half
REACH = 3
MOMENTS = 8  # moments of a clip that vote
CHANNELS = 8  # of one moment: what is new in colour, in grey one picture before and after, and the median itself
FAINT = 24.0  # levels of a change that counts as one; rain at night in ink changes four
MOST = 4.0


@dataclass(frozen=True)
class DropsConfig:
    """Widths at strides 2 and 4."""

    fine: int = 24
    coarse: int = 32


class DropsNet(nn.Module):
    """Moments (b, CHANNELS, h, w) to logits (b, values of the weather)."""

    def __init__(self, config: DropsConfig) -> None:
        super().__init__()
        fine, coarse = config.fine, config.coarse
        self.layers = nn.ModuleList(
            [
                nn.Conv2d(CHANNELS, fine, 5, 2, 2),
                nn.Conv2d(fine, fine, 3, 1, 1),
                nn.Conv2d(fine, coarse, 3, 2, 1),
                nn.Conv2d(coarse, coarse, 3, 1, 1),
            ]
        )
        self.answer = nn.Linear(2 * coarse, len(AXES["weather"]))

    def forward(self, moments: Tensor) -> Tensor:
        x = moments
        for layer in self.layers:
            x = torch.relu(layer(x))
        return self.answer(torch.cat([x.mean((2, 3)), x.amax((2, 3))], dim=1))


def moments_of(count: int, cuts: np.ndarray, most: int = MOMENTS, after: int = 0) -> list[int]:
    """Frames whose neighbours are there, and those of so many after, none across a cut; any where there are none.

    Shapes: cuts bool (t,).
    """
    part, end = np.cumsum(cuts), REACH + after
    whole = [at for at in range(REACH, count - end) if part[at - REACH] == part[at + end]] or list(range(count))
    return [whole[round(place)] for place in np.linspace(0, len(whole) - 1, min(most, len(whole)))]


def moment(frames: np.ndarray, at: int, camera: np.ndarray | None = None) -> np.ndarray:
    """What the network reads of one moment; drops that follow a camera's move are set back to where they fall.

    Shapes: frames uint8 (t, h, w, 3); camera (t, 4), its path; float32 (CHANNELS, h, w) out.
    """
    last = len(frames) - 1
    usual = middle(*(frames[min(max(at + step, 0), last)] for step in NEAR))
    new = cv2.subtract(frames[at], usual, dtype=cv2.CV_32F)
    grey = cv2.cvtColor(usual, cv2.COLOR_RGB2GRAY)
    sides = []
    for now in (max(at - 1, 0), min(at + 1, last)):
        side = cv2.subtract(cv2.cvtColor(frames[now], cv2.COLOR_RGB2GRAY), grey, dtype=cv2.CV_32F)
        sides.append(side if camera is None else _set_back(side, camera[now] - camera[at]))
    change = np.concatenate([new, np.stack(sides, axis=-1)], axis=-1) / FAINT
    whole = np.concatenate([np.clip(change, -MOST, MOST), usual.astype(np.float32) / 127.5 - 1], axis=-1)
    return np.ascontiguousarray(whole.transpose(2, 0, 1))


def _set_back(picture: np.ndarray, move: np.ndarray) -> np.ndarray:
    """A picture (h, w) with its drops where they would be without a camera's move in metres."""
    x, y = SHEER * METRE * len(picture) * move[:2]
    return cv2.warpAffine(picture, np.array([[1, 0, x], [0, 1, -y]]), picture.shape[::-1])


@torch.inference_mode()
def drops_seen(network: DropsNet, frames: np.ndarray, camera: np.ndarray, cuts: np.ndarray) -> np.ndarray:
    """The mean logarithm of the chance of each weather.

    Shapes: frames uint8 (t, h, w, 3); camera (t, 4), its path; (values,) out.
    """
    read = np.stack([moment(frames, at, camera) for at in moments_of(len(frames), cuts)])
    whole = torch.from_numpy(read).contiguous(memory_format=torch.channels_last)
    return network(whole).log_softmax(-1).mean(0).numpy()
