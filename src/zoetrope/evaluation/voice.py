"""Measures how loud a voice is at each frame of a picture, and how well a mouth follows it. Knows no scene."""

from __future__ import annotations

import numpy as np

RATE = 24_000
FRAMES_PER_SECOND = 12
WINDOW = 1024  # samples: 43 ms around the frame, half of it under the bell
LOW, HIGH = 250.0, 4000.0  # Hz: above the rumble of rolling, below most of the rain


def voice_envelope(sound: np.ndarray) -> np.ndarray:
    """Tell how loud the band of voices is around each frame.

    Shapes: sound (channels, s) at 24 kHz; (s // 2000,) amplitude out, one value a frame at 12 frames a second.
    """
    step = RATE // FRAMES_PER_SECOND
    count = sound.shape[1] // step
    padded = np.pad(sound, ((0, 0), (WINDOW // 2, WINDOW)))
    frames = np.stack([padded[:, at * step : at * step + WINDOW] for at in range(count)], 1) if count else None
    if frames is None:
        return np.zeros(0)
    power = (np.abs(np.fft.rfft(frames * np.hanning(WINDOW), axis=2)) ** 2).sum(0)
    frequency = np.fft.rfftfreq(WINDOW, 1 / RATE)
    return np.sqrt(power[:, (frequency >= LOW) & (frequency <= HIGH)].sum(1)) / WINDOW


def agreement(mouth: np.ndarray, envelope: np.ndarray) -> float:
    """Correlate a mouth with a voice; 0 where one of them never moves.

    Shapes: mouth (t,), envelope (t,); frames that one of them lacks at the end are left out.
    """
    count = min(len(mouth), len(envelope))
    one, other = mouth[:count] - np.mean(mouth[:count]), envelope[:count] - np.mean(envelope[:count])
    spread = np.linalg.norm(one) * np.linalg.norm(other)
    return float(one @ other / spread) if spread > 1e-9 else 0.0
