import pytest
import torch

from zoetrope.engine.canvas import Canvas, Tokens, advance, blank_stream, fill_with_noise, give, sigmas_of


@pytest.fixture
def canvas():
    places = torch.arange(24).view(8, 3)
    return Canvas(blank_stream(places, 4), blank_stream(places[:5], 4), blank_stream(places[:0], 4), (2, 2, 2))


def test_noise_depends_on_the_seed_alone(canvas):
    one, again, other = fill_with_noise(canvas, 7), fill_with_noise(canvas, 7), fill_with_noise(canvas, 8)
    assert torch.equal(one.video.latent, again.video.latent)
    assert not torch.equal(one.video.latent, other.video.latent)
    assert not torch.equal(one.video.latent[:5], one.sound.latent)


def test_giving_sets_value_mask_and_sigma_and_nothing_else(canvas):
    noisy = fill_with_noise(canvas, 7).video
    where = torch.tensor([1, 0, 0, 1, 0, 0, 0, 0], dtype=torch.bool)
    value = torch.full((2, 4), 3.0)
    clean = give(noisy, where, value)
    assert torch.equal(clean.latent[where], value)
    assert torch.equal(clean.latent[~where], noisy.latent[~where])
    assert torch.equal(clean.given, where)
    assert sigmas_of(clean, 0.5).tolist() == [0, 0.5, 0.5, 0, 0.5, 0.5, 0.5, 0.5]
    bent = give(noisy, where, value, sigma=0.25)
    torch.testing.assert_close(bent.latent[where], 0.75 * value + 0.25 * noisy.latent[where])
    assert sigmas_of(bent, 1.0)[where].tolist() == [0.25, 0.25]


def test_given_twice_is_the_union(canvas):
    first = torch.arange(8) < 3
    stream = give(give(canvas.video, first, torch.ones(3, 4)), ~first, torch.zeros(5, 4))
    assert stream.given.all()
    assert torch.equal(stream.latent[first], torch.ones(3, 4))


def test_advancing_changes_only_what_is_not_given(canvas):
    where = torch.arange(8) == 2
    video = give(canvas.video, where, torch.ones(1, 4))
    held = Canvas(video, canvas.sound, canvas.reference, canvas.grid)
    moved = advance(held, Tokens(torch.full((8, 4), 9.0), torch.full((5, 4), 9.0)))
    assert torch.equal(moved.video.latent[where], torch.ones(1, 4))
    assert (moved.video.latent[~where] == 9).all()
    assert (moved.sound.latent == 9).all()
    assert not canvas.video.given.any()
