"""How loud a sound is, and turning down what is too loud, without moving a sample in time.

Sound is only ever turned down: a quiet scene is meant to be quiet, and gain would raise a codec's noise. Knows no
files.
Source: ITU-R BS.1770-5 (weighting, gating, true peak); EBU R 128.
"""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

LOUDEST = -14.0  # LUFS; what the large platforms turn down to, so a louder file gains nothing there
CEILING = 10 ** (-1.0 / 20)  # -1 dBTP, the head room that AAC and Opus need at 160 kbit/s. Source: EBU R 128 s1
SILENCE = -70.0  # LUFS; BS.1770's absolute gate: quieter blocks are not counted
_BLOCK, _HOP = 0.4, 0.1  # seconds
_RELATIVE_GATE = 10.0  # LU below the mean of what passed the absolute gate
_OVERSAMPLING = 4
_LOOK = 0.005  # seconds that the limiter looks ahead and back; shorter is heard as a click, longer as pumping


def level(sound: np.ndarray, rate: int) -> tuple[np.ndarray, float]:
    """Turn a sound down where it is louder than allowed, hold its peaks under the ceiling, and say how loud it is then.

    Shapes: sound float32 (2, s) in and out, equally long.
    Units: rate in samples a second; loudness in LUFS, `SILENCE` at least.
    """
    loudness = measure(sound, rate)
    gain = min(0.0, LOUDEST - loudness)
    lowered = sound * np.float32(10 ** (gain / 20)) if gain else sound
    return limit(lowered, rate), loudness + gain


def measure(sound: np.ndarray, rate: int) -> float:
    """Integrated loudness. Shapes: sound float32 (2, s). Units: LUFS, `SILENCE` for silence."""
    weighted = _weighted(sound, rate)
    energy = np.concatenate([[0.0], np.cumsum((weighted**2).sum(0))])
    length = min(sound.shape[1], round(_BLOCK * rate))
    if not length:
        return SILENCE
    starts = np.arange(0, sound.shape[1] - length + 1, round(_HOP * rate))
    powers = (energy[starts + length] - energy[starts]) / length
    heard = powers[_lufs(powers) > SILENCE]
    if not heard.size:
        return SILENCE
    heard = heard[_lufs(heard) > _lufs(heard.mean()) - _RELATIVE_GATE]
    return float(_lufs(heard.mean()))


def true_peak(sound: np.ndarray) -> np.ndarray:
    """The highest value between a sample and the next, as a player's filter draws it. Shapes: (c, s) in, (s,) out."""
    samples = sound.shape[1]
    spectrum = np.fft.rfft(sound, axis=1)
    finer = np.fft.irfft(spectrum, samples * _OVERSAMPLING, axis=1) * _OVERSAMPLING
    return np.abs(finer).reshape(len(sound), samples, _OVERSAMPLING).max((0, 2))


def limit(sound: np.ndarray, rate: int) -> np.ndarray:
    """Hold true peaks under the ceiling by turning down shortly around them. Shapes: float32 (2, s) in and out."""
    if np.abs(sound).max(initial=0) < CEILING / 2:  # a true peak is less than twice as high as its samples
        return sound
    peaks = true_peak(sound)
    if peaks.max(initial=0) <= CEILING:
        return sound
    needed = np.minimum(1.0, CEILING / np.maximum(peaks, 1e-9))
    look = max(1, round(_LOOK * rate))
    lowest = sliding_window_view(np.pad(needed, 2 * look, constant_values=1.0), 2 * look + 1).min(-1)
    smooth = sliding_window_view(lowest, 2 * look + 1).mean(-1)
    return (sound * smooth).astype(np.float32)


def _lufs(power: np.ndarray | float) -> np.ndarray:
    return -0.691 + 10 * np.log10(np.maximum(power, 1e-12))


def _weighted(sound: np.ndarray, rate: int) -> np.ndarray:
    """K-weighting by spectrum, padded so that the filter's tail does not come round to the start."""
    samples = sound.shape[1]
    length = samples + rate // 4
    spectrum = np.fft.rfft(sound.astype(np.float64), length, axis=1)
    turn = np.exp(-2j * np.pi * np.fft.rfftfreq(length))
    for numerator, denominator in (_shelf(rate), _high_pass(rate)):
        spectrum *= np.polyval(numerator[::-1], turn) / np.polyval(denominator[::-1], turn)
    return np.fft.irfft(spectrum, length, axis=1)[:, :samples]


def _shelf(rate: int) -> tuple[np.ndarray, np.ndarray]:
    """BS.1770's first stage, a head's shadow, at any rate. Source: its 48 kHz filter, solved for analogue values."""
    k = np.tan(np.pi * 1681.974450955533 / rate)
    high, q = 10 ** (3.999843853973347 / 20), 0.7071752369554196
    middle = high**0.4996667741545416
    over = 1 + k / q + k * k
    numerator = np.array([high + middle * k / q + k * k, 2 * (k * k - high), high - middle * k / q + k * k])
    return numerator / over, np.array([1.0, 2 * (k * k - 1) / over, (1 - k / q + k * k) / over])


def _high_pass(rate: int) -> tuple[np.ndarray, np.ndarray]:
    """BS.1770's second stage, at any rate. Source: as above."""
    k, q = np.tan(np.pi * 38.13547087602444 / rate), 0.5003270373238773
    over = 1 + k / q + k * k
    return np.array([1.0, -2.0, 1.0]), np.array([1.0, 2 * (k * k - 1) / over, (1 - k / q + k * k) / over])
