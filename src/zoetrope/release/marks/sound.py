"""The sound mark: an id in which patches of sound are a little louder or softer than their neighbours.

It survives lossy codecs, resampling, noise, a changed speed of up to 2.5 % and cutting down to about 1.7 s. It does not
survive being alone: silence, and few tones with nothing around them, hold too little to carry 48 bits. It needs no
weights and only numpy. It says what wrote a file; it is no proof, since who holds the key can write it too.
"""

from collections.abc import Iterator

import numpy as np

from zoetrope.core.errors import InvalidRequest, Unsupported
from zoetrope.release.marks.base import SOUND_METHOD, Found
from zoetrope.release.marks.code import Reading, encode, read_each
from zoetrope.release.marks.keys import load_key
from zoetrope.release.marks.sound_cells import RATE, SLOT, Floats, power, sound_of, spectrum
from zoetrope.release.marks.sound_pattern import BLOCK, SLOTS, lay_out
from zoetrope.release.marks.sound_rate import resample
from zoetrope.release.marks.sound_search import OTHER_SPEEDS, Place, likeliest_places
from zoetrope.release.marks.sound_strength import gains, move, weigh

# Half a block of context on each side of a piece: 0.64 s is a whole number of samples at every rate divisible by 25.
_CONTEXT = BLOCK // 2
_PIECE_BLOCKS = 16
_WINDOW_SECONDS, _STEP_SECONDS, _MOST_WINDOWS = 8.0, 6.0, 40
# The best of all code words agrees with noise by 0.50 +- 0.03; where pilots stand out as in one unmarked sound of ten,
# that much is enough.
_LEAST_AGREEMENT, _LEAST_BESIDE_PILOT, _CLEAR_PILOT = 0.58, 0.50, 4.2
_SILENCE = 1e-4  # -80 dB of full scale
_GATE_SECONDS = 0.01


class SpreadSoundMark:
    """Writes and reads ids in sound with one key."""

    method = SOUND_METHOD

    def __init__(self, key: bytes | None = None) -> None:
        self._key = load_key() if key is None else key
        self._pattern = lay_out(self._key)

    def embed(self, sound: Floats, rate: int, id: int) -> Floats:
        """The sound with the mark; silence stays as it is, to the sample. Very quiet or short sounds cannot carry it.

        Shapes: (c, s) float32 in -1 to 1; the same out.
        Units: rate in samples a second, 16,000 at least, divisible by 25.
        Raises: InvalidRequest if the id does not fit into 48 bits; Unsupported for another rate.
        """
        bits = encode(id)
        sound = _checked(sound, rate)
        if rate < 16_000 or rate % 25:
            raise Unsupported(f"the sound mark needs 16000 Hz or more, divisible by 25, not {rate}; resample first")
        if not sound.any():
            return sound
        mark = np.zeros_like(sound)
        for start, end, piece in _pieces(sound, rate):
            part = self._mark_of(piece, rate, bits)
            fade = min(rate * SLOT // RATE, sound.shape[1] - start)
            if start:
                rising = np.linspace(0, 1, fade, dtype=np.float32)
                mark[:, start : start + fade] *= 1 - rising
                part[:, :fade] *= rising
            mark[:, start:end] += part[:, : end - start]
        return np.clip(sound + mark * _gate(sound, rate), np.minimum(sound, -1), np.maximum(sound, 1))

    def detect(self, sound: Floats, rate: int) -> Found | None:
        """The id in the sound, or None.

        Shapes: (c, s) float32. Units: rate in samples a second, any.
        """
        sound = _checked(sound, rate)
        if not sound.any():
            return None
        for start, window in _windows(sound, rate):
            at_rate = resample(window, round(window.shape[1] * RATE / rate))
            if found := self._read(at_rate, start / rate):
                return found
        return None

    def _mark_of(self, piece: Floats, rate: int, bits: np.ndarray) -> Floats:
        """What to add to a piece, without its context."""
        context = _CONTEXT * rate // RATE
        samples = piece.shape[1] * RATE // rate
        spectra = spectrum(resample(piece, samples))
        host = weigh(spectra, self._key)
        factors = gains(move(host, self._pattern, bits, SLOTS // 2))
        mark = sound_of(host.spectra * factors - spectra, samples)
        return resample(mark, piece.shape[1])[:, context:]

    def _read(self, sound: Floats, begins: float) -> Found | None:
        powers = power(spectrum(sound))
        for speeds in ((1.0,), OTHER_SPEEDS):
            places = likeliest_places(powers, self._pattern, speeds)
            readings = read_each(np.array([place.soft for place in places]))
            pairs = [(reading, place) for reading, place in zip(readings, places, strict=True) if reading]
            founds = [
                Found(reading.id, _strength(reading, place), _words(place.speed, begins)) for reading, place in pairs
            ]
            best = max(founds, key=lambda found: found.strength, default=None)
            if best and best.strength >= 1:
                return best
        return None


def _words(speed: float, begins: float) -> str:
    parts = [f"at {speed:.4g} times the speed" if speed != 1 else "", f"from {begins:.1f} s" if begins else ""]
    return ", ".join(part for part in parts if part)


def _strength(reading: Reading, place: Place) -> float:
    with_pilot = min(reading.agreement / _LEAST_BESIDE_PILOT, place.pilot / _CLEAR_PILOT)
    return max(reading.agreement / _LEAST_AGREEMENT, with_pilot)


def _checked(sound: Floats, rate: int) -> Floats:
    if sound.ndim != 2 or not np.isfinite(sound).all():
        raise InvalidRequest(f"a sound is finite and (channels, samples), not {sound.shape}")
    if rate < 1:
        raise InvalidRequest(f"a sound has at least one sample a second, not {rate}")
    return sound.astype(np.float32, copy=False)


def _pieces(sound: Floats, rate: int) -> Iterator[tuple[int, int, Floats]]:
    """Pieces of 20 s with context on both sides, zeros where there is none; each ends a slot after the next begins."""
    block, samples = BLOCK * rate // RATE, sound.shape[1]
    context, fade = block // 2, rate * SLOT // RATE
    for start in range(0, samples, _PIECE_BLOCKS * block):
        end = min(start + _PIECE_BLOCKS * block + fade, samples)
        blocks = -(-(end - start) // block) + 1
        piece = np.zeros((len(sound), blocks * block), np.float32)
        first, last = max(start - context, 0), min(start - context + piece.shape[1], samples)
        piece[:, first - start + context : last - start + context] = sound[:, first:last]
        yield start, end, piece


def _windows(sound: Floats, rate: int) -> Iterator[tuple[int, Floats]]:
    """Windows of 8 s; of a long sound 40, spread over it."""
    length, step = round(_WINDOW_SECONDS * rate), round(_STEP_SECONDS * rate)
    starts = range(0, max(sound.shape[1] - length, 0) + step, step)
    for start in starts[:: -(-len(starts) // _MOST_WINDOWS)]:
        yield start, sound[:, start : start + length]


def _gate(sound: Floats, rate: int) -> Floats:
    """1 where there is sound and 0 in silence, with ramps that begin where the sound does: (s,)."""
    size = max(round(_GATE_SECONDS * rate), 1)
    count = -(-sound.shape[1] // size)
    loud = np.abs(np.pad(sound, ((0, 0), (0, count * size - sound.shape[1])))).reshape(len(sound), count, size)
    loud = np.pad(loud.max(axis=(0, 2)) > _SILENCE, 1, mode="edge")
    open_ = (loud[:-2] & loud[1:-1] & loud[2:]).astype(np.float32)
    return np.interp(np.arange(sound.shape[1]), (np.arange(count) + 0.5) * size, open_).astype(np.float32)
