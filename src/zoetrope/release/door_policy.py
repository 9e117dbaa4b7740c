"""How a house releases: its profile of labels, its marks, its keys, its registry. Opened once, before any work.

What only would fail after the work (a missing or expired key, a folder that cannot be written) fails here.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field, replace
from pathlib import Path

from zoetrope.core.errors import InvalidRequest, Unsupported
from zoetrope.media.containers import Container
from zoetrope.release.asset import Making
from zoetrope.release.credentials import SigningKey, can_sign, check_key, check_signer, local_key
from zoetrope.release.marks.base import PictureMark, SoundMark
from zoetrope.release.marks.keys import load_key
from zoetrope.release.marks.picture import LEAST_SIDE, SpreadPictureMark
from zoetrope.release.marks.sound import SpreadSoundMark
from zoetrope.release.profiles import Profile, read_profile
from zoetrope.release.registry import Registry
from zoetrope.release.screen.policy import ScreenPolicy, open_screen

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
    without the visible label; marks, metadata and credentials are never left out. Without a `registry` (previews)
    nothing is remembered.
    """

    profile: Profile
    registry: Registry | None
    key: bytes
    signer: SigningKey
    picture_mark: PictureMark
    sound_mark: SoundMark
    screen: ScreenPolicy = field(default_factory=ScreenPolicy)
    provider: str = ""
    recipient: Recipient | None = None

    def __post_init__(self) -> None:
        if self.recipient is not None and self.registry is None:
            raise InvalidRequest(
                "a file without a visible label is recorded, and there is no registry to record it in; "
                "open one, or leave the label on"
            )

    def mark_of(self, making: Making) -> int:
        """The id of everything that the same request makes. Units: 48 bits.

        What goes on from a marked clip keeps that clip's mark: two marks over each other would both be lost.
        Who guesses a whole request can test the guess, as who has the checkpoint can by making it again.
        """
        kept = next((g.mark for g in making.ingredients if g.relation == "parent" and g.mark is not None), None)
        if kept is not None:
            return kept
        word = hmac.new(self.key, b"mark of " + making.fingerprint, hashlib.sha256).digest()
        return int.from_bytes(word[:_MARK_BYTES], "big")

    def without_label(self, recipient: Recipient) -> Policy:
        """The same policy with permission to leave the visible label out for one recipient, which is recorded.

        Raises: InvalidRequest without a registry.
        """
        return replace(self, recipient=recipient)

    def for_previews(self) -> Policy:
        """The same policy for pictures that are soon replaced: released and labelled as all others, not remembered."""
        return replace(self, registry=None, recipient=None)

    def check(self, container: Container) -> None:
        """Hold a house that may have been opened long ago against a file that is about to be made.

        Raises: Refused when the key has expired since; Unsupported when the profile asks for what such a file cannot
        carry.
        """
        check_key(self.signer)
        if self.profile.needs_signature and not can_sign(f"a{container.ending}"):
            raise Unsupported(
                f"the profile {self.profile.name} needs signed credentials, which {container.ending} cannot carry; "
                "use .mp4, .mov, .webm, .webp, .gif, .png or .wav"
            )


def can_be_marked(size: tuple[int, int]) -> bool:
    """Whether pictures of a size can carry the picture mark. Units: (width, height) in pixels."""
    return min(size) >= LEAST_SIDE


def open_policy(
    home: Path,
    profile: str = "default",
    *,
    provider: str = "",
    signer: SigningKey | None = None,
    mark_key: Path | None = None,
) -> Policy:
    """Read the keys of a house, prove that they can sign now, and open its registry.

    `signer` stands in for the local root, which is made in the folder on first use.
    Raises: InvalidRequest, Refused, MediaError for what would only fail after the work otherwise.
    """
    asked = read_profile(profile)
    if asked.needs_provider and not provider:
        raise InvalidRequest(
            f"the profile {profile} names who offers the service, and nobody is configured; set ZOETROPE_PROVIDER to "
            "your provider code or name"
        )
    registry, secret = Registry(home), load_key(mark_key)
    key = signer or local_key(home)
    check_signer(key)
    return Policy(
        profile=asked,
        registry=registry,
        key=secret,
        signer=key,
        picture_mark=SpreadPictureMark(secret),
        sound_mark=SpreadSoundMark(secret),
        screen=open_screen(home),
        provider=provider,
    )
