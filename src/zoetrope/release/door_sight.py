"""What the door does to pictures on their way: looks at them, marks them, labels them, remembers how they look.

Miniatures are of the pictures before their mark: what a changed copy differs by is then the mark.

Works part by part, the same as at once. Knows no file and no sound.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from fractions import Fraction
from typing import Protocol, runtime_checkable

import numpy as np

from zoetrope.core.errors import Unsupported
from zoetrope.media.miniature import Miniature, MiniatureMaker
from zoetrope.release.door_policy import Policy, can_be_marked
from zoetrope.release.label import Box, Label
from zoetrope.release.profiles import Profile
from zoetrope.release.registry import Look
from zoetrope.release.screen.hashes import CLEAR
from zoetrope.release.screen.media import PictureScreen
from zoetrope.release.screen.pdq import pdq
from zoetrope.release.screen.verdict import Verdict

_LOG = logging.getLogger("zoetrope.release")


@runtime_checkable
class FindsFaces(Protocol):
    """A face detector that says where faces are."""

    def boxes(self, picture: np.ndarray) -> Sequence[Box]:
        """Shapes: (h, w, 3) uint8. Any exception means that it could not say."""
        ...


class Sight:
    """The pictures of one release, as they pass."""

    def __init__(
        self,
        policy: Policy,
        mark: int,
        size: tuple[int, int],
        rate: Fraction,
        *,
        still: bool,
        generated: bool,
        about: Verdict | None,
    ) -> None:
        self.mark, self.count, self.marked = mark, 0, can_be_marked(size)
        self.looks: tuple[Look, ...] = ()
        self._rate, self._most = rate, 1 if still else None
        self._finder = policy.screen.faces
        self._screen = PictureScreen(policy.screen, rate, "finished picture", about)
        self._embed = policy.picture_mark.embedder(mark, size) if self.marked else None
        self._miniature = MiniatureMaker(size, rate) if self.marked and policy.registry is not None else None
        self._label = None if policy.recipient or not generated else _label(policy.profile, size, rate)

    @property
    def labelled(self) -> bool:
        """Whether a visible label was drawn."""
        return self._label is not None and self.count > 0

    def shows_label(self, frames: np.ndarray) -> bool:
        """Whether the finished file shows the label that was drawn on its first frame. Shapes: (t, h, w, 3) uint8."""
        return self._label is not None and len(frames) > 0 and self._label.stands_on(frames[0])

    def miniature(self) -> Miniature | None:
        """What passed, very small, where a registry wants to remember it; asked for once, at the end."""
        return self._miniature.finish() if self._miniature is not None and self.count else None

    def through(self, frames: np.ndarray) -> np.ndarray:
        """Frames as they leave. Shapes: (t, h, w, 3) uint8 in and out. Raises: Refused."""
        if self._most is not None:
            frames = frames[: self._most - self.count]
        if not len(frames):
            return frames
        self._screen.look(frames).raise_if_blocked()
        if self._miniature is not None:
            self._miniature.add(frames)
        out = frames if self._embed is None else self._embed(frames)
        if self._label is not None:
            if not self.count:
                self._label.keep_clear(_faces(self._finder, frames[0]))
                self._label.draw(out[:1], 0)  # its place follows from the first frame alone, however parts are cut
            out = self._label.draw(out, self.count)
        self._remember(out)
        self.count += len(frames)
        return out

    def _remember(self, frames: np.ndarray) -> None:
        """Keep how the picture looks once a second, the first frame among them, where it can be told from others."""
        every = max(1, round(self._rate))
        for at in range(-self.count % every, len(frames), every):
            seen = pdq(frames[at])
            if seen.quality >= CLEAR:
                self.looks += (Look(float((self.count + at) / self._rate), seen.bits),)


def _faces(finder: object, picture: np.ndarray) -> Sequence[Box]:
    """Where faces are, for the label's sake alone: whoever cannot say stops nothing. Shapes: (h, w, 3) uint8."""
    if not isinstance(finder, FindsFaces):
        return ()
    try:
        return finder.boxes(picture)
    except Exception as error:
        _LOG.warning(
            "the face detector did not say where faces are, so the label stands in the calmest place: %r", error
        )
        return ()


def _label(profile: Profile, size: tuple[int, int], rate: Fraction) -> Label | None:
    """The label of a profile; None on a picture too small for its words where no law sets them."""
    try:
        return Label(profile, size, rate=rate)
    except Unsupported:
        if profile.visible.must_name:
            raise
        return None
