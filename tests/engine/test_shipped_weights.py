"""The weights that ship: they load strictly, draw and sound, and keep what the codecs promise."""

import numpy as np
import pytest
import torch

from zoetrope.core.request import Request
from zoetrope.engine.families.pocket.facts import POCKET, WEIGHTS
from zoetrope.engine.generate import generate
from zoetrope.engine.loading import loaded
from zoetrope.engine.numerics import choose_numerics
from zoetrope.training.video_codec import to_signed
from zoetrope.training.world.picture import draw
from zoetrope.training.world.script import write_scene
from zoetrope.training.world.sound import hear
from zoetrope.training.world.vocabulary import STYLES

MOST_BYTES = 80e6


def test_weights_are_small_enough_to_ship() -> None:
    assert sum(path.stat().st_size for path in WEIGHTS.iterdir()) <= MOST_BYTES


def test_a_shot_is_drawn_and_sounded() -> None:
    draft = generate(Request("一只红色的球在草地上弹跳", seconds=1, seed=7, steps=3, strict=True))
    assert draft.frames.shape == (12, 144, 256, 3)
    assert draft.frames.std() > 10
    assert draft.sound is not None
    assert draft.sound.shape == (2, 24_000)
    assert np.isfinite(draft.sound).all()


@pytest.mark.parametrize("style", STYLES)
def test_the_video_codec_keeps_pictures_of_every_style(style: str) -> None:
    codec = loaded(POCKET, choose_numerics()).video_codec  # type: ignore[attr-defined]
    frames = draw(write_scene(np.random.default_rng(99), frames=13, fixed={"style": style, "weather": "clear"}))
    signed = to_signed(torch.from_numpy(frames)[None])
    with torch.inference_mode():
        made = codec.decode(codec.encode(signed.to(codec.mean.dtype))).float().clamp(-1, 1)
    error = (made - signed).square().mean().item() / 4
    assert -10 * np.log10(error) > 24


def test_the_sound_codec_keeps_a_contact_near_its_moment() -> None:
    codec = loaded(POCKET, choose_numerics()).sound_codec  # type: ignore[attr-defined]
    scene = write_scene(
        np.random.default_rng(5), frames=25, fixed={"action": "falls", "material": "metal", "setting": "room"}
    )
    first = min(contact.seconds for contact in scene.contacts)
    sound = hear(scene)
    with torch.inference_mode():
        made = codec.decode(codec.encode(torch.from_numpy(sound)[None]))[0].numpy()
    before, after = (
        slice(int((first + a) * 24_000), int((first + b) * 24_000)) for a, b in ((-0.06, -0.01), (0, 0.05))
    )
    assert np.abs(made[:, after]).max() > 3 * np.abs(made[:, before]).max()
