"""How a house releases: its profile of labels, its marks, its registry. Opened once, before any work is done for it."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from pathlib import Path

from zoetrope.release.asset import Making
from zoetrope.release.marks.base import PictureMark, SoundMark
from zoetrope.release.marks.keys import load_key
from zoetrope.release.registry import Registry

_MARK_BYTES = 6  # 48 bits, what both marks carry


@dataclass(frozen=True, eq=False)
class Policy:
    """Everything that the door needs to know of the house whose files it lets out."""

    registry: Registry
    key: bytes
    picture_mark: PictureMark | None = None
    sound_mark: SoundMark | None = None

    def mark_of(self, making: Making) -> int:
        """The id of everything that the same request makes. Units: 48 bits.

        Who guesses a whole request can test the guess, as who has the checkpoint can by making it again.
        """
        word = hmac.new(self.key, b"mark of " + making.fingerprint, hashlib.sha256).digest()
        return int.from_bytes(word[:_MARK_BYTES], "big")


def open_policy(home: Path) -> Policy:
    """Read keys and open the registry of a house.

    Raises: InvalidRequest, MediaError for what would only fail after the work otherwise.
    """
    return Policy(Registry(home), load_key(None))
