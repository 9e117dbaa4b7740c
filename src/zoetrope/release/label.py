"""The label that people see: words on a dim plate in the calmest corner, as high as the law wants, frame by frame.

It is told which boxes to keep clear of (captions, faces) and finds none itself. It knows nothing about files.
"""

import math
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np

from zoetrope.core.errors import Unsupported
from zoetrope.release.lettering import coverage, font_for
from zoetrope.release.profiles import Profile, Visible

Box = tuple[int, int, int, int]  # left, top, right, bottom; right and bottom lie outside

_LEGIBLE = 8  # pixels; Chinese characters of fewer rows run together (looked at 6 to 10)
_PLATE = 0.55  # share of the picture's light that the plate takes: white letters stay readable on snow
_MARGIN_SHARE = 0.03  # of the shorter side, between label and edge
_SPARE_SECONDS = Fraction(1, 10)  # platforms trim the first frames
_LOOKED_AT = 8  # frames of the first part that the place is chosen by
_FAINT_INK = 0.02  # share of ink from which a pixel counts as lettered, where the plate is not lifted but filled
_READ = 0.5  # correlation of a finished frame with the letters from which they count as there


class Label:
    """The visible label of one clip. Parts of the clip come in any lengths and give the same frames as the whole.

    The place is chosen by the first part and stays. Made once for each clip.
    Units: size (width, height) in pixels; rate in frames a second; boxes to avoid in pixels.
    Raises: InvalidRequest when the font lacks a letter; Unsupported when the words do not fit on the picture.
    """

    def __init__(
        self,
        profile: Profile,
        size: tuple[int, int],
        *,
        rate: int | Fraction = 12,
        avoid: Sequence[Box] = (),
        font: Path | None = None,
    ) -> None:
        self._size, self._avoid = size, tuple(avoid)
        self._until = _last_frame(profile.visible, Fraction(rate))
        self._keep, self._add = _stamp(profile.visible, size, font)
        self._place: tuple[int, int] | None = None

    def keep_clear(self, boxes: Sequence[Box]) -> None:
        """Avoid these too; said before the first part is drawn."""
        self._avoid += tuple(boxes)

    @property
    def box(self) -> Box:
        """Where the label stands; empty before the first part was drawn."""
        if self._place is None:
            return 0, 0, 0, 0
        (left, top), (height, width) = self._place, self._keep.shape[:2]
        return left, top, left + width, top + height

    def draw(self, frames: np.ndarray, start: int) -> np.ndarray:
        """Frames with the label on those that bear it; what was given stays as it is.

        Shapes: (t, h, w, 3) uint8 in and out. `start` is the number of the first of them in the clip.
        """
        count = len(frames) if self._until is None else min(len(frames), self._until - start)
        if count <= 0:
            return frames
        if self._place is None:
            self._place = self._chosen(frames[:: max(1, len(frames) // _LOOKED_AT)])
        left, top, right, bottom = self.box
        labelled = frames.copy()
        part = labelled[:count, top:bottom, left:right]
        part[:] = (part * self._keep + self._add) >> 8
        return labelled

    def stands_on(self, frame: np.ndarray) -> bool:
        """Whether a frame of the finished file shows the letters where they were drawn. Shapes: (h, w, 3) uint8."""
        return self._place is not None and _reads(frame, self.box, self._add[..., 0])

    def lifted(self, frames: np.ndarray) -> np.ndarray:
        """Frames that showed this label as they were without it; what lay under its letters is filled from around.

        For pictures of a labelled clip that go into another one, whose label is drawn anew.
        Shapes: (t, h, w, 3) uint8 in and out; frames without the label stay as they are.
        """
        lifted, (height, width) = frames.copy(), self._keep.shape[:2]
        inked = self._add[..., 0] > _FAINT_INK * 255 * 256
        for left, top in _places(self._size, (width, height)):
            letters = np.zeros(frames.shape[1:3], np.uint8)
            letters[top : top + height, left : left + width] = cv2.dilate(inked.astype(np.uint8), np.ones((3, 3)))
            for frame in lifted:
                if _reads(frame, (left, top, left + width, top + height), self._add[..., 0]):
                    part = frame[top : top + height, left : left + width]
                    bare = (part * 256.0 - self._add) / np.maximum(self._keep, 1)
                    part[:] = np.where(inked[..., None], part, bare.clip(0, 255).round())
                    frame[:] = cv2.inpaint(frame, letters, 3, cv2.INPAINT_TELEA)
        return lifted

    def _chosen(self, frames: np.ndarray) -> tuple[int, int]:
        """The place that covers least of what is to stay clear; of those a corner; of those the calmest."""
        height, width = self._keep.shape[:2]
        places = _places(self._size, (width, height))

        def cost(index: int) -> tuple[int, bool, float]:
            left, top = places[index]
            box = (left, top, left + width, top + height)
            covered = sum(_overlap(box, other) for other in self._avoid)
            return covered, index >= 4, _unrest(frames[:, top : top + height, left : left + width])

        return places[min(range(len(places)), key=cost)]


def _reads(frame: np.ndarray, box: Box, ink: np.ndarray) -> bool:
    """Whether a frame shows letters of so much ink (h, w) in a box."""
    left, top, right, bottom = box
    seen = frame[top:bottom, left:right].mean(-1)
    if seen.shape != ink.shape:
        return False
    seen, ink = seen - seen.mean(), ink - ink.astype(np.float64).mean()
    return float((seen * ink).sum()) >= _READ * float(np.linalg.norm(seen) * np.linalg.norm(ink)) > 0


def _last_frame(visible: Visible, rate: Fraction) -> int | None:
    if visible.seconds is None:
        return None
    return math.ceil((Fraction(visible.seconds) + _SPARE_SECONDS) * rate)


def _stamp(visible: Visible, size: tuple[int, int], font: Path | None) -> tuple[np.ndarray, np.ndarray]:
    """What is kept of the picture and what is added to it, in 256ths. Shapes: (h, w, 1) uint16 both."""
    least = max(1, math.ceil(visible.least_height * min(size)))
    for height in sorted({least, max(least, _LEGIBLE)}, reverse=True):
        ink = coverage(visible.words, font_for(visible.words, height, font)) / 255
        pad = max(2, round(0.45 * height))
        ink = np.pad(ink, ((pad, pad + ink.shape[0] % 2), (pad, pad + ink.shape[1] % 2)))
        if ink.shape[1] <= size[0] and ink.shape[0] <= size[1]:
            plate = 1 - _PLATE * _rounded(ink.shape, pad)
            return np.round(256 * plate * (1 - ink)).astype(np.uint16)[..., None], np.round(255 * 256 * ink).astype(
                np.uint16
            )[..., None]
    raise Unsupported(
        f"the label {visible.words!r} is {ink.shape[1]} pixels wide at the height that is asked, and the picture "
        f"{size[0]}x{size[1]}; use shorter words or a larger picture"
    )


def _rounded(shape: tuple[int, ...], radius: int) -> np.ndarray:
    """A plate with rounded corners, smooth at the rim. Shapes: (h, w) float64 in [0, 1]."""
    across, down = (np.maximum(0, np.abs(np.arange(n) - (n - 1) / 2) - (n / 2 - radius)) for n in shape[::-1])
    return np.clip(radius + 0.5 - np.hypot(down[:, None], across[None]), 0, 1)


def _places(size: tuple[int, int], stamp: tuple[int, int]) -> list[tuple[int, int]]:
    """Corners first, then the middles of the lower and upper edge; even places, so that colour planes stay clean."""
    margin = max(2, round(_MARGIN_SHARE * min(size)))
    left, right = (_even(edge, size[0] - stamp[0]) for edge in (margin, size[0] - stamp[0] - margin))
    top, bottom = (_even(edge, size[1] - stamp[1]) for edge in (margin, size[1] - stamp[1] - margin))
    middle = _even((size[0] - stamp[0]) // 2, size[0] - stamp[0])
    return [(right, bottom), (left, top), (right, top), (left, bottom), (middle, top), (middle, bottom)]


def _even(place: int, most: int) -> int:
    return min(max(place, 0), most) // 2 * 2


def _overlap(one: Box, other: Box) -> int:
    across = min(one[2], other[2]) - max(one[0], other[0])
    down = min(one[3], other[3]) - max(one[1], other[1])
    return max(0, across) * max(0, down)


def _unrest(frames: np.ndarray) -> float:
    """How much goes on in a region: detail in space and change in time, whole grey levels so that equals stay equal."""
    green = frames[..., 1].astype(np.float32)
    change = np.abs(np.diff(green, axis=0)).mean() if len(green) > 1 else 0.0
    return round(float(green.std(axis=(1, 2)).mean() + 2 * change))
