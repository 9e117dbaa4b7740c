"""What all of LTX's checkpoints share: the canvas and its places, given pictures, the schedule, decoding and preview.

Knows neither text nor network; `joint` and `silent` do.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import torch
from einops import rearrange
from torch import Tensor

from zoetrope.core.limits import Limits
from zoetrope.core.request import Request
from zoetrope.engine.canvas import Canvas, Tokens, blank_stream, fill_with_noise, to_device
from zoetrope.engine.denoise import euler
from zoetrope.engine.families.ltx import codec as codecs
from zoetrope.engine.families.ltx.facts import SCHEDULER, Ltx, preset_of
from zoetrope.engine.families.ltx.placing import frame_places, give_pictures, grid_places
from zoetrope.engine.families.ltx.presets import LtxPreset
from zoetrope.engine.families.ltx.refining import SCALE, begin_again, levels_of, reduced, upsampled
from zoetrope.engine.families.scheduler import Schedule, schedule_of
from zoetrope.engine.families.tint import Tint, tint_of
from zoetrope.engine.guidance import classifier_free
from zoetrope.engine.noise import Seeds, seeds_of
from zoetrope.engine.parts import Part
from zoetrope.engine.presets import Preset
from zoetrope.engine.walk import Walk


@dataclass(frozen=True, eq=False)
class LoadedLtx:
    """The parts of a checkpoint; see `families.Loaded`, `walk.Walks` and `walk.Decodes` for what methods promise."""

    ltx: Ltx
    parts: Mapping[str, Part]
    together: bool = True  # whether branches go in one batch
    codec_bytes: int = 0

    @property
    def limits(self) -> Limits:
        return self.ltx.limits

    def blank(self, request: Request) -> Canvas:
        return self._blank(request, seeds_of(request), SCALE if self.ltx.passes(request) == 2 else 1)

    def _blank(self, request: Request, seeds: Seeds, shrink: int) -> Canvas:
        grid, none = self.ltx.grid(request, shrink), torch.zeros(0, 3)
        places = self._places(grid)
        sound_places, width = self._sound_places(request)
        canvas = Canvas(
            video=blank_stream(places, self.ltx.channels),
            sound=blank_stream(sound_places, width),
            reference=blank_stream(none, self.ltx.channels),
            grid=grid,
        )
        return to_device(fill_with_noise(canvas, seeds), self.parts["network"].device)

    def _places(self, grid: tuple[int, int, int]) -> Tensor:
        """Where the tokens of the grid lie. Shapes: (n, 3)."""
        return grid_places(grid, self.ltx.scale, self.ltx.clock.frame_rate)

    def _place_of_frame(self, grid: tuple[int, int, int], frame: int) -> Tensor:
        """Where the tokens of a picture lie that is given at a frame. Shapes: (r * w, 3)."""
        return frame_places(grid, self.ltx.scale[1], self.ltx.clock.frame_rate, frame)

    def _sound_places(self, request: Request) -> tuple[Tensor, int]:
        """Where sound tokens lie, and how wide they are. Shapes: (m, 3)."""
        return torch.zeros(0, 3), 0

    def place(self, canvas: Canvas, request: Request) -> Canvas:
        if not request.conditions:
            return canvas
        shrink = self.ltx.grid(request)[1] // canvas.grid[1]
        with self.parts["codec"].resident() as codec:

            def encode(frames: np.ndarray) -> Tensor:
                return codecs.encode(codec, self._as_trained(reduced(frames, shrink)))

            return give_pictures(
                canvas,
                request,
                self.ltx.clock,
                self.ltx.scale[1] * shrink,
                encode,
                lambda frame: self._place_of_frame(canvas.grid, frame),
            )

    def _as_trained(self, frames: np.ndarray) -> np.ndarray:
        """Given frames as the network saw such in its training."""
        return frames

    def next_pass(self, request: Request, preset: Preset, done: Canvas, number: int) -> Canvas | None:
        if number >= self.ltx.passes(request):
            return None
        blank = self._blank(request, seeds_of(request).named("pass", str(number)), 1)
        with self.parts["upsampler"].resident() as upsampler, self.parts["codec"].resident() as codec:
            video = upsampled(upsampler, codec, done)
        self.parts["upsampler"].free()
        begun = begin_again(blank, video, done.sound.latent, preset_of(preset).refine[0])
        return self.place(begun, request)

    def _refines(self, preset: Preset, number: int) -> Walk | None:
        """The second pass: published levels, and no guidance."""
        return None if number == 0 else Walk(levels_of(preset_of(preset).refine), euler, classifier_free(1.0))

    def _schedule(self, steps: int, preset: LtxPreset, canvas: Canvas) -> Schedule:
        """The published levels of a distilled network, or a schedule shifted by the number of tokens."""
        files = self.ltx.descriptor.part("scheduler") if self.ltx.descriptor.has("scheduler") else None
        kind, config = (files.kind, files.config) if files else ("FlowMatchEulerDiscreteScheduler", dict(SCHEDULER))
        mu = _shift(len(canvas.video.latent), config)
        if preset.sigmas:
            config = {}
        elif steps == 1:
            config = config | {"shift_terminal": None}  # a single step has no last level to be moved
        return schedule_of(kind, config, steps, mu, levels=self._levels(steps, preset))

    def _levels(self, steps: int, preset: LtxPreset) -> list[float]:
        """Noise levels before the schedule's shift, without the last one, 0."""
        published = (*preset.sigmas, 0.0) if preset.sigmas else (1.0, 0.0)
        where = np.linspace(0, len(published) - 1, steps + 1)
        return np.interp(where, range(len(published)), published)[:-1].tolist()

    def pictures(self, canvas: Canvas) -> Iterator[np.ndarray]:
        count, rows, columns = canvas.grid
        latent = canvas.video.latent[: count * rows * columns]
        with self.parts["codec"].resident() as codec:
            yield from codecs.pictures(
                codec, rearrange(latent, "(f r w) c -> f r w c", f=count, r=rows, w=columns), self.codec_bytes
            )

    def sounds(self, canvas: Canvas, samples: int) -> np.ndarray:
        return np.zeros((2, samples), np.float32)

    def decode_video(self, latent: Tensor, state: Any) -> tuple[np.ndarray, Any]:
        """The codec sees ahead, so that this holds for a whole shot alone."""
        with self.parts["codec"].resident() as codec:
            return np.concatenate(list(codecs.pictures(codec, latent, self.codec_bytes))), None

    def decode_sound(self, latent: Tensor, state: Any) -> tuple[np.ndarray, Any]:
        return np.zeros((2, 0), np.float32), None

    def preview(self, canvas: Canvas, denoised: Tokens) -> np.ndarray:
        """The middle latent frame, in the colours that its channels stand for."""
        count, rows, columns = canvas.grid
        latent = denoised.video[: count * rows * columns]
        return self._tint.picture(rearrange(latent, "(f r w) c -> f r w c", f=count, r=rows, w=columns)[count // 2])

    @cached_property
    def _tint(self) -> Tint:
        with self.parts["codec"].resident() as codec:
            return tint_of(codecs.colours_of(codec), self.ltx.channels)


def _shift(tokens: int, config: Mapping[str, Any]) -> float:
    """Source: calculate_shift of diffusers' LTX pipelines."""
    few, many = config.get("base_image_seq_len", 1024), config.get("max_image_seq_len", 4096)
    low, high = config.get("base_shift", 0.95), config.get("max_shift", 2.05)
    slope = (high - low) / (many - few)
    return tokens * slope + (low - slope * few)
