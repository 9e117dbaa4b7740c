"""LTX-2 through our loop against diffusers' pipelines: the same weights, noise, steps and guidance.

Tolerance of latents: float32, where branches go in one batch and guidance is mixed in another order. Frames may round
to the next of 255 levels. Sound is compared where the reference makes some: its own is shorter than its picture.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from threading import Event

import numpy as np
import pytest
import torch
from alike import assert_both_alike
from einops import rearrange
from open_checkpoints import descriptor_of, parts_of, ready
from PIL import Image
from safetensors.torch import save_file
from tiny_ltx import (
    LTX2ConditionPipeline,
    LTX2InContextPipeline,
    LTX2ReferenceCondition,
    LTX2VideoCondition,
    picture,
    tiny_joint,
)

from zoetrope.core.conditions import Control, Extend, Footage, Keyframe, Region
from zoetrope.core.errors import Cancelled, InvalidRequest
from zoetrope.core.events import StepDone
from zoetrope.core.request import Adapter, Request
from zoetrope.engine.denoise import denoise
from zoetrope.engine.families.ltx.facts import Ltx
from zoetrope.engine.families.ltx.joint import LoadedJoint
from zoetrope.engine.generate import shoot
from zoetrope.engine.guidance import guided
from zoetrope.engine.stream import decode_parts

PROMPT, NEGATIVE = "a red boat on a lake", "blur"
CALL = {"prompt": PROMPT, "negative_prompt": NEGATIVE, "height": 64, "width": 96, "num_inference_steps": 4}


class Tiny:
    """A tiny checkpoint twice: as the pipeline, and as the family."""

    def __init__(self, kind: str) -> None:
        self.pipeline = tiny_joint(kind)
        self.ltx = Ltx(descriptor_of(self.pipeline, "ltx"))
        self.loaded = LoadedJoint(self.ltx, parts_of(self.pipeline))
        self.call = CALL | {"use_cross_timestep": kind != "2.0", "spatio_temporal_guidance_blocks": [1]}

    def request(self, frames: int = 17, **more) -> Request:
        asked = {"negative": NEGATIVE, "size": "96x64", "seed": 1, "steps": 4, "guidance": 3.0} | more
        request = Request(PROMPT, seconds=Fraction(frames, 24), **asked)
        self.ltx.check(request)
        return request

    @torch.inference_mode()
    def ours(self, request: Request) -> tuple[torch.Tensor, torch.Tensor, np.ndarray, np.ndarray]:
        canvas = self.loaded.place(self.loaded.blank(request), request)
        walk = self.loaded.walk(request, self.ltx.presets["standard"], canvas, 0)
        predict = guided(self.loaded.branches(request, canvas), walk.guider)
        canvas = denoise(predict, canvas, walk.sigmas, step=walk.step)
        clock = self.ltx.clock
        frames, samples = clock.frames(request.seconds), clock.samples(request.seconds)
        parts = list(decode_parts(self.loaded, canvas, frames=frames, samples=samples))
        pictures, sound = (
            np.concatenate([getattr(part, name) for part in parts], axis)
            for name, axis in (("frames", 0), ("sound", 1))
        )
        return (*self.spread(canvas), pictures, sound)

    def spread(self, canvas) -> tuple[torch.Tensor, torch.Tensor]:
        """As the pipelines take and give latents: unpacked, and with the codecs' mean and spread."""
        count, rows, columns = canvas.grid
        tokens = canvas.video.latent[: count * rows * columns]
        video = rearrange(tokens, "(f r w) c -> 1 c f r w", f=count, r=rows, w=columns)
        codec, sound_codec = self.pipeline.vae, self.pipeline.audio_vae
        channels = (1, -1, 1, 1, 1)
        sound = canvas.sound.latent * sound_codec.latents_std + sound_codec.latents_mean
        video = video * codec.latents_std.view(channels) + codec.latents_mean.view(channels)
        return video, rearrange(sound, "m (c k) -> 1 c m k", k=4)

    def theirs(self, request: Request, pipeline=None, **more):
        pipeline = pipeline or self.pipeline
        video, sound = self.spread(self.loaded.blank(request))
        given = self.call | {"latents": video, "audio_latents": sound, "num_frames": 17} | more
        latents = pipeline(**given, output_type="latent", return_dict=False)
        pixels = pipeline(**given, output_type="np", return_dict=False)
        return latents[0], latents[1], pixels[0][0], pixels[1][0].numpy()


@pytest.fixture(scope="module")
def tiny():
    return lru_cache(Tiny)


@pytest.mark.parametrize("kind", ["2.0", "2.3", "2.5"])
def test_text_to_picture_and_sound(tiny, kind):
    made = tiny(kind)
    request = made.request()
    assert_both_alike(made.ours(request), made.theirs(request))


def test_text_alone_without_guidance(tiny):
    made = tiny("2.3")
    request = made.request(guidance=1.0, steps=3)
    off = {"guidance_scale": 1.0, "audio_guidance_scale": 1.0, "stg_scale": 0.0, "audio_stg_scale": 0.0}
    off |= {"modality_scale": 1.0, "audio_modality_scale": 1.0, "guidance_rescale": 0.0, "audio_guidance_rescale": 0.0}
    assert_both_alike(made.ours(request), made.theirs(request, num_inference_steps=3, **off))


def conditioned(made: Tiny, request: Request, *conditions: LTX2VideoCondition):
    pipeline = ready(LTX2ConditionPipeline(**made.pipeline.components))
    return made.theirs(request, pipeline, conditions=list(conditions), noise_scale=0.0)


def test_first_picture(tiny):
    made = tiny("2.3")
    first = picture(1)[0]
    request = made.request(conditions=(Keyframe("first", first),))
    assert_both_alike(made.ours(request), conditioned(made, request, LTX2VideoCondition(Image.fromarray(first))))


def test_pictures_at_the_first_frame_and_later(tiny):
    made = tiny("2.3")
    first, later = picture(1)[0], picture(2)[0]
    request = made.request(conditions=(Keyframe(Fraction(9, 24), later), Keyframe("first", first)))
    given = (LTX2VideoCondition(Image.fromarray(first)), LTX2VideoCondition(Image.fromarray(later), index=2))
    assert_both_alike(made.ours(request), conditioned(made, request, *given))


def test_a_control_clip_is_seen_and_not_shown(tiny, tmp_path):
    made = tiny("2.3")
    path, clip = tmp_path / "control.safetensors", picture(6, 17)
    key = "transformer.transformer_blocks.0.audio_attn1.to_q"
    save_file({f"{key}.lora_A.weight": torch.zeros(1, 16), f"{key}.lora_B.weight": torch.zeros(16, 1)}, path)
    request = made.request(conditions=(Control(clip, "depth"),), adapters=(Adapter(str(path)),))
    held = {name: part for name, part in made.pipeline.components.items() if name != "duration_head"}
    pipeline = ready(LTX2InContextPipeline(**held))
    given = LTX2ReferenceCondition([Image.fromarray(frame) for frame in clip])
    assert_both_alike(made.ours(request), made.theirs(request, pipeline, reference_conditions=[given], noise_scale=0.0))
    with pytest.raises(InvalidRequest, match="control LoRA"):
        made.request(conditions=(Control(clip, "depth"),))


def test_a_clip_is_gone_on_with(tiny):
    made = tiny("2.0")
    clip = picture(3, 9)
    request = made.request(conditions=(Extend(clip),))
    given = LTX2VideoCondition([Image.fromarray(frame) for frame in clip])
    assert_both_alike(made.ours(request), conditioned(made, request, given))


@torch.inference_mode()
def test_a_retake_makes_only_what_is_masked(tiny):
    made = tiny("2.3")
    clip, mask = picture(4, 17), np.zeros((17, 64, 96), bool)
    mask[9:, :32, 64:] = True
    request = made.request(conditions=(Region(clip, mask),))
    given = made.loaded.place(made.loaded.blank(request), request).video.given.view(3, 2, 3)
    assert given.sum() == 17
    assert not given[2, 0, 2]
    parts = list(shoot(request, made.ltx, made.loaded))
    np.testing.assert_array_equal(parts[0].frames[~mask], clip[~mask])


@torch.inference_mode()
def test_sound_is_made_to_given_picture(tiny):
    made = tiny("2.3")
    clip = picture(5, 17)
    request = made.request(conditions=(Footage(clip),))
    canvas = made.loaded.place(made.loaded.blank(request), request)
    assert bool(canvas.video.given.all())
    assert not bool(canvas.sound.given.any())
    (part,) = shoot(request, made.ltx, made.loaded)
    np.testing.assert_array_equal(part.frames, clip)
    assert np.isfinite(part.sound).all()


@pytest.mark.parametrize("frames", [1, 12, 17, 24])
def test_sound_is_exactly_as_long_as_the_picture(tiny, frames):
    made = tiny("2.0")
    request = made.request(frames, guidance=1.0, steps=1)
    parts = list(shoot(request, made.ltx, made.loaded))
    assert sum(len(part.frames) for part in parts) == frames
    assert sum(part.sound.shape[1] for part in parts) == frames * 1000


def test_places_take_the_whole_framerate(tiny):
    made = tiny("2.3")
    place = made.loaded.blank(made.request()).video.place[:, 0].unique()
    assert place.tolist() == pytest.approx([0.5 / 24, 5 / 24, 13 / 24])


def test_two_threads_on_one_checkpoint_make_what_one_makes(tiny):
    made = tiny("2.3")
    requests = [made.request(seed=seed) for seed in (3, 4)]
    alone = [made.ours(request) for request in requests]
    with ThreadPoolExecutor(2) as threads:
        together = list(threads.map(made.ours, requests))
    for mine, other in zip(alone, together, strict=True):
        for one, two in zip(mine, other, strict=True):
            np.testing.assert_array_equal(np.asarray(one), np.asarray(two))


def test_a_cancelled_request_decodes_nothing_and_leaves_nothing(tiny):
    made = tiny("2.3")
    request = made.request(steps=8, preset="reuse")
    plain = b"".join(part.frames.tobytes() for part in shoot(request, made.ltx, made.loaded))
    wish, decoded = Event(), []
    loaded = Watched(made.ltx, made.loaded.parts, decoded=decoded)

    def stop_late(event) -> None:
        if isinstance(event, StepDone) and event.step == 8:
            wish.set()

    with pytest.raises(Cancelled):
        list(shoot(request, made.ltx, loaded, stop_late, wish))
    assert not decoded
    assert b"".join(part.frames.tobytes() for part in shoot(request, made.ltx, loaded)) == plain


@dataclass(frozen=True, eq=False)
class Watched(LoadedJoint):
    decoded: list = field(default_factory=list)

    def pictures(self, canvas):
        self.decoded.append(canvas)
        return super().pictures(canvas)


def test_what_it_cannot_make_is_refused_before_it_loads(tiny):
    made = tiny("2.3")
    with pytest.raises(InvalidRequest, match="two keyframes"):
        made.request(conditions=(Keyframe("first", picture(1)[0]), Keyframe(0, picture(2)[0])))
    with pytest.raises(InvalidRequest, match="multiples of 32"):
        made.request(size="96x48")
