"""A shot without end: chunk after chunk, each going on from the last pictures and sound of the one before.

What is kept between two chunks is small and always the same size, so a stream may run for days. Directions are asked
for before every chunk. Knows no family, no clock on the wall, no file and no terminal.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, replace
from typing import Any, Protocol, TypeAlias, runtime_checkable

import numpy as np
import torch
from einops import rearrange

from zoetrope.core.cancel import Cancel, stop_if
from zoetrope.core.conditions import Extend
from zoetrope.core.errors import Unsupported
from zoetrope.core.motion import CameraPath, Hold, Stroke
from zoetrope.core.request import Request
from zoetrope.core.seeds import MOST, derive_seed
from zoetrope.core.time import Clock, Seconds
from zoetrope.engine.canvas import Canvas
from zoetrope.engine.families import Family, Loaded
from zoetrope.engine.generate import make_latents
from zoetrope.engine.stream import Part, pictures_of, sound_of
from zoetrope.engine.walk import Decodes, Detailed, OfLatents, OfSound, Renders

PAST = 2  # latent frames that a chunk looks back on: a picture and a group of them, which tells of motion
FIRST, LATER = 4, 6  # latent frames of a chunk, PAST among them: a short one for an early picture, then longer ones


@dataclass(frozen=True)
class Direction:
    """What a stream is to show from the next chunk on.

    `conditions` begin with that chunk: their seconds count from its first new picture. The camera rests where a move
    has taken it; a stroke that is longer than the chunk goes on in the next ones.
    """

    prompt: str
    conditions: tuple[CameraPath | Stroke | Hold, ...] = ()


Direct: TypeAlias = Callable[[], Direction]


@runtime_checkable
class Remembers(Protocol):
    """A checkpoint that knows more of its shots than their pictures show."""

    def memory(self, request: Request) -> object:
        """What a chunk that goes on from the last pictures of a settled request is to know: `Extend.memory`."""
        ...

    def goes_on(self, prompt: str, memory: object) -> bool:
        """Whether a shot may follow a prompt without a cut."""
        ...

    def carried(self, before: str, after: str, memory: object) -> str:
        """Another prompt with what it leaves open of who is where and does what as it was."""
        ...

    def later(self, prompt: str, memory: object) -> str:
        """A prompt without what happens once, which has happened: what goes on from there."""
        ...


@dataclass(frozen=True, eq=False)
class Ending:
    """Where a chunk ended: all that the next one needs.

    Shapes: frames uint8 (t, h, w, 3); sound float32 (2, s) from the first of these frames on, in whole latents, so up
    to a latent shorter than they are. The states are those of the decoders after both; None begins anew with `frames`.
    """

    frames: np.ndarray
    sound: np.ndarray | None
    memory: object = None
    video_state: Any = None
    sound_state: Any = None


@dataclass(frozen=True, eq=False)
class Scene:
    """One stretch without a cut: what was last said, in full too, and what is still under way.

    `began` is the number of the chunk that it began with.
    """

    said: str
    prompt: str
    ending: Ending
    strokes: tuple[Stroke, ...] = ()
    began: int = 0


def ending_of(frames: np.ndarray, sound: np.ndarray | None, clock: Clock) -> Ending:
    """The ending of a clip that somebody gives.

    Shapes: frames uint8 (t, h, w, 3), at least as many as a chunk looks back on; sound float32 (2, s), as long.
    Raises: Unsupported for a shorter clip.
    """
    count = _pictures(PAST, clock)
    if len(frames) < count:
        raise Unsupported(f"the clip has {len(frames)} frames; to go on from it takes {count} or more.")
    if sound is not None:
        first = clock.samples(clock.seconds_of(len(frames) - count))
        sound = np.ascontiguousarray(sound[:, first : first + _whole(count, clock)], np.float32)
    return Ending(frames[-count:], sound)


def go_on(
    request: Request,
    family: Family,
    checkpoint: Loaded,
    direct: Direct,
    *,
    after: Ending | None = None,
    cancel: Cancel | None = None,
) -> Iterator[Part]:
    """Make parts without end, from nothing or after a given ending, on loaded weights.

    `request` is settled; its prompt and conditions say nothing, since `direct` does. Sound comes up to a latent later
    than its pictures: a latent that reaches into the next chunk is made there.
    Raises: Cancelled, between two steps or parts; Unsupported for a checkpoint that cannot go on; what `direct` raises.
    """
    check_endless(family, checkpoint)
    clock, scene, number, start = family.limits.clock, None, 0, 0
    while True:
        direction = direct()
        if scene is None:
            scene = None if after is None else Scene(direction.prompt, direction.prompt, after)
            began, prompt = 0, direction.prompt
        else:
            prompt, holds = _followed(checkpoint, scene, direction.prompt)
            began = scene.began if holds or prompt != direction.prompt else number
            scene = scene if holds else None
        seed = number if scene else began
        chunk, strokes = _chunk(request, family, scene, replace(direction, prompt=prompt), seed)
        ending = yield from _made(chunk, family, checkpoint, scene, start, cancel)
        start += _new(scene, clock)
        with torch.inference_mode():
            memory = checkpoint.memory(chunk) if isinstance(checkpoint, Remembers) else None
        scene = Scene(direction.prompt, prompt, replace(ending, memory=memory), strokes, began)
        number += 1


def check_endless(family: Family, checkpoint: Loaded | None = None) -> None:
    """Raises: Unsupported for a checkpoint whose shots cannot go on, chunk by chunk."""
    limits = family.limits
    whole = isinstance(checkpoint, Decodes | Renders)
    if Extend not in limits.conditions or whole:
        raise Unsupported(f"{limits.checkpoint} makes whole shots and cannot go on from one; use pocket.")


def _followed(checkpoint: Loaded, scene: Scene, said: str) -> tuple[str, bool]:
    """What a prompt means in a scene, in full, and whether the scene goes on under it.

    Only who remembers who and where can tell that they change.
    """
    if not isinstance(checkpoint, Remembers):
        return said, True
    memory = scene.ending.memory
    with torch.inference_mode():
        if said == scene.said:
            return checkpoint.later(scene.prompt, memory), True
        return checkpoint.carried(scene.prompt, said, memory), checkpoint.goes_on(said, memory)


def _pictures(latents: int, clock: Clock) -> int:
    return 1 + clock.frames_per_latent * (latents - 1)


def _past(scene: Scene | None, clock: Clock) -> int:
    """How many pictures of a chunk were there before it."""
    return 0 if scene is None else _pictures(PAST, clock)


def _new(scene: Scene | None, clock: Clock) -> int:
    """How many pictures a chunk adds."""
    return _pictures(FIRST, clock) if scene is None else _pictures(LATER, clock) - _pictures(PAST, clock)


def _whole(frames: int, clock: Clock) -> int:
    """The samples of whole latents of sound that so many frames cover."""
    samples = frames * clock.sample_rate // clock.frame_rate
    return samples // clock.samples_per_latent * clock.samples_per_latent


def _chunk(
    request: Request, family: Family, scene: Scene | None, direction: Direction, number: int
) -> tuple[Request, tuple[Stroke, ...]]:
    """The request of a chunk, and what of its strokes goes on after it."""
    clock = family.limits.clock
    pictures = _pictures(FIRST if scene is None else LATER, clock)
    past = clock.seconds_of(_past(scene, clock))
    seed = derive_seed(request.seed or 0, "chunk", str(number)) & MOST
    strokes = [each for each in direction.conditions if isinstance(each, Stroke)]
    drawn = {stroke.thing for stroke in strokes}
    strokes += [each for each in (scene.strokes if scene else ()) if each.thing not in drawn]
    steering: list = [each for each in direction.conditions if not isinstance(each, Stroke)]
    steering += [_moved(stroke, past) for stroke in strokes]
    if scene is not None:
        steering.append(Extend(scene.ending.frames, scene.ending.sound, scene.ending.memory))
    known = tuple(each for each in steering if isinstance(each, family.limits.conditions))
    seconds = clock.seconds_of(pictures)
    rests = (_rest(stroke, seconds - past) for stroke in strokes)
    return replace(request, prompt=direction.prompt, seconds=seconds, seed=seed, conditions=known), tuple(
        filter(None, rests)
    )


def _moved(stroke: Stroke, later: Seconds) -> Stroke:
    return replace(stroke, points=tuple((at + later, x, y) for at, x, y in stroke.points))


def _rest(stroke: Stroke, passed: Seconds) -> Stroke | None:
    """What of a stroke is left after some seconds."""
    points = tuple((at - passed, x, y) for at, x, y in stroke.points if at > passed)
    return replace(stroke, points=points) if points else None


def _made(
    chunk: Request, family: Family, checkpoint: Loaded, scene: Scene | None, start: int, cancel: Cancel | None
) -> Generator[Part, None, Ending]:
    """The new parts of a chunk; returns how it ended."""
    clock = family.limits.clock
    with torch.inference_mode():
        canvas = make_latents(chunk, family.presets[chunk.preset], checkpoint, None, cancel, 0)
        details, heard = None, sound_of(checkpoint)
        if isinstance(checkpoint, Detailed):
            details, heard = checkpoint.details(chunk, canvas), checkpoint.heard(chunk, canvas)
        sound, sound_state = _sound(heard, canvas, chunk, clock, scene)
    stop = start + _new(scene, clock)
    left, seen, video_state = sound, [] if scene is None else [scene.ending.frames], None
    for frames, state in _frames(checkpoint, canvas, scene, details):
        stop_if(cancel, "while decoding")
        samples = len(frames) * clock.sample_rate // clock.frame_rate
        sounds, left = np.split(left, [samples if start + len(frames) < stop else left.shape[1]], axis=1)
        yield Part(start, frames, sounds)
        start += len(frames)
        seen.append(frames)
        video_state = state
    count = _pictures(PAST, clock)
    before = () if scene is None or scene.ending.sound is None else (scene.ending.sound,)
    kept = np.concatenate((*before, sound), axis=1)[:, -_whole(count, clock) :]
    return Ending(np.concatenate(seen)[-count:], kept, None, video_state, sound_state)


def _frames(
    checkpoint: Loaded, canvas: Canvas, scene: Scene | None, details: OfLatents | None
) -> Iterator[tuple[np.ndarray, Any]]:
    """The new pictures of a canvas, and the decoder's state after them."""
    count, rows, columns = canvas.grid
    latent = rearrange(canvas.video.latent, "(f r w) c -> f r w c", f=count, r=rows, w=columns)
    if scene is None:
        return pictures_of(checkpoint, details, latent, 0, None)
    state = scene.ending.video_state
    if state is None and details is None:
        with torch.inference_mode():
            _, state = checkpoint.decode_video(latent[:PAST], None)
    return pictures_of(checkpoint, details, latent[PAST:], PAST, state)


def _sound(heard: OfSound, canvas: Canvas, chunk: Request, clock: Clock, scene: Scene | None) -> tuple[np.ndarray, Any]:
    """The new sound of a canvas in whole latents, and the decoder's state after it."""
    whole = _whole(clock.frames(chunk.seconds), clock) // clock.samples_per_latent
    if scene is None:
        given, state = 0, None
    else:
        given, state = _whole(_pictures(PAST, clock), clock) // clock.samples_per_latent, scene.ending.sound_state
        if state is None:
            _, state = heard(canvas.sound.latent[:given], 0, None)
    sound, state = heard(canvas.sound.latent[given:whole], given, state)
    return np.clip(sound, -1, 1), state
