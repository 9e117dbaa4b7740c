import pytest
import torch

from zoetrope.core.errors import InvalidRequest
from zoetrope.engine.canvas import Canvas, Tokens, blank_stream, fill_with_noise
from zoetrope.engine.guidance import classifier_free, guided

PLACES = torch.zeros(6, 3)
CANVAS = fill_with_noise(
    Canvas(blank_stream(PLACES, 4), blank_stream(PLACES, 2), blank_stream(PLACES[:0], 4), (1, 2, 3)), seed=1
)


class Counting:
    """Branches that answer with known values and remember what was asked."""

    def __init__(self):
        self.asked = []

    def __call__(self, canvas, sigma, names):
        self.asked.append(names)
        values = {"positive": 2.0, "negative": 1.0}
        return tuple(Tokens(canvas.video.latent * values[name], canvas.sound.latent * values[name]) for name in names)


def test_guidance_extrapolates_from_negative_through_positive():
    branches = Counting()
    mixed = guided(branches, classifier_free(3.0))(CANVAS, 0.5)
    torch.testing.assert_close(mixed.video, CANVAS.video.latent * 4)
    assert branches.asked == [("positive", "negative")]


@pytest.mark.parametrize(("scale", "sigma"), [(1.0, 0.5), (3.0, 0.1), (3.0, 0.95)])
def test_without_need_the_negative_branch_is_not_computed(scale, sigma):
    branches = Counting()
    mixed = classifier_free(scale, (0.2, 0.9))(branches, CANVAS, sigma)
    torch.testing.assert_close(mixed.video, CANVAS.video.latent * 2)
    assert branches.asked == [("positive",)]


def test_full_rescale_restores_the_spread_of_the_positive_estimate():
    sigma = 0.5
    mixed = classifier_free(3.0, rescale=1.0)(Counting(), CANVAS, sigma)
    spread = (CANVAS.video.latent - sigma * mixed.video).std()
    wanted = (CANVAS.video.latent - sigma * 2 * CANVAS.video.latent).std()
    torch.testing.assert_close(spread, wanted, atol=1e-5, rtol=0)


@pytest.mark.parametrize("arguments", [{"interval": (0.9, 0.2)}, {"interval": (0, 2)}, {"rescale": 2}])
def test_nonsense_is_refused(arguments):
    with pytest.raises(InvalidRequest):
        classifier_free(3.0, **arguments)
