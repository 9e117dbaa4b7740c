"""How often the sound mark is read exactly after each attack, what it costs, and how far it lies under masking.

    python benchmarks/sound_mark.py --sounds 60 --unmarked 1000

Half of the sounds are of the toy stage, the others are synthetic speech, music and noise; all are stereo, 5 s, 24 kHz.
"""

import argparse
import io
import time
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import av
import numpy as np

from zoetrope.release.marks.sound import SpreadSoundMark
from zoetrope.release.marks.sound_cells import FULL_SCALE, HOP, RATE, power, spectrum
from zoetrope.release.marks.sound_masking import critical_bands, threshold
from zoetrope.release.marks.sound_rate import resample
from zoetrope.training.world.script import write_scene
from zoetrope.training.world.sound import hear

SAMPLES = 5 * RATE
KINDS = ("toy", "speech", "toy", "music", "toy", "noise")
Sound = np.ndarray


def speech(rng: np.random.Generator) -> Sound:
    """Voiced, hissed and silent syllables with moving formants: (s,)."""
    clock = np.arange(SAMPLES) / RATE
    pitch = rng.uniform(90, 220) * (1 + 0.1 * np.sin(2 * np.pi * rng.uniform(0.5, 2) * clock))
    phase, out, start = 2 * np.pi * np.cumsum(pitch) / RATE, np.zeros(SAMPLES), 0
    while start < SAMPLES:
        end = min(start + int(rng.uniform(0.06, 0.22) * RATE), SAMPLES)
        swell, kind = np.sqrt(np.hanning(end - start)), rng.random()
        if kind < 0.65:
            out[start:end] += rng.uniform(0.5, 1) * swell * _voiced(rng, phase[start:end], pitch[start])
        elif kind < 0.85:
            out[start:end] += 0.25 * swell * _hiss(rng, end - start)
        start = end
    return out + rng.normal(size=SAMPLES) * 1e-3


def _voiced(rng: np.random.Generator, phase: Sound, pitch: float) -> Sound:
    formants = (
        (rng.uniform(250, 850), 80, 1),
        (rng.uniform(850, 2400), 110, 0.5),
        (rng.uniform(2300, 3400), 160, 0.25),
    )
    out = np.zeros(len(phase))
    for harmonic in range(1, int(6000 / pitch)):
        height = sum(size / (1 + ((harmonic * pitch - at) / wide) ** 2) for at, wide, size in formants) + 0.003
        out += height * np.sin(harmonic * phase + rng.uniform(0, 6))
    return out


def _hiss(rng: np.random.Generator, samples: int) -> Sound:
    frequency = np.fft.rfftfreq(samples, 1 / RATE)
    bell = 1 / (1 + ((frequency - rng.uniform(2500, 7000)) / 1200) ** 2)
    return np.fft.irfft(np.fft.rfft(rng.normal(size=samples)) * bell, samples)


def music(rng: np.random.Generator) -> Sound:
    """Chords of decaying harmonics with drum hits: (s,)."""
    out, beat = np.zeros(SAMPLES), int(rng.uniform(0.25, 0.5) * RATE)
    for start in range(0, SAMPLES, beat):
        clock = np.arange(SAMPLES - start) / RATE
        for note in rng.choice([0, 2, 4, 7, 9, 12, 14, 16], rng.integers(1, 4), replace=False):
            pitch = 220 * 2 ** (note / 12) * rng.choice([0.5, 1, 2])
            for harmonic in range(1, 9):
                tone = np.sin(2 * np.pi * pitch * harmonic * clock + rng.uniform(0, 6))
                out[start:] += tone * 0.7**harmonic * np.exp(-clock * (1.5 + harmonic))
        if rng.random() < 0.6:
            out[start:] += rng.normal(size=len(clock)) * np.exp(-clock * 40) * rng.uniform(0.2, 0.8)
    return out


def noise(rng: np.random.Generator, slope: float | None = None) -> Sound:
    """Noise between white and brown: (s,)."""
    frequency = np.maximum(np.fft.rfftfreq(SAMPLES, 1 / RATE), 1 / 5)
    shaped = np.fft.rfft(rng.normal(size=SAMPLES)) / frequency ** ((rng.uniform(0, 2) if slope is None else slope) / 2)
    return np.fft.irfft(shaped, SAMPLES)


def sounds(count: int, seed: int) -> Iterator[tuple[str, Sound]]:
    """Kinds and sounds (2, s) float32, the same for the same seed."""
    for at in range(count):
        rng, kind = np.random.default_rng([seed, at]), KINDS[at % len(KINDS)]
        if kind == "toy":
            yield kind, hear(write_scene(rng), SAMPLES)
            continue
        made = {"speech": speech, "music": music, "noise": noise}[kind](rng)
        made, pan, late = made / np.abs(made).max(), rng.uniform(0.3, 0.7), rng.integers(0, 30)
        room = [0.02 * hum / np.abs(hum).max() for hum in (noise(rng, 1), noise(rng, 1))]
        stereo = np.stack([made * pan + room[0], np.roll(made, late) * (1 - pan) + room[1]])
        yield kind, (stereo * rng.uniform(0.3, 0.9)).astype(np.float32)


def through(container: str, codec: str, bit_rate: int) -> Callable[[Sound, np.random.Generator], Sound]:
    """An attack: encode, decode."""

    def attack(sound: Sound, rng: np.random.Generator) -> Sound:
        buffer = io.BytesIO()
        with av.open(buffer, "w", format=container) as file:
            stream: Any = file.add_stream(codec, rate=RATE, layout="stereo")
            stream.bit_rate = bit_rate
            frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(sound), format="fltp", layout="stereo")
            frame.sample_rate, frame.pts, frame.time_base = RATE, 0, Fraction(1, RATE)
            resampler = av.AudioResampler(stream.format, "stereo", RATE, stream.codec_context.frame_size or 1024)
            for ready in (*resampler.resample(frame), *resampler.resample(None), None):
                file.mux(stream.encode(ready))
        buffer.seek(0)
        with av.open(buffer, "r") as coded:
            resampler = av.AudioResampler("fltp", "stereo", RATE)
            parts = [ready.to_ndarray() for frame in coded.decode(audio=0) for ready in resampler.resample(frame)]
            parts += [ready.to_ndarray() for ready in resampler.resample(None)]
        return np.concatenate(parts, axis=1)

    return attack


def third(sound: Sound, rng: np.random.Generator) -> Sound:
    length = sound.shape[1] // 3
    start = rng.integers(0, sound.shape[1] - length)
    return sound[:, start : start + length]


def noisy(sound: Sound, rng: np.random.Generator) -> Sound:
    scale = np.sqrt(np.mean(np.square(sound, dtype=np.float64)) / 100)
    return (sound + rng.normal(size=sound.shape) * scale).astype(np.float32)


def at_speed(speed: float) -> Callable[[Sound, np.random.Generator], Sound]:
    return lambda sound, rng: resample(sound, round(sound.shape[1] / speed))


def telephone(sound: Sound, rng: np.random.Generator) -> Sound:
    return resample(resample(sound, sound.shape[1] * 2 // 3), sound.shape[1])


ATTACKS: dict[str, Callable[[Sound, np.random.Generator], Sound]] = {
    "none": lambda sound, rng: sound,
    "AAC 64k": through("mp4", "aac", 64_000),
    "Opus 24k": through("ogg", "libopus", 24_000),
    "MP3 64k": through("mp3", "libmp3lame", 64_000),
    "16 kHz": telephone,
    "trim to a third": third,
    "2 % faster": at_speed(1.02),
    "2 % slower": at_speed(0.98),
    "20 dB noise": noisy,
}


def over_threshold(sound: Sound, marked: Sound) -> float:
    """The share of audible patches (43 ms by critical band) in which the mark is over a simple masking threshold.

    Patches whose mark is under 0 dB SPL when full scale plays at 90 dB do not count.
    """
    host, mark = (_slots(power(spectrum(part))) for part in (sound, marked - sound))
    added = critical_bands(mark)
    audible = 10 * np.log10(added / FULL_SCALE + 1e-12) > -90
    return float(np.mean(audible & (added > threshold(host))))


def _slots(powers: Sound) -> Sound:
    frames = RATE // 1000 * 43 // HOP
    return powers[: len(powers) // frames * frames].reshape(-1, frames, powers.shape[1]).mean(axis=1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sounds", type=int, default=60)
    parser.add_argument("--unmarked", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    mark, rng = SpreadSoundMark(), np.random.default_rng(options.seed)
    read: dict[str, list[bool]] = {name: [] for name in ATTACKS}
    missed: dict[str, list[str]] = {name: [] for name in ATTACKS}
    ratios, over, spent = [], [], {"embed": 0.0, "detect": 0.0}
    for at, (kind, sound) in enumerate(sounds(options.sounds, options.seed)):
        number, start = int(rng.integers(0, 1 << 48)), time.process_time()
        marked = mark.embed(sound, RATE, number)
        spent["embed"] += time.process_time() - start
        ratios.append(10 * np.log10(np.sum(sound**2) / np.sum((marked - sound) ** 2)))
        over.append(over_threshold(sound, marked))
        for name, attack in ATTACKS.items():
            attacked, start = attack(marked, np.random.default_rng([options.seed, at])), time.process_time()
            found = mark.detect(attacked, RATE)
            spent["detect"] += time.process_time() - start
            read[name].append(found is not None and found.id == number)
            missed[name] += [] if read[name][-1] else [f"{at}:{kind}"]
        lost = [name for name in ATTACKS if not read[name][-1]]
        print(
            f"{at:3d} {kind:7s} {ratios[-1]:5.1f} dB over the mark, {over[-1]:.2%} over threshold, lost {lost}",
            flush=True,
        )
    for name, right in read.items():
        print(
            f"{name:16s} {sum(right):3d} of {len(right)}  {np.mean(right):6.1%}  missed {' '.join(missed[name])}",
            flush=True,
        )
    print(f"signal over mark {np.median(ratios):.1f} dB (least {min(ratios):.1f}); over threshold {np.mean(over):.2%}")
    print({name: f"{value / len(ratios):.3f} s a sound" for name, value in spent.items()}, "(processor time)")
    claims = sum(mark.detect(sound, RATE) is not None for _, sound in sounds(options.unmarked, options.seed + 1000))
    print(f"false claims {claims} of {options.unmarked} unmarked sounds")


if __name__ == "__main__":
    main()
