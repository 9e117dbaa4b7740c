"""What a voice tells of who talks: how high it speaks. Knows no words and no weights."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

RATE = 24_000
FRAME, HOP = 2048, 480  # samples that one pitch is heard in, 85 ms, and from one to the next, 20 ms
LOWEST, HIGHEST = 75.0, 420.0  # Hz of speaking voices, men's lowest to children's
PERIODIC = 0.25  # share of a frame that its own repetition leaves unexplained, at most, where it is voiced
LOUD = 0.15  # of the loudest frame: fainter ones are echoes and noise
HARMONICS = 6  # of a voice that are looked at; what rings has partials elsewhere, what hums has few
RICH = 3  # of them that stand out at least
STANDS = 0.03  # amplitude of one that stands out, of the strongest's
LEAST = 20  # voiced frames of a voice at least, 0.4 s
# How far a voice moves from one frame to the next, by the pitch: of 60 voices of the stage 0.007 to 0.013 in the
# middle; what rings stays under 0.0035 and bent rubber, where it is voiced for so long, is at 0.046.
GLIDES = (0.0045, 0.025)
LEAP = 0.2  # by the pitch: what moves farther is another syllable


def pitch_of(sound: np.ndarray) -> float | None:
    """How high a voice in a sound speaks, in the middle; None where nobody speaks.

    Shapes: sound (2, s). Units: RATE samples a second; Hz.
    """
    return _pitch_of(np.ascontiguousarray(sound.mean(0), np.float64).tobytes())


@lru_cache(maxsize=16)
def _pitch_of(samples: bytes) -> float | None:
    """The same of a sound's bytes: a request is asked several times what it gives."""
    told = np.log(pitches(np.frombuffer(samples)))
    moves = np.abs(np.diff(told))
    moves = moves[moves < LEAP]  # none is nan
    if len(moves) < LEAST or not GLIDES[0] < float(np.median(moves)) < GLIDES[1]:
        return None
    return float(np.exp(np.nanmedian(told)))


def pitches(sound: np.ndarray) -> np.ndarray:
    """How high a sound (s,) is voiced every HOP samples, in Hz; nan where it is not.

    Source: de Cheveigné and Kawahara 2002 (YIN): the first dip of the normalised difference of a frame and itself
    later; then harmonics, so that neither hums nor strokes count.
    """
    if len(sound) < FRAME or np.abs(sound).max() < 1e-4:
        return np.full(0, np.nan)
    frames = np.lib.stride_tricks.sliding_window_view(sound, FRAME)[::HOP]
    frames = frames - frames.mean(1, keepdims=True)
    level = np.sqrt((frames**2).mean(1))
    told = np.full(len(frames), np.nan)
    for number in np.flatnonzero(level > LOUD * level.max()):
        told[number] = _pitch(frames[number])
    return told


def _pitch(frame: np.ndarray) -> float:
    """The pitch of one frame, nan where it has none."""
    most = int(RATE / LOWEST) + 1
    length = FRAME - most
    spectrum = np.fft.rfft(frame, 2 * FRAME)
    met = np.fft.irfft(spectrum * np.fft.rfft(frame[:length], 2 * FRAME).conj())[: most + 1]
    power = np.concatenate([[0.0], np.cumsum(frame**2)])
    later = power[length : length + most + 1] - power[: most + 1]
    gap = later[0] + later - 2 * met
    gap[0] = 0
    share = gap * np.arange(most + 1) / np.maximum(np.cumsum(gap), 1e-12)
    start = int(RATE / HIGHEST)
    under = np.flatnonzero(share[start:most] < PERIODIC)
    if not len(under):
        return np.nan
    at = start + int(under[0])
    while at + 1 < most and share[at + 1] < share[at]:
        at += 1
    before, here, after = share[at - 1 : at + 2]
    bend = before - 2 * here + after
    lag = at + (float(np.clip(0.5 * (before - after) / bend, -0.5, 0.5)) if bend > 0 else 0.0)
    return RATE / lag if _rich(frame, RATE / lag) else np.nan


def _rich(frame: np.ndarray, pitch: float) -> bool:
    """Whether a frame has the many harmonics of a voice."""
    seconds = np.arange(FRAME) / RATE
    waves = np.exp(-2j * np.pi * pitch * np.outer(np.arange(1, HARMONICS + 1), seconds)) * np.hanning(FRAME)
    strong = np.abs(waves @ frame)
    return int((strong > STANDS * strong.max()).sum()) >= RICH
