"""Whose face a shot uses: what is given is held against the consents of a house before anything is made.

Where no face detector is configured, whoever gives a picture says whom it shows. Knows no terminal and no HTTP.
"""

from __future__ import annotations

import getpass
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import get_args

import numpy as np

from zoetrope.core.conditions import Control, Extend, Footage, Keyframe, Reference, Region, Restyle
from zoetrope.core.errors import InvalidRequest
from zoetrope.core.request import Request
from zoetrope.release.asset import Ingredient
from zoetrope.release.consent import ANYONE, Declaration, FaceDetector, Likeness, Use, check_use
from zoetrope.release.consent_store import Consents
from zoetrope.render.ingredients import media_of


@dataclass(frozen=True, eq=False)
class Likenesses:
    """What a giver says of the faces in what is given, and where consents lie.

    `shows` None: nothing is said, which is enough only where a detector or an earlier declaration answers. `consent` is
    the id of the consent that a real person's face rests on.
    """

    home: Path
    shows: Declaration | None = None
    consent: str | None = None
    user: str = ""
    project: str = ANYONE
    detector: FaceDetector | None = None

    def __post_init__(self) -> None:
        if self.shows not in (None, *get_args(Declaration)):
            known = ", ".join(get_args(Declaration))
            raise InvalidRequest(f"whom pictures show was {self.shows!r}; say one of {known}.")
        if not isinstance(self.consent, str | None):
            raise InvalidRequest(f"the consent was {self.consent!r}; give the id of one that is registered.")

    def check(self, request: Request, given: tuple[Ingredient, ...], now: datetime) -> tuple[Likeness, ...]:
        """The consents that a request rests on. Raises: NeedsConsent, with the text to agree to; Refused."""
        if not given:
            return ()
        register, user = Consents(self.home), self.user or login()
        found = []
        for condition, ingredient in zip(media_of(request), given, strict=True):
            pictures = _pictures(condition)
            if pictures is None:
                continue
            use = Use(f"given {ingredient.title!r}", "face", ingredient.sha256, self.consent, self.shows)
            found.append(
                check_use(
                    use,
                    register,
                    user=user,
                    project=self.project,
                    now=now,
                    pictures=pictures,
                    detector=self.detector,
                )
            )
        return tuple(likeness for likeness in dict.fromkeys(found) if likeness is not None)

    def note(self, used: tuple[Likeness, ...], output: str, now: datetime) -> None:
        """Remember what was made with these consents, so that a revocation can list it."""
        if used:
            register = Consents(self.home)
            for likeness in used:
                register.note_output(likeness.id, output, by=self.user or login(), now=now)


def _pictures(condition: object) -> np.ndarray | None:
    match condition:
        case Keyframe(picture=picture) | Reference(picture=picture):
            return picture[None]
        case Extend(frames=frames) | Region(frames=frames) | Footage(frames=frames):
            return frames
        case Restyle(frames=frames) | Control(frames=frames):
            return frames
    return None


def login() -> str:
    """Who works on this machine, as it knows them."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "local"
