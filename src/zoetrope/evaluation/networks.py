"""Three small networks that look at a clip: at single frames, at one thing, at motion. They know nothing of prompts.

Sizes are chosen so that a five-second clip is looked at in well under a second on one core, and so that all weights
together stay under 3 MB.
"""

from __future__ import annotations

from copy import deepcopy

import torch
from torch import Tensor, nn

from zoetrope.evaluation.axes import AXES, FRAME_AXES, MOTION_AXES, THING_AXES

CROP = 64  # side of the square around a thing, in pixels of a picture 144 high: a large thing at zoom 1.5 just fits
NECK = 96  # width of what is kept of a square before the answers
MEASURES = ("presence", "x", "y", "radius", "mouth", "stretch", "turn")
CELLS = (4, 8)  # rows and columns in which the flow of the whole picture is summed up
PLACE = 8  # a thing in one frame: seen, x, y, radius, presence, mouth, stretch, turn
FEATURES = 5 * CELLS[0] * CELLS[1] + 1 + 2 * PLACE


def _conv(width: int, out: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(width, out, 3, stride, 1, bias=False), nn.BatchNorm2d(out), nn.ReLU())


def _pool(x: Tensor) -> Tensor:
    return torch.cat((x.mean((2, 3)), x.amax((2, 3))), 1)


class FrameNet(nn.Module):
    """Where things are, and what the whole picture says.

    Shapes: in (b, 9, 72, w) = three neighbouring frames in [-1, 1]; out: heat (b, 18, w / 4) logits of a thing's
    centre, and for each of `FRAME_AXES` logits (b, values).
    """

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = _conv(9, 24, 2), _conv(24, 48, 2)
        self.third = nn.Sequential(_conv(48, 80, 2), _conv(80, 80))
        self.fourth = nn.Sequential(_conv(80, 112, 2), _conv(112, 112))
        self.side, self.up, self.high = nn.Conv2d(48, 48, 1), nn.Conv2d(80, 48, 1), nn.Conv2d(112, 48, 1)
        warm = nn.Conv2d(32, 1, 1)
        self.heat = nn.Sequential(_conv(48, 32), warm)
        self.heads = nn.ModuleDict({axis: nn.Linear(384, len(AXES[axis])) for axis in FRAME_AXES})
        warm.weight.data.mul_(0.1)
        warm.bias = nn.Parameter(torch.full((1,), -4.0))  # almost every place is empty

    def forward(self, x: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        fine = self.second(self.first(x))
        middle = self.third(fine)
        coarse = self.fourth(middle)
        size = fine.shape[2:]
        mixed = self.side(fine)
        mixed = mixed + nn.functional.interpolate(self.up(middle), size, mode="bilinear")
        mixed = mixed + nn.functional.interpolate(self.high(coarse), size, mode="bilinear")
        pooled = torch.cat((_pool(middle), _pool(coarse)), 1)
        return self.heat(mixed)[:, 0].float(), {axis: head(pooled).float() for axis, head in self.heads.items()}


class ThingNet(nn.Module):
    """What one thing is and how it sits in its square.

    Shapes: in (b, 6, CROP, CROP) = the same square in two neighbouring frames, in [-1, 1]; out: logits (b, values) for
    each of `THING_AXES`, and measures (b, 7) as named by `MEASURES`.
    Units: x, y and radius in halves of the square; turn in radians from the first frame to the second.
    """

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(
            _conv(6, 24, 2), _conv(24, 48, 2), _conv(48, 96, 2), _conv(96, 96), _conv(96, 128, 2), nn.Flatten()
        )
        self.neck = nn.Sequential(nn.Linear(128 * (CROP // 16) ** 2, NECK), nn.ReLU())
        self.heads = nn.ModuleDict({axis: nn.Linear(NECK, len(AXES[axis])) for axis in THING_AXES})
        self.measures = nn.Linear(NECK, len(MEASURES))

    def forward(self, x: Tensor) -> tuple[dict[str, Tensor], Tensor]:
        kept = self.neck(self.body(x))
        return {axis: head(kept).float() for axis, head in self.heads.items()}, self.measures(kept).float()


class MotionNet(nn.Module):
    """What happens over the frames: actions, pace, camera, and the moments of touch.

    Shapes: in features (b, t, FEATURES), seen (b, t) true where the frame exists; out: logits (b, values) for each of
    `MOTION_AXES`, and touch (b, t, 2): logit of a contact in this frame, and its moment relative to it in frames.
    """

    scale: Tensor

    def __init__(self, width: int = 96, depth: int = 3) -> None:
        super().__init__()
        self.enter = nn.Sequential(nn.Linear(FEATURES, width), nn.Dropout(0.1))
        self.local = nn.ModuleList(nn.Conv1d(width, width, 3, padding=1) for _ in range(3))
        layer = nn.TransformerEncoderLayer(width, 4, 2 * width, 0.1, batch_first=True, norm_first=True)
        self.layers = nn.ModuleList([layer, *(deepcopy(layer) for _ in range(depth - 1))])
        self.heads = nn.ModuleDict({axis: nn.Linear(3 * width, len(AXES[axis])) for axis in MOTION_AXES})
        self.score = nn.Linear(width, 1)
        self.touch = nn.Linear(2 * width, 2)
        self.register_buffer("scale", torch.ones(FEATURES))

    def set_scale(self, spread: Tensor) -> None:
        """Bring features of this spread to about one; those that hardly vary are not blown up."""
        self.scale.copy_(1 / spread.clamp(min=0.05))

    def forward(self, features: Tensor, seen: Tensor) -> tuple[dict[str, Tensor], Tensor]:
        x = self.enter(features * self.scale) * seen[..., None]
        for conv in self.local:
            x = x + torch.relu(conv(x.mT).mT) * seen[..., None]
        near = x
        x = x + _places(seen, x.shape[-1])
        for layer in self.layers:
            x = layer(x, src_key_padding_mask=~seen)
        weight = self.score(x).masked_fill(~seen[..., None], -1e4).softmax(1)
        count = seen.sum(1, keepdim=True)
        top = x.masked_fill(~seen[..., None], -1e4).amax(1)
        pooled = torch.cat(((x * weight).sum(1), (x * seen[..., None]).sum(1) / count, top), 1)
        return {axis: head(pooled) for axis, head in self.heads.items()}, self.touch(torch.cat((near, x), -1))


def _places(seen: Tensor, width: int) -> Tensor:
    """Sines of the frame number and of the share of the clip that has passed."""
    frame = torch.arange(seen.shape[1], dtype=torch.float32)[None, :, None]
    share = frame / seen.sum(1)[:, None, None] * 60
    speeds = torch.exp(-torch.arange(width // 4) / (width // 4) * 5)[None, None]
    angles = torch.cat(((frame * speeds).expand(len(seen), -1, -1), share * speeds), -1)
    return torch.cat((angles.sin(), angles.cos()), -1)
