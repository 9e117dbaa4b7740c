"""The sound codec of the pocket family: 24 kHz stereo to 25 latents a second and back, as a stream.

The encoder sees levels and pitches, never a waveform's phase; the decoder turns latents into gains of fixed carriers.
It knows nothing of pictures, requests or files, except that its weights lie in one safetensors file.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from einops import rearrange
from torch import Tensor, nn
from torch.nn.functional import logsigmoid, rms_norm, silu

from zoetrope.core.errors import InvalidRequest
from zoetrope.engine.families.pocket.sound_carriers import BANDS, FRAME, KNOTS, RATE, TONES, Analysis, Synthesis

TONE_KNOTS = 8  # a tone's gain may turn every 5 ms
BOUND = 4.0  # latents stay within four standard deviations


@dataclass(frozen=True)
class SoundCodecConfig:
    """Sizes of the learned part; rate and frame belong to the family and do not vary."""

    channels: int = 64
    width: int = 256
    encoder_blocks: int = 3
    decoder_blocks: int = 4
    expansion: int = 2

    @property
    def rate(self) -> int:
        """Samples a second."""
        return RATE

    @property
    def frame(self) -> int:
        """Samples of one latent."""
        return FRAME


@dataclass(frozen=True)
class SoundState:
    """Where a decoding stands between two chunks of latents.

    Shapes: mixing (b, 1, width) each; tones (b, 2, tones); phase (b, tones), float64; noise (b, 2, 2 * bands).
    """

    frame: int
    mixing: tuple[Tensor, ...]
    tones: Tensor
    phase: Tensor
    noise: Tensor


class Block(nn.Module):
    """Mix each frame with the one before it, then think about it alone."""

    def __init__(self, width: int, expansion: int) -> None:
        super().__init__()
        self.mix = nn.Linear(2 * width, width, bias=False)
        self.up = nn.Linear(width, expansion * width)
        self.down = nn.Linear(expansion * width, width, bias=False)
        nn.init.zeros_(self.mix.weight)
        nn.init.zeros_(self.down.weight)

    def forward(self, x: Tensor, last: Tensor) -> tuple[Tensor, Tensor]:
        """Frames (b, n, width) and the normalised frame before them (b, 1, width); the same out."""
        here = rms_norm(x, x.shape[-1:])
        before = torch.cat((last, here[:, :-1]), 1)
        x = x + self.mix(torch.cat((here, before), -1))
        x = x + self.down(silu(self.up(rms_norm(x, x.shape[-1:]))))
        return x, here[:, -1:]


class Stack(nn.Module):
    """A run of blocks with explicit state."""

    def __init__(self, width: int, depth: int, expansion: int) -> None:
        super().__init__()
        self.width = width
        self.blocks = nn.ModuleList(Block(width, expansion) for _ in range(depth))

    def start(self, x: Tensor) -> tuple[Tensor, ...]:
        """The state before the first frame."""
        return (x.new_zeros(len(x), 1, self.width),) * len(self.blocks)

    def forward(self, x: Tensor, state: tuple[Tensor, ...]) -> tuple[Tensor, tuple[Tensor, ...]]:
        after = []
        for block, last in zip(self.blocks, state, strict=True):
            x, last = block(x, last)
            after.append(last)
        return x, tuple(after)


class Standard(nn.Module):
    """Zero mean and unit deviation per channel; while learning, by the batch, and remembered."""

    mean: Tensor
    deviation: Tensor

    def __init__(self, channels: int, memory: float = 0.99) -> None:
        super().__init__()
        self.memory = memory
        self.register_buffer("mean", torch.zeros(channels))
        self.register_buffer("deviation", torch.ones(channels))

    def forward(self, x: Tensor) -> Tensor:
        mean, deviation = self.mean, self.deviation
        if self.training:
            deviation, mean = torch.std_mean(x.float(), dim=(0, 1))
            self.remember(mean.detach(), deviation.detach(), self.memory)
        return (x - mean) / (deviation + 1e-3)

    def remember(self, mean: Tensor, deviation: Tensor, memory: float = 0.0) -> None:
        """Move the stored numbers towards these; memory 0 replaces them."""
        self.mean.lerp_(mean, 1 - memory)
        self.deviation.lerp_(deviation, 1 - memory)


class Encoder(nn.Module):
    """Sound to latents; causal, so the latents of a beginning do not depend on what follows."""

    def __init__(self, config: SoundCodecConfig) -> None:
        super().__init__()
        self.analysis = Analysis()
        self.scale = Standard(Analysis.features, memory=0.9)
        self.enter = nn.Linear(Analysis.features, config.width)
        self.stack = Stack(config.width, config.encoder_blocks, config.expansion)
        self.leave = nn.Linear(config.width, config.channels)
        self.standard = Standard(config.channels)

    def forward(self, features: Tensor) -> Tensor:
        """Features of the analysis (b, n, features) to latents (b, n, channels)."""
        return BOUND * torch.tanh(self.standard(self.before_standard(features)) / BOUND)

    def before_standard(self, features: Tensor) -> Tensor:
        """Latents whose channels still have their own mean and deviation."""
        x = self.enter(self.scale(features).clamp(-5, 5))
        x, _ = self.stack(x, self.stack.start(x))
        return self.leave(rms_norm(x, x.shape[-1:])).float()


@dataclass(frozen=True)
class Gains:
    """What the decoder asks of the carriers.

    Shapes: tones (b, 2, 8 n, tones); bend (b, n, tones) in -1..1; noise (b, 2, 16 n, 2 * bands).
    """

    tones: Tensor
    bend: Tensor
    noise: Tensor


class Decoder(nn.Module):
    """Latents to gains."""

    def __init__(self, config: SoundCodecConfig) -> None:
        super().__init__()
        self.synthesis = Synthesis()
        self.enter = nn.Linear(config.channels, config.width)
        self.stack = Stack(config.width, config.decoder_blocks, config.expansion)
        self.tones = nn.Linear(config.width, TONE_KNOTS * TONES)
        self.place = nn.Linear(config.width, TONES)
        self.bend = nn.Linear(config.width, TONES)
        self.noise = nn.Linear(config.width, KNOTS * 3 * BANDS)
        nn.init.constant_(self.tones.bias, -4.0)
        nn.init.constant_(self.noise.bias, -4.0)

    def think(self, latents: Tensor, mixing: tuple[Tensor, ...]) -> tuple[Tensor, tuple[Tensor, ...]]:
        """Latents (b, n, channels) to what the gains are read from (b, n, width), and the state after them."""
        x, mixing = self.stack(self.enter(latents), mixing)
        return rms_norm(x, x.shape[-1:]), mixing

    def gains(self, x: Tensor) -> Gains:
        """Gains of thoughts (b, n, width)."""
        tones = rearrange(_level(self.tones(x)), "b n (k w) -> b n k w", k=TONE_KNOTS)
        place = (torch.sigmoid(self.place(x).float()) * (torch.pi / 2))[:, :, None]
        panned = torch.stack((tones * torch.cos(place), tones * torch.sin(place)), 1)
        noise = rearrange(_level(self.noise(x)), "b n (k c m) -> b c (n k) m", k=KNOTS, c=3)
        left, right, wide = noise.unbind(1)
        spread = torch.stack((torch.cat((left, wide), -1), torch.cat((right, -wide), -1)), 1)
        bend = torch.tanh(self.bend(x).float())
        return Gains(rearrange(panned, "b c n k w -> b c (n k) w"), bend, spread)


class SoundCodec(nn.Module):
    """Both directions. Latents have about zero mean and unit deviation in every channel."""

    def __init__(self, config: SoundCodecConfig | None = None) -> None:
        super().__init__()
        self.config = config or SoundCodecConfig()
        self.encoder = Encoder(self.config)
        self.decoder = Decoder(self.config)

    def encode(self, sound: Tensor) -> Tensor:
        """Latents of a sound.

        Shapes: sound (b, 2, s) in [-1, 1], s = 960 n; out (b, n, channels).
        Raises: InvalidRequest if the sound is not stereo or not a whole number of frames.
        """
        if sound.ndim != 3 or sound.shape[1] != 2 or sound.shape[2] == 0 or sound.shape[2] % FRAME:
            raise InvalidRequest(
                f"The sound codec was given {tuple(sound.shape)}; it takes (b, 2, s) with s a multiple of {FRAME}."
            )
        return self.encoder(self.encoder.analysis(sound.float()).features)

    def decode(self, latents: Tensor) -> Tensor:
        """Sound of latents: (b, n, channels) -> (b, 2, 960 n)."""
        return self.decode_stream(latents, None)[0]

    def decode_stream(self, latents: Tensor, state: SoundState | None) -> tuple[Tensor, SoundState]:
        """Sound of the next latents; state None begins. Chunks give the sound of the whole.

        Shapes: latents (b, n, channels) -> sound (b, 2, 960 n).
        """
        state = state or self.start(latents)
        thoughts, mixing = self.decoder.think(latents, state.mixing)
        return self.sound_of(self.decoder.gains(thoughts), state, mixing)

    def start(self, latents: Tensor, frame: int = 0) -> SoundState:
        """The state before the first latent: silence."""
        zeros = latents.new_zeros(len(latents), 2, TONES, dtype=torch.float32)
        noise = latents.new_zeros(len(latents), 2, 2 * BANDS, dtype=torch.float32)
        return SoundState(frame, self.decoder.stack.start(latents), zeros, zeros[:, 0].double(), noise)

    def sound_of(self, gains: Gains, state: SoundState, mixing: tuple[Tensor, ...]) -> tuple[Tensor, SoundState]:
        """Play gains on the carriers from where state stands."""
        synthesis = self.decoder.synthesis
        tones = torch.cat((state.tones[:, :, None], gains.tones), 2)
        noise = torch.cat((state.noise[:, :, None], gains.noise), 2)
        phases = synthesis.phases(gains.bend, state.phase)
        sound = synthesis.tones_of(_between(tones), phases) + synthesis.noise_of(noise, state.frame)
        frames = gains.bend.shape[1]
        return sound, SoundState(state.frame + frames, mixing, tones[:, :, -1], phases[:, -1], noise[:, :, -1])


def _level(x: Tensor) -> Tensor:
    """Any number to a gain between 0 and 2 whose logarithm moves evenly: 2 * sigmoid(x) ** ln(10)."""
    return 2 * torch.exp(2.302585 * logsigmoid(x.float()))


def _between(knots: Tensor) -> Tensor:
    """Twice the knots: (b, 2, 8 n + 1, w) -> (b, 2, 16 n + 1, w), new ones half-way."""
    halves = torch.stack(((knots[:, :, :-1] + knots[:, :, 1:]) / 2, knots[:, :, 1:]), 3).flatten(2, 3)
    return torch.cat((knots[:, :, :1], halves), 2)
