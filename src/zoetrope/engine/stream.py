"""Decoding as a stream: finished latents in, parts of picture and sound out, the same bytes as decoding at once.

The caller can write the first part while later ones are still being decoded. Knows no codec, file or request.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import torch
from einops import rearrange
from torch import Tensor

from zoetrope.core.cancel import Cancel, stop_if
from zoetrope.core.time import Clock
from zoetrope.engine.canvas import Canvas
from zoetrope.engine.families import Loaded
from zoetrope.engine.walk import Decodes, OfLatents, OfSound

LATENT_FRAMES_AT_ONCE = 2  # a second of picture: small enough to begin writing early, large enough for long products


@dataclass(frozen=True, eq=False)
class Part:
    """Consecutive frames and the sound that lasts as long as they do.

    Shapes: frames uint8 (t, h, w, 3), the first of them number `start` of the shot; sound float32 (2, s) in [-1, 1].
    """

    start: int
    frames: np.ndarray
    sound: np.ndarray


def decode_parts(
    loaded: Loaded,
    canvas: Canvas,
    *,
    frames: int,
    samples: int,
    details: OfLatents | None = None,
    heard: OfSound | None = None,
    cancel: Cancel | None = None,
) -> Iterator[Part]:
    """Decode a finished canvas part by part; together the parts hold exactly so many frames and samples.

    `details` decodes pictures in the codec's place, `heard` the sound; see `walk.Detailed`.
    Raises: Cancelled, between two parts.
    """
    if isinstance(loaded, Decodes):
        return parts_of(loaded.pictures(canvas), loaded.sounds(canvas, samples), frames, cancel)
    sound = _Sound(heard or sound_of(loaded), loaded.limits.clock, canvas, samples)
    return _joined(_pictures(loaded, canvas, details), sound.until, frames, samples, cancel)


def sound_of(loaded: Loaded) -> OfSound:
    """Sound as a family's codec decodes it."""
    return lambda latent, _, state: loaded.decode_sound(latent, state)


def parts_of(pictures: Iterator[np.ndarray], sound: np.ndarray, frames: int, cancel: Cancel | None) -> Iterator[Part]:
    """Cut a whole sound into the parts that pictures come in.

    Shapes: pictures uint8 (t, h, w, 3), together at least `frames`; sound float32 (2, s), as long as the frames.
    Raises: Cancelled, between two parts.
    """
    given = 0

    def until(moment: Fraction) -> np.ndarray:
        nonlocal given
        begin, given = given, int(moment)
        return np.clip(sound[:, begin:given], -1, 1)

    return _joined(pictures, until, frames, sound.shape[1], cancel)


def _joined(
    pictures: Iterator[np.ndarray],
    sound_until: Callable[[Fraction], np.ndarray],
    frames: int,
    samples: int,
    cancel: Cancel | None,
) -> Iterator[Part]:
    start = 0
    for piece in pictures:
        stop_if(cancel, f"while decoding, after frame {start} of {frames}")
        kept = piece[: frames - start]
        if len(kept) == 0:
            continue
        stop = start + len(kept)
        yield Part(start, kept, sound_until(samples * Fraction(stop, frames)))
        start = stop


def _pictures(loaded: Loaded, canvas: Canvas, details: OfLatents | None) -> Iterator[np.ndarray]:
    count, rows, columns = canvas.grid
    latent = canvas.video.latent[: count * rows * columns]  # what follows the grid is no frame of the shot
    latent = rearrange(latent, "(f r w) c -> f r w c", f=count, r=rows, w=columns)
    return (frames for frames, _ in pictures_of(loaded, details, latent, 0, None))


def pictures_of(
    loaded: Loaded, details: OfLatents | None, latent: Tensor, first: int, state: Any
) -> Iterator[tuple[np.ndarray, Any]]:
    """Pictures of latents (f, r, c, channels) in pieces, each with the decoder's state after it.

    `first` is the number of the first latent frame in its canvas; `state` the decoder's before it.
    """
    begun = latent[:0] if first else latent[:1]
    for piece in (begun, *latent[len(begun) :].split(LATENT_FRAMES_AT_ONCE)):
        if not len(piece):
            continue
        if details is None:
            with torch.inference_mode():
                frames, state = loaded.decode_video(piece, state)
        else:
            frames = details(piece, first)
        yield frames, state
        first += len(piece)


class _Sound:
    """Sound, decoded when somebody first asks: at once takes half as long as part by part, and is soon done."""

    def __init__(self, heard: OfSound, clock: Clock, canvas: Canvas, samples: int) -> None:
        self._heard = heard
        self._latent = canvas.sound.latent[: -(-samples // clock.samples_per_latent)]
        self._samples = samples
        self._given = 0
        self._whole: np.ndarray | None = None

    def until(self, moment: Fraction) -> np.ndarray:
        """The samples from where the last call ended up to a moment."""
        if self._whole is None:
            self._whole = self._heard(self._latent, 0, None)[0] if self._samples else np.zeros((2, 0), np.float32)
        begin, self._given = self._given, min(int(moment), self._samples)
        return np.clip(self._whole[:, begin : self._given], -1, 1)
