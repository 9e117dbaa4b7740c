"""LTX-2 in two passes against the pipelines that a user of diffusers puts together; and sound that is given.

Tolerance of latents: as in one pass, float32 with branches and mixing in another order.
"""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
import torch
from alike import LATENTS
from einops import rearrange
from open_checkpoints import descriptor_of, diffusers, parts_of, ready
from tiny_ltx import LTX2LatentUpsamplePipeline, tiny_joint, tiny_upsampler

from zoetrope.core.conditions import Extend, Keyframe, Soundtrack
from zoetrope.core.errors import InvalidRequest
from zoetrope.core.request import Request
from zoetrope.core.seeds import derive_seed
from zoetrope.engine.canvas import Canvas
from zoetrope.engine.denoise import denoise
from zoetrope.engine.families.descriptor import PartFiles
from zoetrope.engine.families.ltx.facts import Ltx, preset_of
from zoetrope.engine.families.ltx.joint import LoadedJoint
from zoetrope.engine.families.ltx.refining import begin_again, reduced
from zoetrope.engine.families.ltx.sound import LEAST, pitches, resampled, spectra
from zoetrope.engine.generate import shoot
from zoetrope.engine.guidance import guided
from zoetrope.engine.parts import Whole

OFF = dict.fromkeys(("guidance_scale", "audio_guidance_scale", "modality_scale", "audio_modality_scale"), 1.0)
OFF |= dict.fromkeys(("stg_scale", "audio_stg_scale", "guidance_rescale", "audio_guidance_rescale"), 0.0)


class Tiny:
    """A tiny distilled checkpoint with its upsampler."""

    def __init__(self) -> None:
        plain = tiny_joint("2.3")
        published = diffusers.FlowMatchEulerDiscreteScheduler()
        self.pipeline = ready(diffusers.LTX2Pipeline(**(plain.components | {"scheduler": published})))
        self.upsampler = tiny_upsampler()
        described = descriptor_of(plain, "ltx")
        more = PartFiles("upsampler", "LTX2LatentUpsamplerModel", "diffusers.pipelines.ltx2")
        self.ltx = Ltx(replace(described, parts=(*described.parts, more)))
        self.loaded = LoadedJoint(self.ltx, {**parts_of(plain), "upsampler": Whole(self.upsampler)})

    def request(self, frames: int = 9, **more) -> Request:
        asked = {"size": "192x128", "seed": 1, "steps": 2, "guidance": 1.0, "preset": "upscaled"} | more
        request = Request("a red boat", seconds=Fraction(frames, 24), **asked)
        self.ltx.check(request)
        return request

    @torch.inference_mode()
    def walked(self, canvas: Canvas, request: Request, number: int) -> Canvas:
        walk = self.loaded.walk(request, self.ltx.presets[request.preset], canvas, number)
        predict = guided(self.loaded.branches(request, canvas), walk.guider)
        return denoise(predict, canvas, walk.sigmas, step=walk.step)

    @torch.no_grad()
    def theirs(self, canvas: Canvas, sigmas: list[float]) -> tuple[torch.Tensor, torch.Tensor]:
        """A pass of the pipeline from our noise, as unpacked latents with the codecs' mean and spread."""
        video, sound = self.spread(canvas)
        _, rows, columns = canvas.grid
        return self.pipeline(
            prompt="a red boat",
            height=32 * rows,
            width=32 * columns,
            num_frames=9,
            num_inference_steps=len(sigmas),
            sigmas=sigmas,
            latents=video,
            audio_latents=sound,
            output_type="latent",
            return_dict=False,
            **OFF,
        )

    def spread(self, canvas: Canvas) -> tuple[torch.Tensor, torch.Tensor]:
        count, rows, columns = canvas.grid
        codec, sound_codec = self.pipeline.vae, self.pipeline.audio_vae
        video = canvas.video.latent * codec.latents_std + codec.latents_mean
        sound = canvas.sound.latent * sound_codec.latents_std + sound_codec.latents_mean
        video = rearrange(video, "(f r w) c -> 1 c f r w", f=count, r=rows, w=columns)
        return video, rearrange(sound, "m (c k) -> 1 c m k", k=4)

    def tokens(self, video: torch.Tensor, sound: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        codec, sound_codec = self.pipeline.vae, self.pipeline.audio_vae
        video, sound = rearrange(video, "1 c f r w -> (f r w) c"), rearrange(sound, "1 c m k -> m (c k)")
        video = (video - codec.latents_mean) / codec.latents_std
        return video, (sound - sound_codec.latents_mean) / sound_codec.latents_std


@pytest.fixture(scope="module")
def tiny() -> Tiny:
    return Tiny()


@torch.no_grad()
def test_two_passes_are_those_that_users_put_together(tiny):
    request = tiny.request()
    preset = tiny.ltx.presets["upscaled"]
    first = tiny.loaded.blank(request)
    assert first.grid == (2, 2, 3)
    levels = tiny.loaded.walk(request, preset, first, 0).sigmas[:-1].tolist()
    video, sound = tiny.theirs(first, levels)
    larger = ready(LTX2LatentUpsamplePipeline(vae=tiny.pipeline.vae, latent_upsampler=tiny.upsampler))
    video = larger(latents=video, height=64, width=96, num_frames=9, output_type="latent", return_dict=False)[0]
    blank = tiny.loaded._blank(request, derive_seed(1, "pass", "1"), 1)
    again = begin_again(blank, *tiny.tokens(video, sound), preset_of(preset).refine[0])
    theirs = tiny.theirs(again, list(preset_of(preset).refine))

    done = tiny.walked(first, request, 0)
    second = tiny.loaded.next_pass(request, preset, done, 1)
    done = tiny.walked(second, request, 1)
    assert tiny.loaded.next_pass(request, preset, done, 2) is None
    for mine, other in zip(tiny.spread(done), theirs, strict=True):
        assert (mine - other).abs().max() <= LATENTS


@torch.inference_mode()
def test_given_pictures_lie_on_both_passes(tiny):
    picture = np.random.default_rng(1).integers(0, 256, (128, 192, 3), dtype=np.uint8)
    request = tiny.request(conditions=(Keyframe("first", picture),))
    first = tiny.loaded.place(tiny.loaded.blank(request), request)
    second = tiny.loaded.next_pass(request, tiny.ltx.presets["upscaled"], first, 1)
    assert first.video.given.sum() == 6
    assert second.video.given.sum() == 24
    np.testing.assert_array_equal(reduced(picture[None], 2)[0, 0, 0], picture[:2, :2].mean((0, 1)).round())


def test_a_size_that_cannot_be_halved_is_refused(tiny):
    with pytest.raises(InvalidRequest, match="multiples of 64"):
        tiny.request(size="160x128")


@torch.inference_mode()
def test_picture_is_made_to_given_sound(tiny):
    samples = 24_000 * 9 // 24
    sound = np.random.default_rng(2).uniform(-0.5, 0.5, (2, samples)).astype(np.float32)
    request = tiny.request(size="96x64", preset="distilled", conditions=(Soundtrack(sound),))
    canvas = tiny.loaded.place(tiny.loaded.blank(request), request)
    assert bool(canvas.sound.given.all())
    assert not bool(canvas.video.given.any())
    (part,) = shoot(request, tiny.ltx, tiny.loaded)
    np.testing.assert_array_equal(part.sound, sound)


@torch.inference_mode()
def test_a_clip_goes_on_with_its_sound(tiny):
    clip = np.random.default_rng(3).integers(0, 256, (9, 64, 96, 3), dtype=np.uint8)
    sound = np.zeros((2, 9000), np.float32)
    request = tiny.request(17, size="96x64", preset="distilled", conditions=(Extend(clip, sound),))
    given = tiny.loaded.place(tiny.loaded.blank(request), request).sound.given
    assert 8 <= given.sum() <= 10
    assert not bool(given[given.sum() :].any())


def test_a_tone_is_loud_at_its_pitch_alone():
    rate, tone = 16_000, 2_000
    time = torch.arange(rate) / rate
    seen = spectra(torch.sin(2 * torch.pi * tone * time).expand(2, -1), rate, 160, 64)
    assert seen.shape == (2, 101, 64)
    loudest = int(seen[0, 50].argmax())
    share = pitches(rate, 64)[tone * 1024 // rate]
    assert int(share.argmax()) == loudest
    assert seen[0, 50, 60] < seen[0, 50, loudest] - 5
    assert spectra(torch.zeros(2, rate), rate, 160, 64).max() == pytest.approx(np.log(LEAST), abs=1e-5)


def test_sound_keeps_its_waves_at_another_rate():
    time = torch.arange(2400) / 24_000
    there = resampled(torch.sin(2 * torch.pi * 500 * time)[None].expand(2, -1), 24_000, 16_000)
    wanted = torch.sin(2 * torch.pi * 500 * torch.arange(1600) / 16_000)
    assert (there[0] - wanted).abs().max() < 1e-4


@pytest.mark.parametrize(
    ("name", "layout", "distilled"),
    [
        ("ltxv-2b-0.9.8-distilled.safetensors", "single", True),
        ("ltxv-2b-0.9.6-distilled-04-25.safetensors", "single", False),
        ("ltx-video-2b-v0.9.5.safetensors", "single", False),
        ("my-distilled-folder", "diffusers", False),
    ],
)
def test_a_single_file_says_by_its_name_that_it_was_distilled(tiny, name, layout, distilled):
    described = tiny.ltx.descriptor
    parts = tuple(replace(part, layout=layout) if part.part == "network" else part for part in described.parts)
    assert Ltx(replace(described, name=name, parts=parts)).distilled is distilled
