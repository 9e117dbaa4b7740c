"""Animate through our loop against diffusers' WanAnimatePipeline: the same weights, noise, picture and clips.

The tolerance and its reason are `wan_pairs`'.
"""

from copy import copy
from fractions import Fraction

import numpy as np
import pytest
import torch
from alike import assert_alike
from open_checkpoints import tiny_animate
from PIL import Image
from wan_pairs import Pair, picture

from zoetrope.core.conditions import Control, Extend, Keyframe, Reference, Region
from zoetrope.core.errors import InvalidRequest, Unsupported
from zoetrope.engine.checkpoints.folder import describe_folder
from zoetrope.engine.families.opening import all_variants, family_of
from zoetrope.engine.families.wan.animate import put_acted
from zoetrope.engine.families.wan.facts import MASK, Wan
from zoetrope.engine.families.wan.family import LoadedWan
from zoetrope.engine.memory.plan import PartPlan, Plan, Precision, Residence
from zoetrope.engine.numerics import Numerics

FRAMES = 9


@pytest.fixture(scope="module")
def tiny() -> Pair:
    return Pair(tiny_animate())


def clip(tiny: Pair, seed: int, side: int | None = None, frames: int = FRAMES) -> np.ndarray:
    shown = np.stack([picture(tiny.unchecked(), seed + number) for number in range(frames)])
    return shown if side is None else np.ascontiguousarray(shown[:, :side, :side])


def acted(tiny: Pair, *more, face: int = 16, **asked):
    """A request: who acts, a pose, a face, and what else is given."""
    who = np.ascontiguousarray(picture(tiny.unchecked(), 90)[:30, :20])
    controls = Control(clip(tiny, 1), "pose"), Control(clip(tiny, 20, face), "face")
    return tiny.request(conditions=(Reference(who), *controls, *more), **asked)


def stills(frames: np.ndarray) -> list[Image.Image]:
    return [Image.fromarray(each) for each in frames]


def played(tiny: Pair, request, **more):
    """What the pipeline makes of it."""
    who, pose, face = request.conditions[:3]
    given = {
        "image": Image.fromarray(who.picture),
        "pose_video": stills(pose.frames),
        "face_video": stills(face.frames),
    }
    return tiny.theirs(
        request,
        **given,
        segment_frame_length=FRAMES,
        latents=tiny.noise(request),
        **more,
        guidance_scale=request.guidance,
    )


@pytest.mark.parametrize("guidance", [1.0, 3.0])
def test_somebody_acts_as_the_clips_do(tiny, guidance):
    request = acted(tiny, guidance=guidance)
    assert_alike(tiny.ours(request), played(tiny, request))


def test_a_face_of_another_size_is_scaled_and_seen(tiny):
    request = acted(tiny, face=32)
    ours = tiny.ours(request)
    assert_alike(ours, played(tiny, request))
    other = acted(tiny, face=24)
    assert (tiny.ours(other)[0] - ours[0]).abs().max() > 1e-3


def test_somebody_is_replaced_in_a_clip(tiny):
    frames, new = clip(tiny, 50), np.zeros((FRAMES, 32, 48), bool)
    new[:, 8:24, 16:40], new[4] = True, True
    request = acted(tiny, Region(frames, new))
    black = stills(np.where(new[..., None], 0, frames).astype(np.uint8))
    white = stills(np.repeat(new[..., None] * np.uint8(255), 3, -1))
    theirs = played(tiny, request, mode="replace", background_video=black, mask_video=white)
    assert_alike(tiny.ours(request), theirs)


@torch.inference_mode()
@pytest.mark.parametrize("past", [1, 5])
def test_a_shot_goes_on_as_the_next_segment_of_the_pipeline(tiny, past):
    frames = clip(tiny, 70, frames=past)
    request = acted(tiny, Extend(frames))
    clock, canvas = tiny.wan.limits.clock, tiny.loaded.blank(request)
    with tiny.loaded.parts["codec"].resident() as codec:
        beside = put_acted(canvas, codec, request, clock).beside
    seen = torch.from_numpy(frames).permute(3, 0, 1, 2)[None] / 127.5 - 1
    theirs = tiny.pipeline.prepare_prev_segment_cond_latents(
        seen, segment_frame_length=FRAMES, start_frame=1, height=32, width=48, prev_segment_cond_frames=past
    )
    count, rows, columns = canvas.grid
    assert beside is not None
    ours = beside[: count * rows * columns, : MASK + tiny.wan.channels].view(count, rows, columns, -1)
    assert (ours.permute(3, 0, 1, 2) - theirs[0]).abs().max() <= 1e-5


def test_what_is_missing_or_unknown_is_said(tiny):
    who, pose, face = acted(tiny).conditions
    edge = Control(clip(tiny, 1), "edge")
    for conditions, kind, said in (
        ((who, pose), InvalidRequest, "no face clips were given"),
        ((who, pose, pose, face), InvalidRequest, "2 pose clips"),
        ((pose, face), InvalidRequest, "no references were given; .* one picture of who acts"),
        ((who, pose, face, edge), Unsupported, "not learned control clips of 'edge'"),
        ((who, pose, face, Keyframe("first", picture(tiny.unchecked(), 1))), Unsupported, "Keyframe"),
        ((who, pose, face, Extend(clip(tiny, 1, frames=9)[:9])), InvalidRequest, "extend"),
        ((who, pose, Control(clip(tiny, 2)[:, :20], "face")), InvalidRequest, "crop it to a square"),
    ):
        with pytest.raises(kind, match=said):
            tiny.request(conditions=conditions)


@pytest.mark.parametrize("residence", [Residence.TURN, Residence.DISK])
def test_a_folder_as_a_user_has_it_held_and_streamed(tiny, tmp_path, residence):
    tiny.pipeline.save_pretrained(tmp_path)
    family = family_of(describe_folder(tmp_path))
    assert isinstance(family, Wan)
    assert family.presets["standard"].guidance == 1
    request = acted(tiny)
    parts = tuple(
        PartPlan(files.part, Precision.F32, residence if files.part == "network" else Residence.TURN)
        for files in family.descriptor.parts
        if files.files
    )
    loaded = family.load(Numerics("cpu", torch.float32, plan=Plan(parts)))
    assert isinstance(loaded, LoadedWan)
    again = copy(tiny)
    again.wan, again.loaded = family, loaded
    ours, frames = again.ours(request)
    plain, shown = tiny.ours(request)
    assert torch.equal(ours, plain)
    assert np.array_equal(frames, shown)


def test_the_card_knows_its_network():
    network = all_variants()["wan2.2-animate-14b"].part("network")
    assert network.kind == "WanAnimateTransformer3DModel"
    assert network.config["motion_encoder_size"] == 512
    assert Fraction(77, 30) == _limits().seconds[1]


def _limits():
    from zoetrope.engine.checkpoints.needs import _family

    return _family("wan2.2-animate-14b").limits
