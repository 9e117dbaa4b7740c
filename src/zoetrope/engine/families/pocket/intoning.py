"""A voice at its own pitch: the tones that a decoder asks for while a mouth is open, played as one voice's harmonics.

The latents of the sound codec keep how loud a voice is and which vowels it speaks, but none of its pitch: of 12 voices
of the stage, encoded and decoded, none had one left. Where the pitch is told, each tone's strength goes to the nearest
harmonic. Knows plans and the decoder; knows no references.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import torch
from einops import rearrange
from torch import Tensor

from zoetrope.engine.families.pocket.layout import FRAME_RATE
from zoetrope.engine.families.pocket.plan import SLOTS, TRACK, Plan
from zoetrope.engine.families.pocket.sound_carriers import FRAME, RATE, tone_frequencies
from zoetrope.engine.families.pocket.sound_codec import TONE_KNOTS, Gains, SoundCodec

SHUT = 0.03  # of a wide open mouth: below it nothing is spoken
FALL = 0.06  # share of the pitch by which a syllable begins above it and ends below, as the stage's voices do
VARIES = 0.08  # share by which syllables differ in pitch at most
CEILING = 5000.0  # Hz; nothing of a voice lies above


@torch.inference_mode()
def in_voices(codec: SoundCodec, latents: Tensor, plan: Plan, high: Sequence[float], seed: int) -> np.ndarray:
    """The sound (2, s) of latents (n, channels) in which the things of a plan speak so high, in Hz.

    One voice is that of whoever speaks; of several each thing has its own, in their order.
    """
    state = codec.start(latents[None])
    thoughts, mixing = codec.decoder.think(latents[None], state.mixing)
    pitch = np.zeros(len(latents))
    for slot in range(SLOTS):
        says = spoken(plan, slot, high[min(slot, len(high) - 1)], len(latents), np.random.default_rng([seed, slot]))
        pitch = np.where(pitch > 0, pitch, says)
    rest, voice = voiced(codec.decoder.gains(thoughts), pitch)
    return (codec.sound_of(rest, state, mixing)[0] + voice)[0].float().cpu().numpy()


def spoken(plan: Plan, slot: int, pitch: float, latents: int, rng: np.random.Generator) -> np.ndarray:
    """The pitch in Hz at the middle of each sound latent (n,) of a slot's voice, 0 where its mouth is shut.

    A syllable lasts from where the mouth is least open to where it is so again; its pitch falls.
    """
    mouth = plan.tracks[0, slot, :, TRACK.index("mouth")].float().cpu().numpy()
    within = np.flatnonzero((mouth[1:-1] <= mouth[:-2]) & (mouth[1:-1] < mouth[2:])) + 1
    edges = np.array([0, *within, max(len(mouth) - 1, 1)])
    moments = (np.arange(latents) + 0.5) * FRAME / RATE * FRAME_RATE
    number = np.clip(np.searchsorted(edges, moments, side="right") - 1, 0, len(edges) - 2)
    through = ((moments - edges[number]) / (edges[number + 1] - edges[number])).clip(0, 1)
    varied = pitch * np.exp(rng.uniform(-VARIES, VARIES, len(edges)))[number]
    opened = np.interp(moments, np.arange(len(mouth)), mouth) > SHUT
    return np.where(opened, varied * (1 + FALL - 2 * FALL * through), 0.0)


def voiced(gains: Gains, pitch: np.ndarray) -> tuple[Gains, Tensor]:
    """Gains without the tones of a voice, and the voice that they make at its pitch (n,) in each latent, 0 for none.

    Shapes: the sound (1, 2, s) out.
    """
    device = gains.tones.device
    hertz, tones = torch.from_numpy(pitch).float().to(device), tone_frequencies()[0].to(device)
    number = (tones / hertz[:, None].clamp(min=1e-3)).round()
    whose = (hertz[:, None] > 0) & (number >= 1) & (tones < CEILING)
    number = torch.where(whose, number, 0).long()
    each = rearrange(gains.tones.float(), "b c (n k) w -> b c n k w", k=TONE_KNOTS)
    power = each.new_zeros(*each.shape[:-1], int(number.max()) + 1)
    at = number[:, None].expand(each.shape)
    power.scatter_add_(-1, at, torch.where(whose[:, None], each, 0).square())
    left = torch.where(whose[:, None], 0, each)
    levels = rearrange(power.sqrt(), "1 c n k h -> c (n k) h")
    rest = Gains(rearrange(left, "b c n k w -> b c (n k) w"), gains.bend, gains.noise)
    return rest, torch.from_numpy(_played(levels.cpu().numpy(), pitch))[None].to(device)


def _played(levels: np.ndarray, pitch: np.ndarray) -> np.ndarray:
    """The harmonics of a pitch (n,) at levels (2, 8 n, h) as a sound (2, s); harmonic 0 is silent."""
    samples = len(pitch) * FRAME
    moments = np.arange(samples)
    there = np.flatnonzero(pitch)
    if not len(there):
        return np.zeros((2, samples), np.float32)
    turns = np.cumsum(np.interp(moments, (there + 0.5) * FRAME, pitch[there])) / RATE
    knots = np.arange(levels.shape[1] + 1) * (FRAME // TONE_KNOTS)
    sound = np.zeros((2, samples))
    for harmonic in range(1, levels.shape[2]):
        wave = np.cos(2 * math.pi * (harmonic * turns + harmonic**2 / (2 * levels.shape[2])))
        for side in range(2):
            sound[side] += np.interp(moments, knots, np.pad(levels[side, :, harmonic], (1, 0))) * wave
    return sound.astype(np.float32)
