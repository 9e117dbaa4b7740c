"""Wan through our loop against diffusers' pipelines: the same weights, noise, steps and guidance.

The tolerance and its reason are `wan_pairs`'.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from threading import Barrier, Event

import numpy as np
import pytest
import torch
from alike import LATENTS, assert_alike
from open_checkpoints import diffusers, ready, tiny_wan
from PIL import Image
from safetensors.torch import save_file
from wan_pairs import Pair, picture, spread

from zoetrope.core.conditions import Keyframe, Restyle
from zoetrope.core.errors import Cancelled, InvalidRequest, Unsupported, WeightsError
from zoetrope.core.events import StepDone
from zoetrope.core.request import Adapter, Request
from zoetrope.engine.canvas import Tokens
from zoetrope.engine.denoise import denoise
from zoetrope.engine.families.wan.family import LoadedWan
from zoetrope.engine.generate import shoot
from zoetrope.engine.guidance import guided
from zoetrope.engine.reuse import reused


@pytest.fixture(scope="module")
def tiny():
    return lru_cache(lambda kind: Pair(tiny_wan(kind)))


@pytest.mark.parametrize("kind", ["text", "experts"])
def test_text_to_video(tiny, kind):
    made = tiny(kind)
    request = made.request()
    assert_alike(made.ours(request), made.theirs(request, num_frames=9, latents=made.noise(request)))


def test_text_alone_without_guidance(tiny):
    made = tiny("text")
    request = made.request(guidance=1.0, steps=3)
    noise = made.noise(request)
    theirs = made.theirs(request, num_frames=9, latents=noise, guidance_scale=1.0, num_inference_steps=3)
    assert_alike(made.ours(request), theirs)


@pytest.mark.parametrize("kind", ["picture", "picture22", "dense"])
def test_first_picture_to_video(tiny, kind):
    made = tiny(kind)
    first = picture(made.unchecked(), 1)
    request = made.request(conditions=(Keyframe("first", first),))
    noise = made.noise(request)
    theirs = made.theirs(request, num_frames=9, latents=noise, image=Image.fromarray(first))
    assert_alike(made.ours(request), theirs)


def test_first_and_last_picture_to_video(tiny):
    made = tiny("picture22")
    first, last = picture(made.unchecked(), 1), picture(made.unchecked(), 2)
    request = made.request(conditions=(Keyframe("last", last), Keyframe("first", first)))
    given = {"image": Image.fromarray(first), "last_image": Image.fromarray(last)}
    assert_alike(made.ours(request), made.theirs(request, num_frames=9, latents=made.noise(request), **given))


def test_text_to_video_of_the_dense_codec(tiny):
    made = tiny("dense")
    held = {name: part for name, part in made.pipeline.components.items() if not name.startswith("image")}
    pipeline = ready(diffusers.WanPipeline(**held, expand_timesteps=True))
    request = made.request()
    assert_alike(made.ours(request), made.theirs(request, pipeline, num_frames=9, latents=made.noise(request)))


def test_video_to_video(tiny):
    made = tiny("text")
    clip = np.stack([picture(made.request(), seed) for seed in range(9)])
    request = made.request(conditions=(Restyle(clip, 0.6),))
    names = ("tokenizer", "text_encoder", "vae", "scheduler", "transformer")
    pipeline = ready(diffusers.WanVideoToVideoPipeline(**{name: made.pipeline.components[name] for name in names}))
    mixed = spread(made.loaded.place(made.loaded.blank(request), request))[None]
    assert (mixed - _noised(pipeline, clip, made.noise(request), 0.6)).abs().max() <= LATENTS
    frames = [Image.fromarray(frame) for frame in clip]
    pipeline.prepare_latents = lambda *_: mixed  # it takes latents or strength, not both, and draws its own noise
    assert_alike(made.ours(request), made.theirs(request, pipeline, video=frames, strength=0.6))


@torch.no_grad()
def _noised(pipeline, clip: np.ndarray, noise: torch.Tensor, strength: float) -> torch.Tensor:
    pipeline.scheduler.set_timesteps(4)
    timesteps, _ = pipeline.get_timesteps(4, pipeline.scheduler.timesteps, strength, "cpu")
    pixels = 2 * torch.from_numpy(clip).permute(3, 0, 1, 2)[None].float() / 255 - 1
    config = pipeline.vae.config
    mean, std = (torch.tensor(each).view(1, -1, 1, 1, 1) for each in (config.latents_mean, config.latents_std))
    latent = (pipeline.vae.encode(pixels).latent_dist.mode() - mean) / std
    return pipeline.scheduler.add_noise(latent, noise, timesteps[:1])


def test_any_count_of_frames_is_exact_where_the_codec_rounds_up(tiny):
    made = tiny("text")
    longer, shorter = made.ours(made.request(9)), made.ours(made.request(7))
    assert len(shorter[1]) == 7
    np.testing.assert_array_equal(shorter[1], longer[1][:7])


def test_two_threads_on_one_checkpoint_make_what_one_makes(tiny):
    made = tiny("experts")
    requests = [made.request(seed=seed) for seed in (3, 4)]
    alone = [made.ours(request) for request in requests]
    with ThreadPoolExecutor(2) as threads:
        together = list(threads.map(made.ours, requests))
    for (latent, frames), (latent2, frames2) in zip(alone, together, strict=True):
        assert torch.equal(latent, latent2)
        np.testing.assert_array_equal(frames, frames2)


@torch.inference_mode()
def reusing(made: Pair, request: Request, most: float, on_step=None) -> tuple[torch.Tensor, int]:
    """The latents, and how often the network was asked."""
    canvas, calls = made.loaded.blank(request), []
    walk = made.loaded.walk(request, made.wan.presets["reuse"], canvas, 0)
    predict = guided(made.loaded.branches(request, canvas), walk.guider)

    def counted(canvas, sigma):
        calls.append(sigma)
        return predict(canvas, sigma)

    done = denoise(reused(counted, most), canvas, walk.sigmas, step=walk.step, on_step=on_step)
    return done.video.latent, len(calls)


def test_reuse_halves_the_calls_at_a_hundredth_of_loss(tiny):
    made = tiny("text")
    request = made.request(steps=50, guidance=5.0)
    exact, whole = reusing(made, request, 0)
    quick, calls = reusing(made, request, made.wan.presets["reuse"].reuse)
    assert calls <= whole / 2
    assert (quick - exact).norm() / exact.norm() < 0.015  # measured 0.0115, with 20 calls


def test_two_requests_that_reuse_step_by_step_do_not_disturb_each_other(tiny):
    made = tiny("text")
    requests = [made.request(seed=seed, steps=20) for seed in (3, 4)]
    alone = [reusing(made, request, 0.3)[0] for request in requests]
    turn = Barrier(2)
    with ThreadPoolExecutor(2) as threads:
        made_together = threads.map(lambda one: reusing(made, one, 0.3, lambda _: turn.wait(300))[0], requests)
        assert all(map(torch.equal, made_together, alone))


def test_a_cancelled_request_decodes_nothing_and_leaves_nothing(tiny):
    made = tiny("text")
    request = made.request(steps=8, preset="reuse")
    plain = b"".join(part.frames.tobytes() for part in shoot(request, made.wan, made.loaded))
    wish, decoded = Event(), []
    loaded = Watched(made.wan, made.loaded.parts, decoded=decoded)

    def stop_late(event) -> None:
        if isinstance(event, StepDone) and event.step == 8:
            wish.set()

    with pytest.raises(Cancelled):
        list(shoot(request, made.wan, loaded, stop_late, wish))
    assert not decoded
    assert b"".join(part.frames.tobytes() for part in shoot(request, made.wan, loaded)) == plain


@dataclass(frozen=True, eq=False)
class Watched(LoadedWan):
    decoded: list = field(default_factory=list)

    def decode_video(self, latent, state):
        self.decoded.append(len(latent))
        return super().decode_video(latent, state)


def test_what_it_cannot_make_is_refused_before_it_loads(tiny):
    made = tiny("picture22")
    first = Keyframe("first", picture(made.unchecked(), 1))
    with pytest.raises(InvalidRequest, match="keyframe at 'first'"):
        made.request(conditions=())
    with pytest.raises(InvalidRequest, match="first and last"):
        made.request(conditions=(first, Keyframe(Fraction(4, 16), picture(made.unchecked(), 2))))
    with pytest.raises(WeightsError, match=r"style\.safetensors is missing"):
        made.request(conditions=(first,), adapters=(Adapter("style.safetensors"),))
    with pytest.raises(Unsupported, match="Restyle"):
        made.request(conditions=(first, Restyle(picture(made.unchecked(), 2)[None].repeat(9, 0))))


@torch.inference_mode()
def test_a_preview_shows_the_shape_of_the_shot(tiny):
    made = tiny("text")
    request = made.request()
    canvas = made.loaded.blank(request)
    shown = made.loaded.preview(canvas, Tokens(canvas.video.latent, canvas.sound.latent))
    assert shown.dtype == np.uint8
    assert shown.shape[0] * 6 == shown.shape[1] * 4


@torch.inference_mode()
def test_an_adapter_is_the_merge_by_hand_into_its_expert(tmp_path):
    made = Pair(tiny_wan("experts"))
    layer, drawn = "blocks.1.attn2.to_v", torch.Generator().manual_seed(0)
    down, up = torch.randn(2, 48, generator=drawn), torch.randn(48, 2, generator=drawn)
    path = tmp_path / "style.safetensors"
    save_file({f"transformer_2.{layer}.lora_A.weight": down, f"transformer_2.{layer}.lora_B.weight": up}, path)
    request = made.request(adapters=(Adapter(str(path), 0.5),))
    plain, ours = made.ours(made.request())[0], made.ours(request)[0]
    assert torch.equal(made.ours(made.request())[0], plain)
    made.pipeline.transformer_2.get_submodule(layer).weight += 0.5 * (up @ down)
    theirs, _ = made.theirs(request, num_frames=9, latents=made.noise(request))
    assert (ours - theirs).abs().max() <= LATENTS
    assert (ours - plain).abs().max() > 1e-3
