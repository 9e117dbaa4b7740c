"""What happens over the frames: a small network that judges measured paths. Knows no pictures and no prompts.

Paths are told in the stage's own metres: the camera's move is taken out first, so that a pan does not look like a
slide.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from zoetrope.engine.families.pocket.spotter import FOLDS
from zoetrope.evaluation.axes import AXES, MOTION_AXES
from zoetrope.evaluation.rhythm import PARTS, rhythms
from zoetrope.evaluation.sight import CameraSeen, Sighting
from zoetrope.training.world.scene import FRAMES_PER_SECOND, METRE
from zoetrope.training.world.vocabulary import OBJECTS

THING = 16 + len(OBJECTS)  # numbers of one thing in one frame
VIEW = 6  # numbers of the camera in one frame
FEATURES = VIEW + 2 * THING
PATH, TURN, MOUTH_AT = slice(1, 3), slice(9, 11), 15  # columns of one thing, as `thing_features` lays them
BEAT = 3  # frames that are thought of as one, after what is quick has been read
TOUCH = 0.5  # chance above which a frame holds a contact


@dataclass(frozen=True)
class MotionConfig:
    width: int = 96
    depth: int = 2


class MotionNet(nn.Module):
    """Actions, pace, which of two things acts, and the moments of touch.

    Shapes: in features (b, t, FEATURES), seen (b, t) true where the frame exists; out: logits (b, values) for each of
    `MOTION_AXES` and (b, 2) for "lead", and touch (b, t, 2): logit of a contact in this frame, and its moment relative
    to it in frames.
    """

    def __init__(self, config: MotionConfig) -> None:
        super().__init__()
        width = config.width
        self.enter = nn.Linear(FEATURES, width)
        self.local = nn.ModuleList(nn.Conv1d(width, width, 3, padding=1) for _ in range(3))
        layer = nn.TransformerEncoderLayer(width, 4, 2 * width, 0.0, batch_first=True, norm_first=True)
        self.layers = nn.ModuleList([layer, *(deepcopy(layer) for _ in range(config.depth - 1))])
        answers = {axis: len(AXES[axis]) for axis in MOTION_AXES} | {"lead": 2}
        self.heads = nn.ModuleDict({axis: nn.Linear(4 * width, count) for axis, count in answers.items()})
        self.rhythm = nn.Linear(2 * PARTS, width)
        self.score = nn.Linear(width, 1)
        self.touch = nn.Linear(2 * width, 2)

    def forward(self, features: Tensor, seen: Tensor) -> tuple[dict[str, Tensor], Tensor]:
        x = self.enter(features) * seen[..., None]
        for conv in self.local:
            x = x + torch.relu(conv(x.mT).mT) * seen[..., None]
        near, short = x, -seen.shape[1] % BEAT
        there = nn.functional.pad(seen, (0, short)).unflatten(1, (-1, BEAT)).float().mean(2)
        x = nn.functional.pad(x, (0, 0, 0, short)).unflatten(1, (-1, BEAT)).mean(2)
        x = x + _places(there > 0, x.shape[-1])
        for layer in self.layers:
            x = layer(x, src_key_padding_mask=there == 0)
        weight = self.score(x).masked_fill(there[..., None] == 0, -1e4).softmax(1)
        total = (x * there[..., None]).sum(1) / there.sum(1, keepdim=True)
        top = x.masked_fill(there[..., None] == 0, -1e4).amax(1)
        things = features[..., VIEW:].unflatten(-1, (2, THING)).unbind(2)
        beats = torch.cat([rhythms(thing, PATH, TURN, MOUTH_AT) for thing in things], 1)
        pooled = torch.cat(((x * weight).sum(1), total, top, torch.relu(self.rhythm(beats))), 1)
        far = x.repeat_interleave(BEAT, dim=1)[:, : seen.shape[1]]
        return {axis: head(pooled) for axis, head in self.heads.items()}, self.touch(torch.cat((near, far), -1))


def _places(seen: Tensor, width: int) -> Tensor:
    """Sines of the number of each beat and of the share of the clip that has passed."""
    beat = torch.arange(seen.shape[1], dtype=torch.float32)[None, :, None]
    share = beat / seen.sum(1)[:, None, None] * 20
    speeds = torch.exp(-torch.arange(width // 4) / (width // 4) * 5)[None, None]
    angles = torch.cat(((beat * speeds).expand(len(seen), -1, -1), share * speeds), -1)
    return torch.cat((angles.sin(), angles.cos()), -1)


def features(things: tuple[Sighting, ...], camera: CameraSeen, cuts: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """What the network reads of a clip. Shapes: cuts bool (t,); shape is height and width; (t, FEATURES) out."""
    path = settled(camera)
    out = np.zeros((len(path), FEATURES), np.float32)
    step = np.diff(path, axis=0, prepend=path[:1])
    out[:, :4] = step * 12
    out[:, 4], out[:, 5] = cuts, path[:, 2]
    if things:
        path = across_cuts(things[0], path, cuts, shape)
    for place, thing in enumerate(things[:2]):
        start = VIEW + place * THING
        out[:, start : start + THING] = thing_features(thing, path, shape)
    return out


def settled(camera: CameraSeen) -> np.ndarray:
    """The camera's path about the resting camera, as the stage's cameras move. Shapes: (t, 4)."""
    total = camera.path[-1]
    start = {"push in": 0 * total, "pull back": total}.get(camera.name, total / 2)
    return camera.path - start


def across_cuts(thing: Sighting, path: np.ndarray, cuts: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """The path with the framing after each cut, read from how the thing that is seen grows and where it stands."""
    path = path.copy()
    for cut in np.flatnonzero(cuts):
        before = np.flatnonzero(thing.seen[:cut])[-3:]
        after = cut + np.flatnonzero(thing.seen[cut:])[:3]
        if len(before) and len(after):
            path[cut:, 2] += np.log(np.median(thing.radius[after]) / np.median(thing.radius[before]))
            metres = to_metres(thing.place, path, shape)
            path[cut:, :2] += metres[before[-1]] - metres[after[0]]
    return path


def to_metres(place: np.ndarray, path: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Pixels to metres in the things' plane. Shapes: place (t, 2), path (t, 4); (t, 2) out."""
    scale = METRE * shape[0] * np.exp(path[:, 2])
    level = np.sqrt(np.clip(1 - path[:, 3] ** 2, 0.3, 1))
    x = path[:, 0] + (place[:, 0] - shape[1] / 2) / scale / level
    y = path[:, 1] - (place[:, 1] - shape[0] / 2) / scale
    return np.stack([x, y], axis=-1)


def thing_features(thing: Sighting, path: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """One thing as the network reads it; zeros where it is not seen. Shapes: (t, THING) out."""
    seen = thing.seen
    metres = to_metres(thing.place, path, shape)
    if seen.any():
        metres[:, 0] -= np.nanmedian(metres[seen, 0])
    gone = np.diff(metres, axis=0, prepend=metres[:1])
    scale = METRE * shape[0] * np.exp(path[:, 2])
    edge = (thing.place / np.array([shape[1], shape[0]]) - 0.5) * 2
    folds = np.array([FOLDS.get(kind, 1) for kind in OBJECTS])[thing.chances["object"].argmax()]
    phase = np.arctan2(thing.turn[:, 1], thing.turn[:, 0])
    turned = np.diff(phase, prepend=phase[:1])
    turned = ((turned + np.pi) % (2 * np.pi) - np.pi) / folds
    round_trip = np.stack([thing.turn[:, 0], thing.turn[:, 1], turned * 4], axis=-1)
    mouth = thing.mouth * thing.chances["object"][OBJECTS.index("robot")]
    known = np.stack([thing.presence, thing.radius / scale * 4, (thing.stretch - 1) * 5, mouth], axis=-1)
    kind = np.broadcast_to(thing.chances["object"], (len(path), len(OBJECTS)))
    row = np.concatenate(
        [np.ones((len(path), 1)), metres, gone * 8, np.abs(edge), edge, round_trip, known, kind], axis=-1
    )
    assert row.shape[1] == THING
    return np.where(seen[:, None], np.nan_to_num(row), 0)


def touch_times(touch: np.ndarray) -> np.ndarray:
    """Moments of contact from the outputs of the network. Shapes: (t, 2) in, (contacts,) out. Units: seconds."""
    chance = 1 / (1 + np.exp(-touch[:, 0]))
    padded = np.pad(chance, 1)
    top = (chance >= padded[:-2]) & (chance > padded[2:]) & (chance > TOUCH)
    at = np.flatnonzero(top)
    return (at + np.clip(touch[at, 1], -0.5, 0.5)) / FRAMES_PER_SECOND
