"""The notice that people hear at the start of sound without pictures: a short rhythm that says AI in Morse code.

It is laid over the beginning, which becomes quieter while it sounds. It knows no file and decides nothing: a profile
says whether it is needed.
"""

import numpy as np

from zoetrope.release.profiles import law

# Source: ITU-R M.1677-1, section 2: a dash is as long as three dots, letters lie three dots apart.
_LENGTHS = {"short": 1, "long": 3}
_WITHIN, _BETWEEN = 1, 3
_LETTERS = (2, 2)  # signs of each letter: short long, short short

_DOT_SECONDS = 0.12  # ten words a minute, slow enough to be counted by ear
_PITCH = 880.0  # hertz; above voices, below what small loudspeakers lose
_LOUDNESS = (0.1, 0.3)  # amplitude over silence and over loud sound
_UNDER = 0.35  # what is left of the sound beneath
_RAMP_SECONDS = 0.01  # so that no tone begins with a click


def with_notice(sound: np.ndarray, rate: int) -> np.ndarray:
    """A sound that begins with the notice; one shorter than the notice becomes as long as it.

    Shapes: sound (2, s) float32 in [-1, 1] in and out. Units: rate in samples a second.
    Source: GB 45438-2025, 5.3.
    """
    tone = _tone(rate)
    heard = np.pad(sound, ((0, 0), (0, max(0, len(tone) - sound.shape[1])))).astype(np.float32)
    start = heard[:, : len(tone)]
    loud = float(np.clip(2 * np.sqrt(np.mean(start**2)), *_LOUDNESS))
    start *= 1 - (1 - _UNDER) * _ramped(np.ones(len(tone), np.float32), rate)
    start += loud * tone
    return heard


def _tone(rate: int) -> np.ndarray:
    """The rhythm at full amplitude. Shapes: (s,) float32."""
    time = np.arange(round(sum(length for _, length in _signs()) * _DOT_SECONDS * rate)) / rate
    gate, place = np.zeros(len(time), np.float32), 0
    for sounds, length in _signs():
        end = round((place + length) * _DOT_SECONDS * rate)
        start = round(place * _DOT_SECONDS * rate)
        gate[start:end] = _ramped(np.full(end - start, float(sounds), np.float32), rate)
        place += length
    return (gate * np.sin(2 * np.pi * _PITCH * time)).astype(np.float32)


def _signs() -> list[tuple[bool, int]]:
    """Tones and pauses in order, with their lengths in dots."""
    ends = set(np.cumsum(_LETTERS) - 1)
    signs: list[tuple[bool, int]] = []
    for index, name in enumerate(law("audible_rhythm")):
        signs += [(True, _LENGTHS[name]), (False, _BETWEEN if index in ends else _WITHIN)]
    return signs[:-1]


def _ramped(gate: np.ndarray, rate: int) -> np.ndarray:
    edge = min(round(_RAMP_SECONDS * rate), len(gate) // 2)
    rise = np.linspace(0, 1, edge, dtype=np.float32)
    ramped = gate.copy()
    ramped[:edge] *= rise
    ramped[len(gate) - edge :] *= rise[::-1]
    return ramped
