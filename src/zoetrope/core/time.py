"""Exact time: seconds, frames, samples and latents as integers and fractions.

Seconds are for people and are converted once, here. Knows nothing of any checkpoint; a family brings its own `Clock`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

from zoetrope.core.errors import InvalidRequest

Seconds = Fraction
LONGEST = 10**9  # seconds, thirty years: what is longer is no time that anybody means


def exact_seconds(value: float | int | str | Fraction) -> Seconds:
    """Read seconds as a person writes them: 2.5, "2.5s"; 0.1 is one tenth, not the nearest binary number.

    Raises: InvalidRequest if the value is not a finite number, is negative, or longer than anybody waits.
    """
    try:
        seconds = value if isinstance(value, Fraction) else Fraction(str(value).strip().removesuffix("s"))
    except (ValueError, ZeroDivisionError):
        raise InvalidRequest(f"seconds was {value!r:.40}; it must be a number such as 2.5.") from None
    if seconds > LONGEST:
        raise InvalidRequest(f"seconds was {value!r:.40}; it must be a number such as 2.5, and no more than {LONGEST}.")
    if seconds < 0:
        raise InvalidRequest(f"seconds was {show_seconds(seconds)}; it must not be negative. Ask for 0.5 or more.")
    return seconds


def show_seconds(seconds: Fraction) -> str:
    """Write seconds for people: 5, 2.5, 0.333."""
    return f"{float(seconds):.3f}".rstrip("0").rstrip(".")


@dataclass(frozen=True)
class Clock:
    """How a family counts time: rates of frames and samples, and how many of them one latent holds.

    The first latent frame holds one frame, every later one `frames_per_latent`.
    Units: frame_rate in frames a second, sample_rate in samples a second.
    """

    frame_rate: int
    frames_per_latent: int
    sample_rate: int
    samples_per_latent: int

    def frames(self, seconds: Seconds) -> int:
        """Count the frames of a shot; zero seconds is a still of one frame.

        Raises: InvalidRequest if the seconds are not a whole number of frames.
        """
        count = seconds * self.frame_rate
        if count.denominator != 1:
            below = Fraction(math.floor(count), self.frame_rate)
            above = Fraction(math.ceil(count), self.frame_rate)
            raise InvalidRequest(
                f"{show_seconds(seconds)} s is not a whole number of frames at {self.frame_rate} frames a second; "
                f"ask for {show_seconds(below)} or {show_seconds(above)} s."
            )
        return max(1, int(count))

    def latent_frames(self, frames: int) -> int:
        """Count the latent frames that hold so many frames."""
        return 1 + math.ceil((frames - 1) / self.frames_per_latent)

    def grid_frames(self, frames: int) -> int:
        """Count the frames that the codec makes to hold so many; those past `frames` are dropped."""
        return 1 + self.frames_per_latent * (self.latent_frames(frames) - 1)

    def samples(self, seconds: Seconds) -> int:
        """Count the samples of sound that last exactly so long.

        Raises: InvalidRequest if the seconds are not a whole number of samples.
        """
        count = seconds * self.sample_rate
        if count.denominator != 1:
            raise InvalidRequest(f"{seconds} s is not a whole number of samples at {self.sample_rate} a second.")
        return int(count)

    def sound_latents(self, samples: int) -> int:
        """Count the sound latents that hold so many samples."""
        return math.ceil(samples / self.samples_per_latent)

    def seconds_of(self, frames: int) -> Seconds:
        """How long so many frames last."""
        return Fraction(frames, self.frame_rate)

    def frame_at(self, seconds: Seconds) -> int:
        """Find the frame that is shown at a moment."""
        return math.floor(seconds * self.frame_rate)
