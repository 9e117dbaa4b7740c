"""VACE through our loop against diffusers' WanVACEPipeline: the same weights, noise, clip, mask and pictures.

The tolerance and its reason are `wan_pairs`'. What is not given is grey, 0 between -1 and 1, as the authors have it;
the pipeline is handed it as numbers, since no level of 255 is in the middle.
"""

from dataclasses import replace
from fractions import Fraction
from itertools import count

import numpy as np
import pytest
import torch
from alike import LATENTS, assert_alike
from open_checkpoints import tiny_vace
from PIL import Image
from wan_pairs import Pair, picture, spread

from zoetrope.core.conditions import Control, Extend, Footage, Keyframe, Reference, Region, Restyle
from zoetrope.core.errors import InvalidRequest, Unsupported
from zoetrope.engine.canvas import Tokens
from zoetrope.engine.families.wan.vace import fitted
from zoetrope.engine.generate import shoot

FRAMES, RATE = 9, 16


@pytest.fixture(scope="module")
def tiny() -> Pair:
    return Pair(tiny_vace())


def clip(tiny: Pair, seed: int, frames: int = FRAMES) -> np.ndarray:
    return np.stack([picture(tiny.unchecked(), seed + number) for number in range(frames)])


def told(tiny: Pair, request, frames: np.ndarray | None = None, new: np.ndarray | None = None, references=(), **more):
    """What the pipeline makes of a clip with levels of 255 (grey where it is NaN) and a mask of what is made."""
    given = {}
    if frames is not None and new is not None:
        level = np.where(np.isnan(frames), 127.5, frames)[None] / 255
        given = {"video": level.astype(np.float32), "mask": np.repeat(new[None, ..., None], 3, -1).astype(np.float32)}
    if references:
        given["reference_images"] = [Image.fromarray(each) for each in references]
    return tiny.theirs(request, num_frames=FRAMES, latents=tiny.noise(request), **given, **more)


def nothing(tiny: Pair) -> tuple[np.ndarray, np.ndarray]:
    shape = clip(tiny, 0).shape
    return np.full(shape, np.nan), np.ones(shape[:3], bool)


def test_text_alone(tiny):
    request = tiny.request()
    assert_alike(tiny.ours(request), told(tiny, request))


def test_two_experts():
    pair = Pair(tiny_vace(experts=True))
    request = pair.request(conditions=(Keyframe("first", picture(pair.unchecked(), 1)),))
    frames, new = nothing(pair)
    frames[0], new[0] = picture(pair.unchecked(), 1), False
    assert_alike(pair.ours(request), told(pair, request, frames, new))


@pytest.mark.parametrize("moments", [("first",), ("first", "last"), (Fraction(1, RATE), Fraction(4, RATE), "last")])
def test_keyframes_at_any_time(tiny, moments):
    frames, new = nothing(tiny)
    for number, moment in enumerate(moments):
        where = {"first": 0, "last": FRAMES - 1}.get(moment) if isinstance(moment, str) else int(moment * RATE)
        frames[where], new[where] = picture(tiny.unchecked(), number), False
    given = tuple(Keyframe(moment, picture(tiny.unchecked(), number)) for number, moment in enumerate(moments))
    request = tiny.request(conditions=given)
    assert_alike(tiny.ours(request), told(tiny, request, frames, new))


def test_a_clip_goes_on(tiny):
    frames, new = nothing(tiny)
    frames[:5], new[:5] = clip(tiny, 3, 5), False
    request = tiny.request(conditions=(Extend(clip(tiny, 3, 5)),))
    assert_alike(tiny.ours(request), told(tiny, request, frames, new))


@pytest.mark.parametrize("still", [True, False])
def test_a_region_is_edited(tiny, still):
    _, new = nothing(tiny)
    new[:, :20] = new[:, :, :17] = False
    if not still:
        new[:5] = False
    request = tiny.request(conditions=(Region(clip(tiny, 4), new[-1] if still else new),))
    frames = np.where(new[..., None], np.nan, clip(tiny, 4))
    assert_alike(tiny.ours(request), told(tiny, request, frames, new))


def test_a_control_clip_leads(tiny):
    _, new = nothing(tiny)
    request = tiny.request(conditions=(Control(clip(tiny, 5), "depth"),))
    assert_alike(tiny.ours(request), told(tiny, request, clip(tiny, 5), new))


@pytest.mark.parametrize("number", [1, 3])
def test_references_come_before_the_shot_and_are_cut_off(tiny, number):
    pictures = [np.random.default_rng(n).integers(0, 256, (37 + 9 * n, 53, 3), np.uint8) for n in range(number)]
    request = tiny.request(conditions=tuple(map(Reference, pictures)))
    ours = tiny.ours(request)
    assert ours[0].shape[1] == 3 + number
    assert len(ours[1]) == FRAMES
    assert_alike(ours, told(tiny, request, references=pictures[::-1]))  # it lays them down in reverse


def test_all_of_it_together(tiny):
    _, new = nothing(tiny)
    new[:, 16:] = False
    control, region, look = clip(tiny, 5), clip(tiny, 6), picture(tiny.unchecked(), 7)
    given = (Reference(look), Control(control, "pose"), Region(region, new))
    request = tiny.request(conditions=given)
    frames = np.where(new[..., None], control, region)
    assert_alike(tiny.ours(request), told(tiny, request, frames, new, [look]))


def test_a_clip_and_a_reference_lie_under_the_noise_where_a_clip_is_restyled(tiny, monkeypatch):
    given, look = clip(tiny, 8), picture(tiny.unchecked(), 9)
    request = tiny.request(conditions=(Restyle(given, 0.6), Reference(look)))
    mixed = spread(tiny.loaded.place(tiny.loaded.blank(request), request))[None]
    tiny.pipeline.scheduler.set_timesteps(4)
    sigma = float(tiny.pipeline.scheduler.sigmas[2])
    with torch.no_grad():
        latents = torch.cat([encoded(tiny, look[None]), encoded(tiny, given)], 2)
    assert (mixed - (1 - sigma) * latents - sigma * tiny.noise(request)).abs().max() <= LATENTS
    steps = count()  # the pipeline knows no strength, so it is made to leave the first two steps out
    monkeypatch.setattr(type(tiny.pipeline), "interrupt", property(lambda _: next(steps) < 2))
    theirs = tiny.theirs(request, num_frames=FRAMES, latents=mixed, reference_images=[Image.fromarray(look)])
    assert_alike(tiny.ours(request), theirs)


def encoded(tiny: Pair, frames: np.ndarray) -> torch.Tensor:
    codec = tiny.pipeline.vae
    pixels = 2 * torch.from_numpy(frames).permute(3, 0, 1, 2)[None].float() / 255 - 1
    mean, std = (
        torch.tensor(each).view(1, -1, 1, 1, 1) for each in (codec.config.latents_mean, codec.config.latents_std)
    )
    return (codec.encode(pixels).latent_dist.mode() - mean) / std


@torch.inference_mode()
def test_a_shot_shorter_than_its_references(tiny):
    request = tiny.request(1, conditions=tuple(Reference(picture(tiny.unchecked(), n)) for n in range(3)))
    latents, frames = tiny.ours(request)  # the pipeline fails here: its mask has no more frames than the shot
    assert latents.shape[1] == 4
    assert len(frames) == 1


@pytest.mark.parametrize("shape", [(3, 5), (1, 90), (700, 9)])
def test_references_of_any_shape_are_seen_whole(shape):
    seen = fitted(np.zeros((*shape, 3), np.uint8), 32, 48)  # the pipeline fails for sides below 8
    assert seen.shape == (1, 32, 48, 3)
    assert seen.min() == -1
    assert seen.max() == 1


def test_any_count_of_frames(tiny):
    request = tiny.request(7, conditions=(Control(clip(tiny, 5, 7), "depth"), Keyframe("last", clip(tiny, 5, 7)[-1])))
    latents, frames = tiny.ours(request)
    assert latents.shape[1] == 3
    assert len(frames) == 7


@torch.inference_mode()
def test_what_a_region_keeps_is_kept_to_the_pixel(tiny):
    given = clip(tiny, 6)
    mask = np.zeros(given.shape[1:3], bool)
    mask[8:20, 10:30] = True
    request = tiny.request(steps=1, conditions=(Region(given, mask),))
    frames = np.concatenate([part.frames for part in shoot(request, tiny.wan, tiny.loaded)])
    np.testing.assert_array_equal(frames[:, ~mask], given[:, ~mask])
    assert (frames[:, mask] != given[:, mask]).any()


def test_references_leave_the_noise_of_the_shot_alone(tiny):
    look = Reference(picture(tiny.unchecked(), 1))
    assert torch.equal(tiny.noise(tiny.request()), tiny.noise(tiny.request(conditions=(look,)))[:, :, 1:])


def test_a_name_is_read_without_its_sign(tiny):
    looks = tuple(Reference(picture(tiny.unchecked(), n), name) for n, name in enumerate(("ann", "bo")))
    request = replace(tiny.request(conditions=looks[:0]), prompt="@ann meets @bo", conditions=looks)
    plain = replace(request, prompt="ann meets bo", conditions=tuple(Reference(each.picture) for each in looks))
    assert torch.equal(tiny.ours(request)[0], tiny.ours(plain)[0])
    assert "which picture is which of @ann, @bo" in tiny.wan.check(request)[0].text


@torch.inference_mode()
def test_a_preview_is_of_the_shot(tiny):
    canvas = tiny.loaded.blank(tiny.request(conditions=(Reference(picture(tiny.unchecked(), 1)),)))
    shown = tiny.loaded.preview(canvas, Tokens(canvas.video.latent, canvas.sound.latent))
    assert shown.shape[0] * 6 == shown.shape[1] * 4


def test_what_it_cannot_make_is_refused_in_one_sentence(tiny):
    still, moving = picture(tiny.unchecked(), 1), clip(tiny, 2)
    control = Control(moving, "depth")
    for conditions, kind, said in (
        ((Control(moving, "edge"),), Unsupported, "has not learned control clips of 'edge'; it knows depth, flow"),
        ((control, control), InvalidRequest, "2 control clips were given; tiny follows one"),
        ((Reference(still),) * 4, InvalidRequest, "4 references were given; tiny takes up to 3"),
        ((Footage(moving),), Unsupported, "does not understand Footage"),
        ((Control(moving[:5], "pose"),), InvalidRequest, "5 frames of picture were given"),
        ((Extend(moving[:5]), Keyframe(Fraction(4, RATE), still)), InvalidRequest, "frame 4, which the clip to extend"),
        ((Keyframe(0, still), Keyframe(Fraction(1, 100), still)), InvalidRequest, "two keyframes were given for one"),
    ):
        with pytest.raises(kind, match=said):
            tiny.request(conditions=conditions)
    with pytest.raises(InvalidRequest, match="nothing would be made"):
        tiny.request(1, conditions=(Keyframe("first", still),))
