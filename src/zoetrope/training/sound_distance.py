"""How far one sound is from another: the training loss, the reported spectral distance and the shift of onsets.

All of it compares magnitudes of short-time spectra over several windows; waveforms are never subtracted, because the
codec keeps what is heard and not the phase. Knows no codec.
"""

from __future__ import annotations

import itertools
import math

import torch
from torch import Tensor
from torch.nn.functional import avg_pool1d, avg_pool2d, max_pool1d, pad

WINDOWS = (128, 256, 512, 1024, 2048)
FLOOR = 1e-4  # -80 dB of a full-scale sine in the longest window; shorter ones hear more noise in a bin
RATE = 24_000
STEEP = 0.4  # nepers (3.5 dB) within 5 ms, mean over bands; plain noise hardly ever rises so fast in all of them
ATTACK = 256  # samples (11 ms) in which the level of a band is told
QUIET = 3e-3  # -50 dB of a full-scale sine; what rises below it is not heard
BLOCK = 24  # samples (1 ms) of the energy curve in which onsets are sought


def loudness_floor(window: int) -> float:
    """The magnitude below which a bin counts as silent; equal density of noise in every window."""
    return FLOOR * math.sqrt(WINDOWS[-1] / window)


def power(sound: Tensor, window: int, hop: int) -> Tensor:
    """Power spectrogram in which a full-scale sine has power one: (..., s) -> (rows, bins, times)."""
    rows = pad(sound.reshape(-1, sound.shape[-1]), (window // 2, window // 2))
    shape = torch.hann_window(window, device=sound.device)
    spectrum = torch.stft(rows, window, hop, window=shape, center=False, return_complex=True)
    return torch.view_as_real(spectrum).square().sum(-1) * (2 / shape.sum()) ** 2


def spectral_loss(made: Tensor, wanted: Tensor, windows: tuple[int, ...] = WINDOWS) -> tuple[Tensor, Tensor, Tensor]:
    """Three distances, averaged over windows: of every bin's log, of the log of smoothed power, and of magnitudes.

    Two draws of the same noise never agree bin by bin, but their smoothed power does: the second term is the one that
    shapes noise, the first keeps tones narrow, the third weighs what is loud.
    Shapes: both (..., s); scalars out.
    """
    fine, smooth, loud = [], [], []
    for window in windows:
        floor = loudness_floor(window) ** 2
        first, second = power(made, window, window // 2), power(wanted, window, window // 2)
        fine.append(_weighted(first, second, floor))
        soft, want = (avg_pool2d(x[:, None], 3, stride=(2, 1)) for x in (first, second))
        smooth.append(_weighted(soft, want, floor))
        soft, want = torch.sqrt(soft + floor), torch.sqrt(want + floor)
        loud.append((soft - want).abs().sum() / want.sum())
    return torch.stack(fine).mean(), torch.stack(smooth).mean(), torch.stack(loud).mean()


def _weighted(made: Tensor, wanted: Tensor, floor: float) -> Tensor:
    """Mean difference of log magnitudes, heavier with every dB above the floor: a ring of 60 dB counts eightfold."""
    goal = torch.log(wanted + floor)
    weight = 0.5 + (goal - math.log(floor)) / 4
    return ((torch.log(made + floor) - goal).abs() * weight).sum() / weight.sum() / 2


def attack_loss(made: Tensor, wanted: Tensor) -> Tensor:
    """Distance of log levels in bands every 2.7 ms, within 20 ms of where the wanted sound rises steeply.

    A spectrum forgives an attack that creeps in over 10 ms; an ear that watches a ball land does not. One level over
    all bands forgives an attack that a ringing neighbour hides, so every band counts alike.
    Shapes: both (b, c, s).
    """
    levels = [band_levels(sound) for sound in (made, wanted)]
    pair = avg_pool1d(pad(levels[1], (2, 2), mode="replicate"), 2, 1)
    rise = torch.relu(pair[..., 2:] - pair[..., :-2]).mean(1)[..., : levels[1].shape[-1]]
    weight = max_pool1d(torch.relu(rise - STEEP), 17, 1, 8)
    return ((levels[0] - levels[1]).abs().mean(1) * weight).sum() / (weight.sum() + 1)


def band_levels(sound: Tensor) -> Tensor:
    """Log amplitude in bands of about a third of an octave, every 2.7 ms: (b, c, s) -> (b * c, bands, times)."""
    edges = torch.unique(torch.logspace(0, 7, 19, base=2.0).round().long()).tolist()
    spectrum = power(sound, ATTACK, ATTACK // 4)
    grouped = torch.stack([spectrum[:, low:high].sum(1) for low, high in itertools.pairwise(edges)], dim=1)
    return torch.log(grouped + QUIET**2) / 2


@torch.no_grad()
def spectral_distance(made: Tensor, wanted: Tensor) -> tuple[float, float]:
    """Mean absolute difference in dB of log magnitudes: bin by bin, and of power smoothed over 3 x 3 bins.

    Windows 128 to 2048, Hann, hop a quarter, floor -80 dB of a full-scale sine (at 2048). Two independent draws of one
    noise are 6.0 dB apart bin by bin.
    Shapes: both (..., s).
    """
    fine, smooth = [], []
    for window in WINDOWS:
        floor = loudness_floor(window) ** 2
        first, second = power(made, window, window // 4), power(wanted, window, window // 4)
        fine.append(_decibels(first, second, floor))
        smooth.append(_decibels(avg_pool2d(first[:, None], 3, 1), avg_pool2d(second[:, None], 3, 1), floor))
    return sum(fine) / len(fine), sum(smooth) / len(smooth)


def _decibels(first: Tensor, second: Tensor, floor: float) -> float:
    difference = torch.log10(first.clamp(min=floor)) - torch.log10(second.clamp(min=floor))
    return float(10 * difference.abs().mean())


@torch.no_grad()
def onset(sound: Tensor, near: float, reach: float = 0.04) -> float:
    """The moment in seconds of the steepest rise of energy within reach of a moment.

    The rise is the log of the energy of the next 4 ms over that of the last 4 ms, above a floor.
    Shapes: sound (2, s).
    """
    energy = sound.square().sum(0)
    blocks = energy[: len(energy) // BLOCK * BLOCK].reshape(-1, BLOCK).sum(1)
    total = torch.cat((blocks.new_zeros(1), blocks.double().cumsum(0).to(blocks)))
    first = max(4, round((near - reach) * RATE / BLOCK))
    last = min(len(blocks) - 4, round((near + reach) * RATE / BLOCK))
    if last <= first:
        return math.nan
    at = torch.arange(first, last + 1)
    before, after = total[at] - total[at - 4], total[at + 4] - total[at]
    return float(at[int(torch.argmax(torch.log((after + 1e-3) / (before + 1e-3))))]) * BLOCK / RATE
