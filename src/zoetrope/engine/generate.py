"""One request -> one draft: check, load, place, denoise, decode. The same few lines for every family and every task.

Knows no family, no terminal and no policy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TypeAlias

import numpy as np
import torch
from torch import Tensor

from zoetrope.core.cancel import Cancel, stop_if
from zoetrope.core.conditions import Footage, Region, Soundtrack, with_clip_sound
from zoetrope.core.events import FramesReady, Notice, OnEvent
from zoetrope.core.request import Request
from zoetrope.core.seeds import draw_seed
from zoetrope.core.time import Clock
from zoetrope.engine.canvas import Tokens, combine
from zoetrope.engine.choosing import check_choice, choose
from zoetrope.engine.draft import Draft, has_sound
from zoetrope.engine.families import Family, Loaded, Planned, find_family
from zoetrope.engine.finishing import settle_draft
from zoetrope.engine.keeping import Keeper
from zoetrope.engine.loading import loaded
from zoetrope.engine.memory.budget import settle_plan
from zoetrope.engine.memory.machine import machine_here
from zoetrope.engine.memory.plan import Wish
from zoetrope.engine.numerics import Numerics, choose_numerics, heed
from zoetrope.engine.presets import choose_preset
from zoetrope.engine.progress import tell_steps
from zoetrope.engine.stream import Part, decode_parts, parts_of
from zoetrope.engine.walk import Detailed, Looks, Renders
from zoetrope.engine.walking import make_latents

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
    request = settle_seed(request, family, on_event=on_event, cancel=cancel, numerics=numerics)
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
    Raises: OutOfMemory, WeightsError, Cancelled, InvalidRequest where what is given turns out to be too much for a
    strict request, and what `on_part` raises.
    """
    assert request.best_of == 1, "its seed is chosen before a shot is made"
    settled = plan_for(family, request, numerics or choose_numerics(), wish)
    keeper = None if keeper is None else replace(keeper, precision=settled.precision)
    checkpoint = loaded(family, settled)
    _tell(checkpoint, request, on_event)
    clock = family.limits.clock
    total = clock.frames(request.seconds)
    frames, sounds, latents = [], [], []
    for part in shoot(request, family, checkpoint, on_event, cancel, preview_every, keeper, latents.append):
        frames.append(part.frames)
        sounds.append(part.sound)
        if on_part is not None:
            on_part(part)
        if on_event is not None:
            on_event(FramesReady(part.start, len(part.frames), total))
    sound = np.concatenate(sounds, axis=1) if has_sound(request) else None
    kept = combine(Tensor.cpu, latents[0]) if latents else None
    return Draft(request, clock, np.concatenate(frames), sound, latents=kept)


@torch.inference_mode()
def _tell(checkpoint: Loaded, request: Request, on_event: OnEvent | None) -> None:
    """Say what only loaded weights can tell of a request. Raises: InvalidRequest where it is to be refused."""
    for notice in checkpoint.notices(request) if isinstance(checkpoint, Looks) else ():
        if on_event is not None:
            on_event(notice)


def plan_for(family: Family, request: Request, numerics: Numerics, wish: Wish | None = None) -> Numerics:
    """Decide how weights lie in memory, before they load, where a family's size needs a plan.

    Raises: OutOfMemory, naming what fits; Unsupported for a precision that cannot be wished for.
    """
    if not isinstance(family, Planned):
        return heed(numerics, wish)
    if numerics.plan is not None:
        return numerics
    return replace(numerics, plan=settle_plan(family, request, machine_here(numerics.device), wish))


def prepare(request: Request, family: Family | None, on_event: OnEvent | None) -> tuple[Request, Family]:
    """Refuse what cannot be made, and settle what the request left open: seeds, steps and guidance.

    The seed is only where the search for the best begins, if the best of several is asked for.

    Raises: InvalidRequest, Unsupported.
    """
    family = family or find_family(request.checkpoint)
    preset = choose_preset(request.preset, family.presets, family.limits.checkpoint)
    request = settle_draft(request)
    check_choice(request, family)
    notices = family.check(request)
    silent = has_sound(request) and not family.limits.sounds
    if silent:
        notices = (*notices, Notice(f"{family.limits.checkpoint} makes no sound; the shot is silent."))
    if on_event is not None:
        for notice in notices:
            on_event(notice)
    varied = request.variation
    settled = replace(
        request,
        sound=request.sound and not silent,
        variation=replace(varied, seed=draw_seed()) if varied is not None and varied.seed is None else varied,
        seed=draw_seed() if request.seed is None else request.seed,
        steps=preset.steps if request.steps is None else request.steps,
        guidance=preset.guidance if request.guidance is None else request.guidance,
    )
    return settled, family


@torch.inference_mode()
def settle_seed(
    request: Request,
    family: Family,
    *,
    on_event: OnEvent | None = None,
    cancel: Cancel | None = None,
    numerics: Numerics | None = None,
    wish: Wish | None = None,
) -> Request:
    """A prepared request with its seed chosen, if the best of several is asked for.

    Raises: OutOfMemory, WeightsError, Cancelled.
    """
    if request.best_of == 1:
        return request
    checkpoint = loaded(family, plan_for(family, request, numerics or choose_numerics(), wish))
    return choose(request, family, checkpoint, on_event, cancel)


@torch.inference_mode()
def shoot(
    request: Request,
    family: Family,
    checkpoint: Loaded,
    on_event: OnEvent | None = None,
    cancel: Cancel | None = None,
    preview_every: int = 0,
    keeper: Keeper | None = None,
    on_latents: Callable[[Tokens], None] | None = None,
) -> Iterator[Part]:
    """Make a settled request on loaded weights, part by part; `on_latents` gets what its first pass made.

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
        canvas = make_latents(request, preset, checkpoint, on_event, cancel, preview_every, keeper, on_latents)
        stop_if(cancel, "before decoding")
        details = heard = None
        if isinstance(checkpoint, Detailed):
            details, heard = checkpoint.details(request, canvas), checkpoint.heard(request, canvas)
        parts = decode_parts(
            checkpoint, canvas, frames=frames, samples=samples, details=details, heard=heard, cancel=cancel
        )
        if canvas.sound.given.all():
            request = replace(request, conditions=with_clip_sound(request.conditions))
    for part in parts:
        yield keep_given(part, request, clock)


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
