"""What falls: drawn over pictures as the toy stage draws it, the same whichever part of a shot is asked for."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from zoetrope.engine.families.pocket.details import Details, Sketched, Sky
from zoetrope.engine.families.pocket.facts import POCKET
from zoetrope.engine.families.pocket.falling import Drops, Look, lay_drops
from zoetrope.engine.families.pocket.video_codec import to_pixels
from zoetrope.engine.loading import loaded
from zoetrope.engine.numerics import choose_numerics
from zoetrope.training.plans import plan_of
from zoetrope.training.world.picture import stage
from zoetrope.training.world.script import write_scene

FALLS = ("rain", "snow", "petals")
GREY = np.full((13, 144, 256, 3), 110, np.uint8)
LATENT = torch.zeros(3, 9, 16, 160)


def details(weather: str, sky: Sky) -> Details:
    scene = write_scene(
        np.random.default_rng(4),
        frames=13,
        fixed={"weather": weather, "style": "plain", "light": "day", "camera": "static", "cut": False},
    )
    plan = plan_of(scene)
    plan = replace(plan, cast=plan.cast.clone())
    plan.traits[...] = 0
    codec = loaded(POCKET, choose_numerics()).video_codec  # type: ignore[attr-defined]
    flat = Sketched(torch.full((3, 13, 144, 256), 110 / 127.5 - 1), LATENT, torch.zeros(13, dtype=torch.bool))
    return Details(codec, plan, flat, torch.zeros(3, 9, 16, dtype=torch.bool), sky)


@pytest.mark.parametrize("kind", FALLS)
def test_drops_fall_and_cover_little(kind: str) -> None:
    drops = Drops(Look(kind, "plain", "day"), (256, 144), np.random.default_rng(3))
    first, later = drops.places(0, (0.0, 0.0)), drops.places(1, (0.0, 0.0))
    fell = later[:, 1] - first[:, 1]
    assert (fell[fell > -1] > 0).all()  # those that left at the foot are back at the top
    shown = drops.drawn(0, (0.0, 0.0))[..., 3] > 0
    assert 0.002 < shown.mean() < 0.1


def test_nothing_falls_from_a_clear_sky() -> None:
    made = details("clear", Sky(1))(LATENT, 0)
    np.testing.assert_array_equal(made, GREY)


@pytest.mark.parametrize("kind", FALLS)
def test_a_shot_that_goes_on_has_the_same_drops(kind: str) -> None:
    whole = details(kind, Sky(1))(LATENT, 0)
    assert (whole != GREY).any()
    np.testing.assert_array_equal(details(kind, Sky(1))(LATENT[2:], 2), whole[7:])
    np.testing.assert_array_equal(details(kind, Sky(1, since=6))(LATENT[:2], 0), whole[6:])
    assert (details(kind, Sky(2))(LATENT, 0) != whole).any()


def test_nothing_falls_on_what_is_kept() -> None:
    shot = details("snow", Sky(1))
    shot.kept[1, :, :8] = True
    made = shot(LATENT, 0)
    with torch.inference_mode():
        plain = to_pixels(shot.codec.decode(LATENT[None])[0])
    np.testing.assert_array_equal(made[1:7, :, :128], plain[1:7, :, :128])
    assert (made[1:7, :, 128:] != GREY[1:7, :, 128:]).any()


def test_pixel_art_has_whole_cells() -> None:
    shot = details("snow", Sky(1))
    plan = replace(shot.plan, cast=shot.plan.cast.clone())
    plan.signs[0, 15:20] = torch.tensor([0.0, 0, 0, 0, 1])
    shot.sketched.pictures[:] = torch.linspace(-1, 1, 256)
    made = replace(shot, plan=plan)(LATENT, 0)
    np.testing.assert_array_equal(made[:, ::2, ::2], made[:, 1::2, 1::2])


def test_given_pictures_keep_their_own_drops() -> None:
    shot = details("petals", Sky(1))
    shot.sketched.given[5] = True
    made = shot(LATENT, 0)
    assert np.ptp(made[5]) <= 1
    assert np.ptp(made[6]) > 50


def test_drops_are_laid_by_their_cover() -> None:
    frame, drops = np.full((4, 4, 3), 100, np.uint8), np.zeros((4, 4, 4), np.uint8)
    drops[1, 1] = (100, 50, 0, 128)
    lay_drops(frame, drops)
    np.testing.assert_array_equal(frame[1, 1], [150, 100, 50])
    assert (frame[0] == 100).all()


@pytest.mark.parametrize("style", ["plain", "ink wash", "pencil sketch", "neon"])
@pytest.mark.parametrize("light", ["day", "night"])
@pytest.mark.parametrize("kind", FALLS)
def test_what_falls_is_seen_on_paper_of_any_light(kind: str, light: str, style: str) -> None:
    pins = {"weather": kind, "style": style, "light": light, "setting": "city", "camera": "static", "cut": False}
    before = stage(write_scene(np.random.default_rng(6), frames=2, fixed=pins), 0)
    drops = Drops(Look(kind, style, light), (256, 144), np.random.default_rng(3)).drawn(0, (0.0, 0.0))
    after = before.copy()
    lay_drops(after, drops)
    change = np.abs(after.astype(int) - before).mean(2)[drops[..., 3] > drops[..., 3].max() // 2]
    assert np.mean(change) > 8
