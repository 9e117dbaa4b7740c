"""Between sound and LTX-2's sound latents: spectra by the sound codec, and waves by the vocoder. Knows no canvas."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch
from einops import rearrange
from torch import Tensor
from torch.nn.functional import pad

from zoetrope.engine.families.ltx.facts import SPECTRA

# Spectra as the sound codec was trained on them. Source: the MelSpectrogram of diffusers' Echo pipelines, which share
# the codec, and of ltx_core: magnitudes, Slaney's scale and norm, logarithms from 1e-5 on.
WINDOW, LEAST = 1024, 1e-5
LINEAR_TO, LINEAR_STEP, LOG_STEP = 1000.0, 200 / 3, math.log(6.4) / 27


def decode_sound(codec: Any, vocoder: Any, latent: Tensor, samples: int) -> np.ndarray:
    """Decode a whole sound, and cut it to the length of the picture.

    Shapes: latent (m, c * bins), normalised; out float32 (2, samples).
    """
    packed = latent * codec.latents_std.to(latent) + codec.latents_mean.to(latent)
    bins = codec.config.mel_bins // SPECTRA
    given = rearrange(packed, "m (c k) -> 1 c m k", k=bins)
    spectra = codec.decode(given.to(codec.dtype), return_dict=False)[0]
    waves = vocoder(spectra.to(vocoder.dtype))[0].float().cpu().numpy()
    assert waves.shape[1] >= samples, "the canvas holds sound for the whole picture"
    return np.ascontiguousarray(waves[:, :samples])


def encode_sound(codec: Any, sound: np.ndarray, rate: int, count: int, device: torch.device) -> Tensor:
    """Encode a sound into so many latents; silence follows where it is short.

    Shapes: sound float32 (2, s) at `rate`; out (count, c * bins), normalised, float32.
    """
    config = codec.config
    waves = resampled(torch.from_numpy(np.ascontiguousarray(sound)).to(device), rate, config.sample_rate)
    wanted = (SPECTRA * count - 1) * config.mel_hop_length
    waves = pad(waves, (0, max(wanted - waves.shape[1], 0)))
    seen = spectra(waves, config.sample_rate, config.mel_hop_length, config.mel_bins)
    latent = codec.encode(seen[None].to(codec.dtype)).latent_dist.mode()[:, :, :count]
    packed = rearrange(latent, "1 c m k -> m (c k)").float()
    return (packed - codec.latents_mean.to(packed)) / codec.latents_std.to(packed)


def resampled(waves: Tensor, rate: int, wanted: int) -> Tensor:
    """The same seconds at another rate, through the spectrum. Shapes: (2, s) to (2, s')."""
    if rate == wanted:
        return waves
    count = round(waves.shape[1] * wanted / rate)
    spectrum = torch.fft.rfft(waves.float())
    kept = torch.zeros(len(waves), count // 2 + 1, dtype=spectrum.dtype, device=waves.device)
    common = min(kept.shape[1], spectrum.shape[1])
    kept[:, :common] = spectrum[:, :common]
    return torch.fft.irfft(kept, count) * (count / waves.shape[1])


def spectra(waves: Tensor, rate: int, hop: int, bins: int) -> Tensor:
    """How loud a sound is over time and pitch. Shapes: (2, s) to (2, 1 + s // hop, bins)."""
    window = torch.hann_window(WINDOW, device=waves.device)
    short = torch.stft(waves.float(), WINDOW, hop, window=window, center=True, pad_mode="reflect", return_complex=True)
    mel = rearrange(short.abs(), "e f t -> e t f") @ pitches(rate, bins).to(waves.device)
    return mel.clamp(min=LEAST).log()


def pitches(rate: int, bins: int) -> Tensor:
    """How much each frequency counts for each pitch. Shapes: out (window / 2 + 1, bins).

    Source: Slaney, Auditory Toolbox, 1998: even to 1 kHz, logarithmic above; triangles of equal area.
    """
    top = rate / 2
    edge = LINEAR_TO / LINEAR_STEP
    highest = edge + math.log(top / LINEAR_TO) / LOG_STEP if top > LINEAR_TO else top / LINEAR_STEP
    scale = torch.linspace(0, highest, bins + 2, dtype=torch.float64)
    points = torch.where(scale < edge, scale * LINEAR_STEP, LINEAR_TO * ((scale - edge) * LOG_STEP).exp())
    frequency = torch.linspace(0, top, WINDOW // 2 + 1, dtype=torch.float64)[:, None]
    rising = (frequency - points[:-2]) / (points[1:-1] - points[:-2])
    falling = (points[2:] - frequency) / (points[2:] - points[1:-1])
    triangles = torch.minimum(rising, falling).clamp(min=0)
    return (triangles * 2 / (points[2:] - points[:-2])).float()
