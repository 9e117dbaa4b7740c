"""The perceptual hash PDQ: 256 bits that change little when a picture is scaled, recoded or lightly edited.

Everything before the bits is linear, so a picture is brought down to 64x64 by one matrix from each side. Knows no list.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np

_LUMA = np.array([0.299, 0.587, 0.114], np.float32)  # ITU-R BT.601, as the reference has it
_SMALL = 64
_BITS = 16  # a side of the square of frequencies that is kept, without the constant
_SMALLEST = 5  # pixels; smaller pictures have no hash
_MOST = 2048  # a larger side is halved by areas first, which turns up to 8 bits of 256


@dataclass(frozen=True)
class Hash:
    """A PDQ hash. Units: quality 0 to 100; from 50 on it tells pictures apart."""

    bits: bytes
    quality: int


def pdq(picture: np.ndarray) -> Hash:
    """The hash of a picture. Shapes: (h, w, 3) uint8.

    Source: "The TMK+PDQF Video-Hashing Algorithm and the PDQ Image-Hashing Algorithm", Facebook 2019, and its reference
    in ThreatExchange, whose bits these are up to 2048 pixels a side.
    """
    return pdq_and_mirrored(picture)[0]


def pdq_and_mirrored(picture: np.ndarray) -> tuple[Hash, Hash]:
    """The hashes of a picture and of its mirror image. Shapes: (h, w, 3) uint8."""
    if min(picture.shape[:2]) < _SMALLEST:
        return Hash(bytes(32), 0), Hash(bytes(32), 0)
    while max(picture.shape[:2]) > _MOST:
        picture = cv2.resize(picture, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    luma = picture.astype(np.float32) @ _LUMA
    down, across = _shrinker(luma.shape[0]) @ luma, _shrinker(luma.shape[1])
    return _hash(down @ across.T), _hash(down @ across[:, ::-1].T)


def _hash(small: np.ndarray) -> Hash:
    return Hash(_packed(_waves() @ small @ _waves().T), _quality(small))


@cache
def _shrinker(length: int) -> np.ndarray:
    """What brings a side down to 64: box filters, then every so many pixels. Shapes: (64, length)."""
    window = (length + 2 * _SMALL - 1) // (2 * _SMALL)
    right = (window + 2) // 2
    place = np.arange(length)
    distance = place[None] - place[:, None]
    box = ((distance < right) & (distance >= right - window)).astype(np.float64)
    box /= box.sum(1, keepdims=True)
    kept = ((np.arange(_SMALL) + 0.5) * length / _SMALL).astype(int)
    return (box[kept] @ box).astype(np.float32)  # twice: a tent


@cache
def _waves() -> np.ndarray:
    """The cosines of frequencies 1 to 16. Shapes: (16, 64)."""
    frequency, place = np.arange(1, _BITS + 1)[:, None], np.arange(_SMALL)[None]
    return (np.sqrt(2 / _SMALL) * np.cos(np.pi / 2 / _SMALL * frequency * (2 * place + 1))).astype(np.float32)


def _packed(wave: np.ndarray) -> bytes:
    """A bit for each frequency above the median; the first is the last bit of the last byte."""
    above = (wave > np.partition(wave.ravel(), wave.size // 2 - 1)[wave.size // 2 - 1]).ravel()
    return np.packbits(above[::-1]).tobytes()


def _quality(small: np.ndarray) -> int:
    steps = [np.trunc(np.diff(small, axis=axis) * 100 / 255) for axis in (0, 1)]
    return min(100, int(sum(np.abs(step).sum() for step in steps)) // 90)
