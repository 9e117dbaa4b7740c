"""Laws of the sound codec: shapes, causality, streams equal to wholes, bounds, strict weights."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from zoetrope.core.errors import InvalidRequest
from zoetrope.engine.families.pocket.sound_carriers import (
    BANDS,
    band_shapes,
    nearest_tone,
    noise_bands,
    tone_frequencies,
)
from zoetrope.engine.families.pocket.sound_codec import SoundCodec, SoundCodecConfig

FRAME = 960


@pytest.fixture(scope="module")
def codec() -> SoundCodec:
    """A codec with lively random weights."""
    torch.manual_seed(3)
    codec = SoundCodec(SoundCodecConfig(width=64)).eval().requires_grad_(False)
    for name, parameter in codec.named_parameters():
        if parameter.ndim == 2:
            scale = 3.0 if "bend" in name else 0.5
            parameter.copy_(torch.randn_like(parameter) * scale / parameter.shape[1] ** 0.5)
    return codec


def noise(*shape: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(1))


def test_one_latent_for_960_samples(codec: SoundCodec) -> None:
    latents = codec.encode(0.1 * noise(2, 2, 10 * FRAME))
    assert latents.shape == (2, 10, 64)
    assert codec.decode(latents).shape == (2, 2, 10 * FRAME)
    assert codec.config.rate == 25 * codec.config.frame == 24_000


@pytest.mark.parametrize("shape", [(1, 2, 961), (1, 1, 960), (2, 960), (1, 2, 0)])
def test_other_shapes_are_refused(codec: SoundCodec, shape: tuple[int, ...]) -> None:
    with pytest.raises(InvalidRequest, match="960"):
        codec.encode(torch.zeros(shape))


@pytest.mark.parametrize("chunks", [[1] * 20, [7, 13], [12, 3, 5]])
def test_stream_equals_whole(codec: SoundCodec, chunks: list[int]) -> None:
    latents = noise(2, 20, 64)
    whole, state, pieces = codec.decode(latents), None, []
    for chunk in latents.split(chunks, dim=1):
        piece, state = codec.decode_stream(chunk, state)
        pieces.append(piece)
    streamed = torch.cat(pieces, -1)
    assert whole.abs().max() > 0.01
    # Products of other sizes add in another order: float32 rounding, nothing else.
    assert torch.allclose(streamed, whole, atol=1e-5 * float(whole.abs().max()))


def test_stream_carries_the_noise_past_its_end(codec: SoundCodec) -> None:
    latents = noise(1, 1, 64).expand(1, 130, 64)
    state, pieces = None, []
    for chunk in latents.split(50, dim=1):
        piece, state = codec.decode_stream(chunk, state)
        pieces.append(piece)
    assert torch.allclose(torch.cat(pieces, -1), codec.decode(latents), atol=1e-4)


def test_decoder_and_encoder_never_look_ahead(codec: SoundCodec) -> None:
    sound, latents = 0.1 * noise(1, 2, 12 * FRAME), noise(1, 12, 64)
    assert torch.allclose(codec.encode(sound)[:, :5], codec.encode(sound[..., : 5 * FRAME]), atol=1e-4)
    assert torch.allclose(codec.decode(latents)[..., : 5 * FRAME], codec.decode(latents[:, :5]), atol=1e-4)


def test_decoding_twice_gives_the_same_samples(codec: SoundCodec) -> None:
    latents = noise(1, 8, 64)
    assert torch.equal(codec.decode(latents), codec.decode(latents))


def test_silence_and_full_scale_stay_finite(codec: SoundCodec) -> None:
    for sound in (torch.zeros(1, 2, 4 * FRAME), torch.ones(1, 2, 4 * FRAME), noise(1, 2, 4 * FRAME).sign()):
        latents = codec.encode(sound)
        assert latents.abs().max() <= 4
        assert codec.decode(latents).isfinite().all()


def test_every_pitch_belongs_to_the_carrier_that_can_reach_it() -> None:
    pitches, bends = tone_frequencies()
    hertz = torch.linspace(40, 10_040, 5000)
    tone = nearest_tone(hertz)
    assert torch.equal(nearest_tone(pitches), torch.arange(len(pitches)))
    assert ((hertz - pitches[tone]).abs() <= 2 * bends[tone]).all()
    assert ((hertz - pitches[tone]).abs() <= bends[tone]).float().mean() > 0.98


def test_analysis_finds_a_pitch_between_the_carriers(codec: SoundCodec) -> None:
    seconds = torch.arange(10 * FRAME) / 24_000
    pitches, bends = tone_frequencies()
    for pitch in (137.0, 441.3, 2345.0, 6789.0):
        sound = 0.3 * torch.sin(2 * torch.pi * pitch * seconds).expand(1, 2, -1)
        heard = codec.encoder.analysis(sound)
        loudest = int(heard.peak[0, 5].argmax())
        assert float(pitches[loudest] + bends[loudest] * heard.bend[0, 5, loudest]) == pytest.approx(pitch, rel=0.002)
        assert float(heard.peak[0, 5, loudest]) == pytest.approx(0.3 * 2**0.5, rel=0.2)


def test_a_bent_tone_is_one_steady_sine(codec: SoundCodec) -> None:
    synthesis, (pitches, bends) = codec.decoder.synthesis, tone_frequencies()
    gains = torch.zeros(1, 2, 25 * 16 + 1, len(pitches))
    gains[..., 20] = 0.5
    bend = torch.full((1, 25, len(pitches)), 0.6)
    sound = synthesis.tones_of(gains, synthesis.phases(bend, torch.zeros(1, len(pitches), dtype=torch.float64)))
    angle = 2 * torch.pi * (pitches[20] + 0.6 * bends[20]).double() * torch.arange(24_000) / 24_000
    assert torch.allclose(sound[0, 0].double(), 0.5 * torch.cos(angle), atol=0.01)


def test_noise_bands_add_up_to_white() -> None:
    assert torch.allclose(band_shapes(481).sum(0), torch.ones(481, dtype=torch.float64))
    bands = noise_bands()
    assert bands.shape[:2] == (2, BANDS)
    assert torch.allclose(bands.square().mean(-1), torch.ones(2, BANDS), atol=1e-3)
    assert (bands[0] * bands[1]).mean(-1).abs().max() < 0.1
