"""One generation of a shot, in memory, that knows the way out: through the door."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from zoetrope.core.variety import Approved
from zoetrope.engine.draft import Draft
from zoetrope.engine.finishing import approve
from zoetrope.release.asset import Asset, Making
from zoetrope.release.door import release
from zoetrope.release.door_policy import Policy
from zoetrope.release.screen.verdict import Verdict


@dataclass(frozen=True, eq=False)
class Take(Draft):
    """A draft together with how it came about and how its house releases; `note` hears of every file of it."""

    making: Making
    policy: Policy
    about: Verdict
    note: Callable[[Asset], None]

    def approve(self, strength: float = Approved.strength) -> Approved:
        """The take as a draft that is to be finished: `generate(..., preset="fine", draft=take.approve())`.

        Units: strength is how little of it stays, above 0 up to 1.
        Raises: InvalidRequest where the checkpoint keeps its latents to itself.
        """
        return approve(self, strength=strength)

    def save(self, path: str | Path) -> Path:
        """Release the take in the format that the path's ending names; the file is whole or not there.

        Raises: InvalidRequest for an unknown ending, Refused for what policy forbids, MediaError if it cannot be
        written.
        """
        asset = release(
            path,
            self.making,
            self.policy,
            frames=self.frames,
            sound=self.sound,
            rate=self.clock.frame_rate,
            sound_rate=self.clock.sample_rate,
            about=self.about,
        )
        self.note(asset)
        return asset.path
