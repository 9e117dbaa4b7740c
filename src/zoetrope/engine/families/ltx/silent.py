"""LTX-Video 0.9.x, over the parts of a checkpoint. Knows neither guidance nor where weights lie."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from einops import rearrange
from torch import Tensor

from zoetrope.core.conditions import Restyle
from zoetrope.core.request import Request
from zoetrope.core.seeds import derive_seed
from zoetrope.engine.adapters.laying import adapted
from zoetrope.engine.canvas import Canvas, Tokens, sigmas_of
from zoetrope.engine.denoise import euler
from zoetrope.engine.families.ltx import codec as codecs
from zoetrope.engine.families.ltx.facts import preset_of
from zoetrope.engine.families.ltx.family import LoadedLtx
from zoetrope.engine.families.ltx.forward import Prepared, forward, prepare
from zoetrope.engine.families.ltx.placing import starts, whole
from zoetrope.engine.families.ltx.presets import LtxPreset
from zoetrope.engine.families.ltx.text_silent import read_prompts
from zoetrope.engine.guidance import Branches, classifier_free
from zoetrope.engine.presets import Preset
from zoetrope.engine.walk import Walk

BRANCHES = ("positive", "negative")


@dataclass(frozen=True, eq=False)
class LoadedSilent(LoadedLtx):
    """LTX-Video from 0.9.0 to 0.9.8."""

    def _places(self, grid: tuple[int, int, int]) -> Tensor:
        first = 1 if self.ltx.later else self.ltx.scale[0]
        return starts(grid, self.ltx.scale, self.ltx.clock.frame_rate, first)

    def _place_of_frame(self, grid: tuple[int, int, int], frame: int) -> Tensor:
        return starts((1, *grid[1:]), self.ltx.scale, self.ltx.clock.frame_rate, 1, frame)

    def place(self, canvas: Canvas, request: Request) -> Canvas:
        """A clip that is restyled lies under the noise, at the level where the walk begins; then all that is given."""
        for condition in request.conditions:
            if isinstance(condition, Restyle):
                with self.parts["codec"].resident() as codec:
                    latent = codecs.encode(codec, whole(condition.frames, self.ltx.clock))
                sigma = float(self._sigmas(request, self.ltx.presets[request.preset], canvas)[0])
                tokens = rearrange(latent, "f r w c -> (f r w) c")
                mixed = (1 - sigma) * tokens + sigma * canvas.video.latent
                canvas = replace(canvas, video=replace(canvas.video, latent=mixed))
        return super().place(canvas, request)

    def _sigmas(self, request: Request, preset: Preset, canvas: Canvas) -> Tensor:
        """All of a schedule, or its end where a clip is only restyled.

        Source: get_timesteps of LTXConditionPipeline.
        """
        assert request.steps is not None, "a settled request has its steps"
        sigmas = self._schedule(request.steps, preset_of(preset), canvas).sigmas
        for condition in request.conditions:
            if isinstance(condition, Restyle):
                return sigmas[request.steps - max(1, min(int(request.steps * condition.strength), request.steps)) :]
        return sigmas

    def walk(self, request: Request, preset: Preset, canvas: Canvas, number: int) -> Walk:
        assert request.guidance is not None, "a settled request has its guidance"
        if (refined := self._refines(preset, number)) is not None:
            return refined
        sigmas = self._sigmas(request, preset, canvas)
        return Walk(sigmas, euler, classifier_free(request.guidance, preset.interval, preset.rescale))

    def _levels(self, steps: int, preset: LtxPreset) -> list[float]:
        return linear_quadratic(steps) if self.ltx.later and not preset.sigmas else super()._levels(steps, preset)

    def branches(self, request: Request, canvas: Canvas) -> Branches:
        prompts = [request.prompt] if request.guidance == 1 else [request.prompt, request.negative]
        later, context = self.ltx.later, self.ltx.context
        said = read_prompts(self.parts, prompts, self.ltx.descriptor.identity, context, padded=not later)
        noise = preset_of(self.ltx.presets[request.preset]).given_noise if later else 0.0
        dtype = self.parts["network"].dtype
        kept: list[Prepared] = []

        def velocities(canvas: Canvas, sigma: float, names: tuple[str, ...]) -> tuple[Tokens, ...]:
            latent = _stirred(canvas, sigma, noise, request.seed or 0).to(dtype)
            rows = [BRANCHES.index(name) for name in names]
            batches = [rows] if self.together else [[row] for row in rows]
            levels = 1000 * sigmas_of(canvas.video, sigma)
            with self.parts["network"].resident() as network, adapted(network, request.adapters, "network"):
                if not kept:
                    kept.append(prepare(network, said, canvas.video.place, dtype))
                made = torch.cat([forward(network, kept[0], latent, levels, batch).float() for batch in batches])
            return tuple(Tokens(each, canvas.sound.latent) for each in made)

        return velocities


def linear_quadratic(steps: int, threshold: float = 0.025) -> list[float]:
    """Half of the steps even and tiny, the others growing.

    Source: linear_quadratic_schedule of LTXConditionPipeline.
    """
    if steps < 2:
        return [1.0]
    even = steps // 2
    rest, left = steps - even, even - threshold * steps
    square = left / (even * rest**2)
    slope = threshold / even - 2 * left / rest**2
    early = [number * threshold / even for number in range(even)]
    late = [square * number**2 + slope * number + square * even**2 for number in range(even, steps)]
    return [1.0 - each for each in (*early, *late)]


def _stirred(canvas: Canvas, sigma: float, share: float, seed: int) -> Tensor:
    """The latents with fresh noise on given ones, so that a shot moves on from them.

    Source: add_noise_to_image_conditioning_latents of LTXConditionPipeline.
    """
    stream = canvas.video
    if share == 0 or not bool(stream.given.any()):
        return stream.latent
    generator = torch.Generator().manual_seed(derive_seed(seed, "noise", f"given at {sigma:.6f}"))
    noise = torch.randn(stream.latent.shape, generator=generator).to(stream.latent)
    return torch.where(stream.given[:, None], stream.latent + share * sigma**2 * noise, stream.latent)
