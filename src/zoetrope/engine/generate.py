"""One request -> one draft: check, load, place, denoise, decode. The same few lines for every family and every task.

Knows no family, no terminal and no policy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TypeAlias

import numpy as np
import torch

from zoetrope.core.cancel import Cancel, stop_if
from zoetrope.core.conditions import Footage, Region, Soundtrack
from zoetrope.core.events import FramesReady, Notice, OnEvent
from zoetrope.core.request import Request
from zoetrope.core.seeds import draw_seed
from zoetrope.core.time import Clock
from zoetrope.engine.canvas import Canvas
from zoetrope.engine.denoise import STEPS, Passed, denoise
from zoetrope.engine.draft import Draft, has_sound
from zoetrope.engine.families import Family, Loaded, Planned, find_family
from zoetrope.engine.guidance import classifier_free, guided
from zoetrope.engine.keeping import Keeper, taken_up
from zoetrope.engine.loading import loaded
from zoetrope.engine.memory.budget import settle_plan
from zoetrope.engine.memory.machine import machine_here
from zoetrope.engine.memory.plan import Wish
from zoetrope.engine.numerics import Numerics, choose_numerics
from zoetrope.engine.presets import Preset, choose_preset
from zoetrope.engine.progress import tell_steps
from zoetrope.engine.reuse import reused
from zoetrope.engine.schedules import SCHEDULES, shift_sigmas
from zoetrope.engine.stream import Part, decode_parts, parts_of
from zoetrope.engine.walk import Renders, Walk, Walks

FADE = 0.01  # seconds between kept and new sound: too short to hear as a fade, long enough to hide a step
OnPart: TypeAlias = Callable[[Part], None]


def generate(
    request: Request,
    *,
    on_event: OnEvent | None = None,
    on_part: OnPart | None = None,
    cancel: Cancel | None = None,
    preview_every: int = 0,
    family: Family | None = None,
    numerics: Numerics | None = None,
) -> Draft:
    """Make one shot in memory.

    Units: preview_every in steps, 0 for no previews. `family` stands in for the registry's checkpoint.
    Raises: InvalidRequest, Unsupported, WeightsError, Cancelled.
    """
    request, family = prepare(request, family, on_event)
    return make(
        request,
        family,
        on_event=on_event,
        on_part=on_part,
        cancel=cancel,
        preview_every=preview_every,
        numerics=numerics,
    )


def make(
    request: Request,
    family: Family,
    *,
    on_event: OnEvent | None = None,
    on_part: OnPart | None = None,
    cancel: Cancel | None = None,
    preview_every: int = 0,
    numerics: Numerics | None = None,
    wish: Wish | None = None,
    keeper: Keeper | None = None,
) -> Draft:
    """Make a settled request; `on_part` gets each part as soon as it is decoded, while later ones still are not.

    `wish` is what the caller insists on where memory is planned; `keeper` keeps the walk's state in a file, from which
    the walk goes on.
    Raises: OutOfMemory, WeightsError, Cancelled, and what `on_part` raises.
    """
    checkpoint = loaded(family, plan_for(family, request, numerics or choose_numerics(), wish))
    clock = family.limits.clock
    total = clock.frames(request.seconds)
    frames, sounds = [], []
    for part in shoot(request, family, checkpoint, on_event, cancel, preview_every, keeper):
        frames.append(part.frames)
        sounds.append(part.sound)
        if on_part is not None:
            on_part(part)
        if on_event is not None:
            on_event(FramesReady(part.start, len(part.frames), total))
    sound = np.concatenate(sounds, axis=1) if has_sound(request) else None
    return Draft(request, clock, np.concatenate(frames), sound)


def plan_for(family: Family, request: Request, numerics: Numerics, wish: Wish | None = None) -> Numerics:
    """Decide how weights lie in memory, before they load, where a family's size needs a plan.

    Raises: OutOfMemory, naming what fits.
    """
    if not isinstance(family, Planned) or numerics.plan is not None:
        return numerics
    return replace(numerics, plan=settle_plan(family, request, machine_here(numerics.device), wish))


def prepare(request: Request, family: Family | None, on_event: OnEvent | None) -> tuple[Request, Family]:
    """Refuse what cannot be made, and settle what the request left open: seed, steps and guidance.

    Raises: InvalidRequest, Unsupported.
    """
    family = family or find_family(request.checkpoint)
    preset = choose_preset(request.preset, family.presets, family.limits.checkpoint)
    notices = family.check(request)
    silent = has_sound(request) and not family.limits.sounds
    if silent:
        notices = (*notices, Notice(f"{family.limits.checkpoint} makes no sound; the shot is silent."))
    if on_event is not None:
        for notice in notices:
            on_event(notice)
    settled = replace(
        request,
        sound=request.sound and not silent,
        seed=draw_seed() if request.seed is None else request.seed,
        steps=preset.steps if request.steps is None else request.steps,
        guidance=preset.guidance if request.guidance is None else request.guidance,
    )
    return settled, family


@torch.inference_mode()
def shoot(
    request: Request,
    family: Family,
    checkpoint: Loaded,
    on_event: OnEvent | None = None,
    cancel: Cancel | None = None,
    preview_every: int = 0,
    keeper: Keeper | None = None,
) -> Iterator[Part]:
    """Make a settled request on loaded weights, part by part.

    Raises: Cancelled, between two steps or two parts.
    """
    clock = family.limits.clock
    frames = clock.frames(request.seconds)
    samples = clock.samples(request.seconds) if has_sound(request) else 0
    if isinstance(checkpoint, Renders):
        on_step = tell_steps(on_event, checkpoint, None, preview_every)
        pictures, sound = checkpoint.render(request, on_step, cancel)
        parts = parts_of(iter([pictures]), sound[:, :samples], frames, cancel)
    else:
        preset = family.presets[request.preset]
        canvas = make_latents(request, preset, checkpoint, on_event, cancel, preview_every, keeper)
        stop_if(cancel, "before decoding")
        parts = decode_parts(checkpoint, canvas, frames=frames, samples=samples, cancel=cancel)
    for part in parts:
        yield keep_given(part, request, clock)


def make_latents(
    request: Request,
    preset: Preset,
    checkpoint: Loaded,
    on_event: OnEvent | None,
    cancel: Cancel | None,
    preview_every: int,
    keeper: Keeper | None = None,
) -> Canvas:
    """Walk the loop, once or as often as the family has passes; a kept walk goes on where it stood."""
    canvas = checkpoint.place(checkpoint.blank(request), request)
    stand = keeper.load() if keeper is not None else None
    number = 0
    while True:
        walk = _walk(request, preset, checkpoint, canvas, number)
        begin: tuple[int, Passed | None] = (0, None)
        if stand is not None and stand.walk == number:
            canvas, begin = taken_up(canvas, stand), (stand.step, stand.past)
        predict = reused(guided(checkpoint.branches(request, canvas), walk.guider), preset.reuse)
        on_step = tell_steps(on_event, checkpoint, canvas, preview_every)
        keep = _keep(keeper, number)
        done = denoise(
            predict, canvas, walk.sigmas, step=walk.step, on_step=on_step, cancel=cancel, begin=begin, keep=keep
        )
        number += 1
        following = checkpoint.next_pass(request, preset, done, number) if isinstance(checkpoint, Walks) else None
        if following is None:
            if keeper is not None:
                keeper.done()
            return done
        canvas = following


def _keep(keeper: Keeper | None, walk: int) -> Callable[[int, Canvas, Passed], None] | None:
    if keeper is None:
        return None

    def keep(step: int, canvas: Canvas, past: Passed) -> None:
        if step % keeper.every == 0:
            keeper.save(walk, step, canvas, past)

    return keep


def _walk(request: Request, preset: Preset, checkpoint: Loaded, canvas: Canvas, number: int) -> Walk:
    if isinstance(checkpoint, Walks):
        return checkpoint.walk(request, preset, canvas, number)
    return Walk(_sigmas(request, preset), STEPS[preset.step], _guider(request, preset))


def keep_given(part: Part, request: Request, clock: Clock) -> Part:
    """Put back the pixels and samples that were given whole: no codec should blur what nobody asked to change."""
    frames, sound = part.frames, part.sound
    here = slice(part.start, part.start + len(frames))
    first_sample = clock.sample_rate * part.start // clock.frame_rate
    for condition in request.conditions:
        match condition:
            case Footage(frames=given):
                frames = given[here]
            case Region(frames=given, mask=mask):
                new = mask if mask.ndim == 2 else mask[here]
                frames = np.where(new[..., None], frames, given[here])
                sound = _keep_sound(sound, condition, first_sample, clock.sample_rate)
            case Soundtrack(sound=given):
                sound = given[:, first_sample : first_sample + sound.shape[1]]
    return Part(part.start, frames, sound)


def _keep_sound(made: np.ndarray, region: Region, first: int, rate: int) -> np.ndarray:
    """Made sound (2, s), from a sample of the shot on, with what the region keeps; what is new fades in and out."""
    if region.sound is None:
        return made
    there = slice(first, first + made.shape[1])
    given = region.sound[:, there]
    new = np.float32(0) if region.sound_mask is None else _newness(region.sound_mask, round(FADE * rate))[there]
    mixed = made.copy()
    mixed[:, : given.shape[1]] = given + new * (made[:, : given.shape[1]] - given)
    return mixed


def _newness(mask: np.ndarray, fade: int) -> np.ndarray:
    """How much of each sample is new (s,): 0 outside the mask, rising evenly over `fade` samples from its edges."""
    places = np.arange(len(mask))
    before = np.maximum.accumulate(np.where(mask, -fade, places))
    after = np.minimum.accumulate(np.where(mask, len(mask) + fade, places)[::-1])[::-1]
    return (np.minimum(places - before, after - places) / fade).clip(0, 1).astype(np.float32)


def _guider(request: Request, preset: Preset):
    assert request.guidance is not None, "a settled request has its guidance"
    return classifier_free(request.guidance, preset.interval, preset.rescale)


def _sigmas(request: Request, preset: Preset) -> torch.Tensor:
    assert request.steps is not None, "a settled request has its steps"
    return shift_sigmas(SCHEDULES[preset.schedule](request.steps), preset.shift)
