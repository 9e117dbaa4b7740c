"""Details: they make pictures sharper where the sketch is right, and no latent ever sees them."""

import numpy as np
import torch

from zoetrope.engine.families.pocket.details import Details, Sketched, Sky
from zoetrope.engine.families.pocket.facts import POCKET
from zoetrope.engine.families.pocket.plan import Plan
from zoetrope.engine.families.pocket.video_codec import to_pixels
from zoetrope.engine.loading import loaded
from zoetrope.engine.numerics import choose_numerics
from zoetrope.training.plans import plan_of
from zoetrope.training.video_codec import to_signed
from zoetrope.training.world.picture import draw
from zoetrope.training.world.script import write_scene

SCENE = write_scene(
    np.random.default_rng(2),
    frames=13,
    fixed={"action": "slides", "camera": "static", "weather": "clear", "style": "plain", "size": "large", "badge": True}
    | {"second_object": None, "light": "day", "cut": False},
)


def coded(frames: np.ndarray) -> tuple[np.ndarray, torch.Tensor, Details]:
    checkpoint = loaded(POCKET, choose_numerics())
    codec = checkpoint.video_codec  # type: ignore[attr-defined]
    with torch.inference_mode():
        latent = codec.encode(to_signed(torch.from_numpy(frames)[None]).to(codec.mean.dtype))
        pixels = to_pixels(codec.decode(latent)[0])
    plan, kept = plan_of(SCENE), torch.zeros(3, 9, 16, dtype=torch.bool)
    return pixels, latent[0], Details(codec, plan, sketch_of(plan), kept, Sky(1))


def sketch_of(plan: Plan, picture: np.ndarray | None = None) -> Sketched:
    """A plan's sketch; a picture that is given stands for its sixth."""
    checkpoint = loaded(POCKET, choose_numerics())
    sketch = checkpoint.sketcher.sketch(plan, torch.arange(13), (9, 16))  # type: ignore[attr-defined]
    given = torch.zeros(13, dtype=torch.bool)
    if picture is not None:
        sketch[:, 5], given[5] = to_signed(torch.from_numpy(picture)[None, None])[0, :, 0], True
    codec = checkpoint.video_codec  # type: ignore[attr-defined]
    return Sketched(sketch, codec.encode(sketch[None].to(codec.mean.dtype))[0], given)


def error(made: np.ndarray, true: np.ndarray) -> float:
    return float(((made.astype(float) - true) ** 2).mean())


def test_details_bring_back_what_the_codec_lost_of_a_thing() -> None:
    true = draw(SCENE)
    blurred, latent, details = coded(true)
    sharp = np.concatenate([details(latent[:1], 0), details(latent[1:], 1)])
    assert error(sharp, true) < 0.7 * error(blurred, true)
    np.testing.assert_array_equal(details(latent[2:], 2), sharp[7:])
    _, again, _ = coded(sharp)
    assert (again - latent).abs().mean() < 0.1 * latent.abs().mean()


def test_given_latents_stay_as_they_are() -> None:
    blurred, latent, details = coded(draw(SCENE))
    details.kept[1] = True
    made = details(latent, 0)
    np.testing.assert_array_equal(made[1:7], blurred[1:7])
    assert (made[7:] != blurred[7:]).any()


@torch.inference_mode()
def test_a_picture_that_is_given_comes_out_as_it_is() -> None:
    true = draw(SCENE)
    _, _, details = coded(true)
    sketched = sketch_of(details.plan, true[5])
    shown = Details(details.codec, details.plan, sketched, details.kept, Sky(1))(sketched.latent, 0)
    np.testing.assert_array_equal(shown[5], true[5])
    assert error(to_pixels(details.codec.decode(sketched.latent[None])[0])[5], true[5]) > 20


def test_beside_a_given_picture_the_shot_is_the_sketch_and_leaves_it_evenly() -> None:
    """Given is the sixth of the sketch's own pictures: its latents are given, the next ones are somebody else's."""
    true = draw(SCENE)
    _, latent, details = coded(true)
    bare = details.sketched
    given = sketch_of(details.plan, None)
    given.given[5] = True
    led = Details(details.codec, details.plan, given, details.kept, Sky(1))(latent, 0).astype(float)
    sketch = bare.pictures.permute(1, 2, 3, 0).add(1).mul(127.5).clamp(0, 255).numpy()
    off = np.abs(led - sketch).mean((1, 2, 3))
    assert off[1:7].max() < 1
    assert off[7] < off[9] < off[12]
