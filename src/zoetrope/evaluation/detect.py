"""Say what a clip shows, from its frames alone: every judged axis, the paths of things, touches and the mouth.

Knows no prompts and no sound. What it says is proven on true renders first (`proof`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file
from torch import Tensor

from zoetrope.core.errors import InvalidRequest, WeightsError
from zoetrope.evaluation import features
from zoetrope.evaluation.axes import AXES, FRAME_AXES, MOTION_AXES, THING_AXES
from zoetrope.evaluation.networks import CROP, MEASURES, PLACE, FrameNet, MotionNet, ThingNet
from zoetrope.evaluation.track import follow

RATE = 12  # frames a second of the toy stage
SEEN = 0.5  # presence above which a thing counts as seen in a frame
TOUCH = 0.5  # probability above which a frame holds a contact
CUT = 0.75  # jump of the whole picture (features.jump) that only a cut makes


@dataclass(frozen=True, eq=False)
class Sighting:
    """One thing through a clip.

    Shapes: place (t, 2), NaN where it is not seen; radius, mouth, stretch, turn, presence (t,); chances maps
    `THING_AXES` to (values,) that sum to 1.
    Units: place and radius in pixels of a picture 144 high; turn in radians a frame.
    """

    place: np.ndarray
    presence: np.ndarray
    radius: np.ndarray
    mouth: np.ndarray
    stretch: np.ndarray
    turn: np.ndarray
    chances: dict[str, np.ndarray]

    @property
    def seen(self) -> np.ndarray:
        """Frames in which the thing is in the picture. Shapes: bool (t,)."""
        return self.presence > SEEN

    def value(self, axis: str) -> str:
        return AXES[axis][int(self.chances[axis].argmax())]


@dataclass(frozen=True, eq=False)
class Sight:
    """What a clip shows. chances maps frame and motion axes to (values,); touches are moments in seconds."""

    things: tuple[Sighting, ...]
    chances: dict[str, np.ndarray]
    touches: np.ndarray
    width: int

    def value(self, axis: str) -> str:
        """The value seen on an axis; of the main thing where a thing has it."""
        if axis in THING_AXES:
            return self.things[0].value(axis)
        return AXES[axis][int(self.chances[axis].argmax())]


@dataclass(frozen=True, eq=False)
class Glance:
    """Everything that is seen before motion is judged. motion is the input of `MotionNet`, (t, FEATURES)."""

    things: tuple[Sighting, ...]
    chances: dict[str, np.ndarray]
    motion: np.ndarray
    width: int


class Detectors:
    """The three networks, ready to look. fast computes in bfloat16 where that is quicker."""

    def __init__(self, frame: FrameNet, thing: ThingNet, motion: MotionNet, fast: bool = False) -> None:
        self.frame, self.thing, self.motion, self.fast = frame.eval(), thing.eval(), motion.eval(), fast

    @torch.inference_mode()
    def glance(self, frames: np.ndarray) -> Glance:
        """Look at every frame and follow the things.

        Shapes: frames uint8 (t, h, w, 3), RGB.
        Raises: InvalidRequest if the frames are none.
        """
        if frames.ndim != 4 or frames.shape[-1] != 3 or frames.dtype != np.uint8 or len(frames) < 2:
            raise InvalidRequest(
                f"a clip of uint8 frames (t, h, w, 3), t >= 2, is needed; this is {frames.shape} {frames.dtype}."
            )
        frames = features.one_height(frames)
        small = features.halve(frames)
        with torch.autocast("cpu", torch.bfloat16, enabled=self.fast):
            heats, chances = self._frames(small)
            jumps = features.jump(small)
            paths = follow(heats, jumps[:, 0] > CUT)
            things = tuple(self._thing(frames, path) for path in paths)
        parts = [features.flow_cells(small), jumps]
        for thing in things:
            parts.append(place_features(thing))
        return Glance(things, chances, np.concatenate(parts, 1).astype(np.float32), frames.shape[2])

    @torch.inference_mode()
    def look(self, frames: np.ndarray) -> Sight:
        """Everything that the clip shows. Shapes: frames uint8 (t, h, w, 3), RGB."""
        glance = self.glance(frames)
        motion = torch.from_numpy(glance.motion)[None]
        logits, touch = self.motion(motion, torch.ones(motion.shape[:2], dtype=torch.bool))
        chances = glance.chances | {axis: logits[axis][0].softmax(-1).numpy() for axis in MOTION_AXES}
        return Sight(glance.things, chances, touch_times(touch[0].numpy()), glance.width)

    def _frames(self, small: np.ndarray) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        heats, logits = [], {axis: [] for axis in FRAME_AXES}
        for part in np.array_split(features.triples(small), max(1, len(small) // 16)):
            heat, heads = self.frame(to_network(part))
            heats.append(heat.sigmoid())
            for axis in FRAME_AXES:
                logits[axis].append(heads[axis].log_softmax(-1))
        chances = {axis: torch.cat(rows).mean(0).softmax(-1).numpy() for axis, rows in logits.items()}
        return torch.cat(heats).numpy(), chances

    def _thing(self, frames: np.ndarray, path: np.ndarray) -> Sighting:
        where = np.flatnonzero(~np.isnan(path[:, 0]))
        measures = np.zeros((len(frames), len(MEASURES)), np.float32)
        measures[:, 0] = -9
        weighed = {axis: np.zeros(len(AXES[axis])) for axis in THING_AXES}
        for part in np.array_split(where, max(1, len(where) // 24)):
            if not len(part):
                continue
            squares = np.stack([features.square(frames, i, tuple(path[i])) for i in part])
            logits, measured = self.thing(to_network(squares))
            measures[part] = measured.numpy()
            weight = measured[:, :1].sigmoid()
            for axis in THING_AXES:
                weighed[axis] += (logits[axis].log_softmax(-1) * weight).sum(0).numpy()
        named = dict(zip(MEASURES, measures.T, strict=True))
        presence = 1 / (1 + np.exp(-named["presence"]))
        total = max(presence.sum(), 1e-6)
        place = path + CROP / 2 * np.stack((named["x"], named["y"]), -1)
        return Sighting(
            place=np.where((presence > SEEN)[:, None], place, np.nan),
            presence=presence,
            radius=named["radius"] * CROP / 2,
            mouth=named["mouth"],
            stretch=named["stretch"],
            turn=named["turn"],
            chances={axis: _softmax(weighed[axis] / total) for axis in THING_AXES},
        )


def to_network(pixels: np.ndarray) -> Tensor:
    """Bytes to floats in [-1, 1], channels last in memory."""
    return torch.from_numpy(pixels).contiguous(memory_format=torch.channels_last).float().div_(127.5).sub_(1)


def touch_times(touch: np.ndarray) -> np.ndarray:
    """Moments of contact from the outputs of the motion network. Shapes: (t, 2) in, (contacts,) out. Units: seconds."""
    chance = 1 / (1 + np.exp(-touch[:, 0]))
    padded = np.pad(chance, 1)
    top = (chance >= padded[:-2]) & (chance > padded[2:]) & (chance > TOUCH)
    at = np.flatnonzero(top)
    return (at + np.clip(touch[at, 1], -0.5, 0.5)) / RATE


def place_features(thing: Sighting) -> np.ndarray:
    """One thing as the motion network reads it; zeros where it is not seen. Shapes: (t, PLACE) out."""
    place = np.nan_to_num(thing.place) / features.HEIGHT - 0.5
    radius = thing.radius / features.HEIGHT * 4
    rest = (radius, thing.presence, thing.mouth, 2 * (thing.stretch - 1), 2 * thing.turn)
    row = np.column_stack((np.ones(len(place)), place, *rest))
    assert row.shape[1] == PLACE
    return np.where(thing.seen[:, None], row, 0)


def _softmax(logits: np.ndarray) -> np.ndarray:
    powers = np.exp(logits - logits.max())
    return powers / powers.sum()


def weights_path() -> Path:
    """Where the shipped weights of the detectors lie."""
    return Path(str(files("zoetrope.evaluation") / "weights" / "detectors.safetensors"))


def load(path: Path | None = None, fast: bool = False) -> Detectors:
    """Detectors from a weights file.

    Raises: WeightsError if the file is absent or does not fit.
    """
    path = path or weights_path()
    if not path.is_file():
        raise WeightsError(
            f"the detectors' weights are not at {path}; train them with: python -m zoetrope.evaluation.fit"
        )
    weights = {name: tensor.float() for name, tensor in load_file(path).items()}
    networks = []
    for prefix, network in (("frame", FrameNet()), ("thing", ThingNet()), ("motion", MotionNet())):
        part = {name.removeprefix(prefix + "."): w for name, w in weights.items() if name.startswith(prefix + ".")}
        try:
            network.load_state_dict(part, strict=True)
        except RuntimeError as error:
            raise WeightsError(f"{path} does not hold the {prefix} network of this version: {error}") from error
        networks.append(network)
    return Detectors(*networks, fast=fast)


@cache
def shipped() -> Detectors:
    """The detectors that come with the package, loaded once."""
    return load()
