"""The Wan family: its translation between text, pictures and the canvas, over the parts of a checkpoint.

Knows neither guidance nor where weights lie.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import Any

import numpy as np
import torch
from einops import rearrange
from torch import Tensor

from zoetrope.core.conditions import Reference, Restyle
from zoetrope.core.limits import Limits
from zoetrope.core.request import Request
from zoetrope.engine.adapters.laying import adapted
from zoetrope.engine.canvas import Canvas, Tokens, blank_stream, fill_with_noise, to_device
from zoetrope.engine.families.scheduler import Schedule, schedule_of
from zoetrope.engine.families.tint import Tint, tint_of
from zoetrope.engine.families.wan import animate, placing, vace
from zoetrope.engine.families.wan import codec as codecs
from zoetrope.engine.families.wan.facts import CONTEXT, MASK, PATCH, Wan, WanPreset
from zoetrope.engine.families.wan.forward import Levels, Prepared, forward, prepare
from zoetrope.engine.families.wan.sight import look_at
from zoetrope.engine.families.wan.text import read_prompts
from zoetrope.engine.guidance import Branches, Guider, classifier_free
from zoetrope.engine.noise import seeds_of
from zoetrope.engine.parts import Part
from zoetrope.engine.presets import Preset
from zoetrope.engine.walk import Walk

BRANCHES = ("positive", "negative")


@dataclass(frozen=True, eq=False)
class LoadedWan:
    """The parts of a checkpoint; see `families.Loaded` and `walk.Walks` for what each method promises."""

    wan: Wan
    parts: Mapping[str, Part]
    together: bool = True  # whether branches go in one batch

    @property
    def limits(self) -> Limits:
        return self.wan.limits

    def blank(self, request: Request) -> Canvas:
        clock, pixels = self.limits.clock, self.wan.pixels
        grid = (
            clock.latent_frames(clock.frames(request.seconds)),
            request.size.height // pixels,
            request.size.width // pixels,
        )
        place = torch.cartesian_prod(*(torch.arange(side) for side in grid)).float()
        place = torch.cat([place, _before(place[: grid[1] * grid[2]], len(vace.references_of(request)))])
        place[:, 0] *= clock.frames_per_latent / clock.frame_rate
        none = torch.zeros(0, 3)
        canvas = Canvas(
            video=blank_stream(place, self.wan.channels),
            sound=blank_stream(none, 0),
            reference=blank_stream(none, self.wan.channels),
            grid=grid,
        )
        return to_device(fill_with_noise(canvas, seeds_of(request)), self.parts["network"].device)

    def place(self, canvas: Canvas, request: Request) -> Canvas:
        if not request.conditions and not self.wan.composes:
            return canvas
        clock = self.limits.clock
        with self.parts["codec"].resident() as codec:
            if self.wan.animates:
                return animate.put_acted(canvas, codec, request, clock)
            if self.wan.composes:
                canvas = vace.put_told(canvas, codec, request, clock)
            if self.wan.sees_pictures:
                return placing.put_beside(canvas, codec, request, clock)
            if self.wan.holds_frames:
                return placing.put_first(canvas, codec, request, clock)
            first = float(self._sigmas(request, self._schedule(request))[0])
            return placing.put_under(canvas, codec, request, clock, first)

    def walk(self, request: Request, preset: Preset, canvas: Canvas, number: int) -> Walk:
        schedule = self._schedule(request)
        return Walk(self._sigmas(request, schedule), schedule.step, self._guider(request, preset, schedule))

    def next_pass(self, request: Request, preset: Preset, done: Canvas, number: int) -> Canvas | None:
        return None

    def _guider(self, request: Request, preset: Preset, schedule: Schedule) -> Guider:
        """One strength for each expert. A strength that the caller asked for holds for both."""
        assert request.guidance is not None, "a settled request has its guidance"
        high = low = classifier_free(request.guidance, preset.interval, preset.rescale)
        if isinstance(preset, WanPreset) and preset.guidance_low is not None and request.guidance == preset.guidance:
            low = classifier_free(preset.guidance_low, preset.interval, preset.rescale)

        def mix(branches: Branches, canvas: Canvas, sigma: float) -> Tokens:
            return (high if self._expert(schedule.told(sigma)) == "network" else low)(branches, canvas, sigma)

        return mix

    def _schedule(self, request: Request) -> Schedule:
        assert request.steps is not None, "a settled request has its steps"
        files = self.wan.descriptor.part("scheduler")
        return schedule_of(files.kind, files.config, request.steps)

    def _sigmas(self, request: Request, schedule: Schedule) -> Tensor:
        """All of a schedule, or its end where a clip is only restyled. Source: get_timesteps of diffusers."""
        for condition in request.conditions:
            if isinstance(condition, Restyle):
                steps = len(schedule.timesteps)
                return schedule.sigmas[steps - max(1, min(int(steps * condition.strength), steps)) :]
        return schedule.sigmas

    def _expert(self, told: float) -> str:
        boundary = self.wan.boundary
        return "network" if boundary is None or told >= boundary * 1000 else "network_low"

    def branches(self, request: Request, canvas: Canvas) -> Branches:
        schedule = self._schedule(request)
        prompts = [request.prompt] if request.guidance == 1 else [request.prompt, request.negative]
        said = read_prompts(self.parts, [_unnamed(prompt, request) for prompt in prompts], self.wan.descriptor.identity)
        pictures = list(placing.pictures_of(request, self.limits.clock).values())
        pictures = vace.references_of(request) if self.wan.animates else pictures
        looked = pictures if self.wan.looks_twice else pictures[:1]
        sight = look_at(self.parts, looked) if self.wan.network.get("image_dim") else None
        told_beside = self._told(request, canvas)
        grid = (len(canvas.video.latent) // prod(canvas.grid[1:]), *canvas.grid[1:])
        kept: dict[str, Prepared] = {}

        def velocities(canvas: Canvas, sigma: float, names: tuple[str, ...]) -> tuple[Tokens, ...]:
            told = schedule.told(sigma)
            expert = self._expert(told)
            dtype = self.parts[expert].dtype
            with ExitStack() as stack:
                network = self._resident(stack, expert, request)
                if expert not in kept:
                    kept.clear()  # the first expert does not come back
                    kept[expert] = prepare(network, said, grid, length=CONTEXT, dtype=dtype, sight=sight, **told_beside)
                latent = _latent(canvas, self.wan.beside).to(dtype)
                rows = [BRANCHES.index(name) for name in names]
                batches = [rows] if self.together else [[row] for row in rows]
                levels = _levels(canvas, told)
                video = torch.cat([forward(network, kept[expert], latent, levels, each).float() for each in batches])
            tokens = rearrange(video.roll(canvas.grid[0] - grid[0], 2), "b c f r w -> b (f r w) c")
            return tuple(Tokens(each, canvas.sound.latent) for each in tokens)

        return velocities

    def _told(self, request: Request, canvas: Canvas) -> dict[str, Tensor]:
        """What the network reads beside text and latents, once for all steps; see `forward.prepare`."""
        if canvas.beside is None or not (self.wan.composes or self.wan.animates):
            return {}
        if self.wan.composes:
            return {"control": _in_time(canvas, canvas.beside)}
        pose = _in_time(canvas, canvas.beside[:, MASK + self.wan.channels :])[:, 1:]
        side = self.wan.network["motion_encoder_size"]
        return {"pose": pose, "face": animate.face_of(request, self.limits.clock, side)}

    def _resident(self, stack: ExitStack, expert: str, request: Request) -> Any:
        """The network on its device, with the request's adapters over it."""
        network = stack.enter_context(self.parts[expert].resident())
        experts = self.wan.boundary is not None
        stack.enter_context(adapted(network, request.adapters, expert, experts=experts))
        return network

    def decode_video(self, latent: Tensor, state: codecs.State) -> tuple[np.ndarray, codecs.State]:
        with self.parts["codec"].resident() as codec:
            return codecs.decode_next(codec, latent, state)

    def decode_sound(self, latent: Tensor, state: Any) -> tuple[np.ndarray, Any]:
        return np.zeros((2, 0), np.float32), None  # Wan is silent, so nobody asks for more

    def preview(self, canvas: Canvas, denoised: Tokens) -> np.ndarray:
        """The middle latent frame, in the colours that its channels stand for."""
        count, rows, columns = canvas.grid
        shot = denoised.video[: count * rows * columns]
        latent = rearrange(shot, "(f r w) c -> f r w c", f=count, r=rows, w=columns)
        return self._tint.picture(latent[count // 2])

    @cached_property
    def _tint(self) -> Tint:
        with self.parts["codec"].resident() as codec:
            return tint_of(codecs.colours_of(codec), self.wan.channels)


def _before(first: Tensor, count: int) -> Tensor:
    """Places of latent frames that come before a shot's first one. Shapes: first (n, 3); out (count * n, 3)."""
    moments = torch.arange(-count, 0).repeat_interleave(len(first))[:, None]
    return torch.cat([moments, first[:, 1:].repeat(count, 1)], 1)


def _unnamed(prompt: str, request: Request) -> str:
    """A prompt without the signs before names of references, which Wan's text encoder was not trained with."""
    names = sorted({each.name for each in request.conditions if isinstance(each, Reference) and each.name})
    return re.sub(rf"@(?={'|'.join(names)})", "", prompt) if names else prompt


def _latent(canvas: Canvas, beside: int) -> Tensor:
    """What the network sees. Shapes: out (c, f, r, w), so many channels of those beside the tokens last."""
    tokens = canvas.video.latent
    if beside and canvas.beside is not None:
        tokens = torch.cat([tokens, canvas.beside[:, :beside]], -1)
    return _in_time(canvas, tokens)


def _in_time(canvas: Canvas, tokens: Tensor) -> Tensor:
    """Frames of the grid, and before them those that follow it on the canvas. Shapes: (n, c) -> (c, f, r, w)."""
    count, rows, columns = canvas.grid
    frames = rearrange(tokens, "(f r w) c -> c f r w", r=rows, w=columns)
    return frames.roll(frames.shape[1] - count, 1)


def _levels(canvas: Canvas, told: float) -> Levels:
    """A given first latent frame stands at level 0, all else where the walk stands."""
    device = canvas.video.latent.device
    _, rows, columns = canvas.grid
    if not bool(canvas.video.given[0]):
        return Levels(torch.tensor([told], device=device))
    first = rows // PATCH * (columns // PATCH)
    return Levels(torch.tensor([0.0, told], device=device), (slice(0, first), slice(first, None)))
