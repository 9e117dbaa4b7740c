"""HunyuanVideo 1.5: its translation between text, pictures and the canvas, over the parts of a checkpoint.

Knows neither guidance nor where weights lie.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import torch
from einops import rearrange
from torch import Tensor

from zoetrope.core.conditions import Keyframe
from zoetrope.core.limits import Limits
from zoetrope.core.request import Request
from zoetrope.engine.adapters.laying import adapted
from zoetrope.engine.canvas import Canvas, Tokens, blank_stream, fill_with_noise, to_device
from zoetrope.engine.families.hunyuan import codec as codecs
from zoetrope.engine.families.hunyuan.facts import Hunyuan
from zoetrope.engine.families.hunyuan.forward import Prepared, forward, prepare
from zoetrope.engine.families.hunyuan.guiders import guider_of
from zoetrope.engine.families.hunyuan.refining import SCHEDULER, SHIFT, covering, enlarged, heard, told
from zoetrope.engine.families.hunyuan.text import read_prompts
from zoetrope.engine.families.scheduler import Schedule, schedule_of
from zoetrope.engine.families.tint import Tint, tint_of
from zoetrope.engine.guidance import Branches, classifier_free
from zoetrope.engine.noise import Seeds, draw, seeds_of
from zoetrope.engine.parts import Part
from zoetrope.engine.presets import Preset
from zoetrope.engine.walk import Walk


@dataclass(frozen=True, eq=False)
class LoadedHunyuan:
    """The parts of a checkpoint; see `families.Loaded`, `walk.Walks` and `walk.Decodes` for what methods promise."""

    hunyuan: Hunyuan
    parts: Mapping[str, Part]
    codec_bytes: int = 0

    @property
    def limits(self) -> Limits:
        return self.hunyuan.limits

    def blank(self, request: Request) -> Canvas:
        return self._blank(self.hunyuan.first_grid(request), seeds_of(request))

    def _blank(self, grid: tuple[int, int, int], seeds: Seeds) -> Canvas:
        none, channels = torch.zeros(0, 3), self.hunyuan.channels
        place = torch.cartesian_prod(*(torch.arange(side) for side in grid)).float()
        place[:, 0] *= self.hunyuan.scale[0] / self.hunyuan.clock.frame_rate
        canvas = Canvas(
            video=blank_stream(place, channels),
            sound=blank_stream(none, 0),
            reference=blank_stream(none, channels),
            grid=grid,
            beside=torch.zeros(len(place), channels + 1),
        )
        return to_device(fill_with_noise(canvas, seeds), self.parts["network"].device)

    def place(self, canvas: Canvas, request: Request) -> Canvas:
        """Beside the tokens lie the latents of the first picture, and a mask of where there are such."""
        picture = self._first(request, canvas)
        if picture is None:
            return canvas
        assert canvas.beside is not None, "a blank canvas has its channels beside"
        with self.parts["codec"].resident() as codec:
            latent = codecs.encode(codec, picture[None], canvas.beside.device)
        tokens = rearrange(latent, "f r w c -> (f r w) c")
        beside = canvas.beside.clone()
        beside[: len(tokens), : self.hunyuan.channels + 1] = torch.cat([tokens, torch.ones_like(tokens[:, :1])], 1)
        return replace(canvas, beside=beside)

    def walk(self, request: Request, preset: Preset, canvas: Canvas, number: int) -> Walk:
        assert request.guidance is not None, "a settled request has its guidance"
        schedule = self._schedule(request, canvas)
        again = self._is_second(canvas)
        guider = classifier_free(1.0) if again else guider_of(self.hunyuan.guider, request.guidance, schedule.sigmas)
        return Walk(schedule.sigmas, schedule.step, guider)

    def next_pass(self, request: Request, preset: Preset, done: Canvas, number: int) -> Canvas | None:
        """From noise again, beside what was made; once, and where the preset asks for it."""
        if number != 1 or not self.hunyuan.refine_steps(request):
            return None
        seeds = seeds_of(request).named("pass", str(number))
        blank = self._blank(self.hunyuan.grid(request), seeds)
        assert blank.beside is not None, "a blank canvas has its channels beside"
        with self.parts["upsampler"].resident() as upsampler:
            latent = enlarged(upsampler, done, blank.grid)
        self.parts["upsampler"].free()
        noise = draw(latent.shape, seeds.named("noise", "told")).to(latent)
        return self.place(replace(blank, beside=torch.cat([blank.beside, told(latent, noise)], 1)), request)

    def _is_second(self, canvas: Canvas) -> bool:
        """Whether the first pass's latents lie beside the tokens."""
        assert canvas.beside is not None, "a blank canvas has its channels beside"
        return canvas.beside.shape[1] > self.hunyuan.channels + 1

    def _schedule(self, request: Request, canvas: Canvas) -> Schedule:
        assert request.steps is not None, "a settled request has its steps"
        files, steps = self.hunyuan.descriptor.part("scheduler"), request.steps
        kind, config = files.kind, files.config
        if self._is_second(canvas):
            kind, config, steps = SCHEDULER, {"shift": SHIFT}, self.hunyuan.refine_steps(request)
        levels = np.linspace(1.0, 0.0, steps + 1)[:-1].tolist()
        return schedule_of(kind, config, steps, levels=levels)

    def branches(self, request: Request, canvas: Canvas) -> Branches:
        schedule, again = self._schedule(request, canvas), self._is_second(canvas)
        walked = "network_fine" if again else "network"
        part, adapters = self.parts[walked], () if again else request.adapters
        far, channels = self.hunyuan.steps_far(walked), self.hunyuan.channels
        alone = again or request.guidance == 1
        prompts = {"positive": request.prompt} | ({} if alone else {"negative": request.negative})
        read = read_prompts(self.parts, list(prompts.values()), self.hunyuan.descriptor.identity)
        said = dict(zip(prompts, read, strict=True))
        picture = self._first(request, canvas)
        sight = None if picture is None else self._look(picture)
        kept: dict[str, Prepared] = {}

        def velocities(canvas: Canvas, sigma: float, names: tuple[str, ...]) -> tuple[Tokens, ...]:
            now, end = (each.to(part.device, part.dtype) for each in self._told(schedule, sigma))
            latent = _latent(canvas, sigma, channels).to(part.dtype)
            made = []
            with part.resident() as network, adapted(network, adapters, walked):
                for name in names:
                    if name not in kept:
                        given = said[name]
                        kept[name] = prepare(network, given["text"], given["glyphs"], sight, canvas.grid, part.dtype)
                    velocity = forward(network, kept[name], latent, now, end if far else None)
                    made.append(rearrange(velocity.float(), "1 c f r w -> (f r w) c"))
            return tuple(Tokens(each, canvas.sound.latent) for each in made)

        return velocities

    def _told(self, schedule: Schedule, sigma: float) -> tuple[Tensor, Tensor]:
        """What the network is told at a level, and of where the step from there ends. Shapes: (1,) each."""
        number = int((schedule.sigmas[:-1] - sigma).abs().argmin())
        ends = torch.cat([schedule.timesteps[1:], torch.zeros(1)])
        return schedule.timesteps[number : number + 1], ends[number : number + 1]

    @torch.no_grad()
    def _look(self, picture: np.ndarray) -> Tensor:
        """What the image encoder sees. Shapes: out (s, c)."""
        from PIL import Image

        part = self.parts["vision"]
        with self.parts["vision_processor"].resident() as processor, part.resident() as encoder:
            seen = processor.preprocess(
                images=Image.fromarray(picture), do_resize=True, return_tensors="pt", do_convert_rgb=True
            )
            states = encoder(pixel_values=seen["pixel_values"].to(part.device, part.dtype)).last_hidden_state
        part.free()
        return states[0]

    def _first(self, request: Request, canvas: Canvas) -> np.ndarray | None:
        """The first picture, as large as a pass, or None."""
        side = self.hunyuan.scale[1]
        for condition in request.conditions:
            if isinstance(condition, Keyframe):
                return covering(condition.picture, canvas.grid[1] * side, canvas.grid[2] * side)
        return None

    def pictures(self, canvas: Canvas) -> Iterator[np.ndarray]:
        count, rows, columns = canvas.grid
        latent = rearrange(canvas.video.latent, "(f r w) c -> f r w c", f=count, r=rows, w=columns)
        with self.parts["codec"].resident() as codec:
            yield codecs.decode(codec, latent, self.codec_bytes)

    def sounds(self, canvas: Canvas, samples: int) -> np.ndarray:
        return np.zeros((2, samples), np.float32)

    def decode_video(self, latent: Tensor, state: Any) -> tuple[np.ndarray, Any]:
        """For a whole shot alone."""
        with self.parts["codec"].resident() as codec:
            return codecs.decode(codec, latent, self.codec_bytes), None

    def decode_sound(self, latent: Tensor, state: Any) -> tuple[np.ndarray, Any]:
        return np.zeros((2, 0), np.float32), None

    def preview(self, canvas: Canvas, denoised: Tokens) -> np.ndarray:
        """The middle latent frame, in the colours that its channels stand for."""
        count, rows, columns = canvas.grid
        latent = rearrange(denoised.video, "(f r w) c -> f r w c", f=count, r=rows, w=columns)
        return self._tint.picture(latent[count // 2])

    @cached_property
    def _tint(self) -> Tint:
        with self.parts["codec"].resident() as codec:
            return tint_of(codecs.colours_of(codec, self.parts["codec"].device), self.hunyuan.channels)


def _latent(canvas: Canvas, sigma: float, channels: int) -> Tensor:
    """What the network sees: the latents, and what lies beside them. Shapes: out (1, c, f, r, w)."""
    assert canvas.beside is not None, "a blank canvas has its channels beside"
    count, rows, columns = canvas.grid
    tokens = torch.cat([canvas.video.latent, heard(canvas.beside, sigma, channels)], -1)
    return rearrange(tokens, "(f r w) c -> 1 c f r w", f=count, r=rows, w=columns)
