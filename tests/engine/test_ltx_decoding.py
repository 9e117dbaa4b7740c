"""LTX's decoder in pieces: the pixels of diffusers' own pass over the whole clip, however it is cut.

Tolerance: float32, where a convolution over fewer pictures may add up in another order.
"""

import numpy as np
import pytest
import torch
from open_checkpoints import diffusers

from zoetrope.engine.families.ltx import codec as codecs
from zoetrope.engine.families.ltx.decoding import Decoding

SMALL = {
    "latent_channels": 8,
    "block_out_channels": (8, 16, 32, 32),
    "decoder_block_out_channels": (8, 16, 32),
    "layers_per_block": (1, 1, 1, 1, 1),
    "decoder_layers_per_block": (1, 2, 1, 1),
    "down_block_types": ("LTXVideo095DownBlock3D",) * 4,
    "spatio_temporal_scaling": (True,) * 4,
    "decoder_spatio_temporal_scaling": (True,) * 3,
    "downsample_type": ("spatial", "temporal", "spatiotemporal", "spatiotemporal"),
    "upsample_residual": (True,) * 3,
    "upsample_factor": (2,) * 3,
    "decoder_causal": False,
}
EARLY = {
    "latent_channels": 8,
    "block_out_channels": (8, 16, 16),
    "decoder_block_out_channels": (8, 16, 16),
    "layers_per_block": (1, 1, 1, 1),
    "decoder_layers_per_block": (1, 1, 1, 1),
    "down_block_types": ("LTXVideoDownBlock3D",) * 3,
    "spatio_temporal_scaling": (True, True, False),
    "decoder_spatio_temporal_scaling": (True, True, False),
    "decoder_inject_noise": (False,) * 4,
    "downsample_type": ("conv",) * 3,
    "upsample_residual": (False,) * 3,
    "upsample_factor": (1,) * 3,
}
JOINT = {key: SMALL[key] for key in SMALL if key not in ("down_block_types", "decoder_causal")} | {
    "down_block_types": ("LTX2VideoDownBlock3D",) * 4,
    "spatio_temporal_scaling": (True,) * 4,
}
KINDS = {
    "with levels": (
        "AutoencoderKLLTXVideo",
        SMALL | {"timestep_conditioning": True, "decoder_inject_noise": (False,) * 4},
    ),
    "stirred": ("AutoencoderKLLTXVideo", SMALL | {"decoder_inject_noise": (False, True, False, True)}),
    "causal": ("AutoencoderKLLTXVideo", EARLY | {"decoder_causal": True}),
    "early": ("AutoencoderKLLTXVideo", EARLY),
    "joint": ("AutoencoderKLLTX2Video", JOINT | {"decoder_causal": False}),
    "joint, temporal": (
        "AutoencoderKLLTX2Video",
        JOINT
        | {
            "decoder_causal": False,
            "upsample_type": ("spatiotemporal", "temporal", "spatial"),
            "decoder_spatial_padding_mode": "zeros",
        },
    ),
}


def small(kind: str):
    """A codec of a kind with random numbers, also where its own start is zeros."""
    name, config = KINDS[kind]
    torch.manual_seed(0)
    codec = getattr(diffusers, name)(**config).eval().requires_grad_(False)
    for key, weight in codec.named_parameters():
        if "per_channel_scale" in key:
            weight.data.normal_()
    return codec


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("frames", "piece"), [(1, 1), (2, 20_000), (5, 1), (5, 2**25)])
def test_pieces_are_the_whole_clip(kind: str, frames: int, piece: int) -> None:
    codec = small(kind)
    latent = torch.randn(1, 8, frames, 2, 3)
    level = torch.tensor([0.05]) if codec.config.timestep_conditioning else None
    with torch.inference_mode():
        torch.manual_seed(1)
        whole = codec.decode(latent, level, return_dict=False)[0]
        torch.manual_seed(1)
        pieces = list(Decoding(codec.decoder, level, piece).pictures(latent))
    torch.testing.assert_close(torch.cat(pieces, 2), whole, atol=2e-5, rtol=1e-4)
    assert frames < 5 or piece > 1 or max(each.shape[2] for each in pieces) <= 4  # what three more convolutions add


def test_the_first_pictures_come_before_the_last_are_made() -> None:
    codec, made = small("with levels"), []
    codec.decoder.conv_out.conv.register_forward_hook(lambda *_: made.append(1))
    with torch.inference_mode():
        shown = Decoding(codec.decoder, torch.tensor([0.05]), 1).pictures(torch.randn(1, 8, 5, 2, 3))
        first = next(shown)
        early = len(made)
        rest = sum(each.shape[2] for each in shown)
    assert first.shape[2] + rest == 33
    assert early < len(made) / 4


def test_a_second_shot_is_decoded_to_the_same_bits() -> None:
    codec, latent = small("joint"), torch.randn(1, 8, 2, 2, 3)
    with torch.inference_mode():
        one, other = (torch.cat(list(Decoding(codec.decoder, None).pictures(latent)), 2) for _ in range(2))
    assert torch.equal(one, other)


def test_a_shot_comes_in_order_and_of_its_length() -> None:
    codec = small("with levels")
    with torch.inference_mode():
        parts = list(codecs.pictures(codec, torch.randn(3, 2, 3, 8)))
    frames = np.concatenate(parts)
    assert frames.dtype == np.uint8
    assert frames.shape == (17, 64, 96, 3)
