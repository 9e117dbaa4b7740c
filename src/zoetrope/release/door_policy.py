"""How a house releases: its profile of labels, its marks, its keys, its registry. Opened once, before any work.

What only would fail after the work (a missing or expired key, a folder that cannot be written) fails here.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, replace
from pathlib import Path

from zoetrope.core.errors import InvalidRequest, Unsupported
from zoetrope.media.containers import Container
from zoetrope.release.asset import Making
from zoetrope.release.marks.base import PictureMark, SoundMark
from zoetrope.release.marks.keys import load_key
from zoetrope.release.marks.picture import LEAST_SIDE, SpreadPictureMark
from zoetrope.release.profiles import Profile, read_profile
from zoetrope.release.registry import Registry

_MARK_BYTES = 6  # 48 bits, what both marks carry


@dataclass(frozen=True)
class Recipient:
    """Who gets a file without the visible label, and by which agreement they have taken over the duty to label it."""

    name: str
    agreement: str

    def __post_init__(self) -> None:
        if not self.name.strip() or not self.agreement.strip():
            raise InvalidRequest(
                "a file without a visible label needs both its recipient and the agreement by which they label it; "
                "name both, or leave the label on"
            )


@dataclass(frozen=True, eq=False)
class Policy:
    """Everything that the door needs to know of the house whose files it lets out.

    `provider` is who offers the service, as labels name it. `recipient` is there only where policy permits a file
    without the visible label; marks, metadata and credentials are never left out.
    """

    profile: Profile
    registry: Registry
    key: bytes
    picture_mark: PictureMark
    sound_mark: SoundMark | None = None
    provider: str = ""
    recipient: Recipient | None = None

    def mark_of(self, making: Making) -> int:
        """The id of everything that the same request makes. Units: 48 bits.

        Who guesses a whole request can test the guess, as who has the checkpoint can by making it again.
        """
        word = hmac.new(self.key, b"mark of " + making.fingerprint, hashlib.sha256).digest()
        return int.from_bytes(word[:_MARK_BYTES], "big")

    def without_label(self, recipient: Recipient) -> Policy:
        """The same policy with permission to leave the visible label out for one recipient, which is recorded."""
        return replace(self, recipient=recipient)

    def check(self, container: Container) -> None:
        """Raises: Unsupported when the profile asks for what such a file cannot carry."""
        if self.profile.needs_signature and container.ending not in SIGNABLE:
            known = ", ".join(sorted(SIGNABLE))
            raise Unsupported(
                f"the profile {self.profile.name} needs signed credentials, which {container.ending} cannot carry; "
                f"use one of {known}"
            )


SIGNABLE = frozenset({".mp4", ".mov", ".png", ".webp", ".gif", ".wav"})


def can_be_marked(size: tuple[int, int]) -> bool:
    """Whether pictures of a size can carry the picture mark. Units: (width, height) in pixels."""
    return min(size) >= LEAST_SIDE


def open_policy(home: Path, profile: str = "default", *, provider: str = "", key: Path | None = None) -> Policy:
    """Read keys and open the registry of a house.

    Raises: InvalidRequest, MediaError for what would only fail after the work otherwise.
    """
    asked = read_profile(profile)
    if asked.needs_provider and not provider:
        raise InvalidRequest(
            f"the profile {profile} names who offers the service, and nobody is configured; set ZOETROPE_PROVIDER to "
            "your provider code or name"
        )
    secret = load_key(key)
    return Policy(
        profile=asked, registry=Registry(home), key=secret, picture_mark=SpreadPictureMark(secret), provider=provider
    )
