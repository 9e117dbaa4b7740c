"""The two networks that ready HunyuanVideo 1.5's latents for a second pass, over layers of diffusers' codec.

They sharpen latents that were only drawn larger; their own size does not change. Names of classes, configs and tensors
are those of the authors' files, so that these load as they were published. Knows no canvas.

Source: the papers' description (arXiv 2511.18870) and the files under upsampler/ of tencent/HunyuanVideo-1.5 on
huggingface.co.
"""

from __future__ import annotations

from collections.abc import Sequence

from diffusers.configuration_utils import ConfigMixin, register_to_config
from diffusers.models.autoencoders.autoencoder_kl_hunyuanvideo15 import (
    HunyuanVideo15CausalConv3d,
    HunyuanVideo15RMS_norm,
)
from diffusers.models.modeling_utils import ModelMixin
from torch import Tensor, nn
from torch.nn.functional import silu


class SRTo720pUpsampler(ModelMixin, ConfigMixin):
    """From latents of 480 rows drawn larger: residual blocks of three convolutions."""

    _keep_in_fp32_modules = ("in_conv", "blocks", "out_conv")  # the authors run it so

    @register_to_config
    def __init__(
        self,
        in_channels: int = 32,
        out_channels: int = 32,
        hidden_channels: int | None = 64,
        num_blocks: int = 6,
        global_residual: bool = False,
    ) -> None:
        super().__init__()
        width = hidden_channels or 64
        self.in_conv = HunyuanVideo15CausalConv3d(in_channels, width)
        self.blocks = nn.ModuleList(_Residual(width) for _ in range(num_blocks))
        self.out_conv = HunyuanVideo15CausalConv3d(width, out_channels)
        self.adds = global_residual and in_channels == out_channels

    def forward(self, latent: Tensor) -> Tensor:
        """Shapes: latent (b, c, f, r, w); the same out."""
        made = self.in_conv(latent)
        for block in self.blocks:
            made = block(made)
        made = self.out_conv(made)
        return made + latent if self.adds else made


class _Residual(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        first, second, third = (HunyuanVideo15CausalConv3d(width, width) for _ in range(3))
        self.block = nn.Sequential(first, nn.SiLU(), second, nn.SiLU(), third)

    def forward(self, latent: Tensor) -> Tensor:
        return latent + self.block(latent)


class SRTo1080pUpsampler(ModelMixin, ConfigMixin):
    """From latents of 720 rows drawn larger: the blocks of the codec's decoder, level after level."""

    _keep_in_fp32_modules = ("conv_in", "up", "norm_out", "conv_out")  # the authors run it so

    @register_to_config
    def __init__(
        self,
        z_channels: int = 32,
        out_channels: int = 32,
        block_out_channels: Sequence[int] = (128, 256),
        num_res_blocks: int = 2,
        is_residual: bool = False,  # published, and read by nobody
    ) -> None:
        super().__init__()
        width = block_out_channels[0]
        self.copies = width // z_channels
        self.conv_in = HunyuanVideo15CausalConv3d(z_channels, width)
        self.up = nn.ModuleList()
        for wider in block_out_channels:
            level, widths = nn.Module(), [width, *[wider] * num_res_blocks]
            level.block = nn.ModuleList(_Normed(each, wider) for each in widths)
            self.up.append(level)
            width = wider
        self.norm_out = HunyuanVideo15RMS_norm(width, images=False)
        self.conv_out = HunyuanVideo15CausalConv3d(width, out_channels)

    def forward(self, latent: Tensor) -> Tensor:
        """Shapes: latent (b, c, f, r, w); the same out."""
        made = self.conv_in(latent) + latent.repeat_interleave(self.copies, 1)
        for level in self.up:
            for block in level.get_submodule("block").children():
                made = block(made)
        return self.conv_out(silu(self.norm_out(made)))


class _Normed(nn.Module):
    def __init__(self, width: int, wider: int) -> None:
        super().__init__()
        self.norm1, self.conv1 = HunyuanVideo15RMS_norm(width, images=False), HunyuanVideo15CausalConv3d(width, wider)
        self.norm2, self.conv2 = HunyuanVideo15RMS_norm(wider, images=False), HunyuanVideo15CausalConv3d(wider, wider)
        if width != wider:
            self.nin_shortcut = nn.Conv3d(width, wider, 1)

    def forward(self, latent: Tensor) -> Tensor:
        made = self.conv2(silu(self.norm2(self.conv1(silu(self.norm1(latent))))))
        return made + (self.nin_shortcut(latent) if hasattr(self, "nin_shortcut") else latent)
