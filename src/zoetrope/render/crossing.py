"""From one stage to another: each clip goes on by itself, and one passes into the other while both still move.

Two stages have nothing in common that one shot could lead through: what it made of them were things with halos of the
other's scenery. Knows no network and no file.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from zoetrope.core.conditions import Condition, Extend, Region
from zoetrope.core.time import Clock
from zoetrope.render.joining import FADE, Piece, faded

CROSSED = 0.75  # seconds in which one picture passes into the other, at most a third of what is new
Shoot = Callable[..., Piece]


def cross(shot: Shoot, first: Piece, second: Piece, new: int, clock: Clock, early: int) -> Piece:
    """What lies between two pieces on different stages, so many new pictures; its sound reaches into both.

    `shot(frames, *conditions, number=...)` makes one. Units: early in samples that sound begins before its pictures.
    """
    _, into, both = _parts(new, clock)
    return over(_going_on(shot, first, new, clock, early), _leading_to(shot, second, into, clock), both, clock)


def outset(clip: Piece, new: int, clock: Clock) -> tuple[int, tuple[Condition, ...]]:
    """The pictures of the shot in which the first piece goes on, where so many are new in all, and what is given."""
    past = 1 + clock.frames_per_latent
    samples = past * clock.sample_rate // clock.frame_rate
    return past + _parts(new, clock)[0], (Extend(clip.frames[-past:], np.ascontiguousarray(clip.sound[:, -samples:])),)


def _parts(new: int, clock: Clock) -> tuple[int, int, int]:
    """Of so many new pictures those that the first piece tells, those that the second one does, and those of both."""
    both = max(1, min(round(CROSSED * clock.frame_rate), new // 3))
    out = (new + both) // 2
    return out, new + both - out, both


def over(first: Piece, second: Piece, both: int, clock: Clock) -> Piece:
    """A piece that passes into another one in so many pictures, softly at both ends, at equal power of their sounds.

    The first one's sound may begin before its pictures; the second one's begins with them and may reach beyond.
    """
    part = (np.arange(both, dtype=np.float32) + 1) / (both + 1)
    share = (part * part * (3 - 2 * part))[:, None, None, None]
    mixed = first.frames[-both:] * (1 - share) + second.frames[:both] * share
    frames = np.concatenate([first.frames[:-both], mixed.round().astype(np.uint8), second.frames[both:]])
    return Piece(frames, faded(first.sound, second.sound, both * clock.sample_rate // clock.frame_rate))


def _going_on(shot: Shoot, clip: Piece, new: int, clock: Clock, early: int) -> Piece:
    """What comes after a clip, where so many pictures are new in all, and its sound, which begins a little early."""
    frames, conditions = outset(clip, new, clock)
    made, past = shot(frames, *conditions), 1 + clock.frames_per_latent
    start, stop = (count * clock.sample_rate // clock.frame_rate for count in (past, frames))
    return Piece(made.frames[past:frames], made.sound[:, start - early : stop])


def _leading_to(shot: Shoot, clip: Piece, new: int, clock: Clock) -> Piece:
    """So many pictures that lead up to a clip, and their sound, which reaches into the clip's."""
    ahead = min(clock.grid_frames(new) - new + clock.frames_per_latent, len(clip.frames))
    frames = np.concatenate([clip.frames[:1].repeat(new, 0), clip.frames[:ahead]])
    mask = np.zeros(frames.shape[:3], bool)
    mask[:new] = True
    start, stop = (count * clock.sample_rate // clock.frame_rate for count in (new, new + ahead))
    sound = np.zeros((2, stop), np.float32)
    sound[:, start:] = clip.sound[:, : stop - start]
    anew = np.zeros(stop, bool)
    anew[: start + 2 * round(FADE * clock.sample_rate)] = True
    made = shot(len(frames), Region(frames, mask, sound, anew), number=1)
    return Piece(made.frames[:new], made.sound)
