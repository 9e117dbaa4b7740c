"""Who references show: what thing it is, as its body fits best, and which badge it wears.

Knows the spotter, and bodies as the sketcher paints them; knows no words and no plans of shots.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from zoetrope.engine.families.pocket.badges import Look, badge_of, fit, stands_of
from zoetrope.engine.families.pocket.painted import painted
from zoetrope.engine.families.pocket.plan import STAGE
from zoetrope.engine.families.pocket.relooking import Glimpses, likely_looks, look_again
from zoetrope.engine.families.pocket.sketch import Sketcher
from zoetrope.engine.families.pocket.spotter import Spotter, spot
from zoetrope.engine.families.pocket.tracking import SURE, Looks, radians

LARGEST = 40.0  # pixels of radius in which all of a badge can be seen; larger pictures are made smaller
FAINT = 8.0  # of 255: differences of bodies that say nothing


@dataclass(frozen=True, eq=False)
class Met:
    """A thing in one picture uint8 (h, w, 3), which shows `scale` times as much as what the eye saw: glimpses of it,
    how sure it is seen, and on what stage."""

    picture: Tensor
    scale: Tensor
    glimpses: Glimpses
    score: float
    stage: Mapping[str, str]

    def as_look(self, sketcher: Sketcher, kind: str, colour: str) -> Look:
        """It, taken for a kind in a colour."""
        seen = self.glimpses
        best = seen.best(kind, colour)
        bodies = painted(
            sketcher, (kind, colour), {axis: each[best] for axis, each in seen.chances.items()}, self.stage
        )
        place, radius = seen.place[best] * self.scale, float(seen.radius[best] * self.scale[1])
        return Look(self.picture, place, radius, radians(seen.turn[best], kind), float(seen.badge[best]), bodies)


@torch.inference_mode()
def recognised(spotter: Spotter, sketcher: Sketcher, pictures: Sequence[np.ndarray]) -> Looks | None:
    """What pictures (h, w, 3) of one thing show, if any shows a thing: all of them have a say.

    Badges are read from pictures as they are given: larger ones show more of them.
    """
    met = [each for each in (_met(spotter, picture) for picture in pictures) if each is not None]
    if not met:
        return None
    every = []
    for kind, colour, chance in likely_looks([each.glimpses for each in met]):
        looks = [each.as_look(sketcher, kind, colour) for each in met]
        stands = [stands_of(look) for look in looks]
        off = sum(math.log(each[0].off + FAINT**2) for each in stands) / len(met) - math.log(chance)
        every.append((off, kind, colour, looks, stands))
    _, kind, colour, looks, stands = min(every, key=lambda each: each[0])
    fits = [fit(look, each) for look, each in zip(looks, stands, strict=True)]
    return _joined(met, kind, colour, badge_of(fits, sum(look.chance for look in looks) / len(looks)))


def _met(spotter: Spotter, picture: np.ndarray) -> Met | None:
    """The largest and surest thing of a picture."""
    seen = torch.from_numpy(in_format(picture))
    found, signs = spot(spotter, seen[None])
    sure = (found.score > SURE).nonzero()[:, 0]
    if not len(sure):
        return None
    best = sure[(found.score * found.radius)[sure].argmax()]
    glimpses = look_again(spotter, seen, found.place[best], float(found.radius[best]))
    shown = _not_larger(picture, LARGEST * len(seen) / float(found.radius[best]))
    scale = torch.tensor([shown.shape[axis] / seen.shape[axis] for axis in (1, 0)])
    return Met(shown, scale, glimpses, float(found.score[best]), stage_of(signs))


def stage_of(signs: Mapping[str, Tensor]) -> dict[str, str]:
    """On what stage a clip was taken, by chances (t, values) of its axes."""
    return {axis: values[int(signs[axis].mean(0).argmax())] for axis, values in STAGE.items()}


def _not_larger(picture: np.ndarray, high: float) -> Tensor:
    """A picture at most so many pixels high."""
    import cv2

    part = high / len(picture)
    if part < 1:
        picture = cv2.resize(picture, None, fx=part, fy=part, interpolation=cv2.INTER_AREA)
    return torch.from_numpy(np.array(picture))


def _joined(met: Sequence[Met], kind: str, colour: str, badge: Tensor) -> Looks:
    """What a thing of a kind in a colour looks like by all glimpses that say most for it."""
    best = [each.glimpses.best(kind, colour) for each in met]
    axes = met[0].glimpses.chances
    chances = {
        axis: torch.stack([each.glimpses.chances[axis][at] for each, at in zip(met, best, strict=True)]).mean(0)
        for axis in axes
    }
    radius = max(float(each.glimpses.radius[at]) for each, at in zip(met, best, strict=True))
    return Looks(chances, badge, radius, max(each.score for each in met))


def in_format(picture: np.ndarray) -> np.ndarray:
    """A picture 144 high, its width a multiple of 16 up to 256, as the spotter has met them."""
    import cv2

    high, wide = picture.shape[:2]
    width = min(256, max(80, round(wide * 144 / high / 16) * 16))
    return cv2.resize(picture, (width, 144), interpolation=cv2.INTER_AREA if high > 144 else cv2.INTER_CUBIC)
