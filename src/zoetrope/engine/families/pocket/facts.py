"""What the pocket family can be asked for, and how its weights are found. Loads no torch until `load` is called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from zoetrope.core.conditions import Extend, Footage, Keyframe, Region, Soundtrack
from zoetrope.core.errors import InvalidRequest
from zoetrope.core.events import Notice
from zoetrope.core.limits import Limits, check_limits
from zoetrope.core.request import Request
from zoetrope.core.sizes import Size
from zoetrope.core.time import Clock
from zoetrope.engine.families.pocket.words import read_lexicon, say_unknown, unknown_words
from zoetrope.engine.presets import Preset

if TYPE_CHECKING:
    from zoetrope.engine.families import Loaded
    from zoetrope.engine.numerics import Numerics

PATCH = 16  # pixels of a side of one video token
WEIGHTS = Path(__file__).parent / "weights"
LEXICON = "lexicon.json"

LIMITS = Limits(
    checkpoint="pocket",
    clock=Clock(frame_rate=12, frames_per_latent=6, sample_rate=24_000, samples_per_latent=960),
    grid=PATCH,
    sides=(80, 256),
    most_pixels=256 * 144,
    learned=(Size(256, 144),),
    seconds=(Fraction(1, 2), Fraction(5)),
    seconds_step=Fraction(1, 2),
    conditions=(Keyframe, Extend, Region, Soundtrack, Footage),
)

# By eye, on twelve prompts: the sketch already holds what a prompt says, so that guidance adds nothing but noise; more
# steps add ornament (trees, windows), which the early network paints in blotches.
PRESETS: Mapping[str, Preset] = MappingProxyType(
    {
        "draft": Preset(steps=1, guidance=1.0, shift=5.0),
        "standard": Preset(steps=2, guidance=1.0, shift=5.0),
        "fine": Preset(steps=6, guidance=1.0, shift=5.0),
    }
)


@dataclass(frozen=True)
class Pocket:
    """The pocket checkpoint in a folder of weights."""

    weights: Path = WEIGHTS

    @property
    def limits(self) -> Limits:
        return LIMITS

    @property
    def presets(self) -> Mapping[str, Preset]:
        return PRESETS

    def check(self, request: Request) -> tuple[Notice, ...]:
        """Refuse what pocket cannot make; name the words and the size it has not learned.

        Raises: InvalidRequest, Unsupported.
        """
        check_limits(request, LIMITS)
        return (*self._check_words(request), *_check_learned(request))

    def _check_words(self, request: Request) -> tuple[Notice, ...]:
        if not (self.weights / LEXICON).exists():
            return ()  # weights are not there yet; `load` says so, with what to do
        unknown = unknown_words(f"{request.prompt}\n{request.negative}", read_lexicon(self.weights / LEXICON))
        if not unknown:
            return ()
        if request.strict:
            raise InvalidRequest(f"{say_unknown(unknown)}; use words it knows, or leave strict out to try anyway.")
        return (Notice(f"{say_unknown(unknown)}; the rest of the prompt is followed."),)

    def load(self, numerics: Numerics) -> Loaded:
        """Load network, text encoder and both codecs.

        Raises: WeightsError, naming the file and the key.
        """
        from zoetrope.engine.families.pocket.storage import load_pocket

        return load_pocket(self.weights, numerics)


def _check_learned(request: Request) -> tuple[Notice, ...]:
    if request.size in LIMITS.learned:
        return ()
    learned = ", ".join(map(str, LIMITS.learned))
    return (Notice(f"pocket was not trained at {request.size}; it is at its best at {learned}."),)


POCKET = Pocket()
