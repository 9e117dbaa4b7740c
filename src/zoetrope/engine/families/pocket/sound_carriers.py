"""Fixed analysis and synthesis of sound for the pocket codec: features of a waveform, and tones and noise from gains.

Nothing here is learned and nothing here knows latents. A frame is 960 samples (40 ms). Synthesis adds fixed carriers
whose gains move linearly between knots, 16 knots a frame: tones at whole multiples of 25 Hz, which therefore repeat
in every frame, each free to leave its pitch by turning its phase; and bands of one fixed pseudo-random noise. Sound
that comes from gains alone needs no waveform phase in the latents, so a generator of latents cannot get it wrong.
"""

from __future__ import annotations

import math
from functools import cache
from typing import NamedTuple

import numpy as np
import torch
from einops import rearrange
from torch import Tensor, nn

RATE = 24_000
FRAME = 960
KNOTS = 16  # knots of a gain per frame: 2.5 ms, so an attack is as sharp as the ear needs
SEGMENT = FRAME // KNOTS
BANDS = 24  # noise bands, evenly spaced in mel
NOISE_FRAMES = 128  # the noise repeats after 5.12 s, longer than any one clip
LONG, SHORT = 1920, 240  # samples of the windows that see pitch and time
FLOOR = 1e-4  # -80 dB of full scale: what is below is silence
FAINT = 3e-3  # -50 dB: tones below it are left to the noise
TRUST = 45.0  # Hz that a bin may lie beside the pitch behind it: the half-width of the window's main lobe
TINY = 1e-12


def tone_frequencies() -> tuple[Tensor, Tensor]:
    """Pitches of the tone carriers in Hz and how far each may bend, half the distance to its neighbour.

    Spacing 25 Hz below 1 kHz, 50 Hz to 4 kHz, 100 Hz to 10 kHz: 1 % of the pitch, and never a turn of more than
    45 degrees between two knots.
    """
    pitches = [*range(50, 1000, 25), *range(1000, 4000, 50), *range(4000, 10001, 100)]
    bends = [12.5 if pitch < 1000 else 25.0 if pitch < 4000 else 50.0 for pitch in pitches]
    return torch.tensor(pitches, dtype=torch.float32), torch.tensor(bends)


TONES = len(tone_frequencies()[0])


def nearest_tone(hertz: Tensor) -> Tensor:
    """The number of the tone carrier nearest to each pitch; the outermost for what lies beyond."""
    low, middle, high = (hertz - 50) / 25, (hertz - 1000) / 50 + 38, (hertz - 4000) / 100 + 98
    place = torch.where(hertz < 1000, low, torch.where(hertz < 4000, middle, high))
    return place.round().long().clamp(0, TONES - 1)


def band_shapes(bins: int) -> Tensor:
    """Weights of power, (bands, bins), that share every bin among neighbouring mel bands and sum to one."""
    hertz = torch.linspace(0, RATE / 2, bins, dtype=torch.float64)
    place = torch.log1p(hertz / 700) / math.log1p(RATE / 2 / 700) * (BANDS - 1)
    distance = (place[None] - torch.arange(BANDS)[:, None]).abs().clamp(max=1)
    return torch.cos(distance * math.pi / 2).square()


def noise_bands() -> Tensor:
    """The fixed noise split into bands of unit power: (2 streams, bands, NOISE_FRAMES * FRAME), seamless when looped.

    PCG64's raw stream is the same on every platform and in every version of numpy.
    """
    length = NOISE_FRAMES * FRAME
    raw = np.random.PCG64(25).random_raw(2 * length).reshape(2, length)
    white = torch.from_numpy((raw >> np.uint64(11)).astype(np.float64) / 2**52 - 1)
    bands = torch.fft.irfft(torch.fft.rfft(white)[:, None] * band_shapes(length // 2 + 1).sqrt(), n=length)
    return (bands / bands.square().mean(-1, keepdim=True).sqrt()).float()


@cache
def _noise_table() -> Tensor:
    """The noise by segment, (segments, 2 streams * bands, SEGMENT); made once a process, shared, never written."""
    return rearrange(noise_bands(), "c m (n s) -> n (c m) s", s=SEGMENT).contiguous()


class Heard(NamedTuple):
    """What the analysis finds in every frame.

    Shapes: features (b, n, Analysis.features); for each tone (b, n, tones): bend in -1..1, its weight (relative
    amplitude), and peak, the amplitude of what stands alone there: noise has none.
    """

    features: Tensor
    bend: Tensor
    weight: Tensor
    peak: Tensor


class Analysis(nn.Module):
    """What the encoder sees of each frame: how power moves in time and band, and where the tones are. Causal."""

    tones: Tensor
    bends: Tensor
    window: Tensor
    slope: Tensor
    hertz: Tensor
    cells: Tensor
    bands: Tensor
    short: Tensor

    features = 8 * 3 * BANDS + 4 * KNOTS + 5 * TONES

    def __init__(self) -> None:
        super().__init__()
        tones, bends = tone_frequencies()
        rise, fall = LONG - SHORT, SHORT  # a late peak: the pitch of a fresh onset is seen in its own frame
        window = torch.cat((torch.hann_window(2 * rise)[:rise], torch.hann_window(2 * fall)[fall:])).double()
        slope = torch.gradient(window)[0] * RATE / (2 * math.pi)
        hertz = torch.arange(LONG // 2 + 1) * RATE / LONG
        cells = nn.functional.one_hot(nearest_tone(hertz), TONES).float()
        cells[(hertz < 40) | (hertz > 10_050)] = 0
        constants = {
            "tones": tones,
            "bends": bends,
            "window": (window / window.sum() * 2).float(),
            "slope": (slope / window.sum() * 2).float(),
            "hertz": hertz,
            "cells": cells,
            "bands": band_shapes(SHORT // 2 + 1).float().T.contiguous(),
            "short": torch.hann_window(SHORT) * 4 / SHORT,
        }
        for name, value in constants.items():
            self.register_buffer(name, value, persistent=False)

    def forward(self, sound: Tensor) -> Heard:
        """Shapes: sound (b, 2, s), s = 960 n."""
        past = nn.functional.pad(sound, (FRAME, 0))
        pitch, bend, weight, peak = self._pitch(past)
        return Heard(torch.cat((self._time(past), self._blocks(sound), pitch), -1), bend, weight, peak)

    def _pitch(self, past: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Tones by reassigned frequency: the true pitch behind every bin, from the slope of the window."""
        pieces = past.unfold(-1, LONG, FRAME)
        spectrum, derived = torch.fft.rfft(pieces * self.window), torch.fft.rfft(pieces * self.slope)
        power = spectrum.abs().square()
        shift = -(derived * spectrum.conj()).imag / (power + TINY)
        true = self.hertz + shift
        sure = (
            (shift.abs() <= TRUST) & (true > self.tones[0] - self.bends[0]) & (true < self.tones[-1] + self.bends[-1])
        )
        cell = nearest_tone(true)
        near = power * sure
        away = ((true - self.tones[cell]) / self.bends[cell]).clamp(-1, 1)
        shape = (*power.shape[:-1], TONES)
        held = near.new_zeros(shape).scatter_add_(-1, cell, near).sum(1)
        bent = near.new_zeros(shape).scatter_add_(-1, cell, near * away).sum(1)
        highest = near.new_zeros(shape).scatter_reduce_(-1, cell, near, "amax").sum(1).sqrt()
        left, right = (power @ self.cells).unbind(1)
        total = left + right
        bend, level = bent / (held + TINY), torch.log(total.sqrt() + FLOOR)
        side = (right - left) / (total + FLOOR**2)
        weight = (held / (held.sum(-1, keepdim=True) + FLOOR**2)).sqrt()
        share = (held / (total + FLOOR**2)).clamp(max=3)
        around = nn.functional.avg_pool1d(total, 3, 1, 1, count_include_pad=False) * 3
        peak = highest * ((held / (around + FLOOR**2) - 0.6) / 0.3).clamp(0, 1)
        return torch.cat((level, bend * share, side, share, torch.log(peak + FAINT)), -1), bend, weight, peak

    def _time(self, past: Tensor) -> Tensor:
        """Log power in mel bands every 5 ms, of left, right and their difference."""
        parts = torch.cat((past, past[:, :1] - past[:, 1:]), 1)[..., FRAME - SHORT // 2 :]
        power = torch.fft.rfft(parts.unfold(-1, SHORT, SHORT // 2) * self.short).abs().square() @ self.bands
        return rearrange(torch.log(power.sqrt() + FLOOR), "b c (n k) m -> b n (k c m)", k=8)

    def _blocks(self, sound: Tensor) -> Tensor:
        """Log level of every 2.5 ms, plain and of the slope of the sound, where attacks stand out."""
        edges = torch.diff(sound, dim=-1, prepend=sound[..., :1])
        blocks = rearrange(torch.cat((sound, edges), 1), "b c (n k s) -> b n (k c) s", k=KNOTS, s=SEGMENT)
        return torch.log(blocks.square().mean(-1).sqrt() + FLOOR)


class Synthesis(nn.Module):
    """Carriers whose gains move linearly between knots."""

    turns: Tensor
    waves: Tensor
    noise: Tensor
    ramps: Tensor

    def __init__(self) -> None:
        super().__init__()
        tones, bends = tone_frequencies()
        angle = 2 * math.pi * tones.double()[:, None] * torch.arange(FRAME) / RATE
        waves = torch.cat((torch.cos(angle), -torch.sin(angle))).float()
        up = (torch.arange(SEGMENT) + 0.5) / SEGMENT
        constants = {
            "turns": 2 * math.pi * bends.double() * SEGMENT / RATE,
            "waves": rearrange(waves, "w (k s) -> k w s", k=KNOTS).contiguous(),
            "noise": _noise_table(),
            "ramps": torch.stack((1 - up, up)),
        }
        for name, value in constants.items():
            self.register_buffer(name, value, persistent=False)

    def phases(self, bend: Tensor, phase: Tensor) -> Tensor:
        """Phase of each tone at every knot, the start included; carries no gradient.

        Shapes: bend (b, n, tones) in -1..1; phase (b, tones), float64, at the start; out (b, 16 n + 1, tones).
        """
        steps = (bend.detach().double() * self.turns).repeat_interleave(KNOTS, 1)
        return torch.cat((phase[:, None], phase[:, None] + steps.cumsum(1)), 1) % (2 * math.pi)

    def tones_of(self, gains: Tensor, phases: Tensor) -> Tensor:
        """Samples of the tones: gains (b, 2, 16 n + 1, tones), phases (b, 16 n + 1, tones) -> (b, 2, s)."""
        angle = phases[:, None].float()
        knots = torch.cat((gains * torch.cos(angle), gains * torch.sin(angle)), -1)
        rows = rearrange(_ends(knots), "e b c (n k) w -> k (e b c n) w", k=KNOTS)
        out = rearrange(rows @ self.waves, "k (e b c n) s -> e b c (n k) s", e=2, b=len(gains), c=2)
        return self._blend(out)

    def noise_of(self, gains: Tensor, frame: int) -> Tensor:
        """Samples of the noise from frame number frame on: gains (b, 2, 16 n + 1, 2 streams * bands) -> (b, 2, s)."""
        rows = rearrange(_ends(gains), "e b c k w -> k (e b c) w")
        index = (torch.arange(len(rows), device=gains.device) + frame * KNOTS) % len(self.noise)
        out = rearrange(rows @ self.noise[index], "k (e b c) s -> e b c k s", e=2, b=len(gains), c=2)
        return self._blend(out)

    def _blend(self, ends: Tensor) -> Tensor:
        return rearrange(torch.einsum("e b c k s, e s -> b c k s", ends, self.ramps), "b c k s -> b c (k s)")


def _ends(knots: Tensor) -> Tensor:
    """Gains at the start and at the end of every segment, stacked in front."""
    return torch.stack((knots[:, :, :-1], knots[:, :, 1:]))
