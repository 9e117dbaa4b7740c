"""What the pocket family can be asked for, and how its weights are found. Loads no torch until `load` is called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from zoetrope.core.conditions import (
    Control,
    Extend,
    Footage,
    Keyframe,
    Reference,
    ReferenceSound,
    Region,
    Restyle,
    Soundtrack,
)
from zoetrope.core.errors import InvalidRequest, Unsupported
from zoetrope.core.events import Notice
from zoetrope.core.limits import Limits, check_limits
from zoetrope.core.motion import CameraPath, Cue, Hold, Stroke, cues_of
from zoetrope.core.request import Request
from zoetrope.core.sizes import Size
from zoetrope.core.time import Clock
from zoetrope.engine.families.pocket.doing import without_rest
from zoetrope.engine.families.pocket.gathering import THINGS, bare, check_things
from zoetrope.engine.families.pocket.sounding import check_sounds
from zoetrope.engine.families.pocket.wordings import in_known_words, shown_as
from zoetrope.engine.families.pocket.words import Lexicon, read_lexicon, say_unknown, unknown_words
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
    conditions=(
        Keyframe,
        Extend,
        Region,
        Soundtrack,
        Footage,
        Stroke,
        CameraPath,
        Hold,
        Cue,
        Reference,
        ReferenceSound,
        Control,
        Restyle,
    ),
)

# By eye: the sketch holds what a prompt says and what the scenery painter made up, and noise in the middle of the
# schedule hides it again, so the second step begins halfway down; guidance adds nothing but noise.
PRESETS: Mapping[str, Preset] = MappingProxyType(
    {
        "draft": Preset(steps=1, guidance=1.0, shift=1.0),
        "standard": Preset(steps=2, guidance=1.0, shift=1.0),
        "fine": Preset(steps=4, guidance=1.0, shift=1.0),
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
        for condition in request.conditions:
            if isinstance(condition, Stroke) and condition.thing > THINGS:
                raise InvalidRequest(f"a stroke was drawn for thing {condition.thing}; pocket's shots have {THINGS}.")
        _check_restyle(request)
        heard = check_sounds(request)
        if not (self.weights / LEXICON).exists():
            return _check_learned(request)  # weights are not there yet; `load` says so, with what to do
        lexicon = read_lexicon(self.weights / LEXICON)
        return (*_check_words(request, lexicon), *heard, *check_things(request, lexicon), *_check_learned(request))

    def score(self, checkpoint: Loaded, request: Request) -> float:
        """How good a shot promises to be; see `choosing.Scores`."""
        from zoetrope.engine.families.pocket.family import LoadedPocket
        from zoetrope.engine.families.pocket.judging import promise

        assert isinstance(checkpoint, LoadedPocket), "pocket scores its own shots"
        grid = (request.size.height // PATCH, request.size.width // PATCH)
        return promise(checkpoint.plan(request, LIMITS.clock.latent_frames(LIMITS.clock.frames(request.seconds))), grid)

    def load(self, numerics: Numerics) -> Loaded:
        """Load network, text encoder and both codecs.

        Raises: WeightsError, naming the file and the key.
        """
        from zoetrope.engine.families.pocket.storage import load_pocket

        return load_pocket(self.weights, numerics)


def _check_words(request: Request, lexicon: Lexicon) -> tuple[Notice, ...]:
    unknown: dict[str, tuple[str, ...]] = {}
    shown: dict[str, str] = {}
    for text in (request.prompt, request.negative, *(cue.prompt for cue in cues_of(request.conditions))):
        said = bare(request, text)
        unknown |= unknown_words(without_rest(in_known_words(said, lexicon)), lexicon)
        shown |= shown_as(said, lexicon)
    if not unknown and not shown:
        return ()
    told = say_unknown(unknown, shown)
    if request.strict:
        raise InvalidRequest(f"{told}; use words it knows, or leave strict out to try anyway.")
    return (Notice(f"{told}; the rest of the prompt is followed."),)


def _check_restyle(request: Request) -> None:
    """Raises: Unsupported for what else tells of a shot that is made out of a clip."""
    if not any(isinstance(each, Restyle) for each in request.conditions):
        return
    for condition in request.conditions:
        if not isinstance(condition, Restyle | Soundtrack):
            raise Unsupported(
                "pocket restyles a clip with its own motion, camera and things, so it takes no "
                f"{type(condition).__name__} beside it; leave one of the two out."
            )


def _check_learned(request: Request) -> tuple[Notice, ...]:
    if request.size in LIMITS.learned:
        return ()
    learned = ", ".join(map(str, LIMITS.learned))
    return (Notice(f"pocket was not trained at {request.size}; it is at its best at {learned}."),)


POCKET = Pocket()
