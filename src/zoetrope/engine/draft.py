"""What a generation makes: pictures and sound in memory, not yet screened, labelled or signed.

Has no way to a file of its own: media leave through release alone. Knows nothing of networks.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from zoetrope.core.request import Request
from zoetrope.core.time import Clock

if TYPE_CHECKING:
    from zoetrope.engine.canvas import Tokens


@dataclass(frozen=True, eq=False)
class Draft:
    """One generated shot, unchecked.

    Shapes: frames uint8 (t, h, w, 3); sound float32 (2, s) in [-1, 1], exactly as long as the frames, or None. latents
    are those of the first pass, by which the draft can be finished; None where the checkpoint keeps them to itself.
    """

    request: Request
    clock: Clock
    frames: np.ndarray
    sound: np.ndarray | None
    latents: Tokens | None = field(default=None, kw_only=True)

    @property
    def seed(self) -> int:
        """The seed that makes this draft again."""
        assert self.request.seed is not None, "a draft is made from a request whose seed is known"
        return self.request.seed


def has_sound(request: Request) -> bool:
    """Whether the draft of a request sounds."""
    return request.sound and not request.still
