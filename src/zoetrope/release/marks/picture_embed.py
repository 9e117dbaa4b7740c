"""Adds the pattern of the picture mark to frames, stronger where the picture hides it.

Each frame is treated by itself, so parts give the same as the whole. It knows nothing of ids, keys or detection.
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np

from zoetrope.core.errors import InvalidRequest

# Activity is judged on a picture of at most this short side; finer detail than a cell hides nothing of the pattern.
_JUDGED = 144


@dataclass(frozen=True)
class Strength:
    """How strong the pattern may be. Units: levels of 255, root mean square.

    `flat` where nothing hides it, plus `gain` times the local activity, at most `most`; `psnr` in decibels holds for
    every frame by itself. Codecs wipe even places anyway: 0.8 there instead of 1.5 cost 0.01 of agreement after AV1.
    """

    flat: float = 0.8
    gain: float = 0.5
    most: float = 5.0
    psnr: float = 42.3


# Cells grow with the picture and so outlast codecs better, but are easier to see: on an even sky of 1280x720 a
# flat strength of 1.5 looked mottled, 1.0 faintly, 0.7 not.
_SMALL_SIDE, _FALL = 144, 0.13


def strength_for(size: tuple[int, int]) -> Strength:
    """The strength that suits a picture's size: on even places the default up to a short side of 144, 0.65 at 720."""
    return replace(Strength(), flat=Strength.flat * min(1.0, (_SMALL_SIDE / min(size)) ** _FALL))


class Embedder:
    """Adds one field to the frames of one size, a part at a time."""

    def __init__(self, field: np.ndarray, strength: Strength) -> None:
        self._field, self._strength = field, strength

    def __call__(self, frames: np.ndarray) -> np.ndarray:
        """Marked frames. Shapes: (t, h, w, 3) uint8 in and out. Raises: InvalidRequest for another size."""
        if frames.dtype != np.uint8 or frames.ndim != 4 or frames.shape[1:] != (*self._field.shape, 3):
            height, width = self._field.shape
            raise InvalidRequest(
                f"frames of shape {frames.shape}, {frames.dtype}, do not fit this mark; "
                f"give uint8 of shape (t, {height}, {width}, 3)"
            )
        marked = np.empty(frames.shape, np.uint8)  # in order, whatever the strides of what was given
        for frame, out in zip(frames, marked, strict=True):
            self._mark(np.ascontiguousarray(frame), out)
        return marked

    def _mark(self, frame: np.ndarray, out: np.ndarray) -> None:
        height, width = self._field.shape
        local = cv2.resize(strength_map(frame, self._strength), (width, height), interpolation=cv2.INTER_LINEAR)
        up = cv2.multiply(local, self._field, dtype=cv2.CV_8U)  # conversion to unsigned drops the negative half
        down = cv2.multiply(local, self._field, scale=-1, dtype=cv2.CV_8U)
        cv2.add(frame, cv2.cvtColor(up, cv2.COLOR_GRAY2RGB), dst=out)
        cv2.subtract(out, cv2.cvtColor(down, cv2.COLOR_GRAY2RGB), dst=out)


def strength_map(frame: np.ndarray, strength: Strength) -> np.ndarray:
    """How strong the pattern is at each place. Shapes: frame (h, w, 3); out at most 144 on the short side."""
    luma = cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY)
    scale = _JUDGED / min(luma.shape)
    if scale < 1:
        size = (max(1, round(luma.shape[1] * scale)), max(1, round(luma.shape[0] * scale)))
        luma = cv2.resize(luma, size, interpolation=cv2.INTER_AREA)
    luma = luma.astype(np.float32)
    detail = cv2.absdiff(luma, cv2.GaussianBlur(luma, (0, 0), 2))
    activity = cv2.GaussianBlur(np.minimum(detail, 8), (0, 0), 2)  # a hard edge must not count for its flat sides
    local = np.minimum(activity * strength.gain + strength.flat, strength.most)
    loudest = 255 / 10 ** (strength.psnr / 20)
    return local * min(1.0, loudest / float(np.sqrt(np.mean(local * local))))
