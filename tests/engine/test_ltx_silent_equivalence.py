"""LTX-Video 0.9.x through our loop against diffusers' pipelines: the same weights, noise, steps and guidance.

Tolerance of latents: float32, where branches part later, padding of the text is left out, and tokens of one level share
their modulation; nothing else differs. Frames may round to the next of 255 levels.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache

import numpy as np
import pytest
import torch
from alike import assert_alike
from einops import rearrange
from open_checkpoints import descriptor_of, diffusers, parts_of, ready
from PIL import Image
from tiny_ltx import LTXVideoCondition, picture, tiny_silent

from zoetrope.core.conditions import Extend, Footage, Keyframe, Restyle
from zoetrope.core.errors import InvalidRequest, Unsupported
from zoetrope.core.request import Request
from zoetrope.engine.denoise import denoise
from zoetrope.engine.families.ltx.codec import DECODE_LEVEL, encode
from zoetrope.engine.families.ltx.facts import Ltx
from zoetrope.engine.families.ltx.silent import LoadedSilent, _stirred
from zoetrope.engine.guidance import guided
from zoetrope.engine.stream import decode_parts

# the reference hands its scheduler a tensor, in a way that numpy is about to refuse
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")

PROMPT, NEGATIVE = "a red boat on a lake", "blur"
CALL = {"prompt": PROMPT, "negative_prompt": NEGATIVE, "height": 64, "width": 96, "num_frames": 17}


class Tiny:
    """A tiny checkpoint twice: as the pipeline, and as the family."""

    def __init__(self, later: bool) -> None:
        self.pipeline = tiny_silent(later)
        self.ltx = Ltx(descriptor_of(self.pipeline, "ltx"))
        self.loaded = LoadedSilent(self.ltx, parts_of(self.pipeline))

    def request(self, frames: int = 17, **more) -> Request:
        asked = {"negative": NEGATIVE, "size": "96x64", "seed": 1, "steps": 4, "guidance": 3.0, "sound": False} | more
        request = Request(PROMPT, seconds=Fraction(frames, 25), **asked)
        self.ltx.check(request)
        return request

    @torch.inference_mode()
    def ours(self, request: Request, noise: torch.Tensor | None = None) -> tuple[torch.Tensor, np.ndarray]:
        """Latents (1, c, f, r, w), normalised, and frames."""
        canvas = self.loaded.blank(request)
        if noise is not None:
            canvas = replace(canvas, video=replace(canvas.video, latent=rearrange(noise, "1 c f r w -> (f r w) c")))
        canvas = self.loaded.place(canvas, request)
        walk = self.loaded.walk(request, self.ltx.presets["standard"], canvas, 0)
        predict = guided(self.loaded.branches(request, canvas), walk.guider)
        canvas = denoise(predict, canvas, walk.sigmas, step=walk.step)
        frames = self.ltx.clock.frames(request.seconds)
        parts = decode_parts(self.loaded, canvas, frames=frames, samples=0)
        return self.spread(canvas), np.concatenate([part.frames for part in parts])

    def spread(self, canvas) -> torch.Tensor:
        count, rows, columns = canvas.grid
        tokens = canvas.video.latent[: count * rows * columns]
        return rearrange(tokens, "(f r w) c -> 1 c f r w", f=count, r=rows, w=columns)

    def theirs(self, request: Request, pipeline=None, seed: int | None = None, **more):
        pipeline = pipeline or self.pipeline
        call = CALL | {"num_inference_steps": request.steps, "guidance_scale": request.guidance} | more
        if seed is None:
            call.setdefault("latents", self.loaded.blank(request).video.latent[None])
        made = [
            pipeline(**call, output_type=kind, generator=seed if seed is None else torch.Generator().manual_seed(seed))
            for kind in ("latent", "np")
        ]
        latent = made[0].frames
        if latent.ndim == 3:
            latent = rearrange(latent, "b (f r w) c -> b c f r w", f=3, r=2, w=3)
        return latent, made[1].frames[0]


@pytest.fixture(scope="module")
def tiny():
    return lru_cache(Tiny)


@pytest.fixture
def means(monkeypatch):
    """The reference encodes a condition by chance; ours takes the mean."""
    kind = diffusers.models.autoencoders.vae.DiagonalGaussianDistribution
    monkeypatch.setattr(kind, "sample", lambda self, generator=None: self.mode())


def drawn(seed: int) -> torch.Tensor:
    return torch.randn((1, 8, 3, 2, 3), generator=torch.Generator().manual_seed(seed))


@pytest.fixture
def quiet(monkeypatch, means):
    """No noise on what is given, nor before decoding: the reference's comes from a generator that ours do not know."""
    monkeypatch.setattr("zoetrope.engine.families.ltx.silent._stirred", lambda canvas, *_: canvas.video.latent)
    monkeypatch.setattr("zoetrope.engine.families.ltx.codec.DECODE_NOISE", 0.0)
    return {"decode_timestep": DECODE_LEVEL, "decode_noise_scale": 0.0, "image_cond_noise_scale": 0.0, "seed": 5}


def test_text_to_video(tiny):
    made = tiny(False)
    request = made.request()
    assert_alike(made.ours(request), made.theirs(request))


def test_text_alone_without_guidance(tiny):
    made = tiny(False)
    request = made.request(guidance=1.0, steps=3)
    assert_alike(made.ours(request), made.theirs(request))


def test_first_picture_to_video(tiny):
    made = tiny(False)
    first = picture(1)[0]
    request = made.request(conditions=(Keyframe("first", first),))
    pipeline = ready(diffusers.LTXImageToVideoPipeline(**made.pipeline.components))
    mixed = made.loaded.place(made.loaded.blank(request), request).video.latent[None]
    theirs = made.theirs(request, pipeline, image=Image.fromarray(first), latents=mixed)
    assert_alike(made.ours(request), theirs)


def test_text_to_video_later(tiny, quiet):
    made = tiny(True)
    request = made.request()
    assert_alike(made.ours(request, drawn(5)), made.theirs(request, **quiet))


def test_pictures_at_the_first_frame_and_later(tiny, quiet):
    made = tiny(True)
    first, later = picture(1)[0], picture(2)[0]
    request = made.request(conditions=(Keyframe(Fraction(11, 25), later), Keyframe("first", first)))
    given = [
        LTXVideoCondition(image=Image.fromarray(first), frame_index=0),
        LTXVideoCondition(image=Image.fromarray(later), frame_index=11),
    ]
    assert_alike(made.ours(request, drawn(5)), made.theirs(request, conditions=given, **quiet))


def test_a_clip_is_gone_on_with(tiny, quiet):
    made = tiny(True)
    clip = picture(3, 9)
    request = made.request(conditions=(Extend(clip),))
    given = LTXVideoCondition(video=[Image.fromarray(frame) for frame in clip], frame_index=0)
    assert_alike(made.ours(request, drawn(5)), made.theirs(request, conditions=given, **quiet))


def test_a_clip_is_restyled(tiny, quiet):
    made = tiny(True)
    clip = picture(7, 17)
    request = made.request(conditions=(Restyle(clip, 0.6),), steps=5)
    with torch.no_grad():
        latent = rearrange(encode(made.pipeline.vae, clip), "f r w c -> 1 c f r w")
    theirs = made.theirs(request, latents=latent, denoise_strength=0.6, **quiet)
    assert_alike(made.ours(request, drawn(5)), theirs)


@torch.inference_mode()
def test_given_pictures_are_seen_under_noise_that_a_seed_repeats(tiny):
    made = tiny(True)
    request = made.request(conditions=(Keyframe("first", picture(1)[0]),))
    canvas = made.loaded.place(made.loaded.blank(request), request)
    seen, again, other = (_stirred(canvas, 0.8, 0.15, seed) for seed in (1, 1, 2))
    given = canvas.video.given
    assert torch.equal(seen, again)
    assert torch.equal(seen[~given], canvas.video.latent[~given])
    assert not torch.equal(seen[given], other[given])
    spread = (seen - canvas.video.latent)[given].std()
    assert 0.5 < spread / (0.15 * 0.8**2) < 1.5


def test_two_threads_on_one_checkpoint_make_what_one_makes(tiny):
    made = tiny(True)
    requests = [made.request(seed=seed) for seed in (3, 4)]
    alone = [made.ours(request) for request in requests]
    with ThreadPoolExecutor(2) as threads:
        together = list(threads.map(made.ours, requests))
    for (latent, frames), (latent2, frames2) in zip(alone, together, strict=True):
        assert torch.equal(latent, latent2)
        np.testing.assert_array_equal(frames, frames2)


def test_any_count_of_frames_is_exact_where_the_codec_rounds_up(tiny):
    made = tiny(False)
    longer, shorter = made.ours(made.request(17)), made.ours(made.request(12))
    assert len(shorter[1]) == 12
    np.testing.assert_array_equal(shorter[1], longer[1][:12])


def test_what_it_cannot_make_is_refused_before_it_loads(tiny):
    made = tiny(False)
    with pytest.raises(InvalidRequest, match="at first"):
        made.request(conditions=(Keyframe("last", picture(1)[0]),))
    with pytest.raises(Unsupported, match="Footage"):
        made.request(conditions=(Footage(picture(1, 17)),))
