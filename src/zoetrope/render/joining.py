"""Pieces of picture and sound put one after the other so that no seam is heard. Knows no engine and no file."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from zoetrope.core.time import Clock

FADE = 0.04  # seconds in which one sound goes over into another: the length of one latent of pocket's sound
CLOSING = 0.01  # seconds in which a sound that ends too early fades, so that it does not break off


@dataclass(frozen=True, eq=False)
class Piece:
    """Pictures and sound. Shapes: frames uint8 (t, h, w, 3); sound float32 (2, s), which may reach beyond them."""

    frames: np.ndarray
    sound: np.ndarray

    def beyond(self, clock: Clock) -> int:
        """How many samples of sound reach beyond the pictures and are for a fade, at most `FADE`."""
        return min(self.sound.shape[1] - _samples(len(self.frames), clock), round(FADE * clock.sample_rate))

    def filled(self, clock: Clock) -> Piece:
        """The same with sound exactly as long as the pictures."""
        missing = _samples(len(self.frames), clock) - self.sound.shape[1]
        if missing <= 0:
            return Piece(self.frames, self.sound[:, : missing or None])
        fade = min(round(CLOSING * clock.sample_rate), self.sound.shape[1])
        closed = self.sound.copy()
        closed[:, closed.shape[1] - fade :] *= np.linspace(1, 0, fade, dtype=np.float32)
        return Piece(self.frames, np.pad(closed, ((0, 0), (0, missing))))


def join(first: Piece, second: Piece, clock: Clock, *, early: int = 0) -> Piece:
    """One piece after the other; where both sound, one goes over into the other.

    Units: early in samples that the second one's sound begins before its pictures; else sound of the first one beyond
    its pictures is used, if there is any.
    """
    beyond = first.beyond(clock)
    sound = first.sound[:, : _samples(len(first.frames), clock) + beyond]
    return Piece(np.concatenate([first.frames, second.frames]), faded(sound, second.sound, early or beyond))


def close_loop(whole: Piece, clock: Clock) -> Piece:
    """A piece whose end goes over into its beginning: sound beyond the last picture fades under the first ones."""
    samples = _samples(len(whole.frames), clock)
    tail = whole.sound[:, samples : samples + whole.beyond(clock)]
    return Piece(whole.frames, faded(tail, whole.sound[:, :samples], tail.shape[1]))


def faded(first: np.ndarray, second: np.ndarray, overlap: int) -> np.ndarray:
    """Two sounds (2, s) with so many samples in both, at equal power, since they are not each other's copies."""
    if not overlap:
        return np.concatenate([first, second], axis=1)
    angle = (np.arange(overlap, dtype=np.float32) + 0.5) / overlap * np.float32(np.pi / 2)
    middle = first[:, -overlap:] * np.cos(angle) + second[:, :overlap] * np.sin(angle)
    return np.concatenate([first[:, :-overlap], middle, second[:, overlap:]], axis=1)


def _samples(frames: int, clock: Clock) -> int:
    return frames * clock.sample_rate // clock.frame_rate
