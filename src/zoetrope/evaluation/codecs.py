"""Scorecards of the codecs on fresh true clips: what the picture loses in each style, what the sound keeps of onsets.

A codec is any function from a clip to itself; this module knows no weights and no formats.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from zoetrope.evaluation.onsets import onsets, pair
from zoetrope.evaluation.picture import psnr
from zoetrope.evaluation.rows import Row
from zoetrope.training.world.picture import draw
from zoetrope.training.world.script import write_scene
from zoetrope.training.world.sound import hear
from zoetrope.training.world.vocabulary import STYLES

SEED = 700_000  # scenes that no training run draws
PICTURE_BAR, STYLE_BAR = 30.0, 27.0  # dB: mean over clips, and the worst style
ONSET_BAR = 0.010  # seconds
NEAR = 0.04  # seconds within which two onsets are the same one
WINDOWS = (256, 512, 1024, 2048)  # samples of the spectra that are compared

Pictures = Callable[[np.ndarray], np.ndarray]  # uint8 (t, h, w, 3) -> the same
Sounds = Callable[[np.ndarray], np.ndarray]  # float32 (2, s) -> the same


@dataclass(frozen=True)
class CodecCard:
    """Rows of one codec; by_style maps each style to its mean PSNR, for pictures."""

    rows: tuple[Row, ...]
    by_style: dict[str, float]


def video_card(
    round_trip: Pictures, *, clips: int = 50, frames: int = 61, width: int = 256, height: int = 144
) -> CodecCard:
    """PSNR of a picture codec on fresh clips, styles in equal parts."""
    found: dict[str, list[float]] = {style: [] for style in STYLES}
    for index in range(clips):
        style = STYLES[index % len(STYLES)]
        rng = np.random.default_rng(SEED + index)
        clip = draw(write_scene(rng, width=width, height=height, frames=frames, fixed={"style": style}))
        found[style].append(psnr(round_trip(clip), clip))
    by_style = {style: float(np.mean(values)) for style, values in found.items() if values}
    every = [value for values in found.values() for value in values]
    worst = min(by_style, key=lambda style: by_style[style])
    return CodecCard(
        (
            Row("picture codec, mean PSNR", float(np.mean(every)), len(every), PICTURE_BAR, "dB"),
            Row(f"picture codec, worst style ({worst})", by_style[worst], len(found[worst]), STYLE_BAR, "dB"),
        ),
        by_style,
    )


def sound_card(round_trip: Sounds, *, clips: int = 40, frames: int = 61) -> CodecCard:
    """How far onsets move, how many are lost, and how far the spectra are, on fresh clips."""
    offsets, kept, distances = [], [], []
    for index in range(clips):
        scene = write_scene(np.random.default_rng(SEED + index), frames=frames)
        sound = hear(scene)
        made = round_trip(sound)
        moved, _ = pair(onsets(made), onsets(sound), NEAR)
        found = ~np.isnan(moved)
        offsets += list(np.abs(moved[found]))
        kept += list(found)
        distances.append(spectral_distance(made, sound))
    return CodecCard(
        (
            _summary("sound codec, onset shift, median", offsets, np.median, ONSET_BAR, "ms", lower=True),
            _summary("sound codec, onsets kept", kept, np.mean, None, "share", lower=False),
            _summary("sound codec, spectral distance (nepers)", distances, np.mean, None, "", lower=True),
        ),
        {},
    )


def _summary(name: str, values: list, how: Callable, bar: float | None, kind: str, lower: bool) -> Row:
    return Row(name, float(how(values)) if values else None, len(values), bar, kind, lower)


def spectral_distance(made: np.ndarray, wanted: np.ndarray) -> float:
    """Mean difference of log magnitudes over several windows, above a floor of -60 dB of full scale.

    Shapes: both float32 (channels, s); the longer one is cut.
    """
    length = min(made.shape[-1], wanted.shape[-1])
    each = [np.abs(_logs(made[:, :length], w) - _logs(wanted[:, :length], w)).mean() for w in WINDOWS]
    return float(np.mean(each))


def _logs(sound: np.ndarray, window: int) -> np.ndarray:
    padded = np.pad(sound, ((0, 0), (0, max(0, window - sound.shape[1]))))
    frames = np.lib.stride_tricks.sliding_window_view(padded, window, axis=1)[:, :: window // 4]
    shape = np.hanning(window).astype(np.float32)
    return np.log(np.abs(np.fft.rfft(frames * shape, axis=2)) * (2 / shape.sum()) + 1e-3)
