"""What goes with a request on its way to a file: the terms on which it leaves, what makes it, and who watches.

Loads no torch.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from zoetrope.core.cancel import Cancel
from zoetrope.core.errors import InvalidRequest
from zoetrope.core.events import OnEvent
from zoetrope.release.door_policy import Policy
from zoetrope.render.likeness import Likenesses

if TYPE_CHECKING:
    from zoetrope.engine.families import Family
    from zoetrope.engine.memory.plan import Wish
    from zoetrope.engine.numerics import Numerics


@dataclass(frozen=True, eq=False)
class Terms:
    """On what terms a shot leaves: by which policy, and with whom what is given may show.

    `when` is the time that credentials tell, now if left out; they tell the prompt only with `tell_prompt`.
    """

    policy: Policy
    likenesses: Likenesses
    when: datetime | None = None
    tell_prompt: bool = False


@dataclass(frozen=True)
class Means:
    """What makes a shot. Left out: the request's checkpoint, this machine's numerics, memory as it is planned.

    `wish` is what the caller insists on where memory is planned.
    """

    family: Family | None = None
    numerics: Numerics | None = None
    wish: Wish | None = None


@dataclass(frozen=True, eq=False)
class Watch:
    """Who follows a shot while it is made, and may stop it.

    Units: preview_every in steps, 0 for no previews; `preview_path` is a .png that shows the shot as it forms.
    """

    on_event: OnEvent | None = None
    cancel: Cancel | None = None
    preview_every: int = 0
    preview_path: Path | None = None

    def __post_init__(self) -> None:
        if self.on_event is not None and not callable(self.on_event):
            raise InvalidRequest(f"on_event was {self.on_event!r}; it must be a function that takes an event.")
        if self.cancel is not None and not callable(self.cancel) and not hasattr(self.cancel, "is_set"):
            raise InvalidRequest(f"cancel was {self.cancel!r}; it must be a threading.Event or a function.")


HERE, ALONE = Means(), Watch()  # what is meant where nothing is said
