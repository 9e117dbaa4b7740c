"""What a generation makes: pictures and sound in memory, not yet screened, labelled or signed.

Knows how to write itself to a file for people who work alone; nothing of networks or latents.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np

from zoetrope.core.request import Request
from zoetrope.core.time import Clock
from zoetrope.media.writers import ClipWriter, open_writer


@dataclass(frozen=True, eq=False)
class Draft:
    """One generated shot, unchecked.

    Shapes: frames uint8 (t, h, w, 3); sound float32 (2, s) in [-1, 1], exactly as long as the frames, or None.
    """

    request: Request
    clock: Clock
    frames: np.ndarray
    sound: np.ndarray | None

    @property
    def seed(self) -> int:
        """The seed that makes this draft again."""
        assert self.request.seed is not None, "a draft is made from a request whose seed is known"
        return self.request.seed

    def save(self, path: str | Path) -> Path:
        """Write the draft in the format that the path's ending names; the file is whole or not there.

        Raises: InvalidRequest for an unknown ending, MediaError if it cannot be written.
        """
        with open_for(path, self.request, self.clock) as writer:
            writer.write_frames(self.frames)
            if self.sound is not None:
                writer.write_sound(self.sound)
        return Path(path)


def has_sound(request: Request) -> bool:
    """Whether the draft of a request sounds."""
    return request.sound and not request.still


def open_for(path: str | Path, request: Request, clock: Clock) -> ClipWriter:
    """Open the file of a settled request; the file says what made it, and never the prompt.

    Raises: InvalidRequest for an unknown ending, MediaError if it cannot be written.
    """
    return open_writer(
        path,
        size=(request.size.width, request.size.height),
        rate=clock.frame_rate,
        sound_rate=clock.sample_rate,
        with_sound=has_sound(request),
        metadata={
            "encoder": f"Zoetrope {version('zoetrope')}",
            "comment": f"checkpoint {request.checkpoint}, seed {request.seed}, {request.steps} steps",
        },
    )
