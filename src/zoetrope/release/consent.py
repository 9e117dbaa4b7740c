"""Whose face or voice may be used: the nouns of consent, and the rule that a request is held against.

A real person's face or a cloned voice needs that person's consent, face and voice each their own. A voice is never
derived from a face. Knows no database beyond the `Register` it asks, no picture format and no HTTP.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol, TypeAlias

import numpy as np

from zoetrope.core.errors import InvalidRequest, NeedsConsent, Refused
from zoetrope.release.consent_text import VERSION, Kind, agreement

Declaration: TypeAlias = Literal["nobody", "invented", "real"]  # whom a reference shows, as its giver says
Origin: TypeAlias = Literal["recording", "design", "face"]  # where a voice comes from
ANYONE = "*"

_LOG = logging.getLogger("zoetrope.consent")


@dataclass(frozen=True)
class Scope:
    """For whom, for which projects and until when a likeness may be used. `("*",)` stands for any.

    Raises: InvalidRequest for an empty list or a time without a zone.
    """

    users: tuple[str, ...]
    projects: tuple[str, ...]
    until: datetime

    def __post_init__(self) -> None:
        if not self.users or not self.projects:
            raise InvalidRequest('a consent names its users and its projects; write "*" for any')
        if self.until.tzinfo is None:
            raise InvalidRequest("the end of a consent needs a time zone")

    def covers(self, user: str, project: str) -> bool:
        """Whether this user may use it in this project."""
        return any(who in self.users for who in (user, ANYONE)) and any(
            what in self.projects for what in (project, ANYONE)
        )


@dataclass(frozen=True)
class Release:
    """Evidence: a signed release, kept under its digest. Units: hexadecimal SHA-256."""

    sha256: str


@dataclass(frozen=True)
class Recording:
    """Evidence: the person reads a random phrase; who attested it, a person's name or that of a checker."""

    sha256: str
    phrase: str
    attested_by: str


Evidence: TypeAlias = Release | Recording


@dataclass(frozen=True)
class Likeness:
    """One consent: a person's face or voice, on which evidence, within which scope, under which text."""

    id: str
    kind: Kind
    subject: str
    evidence: Evidence
    scope: Scope
    version: str
    granted_by: str
    granted_at: datetime
    revoked_at: datetime | None = None


@dataclass(frozen=True)
class Use:
    """A reference of a request: its role there, what of it is used, the digest of its bytes, and what its giver says.

    `likeness` is the id of a consent. `shows` is needed where no detector is configured.
    """

    role: str
    kind: Kind
    sha256: str
    likeness: str | None = None
    shows: Declaration | None = None
    origin: Origin = "recording"


class FaceDetector(Protocol):
    """Somebody who counts the faces of real people. An exception means that it could not say."""

    def faces(self, pictures: np.ndarray) -> int:
        """Shapes: (n, h, w, 3) uint8."""
        ...


class Register(Protocol):
    """What the rule asks of the registry."""

    def find(self, likeness: str) -> Likeness | None: ...

    def declared(self, sha256: str) -> tuple[Declaration, bool] | None:
        """What was said of a reference before, and whether the operator said it."""
        ...

    def declare(self, sha256: str, shows: Declaration, by: str) -> None: ...


def check_use(
    use: Use,
    register: Register,
    *,
    user: str,
    project: str,
    now: datetime,
    pictures: np.ndarray | None = None,
    detector: FaceDetector | None = None,
) -> Likeness | None:
    """Hold one reference against the registry; the consent it rests on, or None where it needs none.

    Shapes: pictures (n, h, w, 3) uint8, what the reference shows.
    Raises: NeedsConsent, with the text to agree to; Refused for a voice that would be derived from a face.
    """
    if use.kind == "voice":
        _refuse_voice_of_face(use, register)
        if use.origin == "design":
            return None
    elif not _shows_somebody(use, register, user, pictures, detector):
        return None
    if use.likeness is None:
        raise needs_consent(use, f"it uses a real person's {use.kind}, and no consent is named")
    likeness = register.find(use.likeness)
    if problem := _problem(likeness, use, user, project, now):
        raise needs_consent(use, problem)
    return likeness


def needs_consent(use: Use, problem: str, cure: str = "") -> NeedsConsent:
    """The error with the exact text; nothing was computed and nothing is charged."""
    cure = cure or (
        f"Register the person's consent for the {use.kind} (text version {VERSION}), and name it in the request."
    )
    return NeedsConsent(
        f"the {use.role} cannot be used yet: {problem}. {cure}",
        role=use.role,
        kind=use.kind,
        version=VERSION,
        text=agreement(use.kind),
    )


def _refuse_voice_of_face(use: Use, register: Register) -> None:
    likeness = register.find(use.likeness) if use.likeness else None
    if use.origin == "face" or (likeness is not None and likeness.kind == "face"):
        raise Refused(
            f"the {use.role} was refused: a voice is never derived from a face; "
            "give a recording of the voice with its own consent, or choose a voice that is nobody's."
        )


def _shows_somebody(
    use: Use, register: Register, user: str, pictures: np.ndarray | None, detector: FaceDetector | None
) -> bool:
    """Whether a real person is recognisable: by the operator's word, the giver's yes, a detector's, the giver's no."""
    before = register.declared(use.sha256)
    if before is not None and before[1]:
        return before[0] == "real"
    if use.likeness is not None:
        return True
    shows = use.shows or (before[0] if before else None)
    if shows != "real" and detector is not None and pictures is not None:
        return _detected(detector, pictures, use)
    if shows is None:
        raise needs_consent(
            use,
            "nobody has said whom it shows",
            "Say in `shows` whether that is nobody, somebody invented, or a real person, whose consent is then named.",
        )
    if before is None or before[0] != shows:
        register.declare(use.sha256, shows, user)
    return shows == "real"


def _detected(detector: FaceDetector, pictures: np.ndarray, use: Use) -> bool:
    try:
        return detector.faces(pictures) > 0
    except Exception as error:
        _LOG.error("the face detector gave no answer about the %s: %r; taken as a face", use.role, error)
        return True


def _problem(likeness: Likeness | None, use: Use, user: str, project: str, now: datetime) -> str | None:
    """Why a consent does not carry a use; the same words for one that is unknown and one that is another's."""
    unknown = f"the consent {use.likeness} does not exist, or is not for this user and project"
    if likeness is None or not likeness.scope.covers(user, project):
        return unknown
    if likeness.kind != use.kind:
        return f"the consent {likeness.id} is for a {likeness.kind}, and a {use.kind} needs its own"
    if likeness.revoked_at is not None:
        return f"the consent {likeness.id} was revoked"
    if now >= likeness.scope.until:
        return f"the consent {likeness.id} has expired"
    return None
