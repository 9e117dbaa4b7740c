"""A voice at its own pitch: the tones that a decoder asks for while a mouth is open, played as one voice's harmonics.

The latents of the sound codec keep how loud a voice is and which vowels it speaks, but none of its pitch: of 12 voices
of the stage, encoded and decoded, none had one left. Where the pitch is told, each tone's strength goes to the nearest
harmonic. Knows plans and the decoder; knows no references.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from einops import rearrange
from torch import Tensor

from zoetrope.engine.families.pocket.layout import FRAME_RATE
from zoetrope.engine.families.pocket.plan import AXES, SLOTS, TRACK, Plan, trait_of
from zoetrope.engine.families.pocket.sound_carriers import FRAME, RATE, tone_frequencies
from zoetrope.engine.families.pocket.sound_codec import TONE_KNOTS, Gains, SoundCodec, SoundState
from zoetrope.engine.families.pocket.sounding import TALKER

PITCHES = {"small": (220.0, 290.0), "large": (110.0, 150.0)}  # Hz of the stage's voices
APART = 0.04  # share by which voices of one such pitch differ in steps
WIDE = 0.2  # of a wide open mouth: who never opens it so far does not talk
SHUT = 0.03  # of a wide open mouth: below it nothing is spoken
FALL = 0.06  # share of the pitch by which a syllable begins above it and ends below, as the stage's voices do
VARIES = 0.08  # share by which syllables differ in pitch at most
HARMONICS = 80  # of a voice at most
SPREAD = 32  # harmonics over which phases are spread, so that not all peak at once (Schroeder 1970)
CEILING = 5000.0  # Hz; nothing of a voice lies above


@dataclass(frozen=True, eq=False)
class Speech:
    """Where a decoding with voices stands between two runs of latents.

    `own` is how high the things would speak of themselves, `high` how high they do, in Hz; turns is the phase of the
    last voice, in turns. Shapes: levels (2, HARMONICS + 1).
    """

    sound: SoundState
    own: tuple[float, ...]
    high: tuple[float, ...]
    turns: float
    levels: Tensor


def own_pitch(plan: Plan, slot: int) -> float:
    """How high a thing speaks, in Hz, of whose voice nothing is told: small ones higher, and who looks alike, alike."""
    if not (plan.traits[0, slot, 0] and trait_of(plan, slot, "object") == TALKER):
        return 0.0
    looks = AXES["colour"].index(trait_of(plan, slot, "colour"))
    if plan.badges[0, slot, 0] > 0:
        looks += 1 + int(plan.badges[0, slot, 1:-6].argmax())
    high = PITCHES[trait_of(plan, slot, "size")][looks % 2]
    return high * (1 + APART * (looks // 2 % 5 - 2))


@torch.inference_mode()
def in_voices(
    codec: SoundCodec,
    latents: Tensor,
    plan: Plan,
    told: Sequence[float],
    seed: int,
    first: int = 0,
    state: Speech | None = None,
) -> tuple[np.ndarray, Speech]:
    """The sound (2, s) of latents (n, channels), the first of which is that one of a plan's shot, in its voices.

    Who speaks does so as high as is told, in Hz: one voice is that of whoever speaks, of several each thing has its
    own, in their order. Where nothing is told they speak as high as before, or each as is its own.
    """
    own = tuple(own_pitch(plan, slot) for slot in range(SLOTS))
    high = tuple(told[min(slot, len(told) - 1)] for slot in range(SLOTS)) if told else own
    if state is None:
        levels = latents.new_zeros(2, HARMONICS + 1, dtype=torch.float32)
        state = Speech(codec.start(latents[None]), own, high, 0.0, levels)
    elif state.own == own:
        high = state.high
    thoughts, mixing = codec.decoder.think(latents[None], state.sound.mixing)
    pitch = np.zeros(len(latents))
    for slot in range(SLOTS):
        if own[slot]:
            chance = np.random.default_rng([seed, slot])
            pitch = np.where(pitch > 0, pitch, spoken(plan, slot, high[slot], len(latents), chance, first))
    rest, levels = voiced(codec.decoder.gains(thoughts), pitch)
    voice, turns = played(torch.cat([state.levels[:, None], levels], dim=1), pitch, state.turns)
    sound, after = codec.sound_of(rest, state.sound, mixing)
    return (sound[0] + voice).float().cpu().numpy(), Speech(after, own, high, turns, levels[:, -1])


def spoken(plan: Plan, slot: int, pitch: float, latents: int, rng: np.random.Generator, first: int = 0) -> np.ndarray:
    """The pitch in Hz at the middle of so many sound latents (n,) of a slot's voice, 0 where its mouth is shut.

    A syllable lasts from where the mouth is least open to where it is so again; its pitch falls.
    """
    mouth = plan.tracks[0, slot, :, TRACK.index("mouth")].float().cpu().numpy()
    if mouth.max() < WIDE:
        return np.zeros(latents)
    within = np.flatnonzero((mouth[1:-1] <= mouth[:-2]) & (mouth[1:-1] < mouth[2:])) + 1
    edges = np.array([0, *within, max(len(mouth) - 1, 1)])
    moments = (first + np.arange(latents) + 0.5) * FRAME / RATE * FRAME_RATE
    number = np.clip(np.searchsorted(edges, moments, side="right") - 1, 0, len(edges) - 2)
    through = ((moments - edges[number]) / (edges[number + 1] - edges[number])).clip(0, 1)
    varied = pitch * np.exp(rng.uniform(-VARIES, VARIES, len(edges)))[number]
    opened = np.interp(moments, np.arange(len(mouth)), mouth) > SHUT
    return np.where(opened, varied * (1 + FALL - 2 * FALL * through), 0.0)


def voiced(gains: Gains, pitch: np.ndarray) -> tuple[Gains, Tensor]:
    """Gains without the tones of a voice, and how loud these are as harmonics of its pitch (n,), 0 for none.

    Shapes: levels (2, 8 n, HARMONICS + 1); harmonic 0 is silent.
    """
    device = gains.tones.device
    each = rearrange(gains.tones.float(), "b c (n k) w -> b c n k w", k=TONE_KNOTS)
    power = each.new_zeros(*each.shape[:-1], HARMONICS + 1)
    if not pitch.any():
        return gains, rearrange(power, "1 c n k h -> c (n k) h")
    hertz, tones = torch.from_numpy(pitch).float().to(device), tone_frequencies()[0].to(device)
    number = (tones / hertz[:, None].clamp(min=1e-3)).round()
    whose = (hertz[:, None] > 0) & (number >= 1) & (number <= HARMONICS) & (tones < CEILING)
    number = torch.where(whose, number, 0).long()
    at = number[:, None].expand(each.shape)
    power.scatter_add_(-1, at, torch.where(whose[:, None], each, 0).square())
    left = torch.where(whose[:, None], 0, each)
    rest = Gains(rearrange(left, "b c n k w -> b c (n k) w"), gains.bend, gains.noise)
    return rest, rearrange(power.sqrt(), "1 c n k h -> c (n k) h")


def played(levels: Tensor, pitch: np.ndarray, turns: float) -> tuple[Tensor, float]:
    """The harmonics of a pitch (n,) at levels (2, 1 + 8 n, HARMONICS + 1), the first of which were reached before, as a
    sound (2, s), from a phase on; and the phase after it.
    """
    samples, there = len(pitch) * FRAME, np.flatnonzero(pitch)
    sound = torch.zeros(2, samples)
    if not len(there) and not levels[:, 0, 1:].any():
        return sound.to(levels), turns
    hertz = np.interp(np.arange(samples), (there + 0.5) * FRAME, pitch[there]) if len(there) else np.zeros(samples)
    phase = torch.from_numpy(turns + np.cumsum(hertz) / RATE)
    ramp = torch.arange(FRAME // TONE_KNOTS) / (FRAME // TONE_KNOTS)
    levels = levels.cpu()
    for harmonic in (levels[..., 1:].amax((0, 1)) > 0).nonzero()[:, 0].add(1).tolist():
        wave = (2 * math.pi * ((harmonic * phase + harmonic**2 / (2 * SPREAD)) % 1).float()).cos_()
        level = levels[..., harmonic]
        sound.addcmul_(torch.addcmul(level[:, :-1, None], level.diff(dim=1)[..., None], ramp).flatten(1), wave)
    return sound.to(levels), float(phase[-1] % 1)
