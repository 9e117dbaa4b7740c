"""What a checkpoint can be asked for, as data, and the check of a request against it.

Needs no weights and no torch, so a request can be refused before anything loads. Does not know any checkpoint itself.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from zoetrope.core.conditions import Condition, Control, Extend, Footage, Keyframe, Region, Restyle, Soundtrack
from zoetrope.core.errors import InvalidRequest, Unsupported
from zoetrope.core.motion import CameraPath, Cue, Stroke
from zoetrope.core.request import Request
from zoetrope.core.sizes import Size, nearest_sizes
from zoetrope.core.time import Clock, Seconds, show_seconds


@dataclass(frozen=True)
class Limits:
    """What a checkpoint can do.

    Units: sides and grid in pixels; most_pixels of one frame; seconds from least to most in whole multiples of
    seconds_step. `learned` are the sizes it was trained at, the first being the one to use where none is asked for:
    others work, worse. `sounds` is whether it makes sound, `adapters` whether LoRAs can be laid over it,
    `latents` whether our loop walks its latents, so that drafts can be finished and seeds mixed.
    """

    checkpoint: str
    clock: Clock
    grid: int
    sides: tuple[int, int]
    most_pixels: int
    learned: tuple[Size, ...]
    seconds: tuple[Seconds, Seconds]
    seconds_step: Seconds
    conditions: tuple[type[Condition], ...]
    sounds: bool = True
    adapters: bool = False
    latents: bool = True

    def sizes(self) -> Iterator[Size]:
        """Every size that is possible."""
        sides = range(self.sides[0], self.sides[1] + 1, self.grid)
        return (Size(w, h) for w in sides for h in sides if w * h <= self.most_pixels)


def check_limits(request: Request, limits: Limits) -> None:
    """Refuse what the checkpoint cannot make.

    Raises: InvalidRequest for numbers out of range, Unsupported for conditions it has not learned.
    """
    _check_size(request.size, limits)
    if not request.still:
        _check_seconds(request.seconds, limits)
    if request.adapters and not limits.adapters:
        raise Unsupported(f"{limits.checkpoint} takes no LoRA; leave {request.adapters[0].source} out.")
    if not limits.latents and (request.variation or request.draft or request.best_of > 1):
        raise Unsupported(
            f"{limits.checkpoint} keeps its latents to itself; leave variations, drafts and best-of out, or use pocket."
        )
    frames = limits.clock.frames(request.seconds)
    for condition in request.conditions:
        if not isinstance(condition, limits.conditions):
            known = ", ".join(kind.__name__ for kind in limits.conditions) or "none"
            raise Unsupported(
                f"{limits.checkpoint} does not understand {type(condition).__name__}; the conditions it knows: {known}."
            )
        _check_condition(condition, request.seconds, frames, limits)


def _check_size(size: Size, limits: Limits) -> None:
    least, most = limits.sides
    sides_fit = all(least <= side <= most and side % limits.grid == 0 for side in (size.width, size.height))
    if sides_fit and size.pixels <= limits.most_pixels:
        return
    near = ", ".join(map(str, nearest_sizes(size, limits.sizes())))
    learned = ", ".join(map(str, limits.learned))
    raise InvalidRequest(
        f"size was {size}; {limits.checkpoint} makes sides of {least} to {most} in multiples of {limits.grid} and at "
        f"most {limits.most_pixels} pixels. Nearest: {near}. Best: {learned}."
    )


def _check_seconds(seconds: Seconds, limits: Limits) -> None:
    least, most = limits.seconds
    if least <= seconds <= most and (seconds / limits.seconds_step).denominator == 1:
        return
    step = limits.seconds_step
    near = sorted({min(max(whole * step, least), most) for whole in _around(seconds / step)})
    raise InvalidRequest(
        f"seconds was {show_seconds(seconds)}; {limits.checkpoint} makes {show_seconds(least)} to {show_seconds(most)} "
        f"s in steps of {show_seconds(step)} s. Ask for {' or '.join(map(show_seconds, near))}."
    )


def _around(value: Seconds) -> tuple[int, int]:
    return math.floor(value), math.ceil(value)


def _check_condition(condition: Condition, seconds: Seconds, frames: int, limits: Limits) -> None:
    match condition:
        case Keyframe(at=at) if not isinstance(at, str) and limits.clock.frame_at(at) >= frames:
            raise InvalidRequest(
                f"a keyframe was set at {show_seconds(at)} s, but the shot ends at {show_seconds(seconds)} s; set it "
                f"earlier, or at 'last'."
            )
        case Footage(frames=given) | Region(frames=given) | Control(frames=given) | Restyle(frames=given) if (
            len(given) != frames
        ):
            raise InvalidRequest(
                f"{len(given)} frames of picture were given, but a shot of {show_seconds(seconds)} s has {frames}; cut "
                f"them, or ask for {show_seconds(limits.clock.seconds_of(len(given)))} s."
            )
        case Extend(frames=given):
            _check_prefix(len(given), frames, limits.clock)
        case Stroke(points=points) if points[-1][0] > seconds:
            raise InvalidRequest(
                f"a stroke's last point was at {show_seconds(points[-1][0])} s, but the shot ends at "
                f"{show_seconds(seconds)} s; draw it shorter, or ask for more seconds."
            )
        case CameraPath(poses=poses) if poses and len(poses) != frames:
            raise InvalidRequest(
                f"{len(poses)} poses of the camera were given, but a shot of {show_seconds(seconds)} s has {frames} "
                "frames; give one for each."
            )
        case Cue(at=at) if at >= seconds:
            raise InvalidRequest(
                f"a prompt was set at {show_seconds(at)} s, but the shot ends at {show_seconds(seconds)} s; set it "
                "earlier, or ask for more seconds."
            )
        case Restyle(sound=sound) if sound is not None and sound.shape[1] != limits.clock.samples(seconds):
            raise InvalidRequest(
                f"the clip to restyle has {sound.shape[1]} samples of sound, but a shot of {show_seconds(seconds)} s "
                f"has {limits.clock.samples(seconds)} at {limits.clock.sample_rate} a second; resample, cut or pad it."
            )
        case Soundtrack(sound=sound) if sound.shape[1] != limits.clock.samples(seconds):
            raise InvalidRequest(
                f"the soundtrack has {sound.shape[1]} samples, but a shot of {show_seconds(seconds)} s has "
                f"{limits.clock.samples(seconds)} at {limits.clock.sample_rate} a second; resample, cut or pad it."
            )


def _check_prefix(given: int, frames: int, clock: Clock) -> None:
    stride = clock.frames_per_latent
    if given % stride != 1 or given >= frames:
        most = 1 + (frames - 2) // stride * stride
        raise InvalidRequest(
            f"{given} frames to extend were given; the shot of {frames} frames takes 1, {1 + stride}, {1 + 2 * stride} "
            f"and so on up to {most}. Give the last {min(most, 1 + max(given - 1, 0) // stride * stride)} of them."
        )
