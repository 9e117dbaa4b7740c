import pytest
import torch

from zoetrope.engine.families.pocket.video_codec import VideoCodec, VideoCodecConfig, to_pixels


@pytest.fixture(scope="module")
def codec() -> VideoCodec:
    torch.manual_seed(0)
    return VideoCodec(VideoCodecConfig(channels=8)).eval().requires_grad_(False)


def frames_of(count: int, height: int = 32, width: int = 48) -> torch.Tensor:
    return torch.rand(1, 3, count, height, width, generator=torch.Generator().manual_seed(1)) * 2 - 1


@pytest.mark.parametrize("count", [1, 7, 19])
def test_a_clip_keeps_its_shape_through_latents(codec: VideoCodec, count: int) -> None:
    latent = codec.encode(frames_of(count))
    assert latent.shape == (1, 1 + count // 6, 2, 3, 8)
    assert codec.decode(latent).shape == (1, 3, count, 32, 48)


@pytest.mark.parametrize("pieces", [(4,), (1, 3), (2, 1, 1)])
def test_decoding_in_any_pieces_gives_what_decoding_at_once_gives(codec: VideoCodec, pieces: tuple[int, ...]) -> None:
    latent = codec.encode(frames_of(19))
    parts = [codec.decode(piece, begun=number > 0) for number, piece in enumerate(latent.split(pieces, dim=1))]
    # The widths of matrix products differ between pieces, so sums differ in their last bits.
    torch.testing.assert_close(torch.cat(parts, dim=2), codec.decode(latent), atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("begun", [False, True])
def test_a_change_of_latents_adds_its_own_change_to_pictures(codec: VideoCodec, begun: bool) -> None:
    before, after = codec.encode(frames_of(13)), codec.encode(frames_of(13).flip(2))
    added = codec.decode(before, begun=begun) + codec.change(after - before, begun=begun)
    torch.testing.assert_close(added, codec.decode(after, begun=begun), atol=1e-5, rtol=1e-5)


def test_later_frames_change_nothing_that_came_before(codec: VideoCodec) -> None:
    frames = frames_of(13)
    changed = frames.clone()
    changed[:, :, 7:] = 0.5
    first, second = codec.encode(frames), codec.encode(changed)
    torch.testing.assert_close(first[:, :2], second[:, :2])
    assert not torch.allclose(first[:, 2], second[:, 2])


def test_a_still_is_the_first_latent_of_its_clip(codec: VideoCodec) -> None:
    frames = frames_of(7)
    torch.testing.assert_close(codec.encode(frames[:, :, :1]), codec.encode(frames)[:, :1])


def test_pixels_are_levels_of_eight_bits() -> None:
    pictures = torch.tensor([-2.0, -1, 0.001, 1, 2]).expand(3, 1, 1, 5)
    assert to_pixels(pictures)[0, 0, :, 0].tolist() == [0, 0, 128, 255, 255]
