"""How a place, its weather and its hour sound: slow beds of noise and a few soft calls. Knows no thing and no act."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np

from zoetrope.training.world.acoustics import RATE, Colour, add, amplitude, noise, wander
from zoetrope.training.world.scene import Scene


class Bed(NamedTuple):
    """A layer of noise: colour, RMS in dBFS, how deep and how slowly (seconds) it swells."""

    colour: Colour
    level: float
    depth: float = 0.2
    seconds: float = 2.0


LOUDEST = -31.5  # dBFS RMS of all beds together: the faintest contacts stand 15 dB above
INDOORS = ("room",)
SHELTERED = ("room", "stage")  # no insects are heard here
THROUGH_THE_WINDOW = -5.0  # dB that weather loses on its way inside
SETTINGS = {
    "meadow": (Bed(Colour(300, 1800, -3), -39, 0.4),),
    "beach": (Bed(Colour(150, 3500, -4), -33, 0.85, 1.6),),
    "city": (Bed(Colour(45, 260, -3), -32, 0.15), Bed(Colour(300, 900, -3), -42, 0.3)),
    "snowfield": (Bed(Colour(450, 1100), -35, 0.5, 1.2),),
    "desert": (Bed(Colour(110, 420), -33, 0.5, 1.5),),
    "room": (Bed(Colour(60, 500, -6), -40, 0.05),),
    "sea": (Bed(Colour(90, 900, -3), -32, 0.7, 1.2), Bed(Colour(1200, 4000, -3), -42, 0.7, 0.8)),
    "stage": (Bed(Colour(250, 900, -2), -34, 0.6, 0.25),),
}
WEATHERS = {
    "clear": (),
    "rain": (Bed(Colour(1500, 8000), -34, 0.15, 0.6), Bed(Colour(350, 1000), -40, 0.2)),
    "snow": (Bed(Colour(600, 900), -37, 0.7, 0.8),),
    "petals": (Bed(Colour(2500, 6500), -43, 0.7, 0.3),),
}
INSECTS = Colour(3900, 4300)
INSECTS_LEVEL, INSECTS_RATE = -38.0, 9.0  # dBFS RMS; trills a second
CHIMES = (1047.0, 1175.0, 1319.0, 1568.0, 1760.0)  # Hz: pentatonic on C6
HORNS = (262.0, 311.0, 349.0)
PEAK_CALL = -34.0  # dBFS: calls stay far below contacts


@cache
def chime(pitch: float) -> np.ndarray:
    """Make a soft chime at peak 1. Shapes: float32 (n,) out."""
    seconds = np.arange(round(1.2 * RATE)) / RATE
    level = (1 - np.exp(-seconds / 0.03)) * np.exp(-seconds / 0.3)
    return _peak_one(np.sin(2 * np.pi * pitch * seconds) * level)


@cache
def horn(pitch: float) -> np.ndarray:
    """Make a distant car horn at peak 1. Shapes: float32 (n,) out."""
    seconds = np.arange(round(0.9 * RATE)) / RATE
    tone = np.sin(2 * np.pi * pitch * seconds) + 0.4 * np.sin(2 * np.pi * 1.25 * pitch * seconds)
    return _peak_one(tone * np.sin(np.pi * seconds / 0.9) ** 2)


@cache
def chirp(song: int) -> np.ndarray:
    """Make one call of a bird, three short notes, at peak 1. Shapes: float32 (n,) out."""
    rng = np.random.default_rng([song, 3])
    notes = []
    for _ in range(3):
        through = np.linspace(0, 1, round(rng.uniform(0.09, 0.13) * RATE))
        pitch = rng.uniform(2400, 3400) + rng.uniform(-700, 700) * through
        notes += [np.sin(2 * np.pi * np.cumsum(pitch) / RATE) * np.sin(np.pi * through) ** 2, np.zeros(1200)]
    return _peak_one(np.concatenate(notes))


def _peak_one(sound: np.ndarray) -> np.ndarray:
    """Scale to peak 1 and lock."""
    sound = (sound / np.abs(sound).max()).astype(np.float32)
    sound.setflags(write=False)
    return sound


def _beds(scene: Scene) -> list[Bed]:
    """List the layers of noise of a scene, together no louder than LOUDEST."""
    loss = THROUGH_THE_WINDOW if scene.setting in INDOORS else 0.0
    weather = [bed._replace(level=bed.level + loss) for bed in WEATHERS[scene.weather]]
    beds = [*SETTINGS[scene.setting], *weather]
    excess = 10 * np.log10(sum(amplitude(bed.level) ** 2 for bed in beds)) - LOUDEST
    return [bed._replace(level=bed.level - max(excess, 0.0)) for bed in beds]


def _calls(scene: Scene) -> list[np.ndarray]:
    """List the calls that may be heard in a scene; empty where there are none."""
    calls = []
    if scene.setting == "meadow" and scene.light != "night" and scene.weather != "rain":
        calls += [chirp(song) for song in range(4)]
    if scene.setting == "city":
        calls += [horn(pitch) for pitch in HORNS]
    if scene.weather == "petals":
        calls += [chime(pitch) for pitch in CHIMES]
    return calls


def _trill(samples: int, start: int) -> np.ndarray:
    """Draw the pulsing of insects. Shapes: float32 (samples,) out."""
    seconds = np.arange(start, start + samples, dtype=np.float32) / RATE
    return 1 + 0.8 * np.cos(np.float32(2 * np.pi * INSECTS_RATE) * seconds)


def add_ambience(mix: np.ndarray, scene: Scene, rng: np.random.Generator) -> None:
    """Add setting, weather and night to the mix.

    Shapes: mix (2, s), written in place.
    """
    samples = mix.shape[1]
    for bed in _beds(scene):
        level = wander(rng, samples, bed.depth, bed.seconds) * np.float32(amplitude(bed.level))
        mix += noise(bed.colour, int(rng.integers(1 << 30)), samples) * level
    if scene.light == "night" and scene.setting not in SHELTERED:
        start = int(rng.integers(RATE))
        mix += noise(INSECTS, start, samples) * (_trill(samples, start) * np.float32(amplitude(INSECTS_LEVEL)))
    calls = _calls(scene)
    for moment in np.arange(rng.uniform(0, 1.2), samples / RATE, 1.3) if calls else ():
        call = calls[int(rng.integers(len(calls)))]
        first = round((moment + rng.uniform(0, 0.5)) * RATE)
        add(mix, call, first, rng.uniform(-1, 1), amplitude(PEAK_CALL + rng.uniform(-4, 2)))
