"""Laws of tiled decodes: a decoder without reach gives the whole exactly, one with little reach nearly."""

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from zoetrope.engine.memory.tiling import OVERLAP, Tiles, decode_tiled, tiles_for

SCALE = (4, 8)


def enlarge(latent: Tensor) -> Tensor:
    """A decoder without reach: (c, f, r, w) to (c, 1 + (f - 1) * 4, 8 r, 8 w)."""
    times = torch.arange(1 + (latent.shape[1] - 1) * 4).add(3) // 4
    return latent[:, times].repeat_interleave(8, 2).repeat_interleave(8, 3)


def smear(latent: Tensor) -> Tensor:
    """A decoder that sees two places around and a frame before."""
    padded = F.pad(latent, (2, 2, 2, 2), mode="reflect")
    near = F.avg_pool3d(padded[None], (1, 5, 5), stride=1)[0]
    return enlarge((near + torch.cat([near[:, :1], near[:, :-1]], 1)) / 2)


@pytest.mark.parametrize("sizes", [(5, 12, 12), (9, 20, 16), (4, 7, 9), (20, 40, 40)])
def test_without_reach_tiles_are_exact(sizes):
    latent = torch.randn(3, 9, 20, 25, generator=torch.Generator().manual_seed(0))
    overlaps = tuple(min(overlap, size - 1) for overlap, size in zip(OVERLAP, sizes, strict=True))
    whole, tiled = enlarge(latent), decode_tiled(enlarge, latent, Tiles(sizes, overlaps), SCALE)
    assert tiled.shape == whole.shape
    assert (tiled - whole).abs().max() < 1e-5  # a weighted mean of equal numbers


def test_seams_hide_within_the_overlap():
    latent = torch.randn(3, 9, 24, 24, generator=torch.Generator().manual_seed(0))
    whole, tiled = smear(latent), decode_tiled(smear, latent, Tiles((5, 12, 12)), SCALE)
    error = (tiled - whole).abs()
    assert error.mean() < 0.1 * whole.abs().mean()  # of noise, whose neighbours have nothing in common
    butted = decode_tiled(smear, latent, Tiles((5, 12, 12), (1, 0, 0)), SCALE)
    assert error.mean() < 0.3 * (butted - whole).abs().mean()


def test_tiles_stay_within_their_bytes_and_are_none_where_all_fits():
    latent, config = (21, 60, 104), {"base_dim": 96}
    assert tiles_for(latent, "AutoencoderKLWan", config, 0, scale=SCALE) is None
    assert tiles_for(latent, "AutoencoderKLWan", config, 10**12, scale=SCALE) is None
    sizes = []
    for amount in (2 * 10**9, 10**9, 5 * 10**8):
        tiles = tiles_for(latent, "AutoencoderKLWan", config, amount, scale=SCALE)
        frames, rows, columns = tiles.sizes
        assert 6 * 96 * 4 * rows * columns * 64 * 4 <= amount
        assert frames == 21  # the codec goes frame by frame, so length costs nothing
        sizes.append(rows * columns)
    assert sizes == sorted(sizes, reverse=True)


def test_a_codec_that_decodes_at_once_is_cut_in_time_too():
    tiles = tiles_for((16, 16, 24), "AutoencoderKLHunyuanVideo15", {}, 2 * 10**9, scale=(4, 16))
    assert tiles.sizes[0] < 16
    assert all(size > overlap for size, overlap in zip(tiles.sizes, tiles.overlaps, strict=True))
