"""Say what a clip shows, from its frames alone: every judged axis, the paths of things, touches and the mouth.

The spotter of the pocket family sees single pictures; paths, camera and motion are measured from what it sees. Knows no
prompts and no sound. What it says is proven on true renders first (`proof`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import nn

from zoetrope.core.errors import InvalidRequest
from zoetrope.engine.families.pocket.facts import WEIGHTS
from zoetrope.engine.families.pocket.spotter import Spotter, load_spotter, spot
from zoetrope.engine.numerics import Numerics, choose_numerics
from zoetrope.engine.weights import load_strictly, read_config
from zoetrope.evaluation.axes import AXES, FRAME_AXES, MOTION_AXES
from zoetrope.evaluation.camera import camera_seen
from zoetrope.evaluation.drops import DropsConfig, DropsNet, drops_seen
from zoetrope.evaluation.motion import MotionConfig, MotionNet, features, touch_times
from zoetrope.evaluation.picture import around_things
from zoetrope.evaluation.sight import CameraSeen, Sight, Sighting
from zoetrope.evaluation.tempo import paces_seen
from zoetrope.evaluation.track import cuts_of, follow
from zoetrope.evaluation.weather import WeatherConfig, WeatherNet, numbers, weather_chances

AREA = 256 * 144  # pixels of the pictures that the spotter learned on
GRID = 16
DETECTORS = Path(str(files("zoetrope.evaluation") / "weights"))
SPOTTER = WEIGHTS / "spotter.safetensors"


@dataclass(frozen=True, eq=False)
class Glance:
    """Everything that is seen before motion is judged.

    hidden is where things hide the backdrop, bool (t, h, w); spotted is what the spotter says of the weather.
    """

    things: tuple[Sighting, ...]
    camera: CameraSeen
    cuts: np.ndarray
    chances: dict[str, np.ndarray]
    shape: tuple[int, int]
    hidden: np.ndarray
    spotted: np.ndarray


class Sky(nn.Module):
    """The two networks that tell what falls: from its look and from its moves."""

    def __init__(self, drops: DropsNet, weather: WeatherNet) -> None:
        super().__init__()
        self.drops, self.weather = drops, weather


class Detectors:
    """The spotter, the judge of motion and the eyes for weather, ready to look."""

    def __init__(self, spotter: Spotter, motion: MotionNet, sky: Sky) -> None:
        self.spotter, self.motion, self.sky = spotter, motion.eval(), sky.eval()

    def glance(self, frames: np.ndarray) -> Glance:
        """Look at every frame and follow things and camera.

        Shapes: frames uint8 (t, h, w, 3), RGB.
        Raises: InvalidRequest if the frames are none.
        """
        if frames.ndim != 4 or frames.shape[-1] != 3 or frames.dtype != np.uint8 or len(frames) < 2:
            raise InvalidRequest(
                f"a clip of uint8 frames (t, h, w, 3), t >= 2, is needed; this is {frames.shape} {frames.dtype}."
            )
        frames = usual_size(frames)
        cuts = cuts_of(frames)
        found, signs = spot(self.spotter, torch.from_numpy(frames), torch.from_numpy(cuts))
        things = follow(found, len(frames), cuts)
        chances = {axis: _mean(signs[axis].numpy()) for axis in FRAME_AXES}
        places, radii = ([getattr(thing, name) for thing in things] for name in ("place", "radius"))
        hidden = around_things(len(frames), frames.shape[1], frames.shape[2], places, radii)
        blocky = AXES["style"][int(chances["style"].argmax())] == "pixel art"
        camera, spotted = camera_seen(frames, hidden, cuts, blocky), chances["weather"]
        told = numbers(frames, hidden, camera.path, cuts, spotted)
        looks = drops_seen(self.sky.drops, frames, camera.path, cuts)
        chances["weather"] = weather_chances(self.sky.weather, told, looks)
        return Glance(things, camera, cuts, chances, frames.shape[1:3], hidden, spotted)

    @torch.inference_mode()
    def look(self, frames: np.ndarray) -> Sight:
        """Everything that the clip shows. Shapes: frames uint8 (t, h, w, 3), RGB."""
        glance = self.glance(frames)
        read = torch.from_numpy(features(glance.things, glance.camera, glance.cuts, glance.shape))[None]
        logits, touch = self.motion(read, torch.ones(read.shape[:2], dtype=torch.bool))
        chances = glance.chances | {axis: logits[axis][0].softmax(-1).numpy() for axis in MOTION_AXES}
        acting = int(logits["lead"][0].argmax()) if len(glance.things) > 1 else 0
        things = (*glance.things[acting:], *glance.things[:acting])
        sight = Sight(things, glance.camera, chances, touch_times(touch[0].numpy()), glance.shape)
        acts = (sight.value("action"), sight.value("then"))
        by_law = paces_seen(np.log(chances["pace"]), acts, usual_size(frames), sight, glance.cuts)
        return replace(sight, chances=chances | {"pace": by_law})


def usual_size(frames: np.ndarray) -> np.ndarray:
    """Bring a clip to about the area that the spotter knows, keeping its shape, in whole tiles."""
    height, width = frames.shape[1:3]
    scale = np.sqrt(AREA / (height * width))
    size = (max(GRID, round(width * scale / GRID) * GRID), max(GRID, round(height * scale / GRID) * GRID))
    if size == (width, height):
        return frames
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return np.stack([cv2.resize(frame, size, interpolation=how) for frame in frames])


def _mean(chances: np.ndarray) -> np.ndarray:
    """What all pictures together say. Shapes: (t, values) in, (values,) out."""
    powers = np.exp(np.log(chances + 1e-4).mean(0))
    return powers / powers.sum()


def load(folder: Path = DETECTORS, spotter: Path = SPOTTER) -> Detectors:
    """Detectors from the weights of a folder: those that ship, unless another is given.

    Raises: WeightsError if a file is absent or does not fit.
    """
    motion, drops, weather = (folder / f"{name}.safetensors" for name in ("motion", "drops", "weather"))
    exact = Numerics("cpu", torch.float32)
    judge = load_strictly(MotionNet(MotionConfig(**read_config(motion))), motion, exact)
    look = load_strictly(DropsNet(DropsConfig(**read_config(drops))), drops, exact)
    moves = load_strictly(WeatherNet(WeatherConfig(**read_config(weather))), weather, exact)
    eye = load_spotter(spotter, choose_numerics("cpu"))
    return Detectors(eye, judge, Sky(look, moves))


def beginners(spotter: Path) -> Detectors:
    """Detectors that have learned nothing but to see things and the camera: what they `glance` at is not judged."""
    sky = Sky(DropsNet(DropsConfig()), WeatherNet(WeatherConfig()))
    return Detectors(load_spotter(spotter, choose_numerics("cpu")), MotionNet(MotionConfig()), sky)


@cache
def shipped() -> Detectors:
    """The detectors that come with the package, loaded once."""
    return load()
