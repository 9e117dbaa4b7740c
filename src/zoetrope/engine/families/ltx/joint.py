"""LTX-2: picture and sound together, over the parts of a checkpoint. Knows neither guidance nor where weights lie."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from zoetrope.core.conditions import Control, Extend, Region, Soundtrack
from zoetrope.core.request import Request
from zoetrope.engine.adapters.laying import adapted
from zoetrope.engine.canvas import Canvas, Stream, Tokens, give, sigmas_of
from zoetrope.engine.families.libraries import need
from zoetrope.engine.families.ltx import codec as codecs
from zoetrope.engine.families.ltx.control import control_scale
from zoetrope.engine.families.ltx.facts import SPECTRA, preset_of
from zoetrope.engine.families.ltx.family import LoadedLtx
from zoetrope.engine.families.ltx.forward_joint import Prepared, Rows, forward, prepare
from zoetrope.engine.families.ltx.modulation import Levels
from zoetrope.engine.families.ltx.placing import append, grid_places, sound_places, whole
from zoetrope.engine.families.ltx.refining import reduced
from zoetrope.engine.families.ltx.sound import decode_sound, encode_sound
from zoetrope.engine.families.ltx.text_joint import read_prompts
from zoetrope.engine.guidance import Branches
from zoetrope.engine.mixing import Push, several
from zoetrope.engine.presets import Preset
from zoetrope.engine.walk import Walk

PERTURBED_BLOCK = (29, 28)  # of LTX-2.0, and from 2.3 on. Source: the docstring of LTX2Pipeline
# How hard given pictures are compressed first, as those of the training were: to LTX-2.3, and from 2.5 on (Gemma 4).
# Source: DEFAULT_IMAGE_CRF and LTX2_5_IMAGE_CRF of diffusers.pipelines.ltx2.utils.
CRF = (33, 18)


@dataclass(frozen=True, eq=False)
class LoadedJoint(LoadedLtx):
    """LTX-2.0, 2.3 and 2.5."""

    def _sound_places(self, request: Request) -> tuple[Tensor, int]:
        config = self.ltx.descriptor.part("sound_codec").config
        width = self.ltx.network.get("audio_in_channels", 128)
        first = 1 if config.get("is_causal", True) else SPECTRA
        return sound_places(self.ltx.sound_latents(request.seconds), SPECTRA, float(self.ltx.mel_rate), first), width

    def place(self, canvas: Canvas, request: Request) -> Canvas:
        canvas = super().place(canvas, request)
        for condition in request.conditions:
            if isinstance(condition, Control):
                canvas = self._controlled(canvas, condition.frames, request)
        given = given_sound(request)
        if given is None:
            return canvas
        rate, stream = self.ltx.sample_rate, canvas.sound
        with self.parts["sound_codec"].resident() as codec:
            latent = encode_sound(codec, given, rate, len(stream.latent), stream.latent.device)
        whole = given.shape[1] >= self.ltx.clock.samples(request.seconds)
        ends = math.inf if whole else given.shape[1] / rate - 2 / float(self.ltx.mel_rate)
        where = stream.place[:, 0] < ends  # of a shorter sound, tokens that hear its end alone
        return replace(canvas, sound=give(stream, where, latent[where]))

    def _controlled(self, canvas: Canvas, frames: np.ndarray, request: Request) -> Canvas:
        """Append a clip that is seen and not shown; a smaller one lies over the whole picture all the same.

        Source: _encode_reference_conditions of LTX2InContextPipeline in diffusers.
        """
        scale, shrink = control_scale(request.adapters), self.ltx.grid(request)[1] // canvas.grid[1]
        with self.parts["codec"].resident() as codec:
            latent = codecs.encode(codec, reduced(whole(frames, self.ltx.clock), scale * shrink))
        count, rows, columns, _ = latent.shape
        place = grid_places((count, rows, columns), self.ltx.scale, self.ltx.clock.frame_rate)
        return append(canvas, latent, place * torch.tensor([1.0, scale, scale]))

    def _as_trained(self, frames: np.ndarray) -> np.ndarray:
        if len(frames) > 1:
            return frames
        text = self.ltx.descriptor.part("text")
        crf = CRF[text.kind.startswith("Gemma4")]
        return need("diffusers.pipelines.ltx2.utils", "apply_image_conditioning_crf")(frames[0], crf)[None]

    def walk(self, request: Request, preset: Preset, canvas: Canvas, number: int) -> Walk:
        assert request.steps is not None, "a settled request has its steps"
        if (refined := self._refines(preset, number)) is not None:
            return refined
        schedule = self._schedule(request.steps, preset_of(preset), canvas)
        video, sound = self._pushes(request, preset)
        return Walk(schedule.sigmas, schedule.step, several(video, sound))

    def _pushes(self, request: Request, preset: Preset) -> tuple[Push, Push]:
        """None at all where the caller asks for no guidance."""
        asked, own = request.guidance, preset_of(preset)
        assert asked is not None, "a settled request has its guidance"
        if asked == 1:
            return Push(), Push()
        skips = self.ltx.network.get("perturbed_attn", False)
        video = Push(asked, own.perturbed if skips else 0.0, own.isolated, own.rescale)
        sound = Push(own.guidance_sound, own.perturbed_sound if skips else 0.0, own.isolated_sound, own.rescale_sound)
        return video, sound

    def branches(self, request: Request, canvas: Canvas) -> Branches:
        prompts = [request.prompt] if request.guidance == 1 else [request.prompt, request.negative]
        said = read_prompts(self.parts, prompts, self.ltx.descriptor.identity)
        texts, mask = [(each["video"], each["sound"]) for each in said], torch.stack([each["mask"] for each in said])
        part = self.parts["network"]
        kept: list[Prepared] = []

        def velocities(canvas: Canvas, sigma: float, names: tuple[str, ...]) -> tuple[Tokens, ...]:
            streams = canvas.video, canvas.sound
            latent = canvas.video.latent.to(part.dtype), canvas.sound.latent.to(part.dtype)
            levels = _told(canvas.video, sigma), _told(canvas.sound, sigma)
            ordered = sorted(names, key=lambda name: name == "isolated")
            found: dict[str, Tokens] = {}
            with part.resident() as network, adapted(network, request.adapters, "network"):
                if not kept:
                    kept.append(prepare(network, texts, mask, (streams[0].place, streams[1].place), part.dtype))
                for batch in [ordered] if self.together else [[name] for name in ordered]:
                    made = forward(network, kept[0], latent, levels, self._rows(batch), self.ltx.crosses_levels)
                    found |= zip(batch, map(Tokens, made[0].float(), made[1].float()), strict=True)
            return tuple(found[name] for name in names)

        return velocities

    def _rows(self, names: Sequence[str]) -> Rows:
        return Rows(
            prompts=tuple(int(name == "negative") for name in names),
            perturbed=tuple(row for row, name in enumerate(names) if name == "perturbed"),
            apart=names.count("isolated"),
            block=self._perturbed_block,
        )

    @property
    def _perturbed_block(self) -> int:
        return min(PERTURBED_BLOCK[self.ltx.crosses_levels], self.ltx.network["num_layers"] - 1)

    def sounds(self, canvas: Canvas, samples: int) -> np.ndarray:
        if samples == 0:
            return np.zeros((2, 0), np.float32)
        with self.parts["sound_codec"].resident() as codec, self.parts["vocoder"].resident() as vocoder:
            return decode_sound(codec, vocoder, canvas.sound.latent, samples)


def given_sound(request: Request) -> np.ndarray | None:
    """The sound that a request gives, from the first sample on."""
    for condition in request.conditions:
        match condition:
            case Soundtrack(sound=sound):
                return sound
            case Region(sound=sound, sound_mask=anew) if sound is not None and anew is not None and anew.any():
                kept = int(anew.argmax())  # what is kept after what is new is put back once it is made
                return sound[:, :kept] if kept else None
            case Region(sound=sound) | Extend(sound=sound) if sound is not None:
                return sound
    return None


def _told(stream: Stream, sigma: float) -> Levels:
    """A given stream, or a part of one, stands lower than the one that is made."""
    each = 1000 * sigmas_of(stream, sigma)
    return Levels(each, each.max()[None])
