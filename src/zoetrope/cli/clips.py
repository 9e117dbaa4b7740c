"""Clips from files as a checkpoint takes them: its frame rate, a size that it makes, its rate of sound."""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np

from zoetrope.core.errors import InvalidRequest
from zoetrope.core.events import Notice, OnEvent
from zoetrope.core.limits import Limits
from zoetrope.core.sizes import Size
from zoetrope.core.time import Clock, show_seconds

SHAPE = 0.02  # of the picture: what a fit may cut off before another size counts as nearer


@dataclass(frozen=True, eq=False)
class ReadClip:
    """A clip at a checkpoint's clock.

    Shapes: frames uint8 (t, h, w, 3); sound float32 (2, s), exactly as long, or None for a silent file.
    """

    frames: np.ndarray
    sound: np.ndarray | None

    @property
    def size(self) -> Size:
        return Size(self.frames.shape[2], self.frames.shape[1])


def read_whole(path: Path, limits: Limits, tell: OnEvent, part: str = "") -> ReadClip:
    """Read a clip that is itself a shot: not longer than one, and cut to a length that one has.

    `part` is the range that matters, said where the clip is too long.
    Raises: InvalidRequest for a clip that is too long or too short; MediaError for one that cannot be read.
    """
    least, most = limits.seconds
    _check_length(path, told_seconds(path), limits, part)
    clip = read_clip(path, limits.clock)
    length = limits.clock.seconds_of(len(clip.frames))
    _check_length(path, length, limits, part)  # some files say nothing before, or lie
    kept = min(length // limits.seconds_step * limits.seconds_step, most)
    if kept < least:
        raise InvalidRequest(
            f"{path} lasts {show_seconds(length)} s, but {limits.checkpoint} makes {show_seconds(least)} s or more; "
            "give a longer clip."
        )
    if kept < length:
        tell(
            Notice(
                f"{path} lasts {show_seconds(length)} s; its last {show_seconds(length - kept)} s are left out, since "
                f"{limits.checkpoint} makes steps of {show_seconds(limits.seconds_step)} s."
            )
        )
    return cut(clip, kept, limits.clock)


def read_clip(path: Path, clock: Clock) -> ReadClip:
    """Read a clip at its own size. Raises: MediaError."""
    from zoetrope.media.readers import read_clip as read
    from zoetrope.release.marks.sound_rate import resample

    clip = read(path)
    count = max(1, round(len(clip.frames) * clock.frame_rate / clip.rate))
    shown = [min(int(number * clip.rate / clock.frame_rate), len(clip.frames) - 1) for number in range(count)]
    frames = clip.frames if shown == list(range(len(clip.frames))) else clip.frames[shown]
    if clip.sound is None or not clip.sound.shape[1]:
        return ReadClip(frames, None)
    sound = resample(clip.sound, round(clip.sound.shape[1] * clock.sample_rate / Fraction(clip.sound_rate or 1)))
    return ReadClip(frames, lasting(sound, clock.samples(clock.seconds_of(count))))


def cut(clip: ReadClip, seconds: Fraction, clock: Clock) -> ReadClip:
    """The beginning of a clip."""
    sound = None if clip.sound is None else clip.sound[:, : clock.samples(seconds)]
    return ReadClip(clip.frames[: clock.frames(seconds)], sound)


def lasting(sound: np.ndarray, samples: int) -> np.ndarray:
    """A sound cut to so many samples, or followed by silence: (2, s) in, (2, samples) out."""
    sound = np.ascontiguousarray(sound[:, :samples], np.float32)
    return np.pad(sound, ((0, 0), (0, samples - sound.shape[1])))


def fitted(clip: ReadClip, size: Size) -> ReadClip:
    """A clip scaled to cover a size, cut evenly."""
    from zoetrope.media.pictures import fit

    if clip.size == size:
        return clip
    return ReadClip(np.stack([fit(frame, (size.width, size.height)) for frame in clip.frames]), clip.sound)


def size_for(size: Size, limits: Limits) -> Size:
    """The size of a shot made out of pictures of a size: their own, or the best that has nearly their shape."""
    possible = sorted(limits.sizes(), key=lambda each: each.pixels, reverse=True)
    if size in possible:
        return size
    least = min(_lost(size, each) for each in possible)
    near = [each for each in possible if _lost(size, each) <= least + SHAPE]
    return next((each for each in limits.learned if each in near), near[0])


def _lost(size: Size, fitted: Size) -> float:
    """The share of a picture that a fit cuts off."""
    one, other = size.width * fitted.height, size.height * fitted.width
    return 1 - min(one, other) / max(one, other)


def told_seconds(path: Path) -> Fraction:
    """How long a file says its pictures last, 0 where it does not say."""
    from zoetrope.media.readers import probe

    facts = probe(path)
    return facts.picture_seconds or facts.seconds or Fraction(0)


def _check_length(path: Path, seconds: Fraction, limits: Limits, part: str) -> None:
    most = limits.seconds[1]
    if seconds > most + limits.clock.seconds_of(1):  # another rate may round a clip up by one frame
        raise InvalidRequest(
            f"{path} lasts {show_seconds(seconds)} s, but {limits.checkpoint} makes up to {show_seconds(most)} s; cut "
            f"it to {part or f'a range such as 0s to {show_seconds(most)}s'}."
        )
