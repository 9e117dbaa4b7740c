"""One request -> one released file, or one take in memory: screened before, while and after it is made.

Knows no terminal and no weights; importing it loads no torch.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from zoetrope.core.cancel import Cancel, stop_if
from zoetrope.core.events import OnEvent
from zoetrope.core.request import Request
from zoetrope.release.asset import Asset
from zoetrope.release.door import open_release
from zoetrope.release.door_policy import Policy
from zoetrope.render.making import making_of

if TYPE_CHECKING:
    from zoetrope.engine.families import Family
    from zoetrope.engine.numerics import Numerics
    from zoetrope.engine.stream import Part
    from zoetrope.render.take import Take


@dataclass(frozen=True, eq=False)
class Shot:
    """A shot that lies in its file: what it was in memory, and the proof of its release."""

    take: Take
    asset: Asset


def generate(
    request: Request,
    policy: Policy,
    *,
    on_event: OnEvent | None = None,
    cancel: Cancel | None = None,
    preview_every: int = 0,
    family: Family | None = None,
    numerics: Numerics | None = None,
    when: datetime | None = None,
) -> Take:
    """Make one shot in memory; it leaves by its `save`, through the door.

    Units: preview_every in steps, 0 for no previews; `when` is the time that credentials tell, now if left out.
    Raises: InvalidRequest, Unsupported, Refused, WeightsError, Cancelled.
    """
    from zoetrope.engine.generate import make, prepare
    from zoetrope.render.take import Take

    request, family = prepare(request, family, on_event)
    draft = make(request, family, on_event=on_event, cancel=cancel, preview_every=preview_every, numerics=numerics)
    making = making_of(request, when or datetime.now(UTC))
    return Take(draft.request, draft.clock, draft.frames, draft.sound, making, policy)


def generate_to(
    path: str | Path,
    request: Request,
    policy: Policy,
    *,
    on_event: OnEvent | None = None,
    cancel: Cancel | None = None,
    preview_every: int = 0,
    family: Family | None = None,
    numerics: Numerics | None = None,
    when: datetime | None = None,
) -> Shot:
    """Make one shot and release it while it is still being decoded; the file is whole or not there.

    Raises: as `generate`; and MediaError, before anything is computed where the path cannot be written at all.
    """
    from zoetrope.engine.draft import has_sound
    from zoetrope.engine.generate import make, prepare
    from zoetrope.render.take import Take

    request, family = prepare(request, family, on_event)
    making = making_of(request, when or datetime.now(UTC))
    clock, sounds = family.limits.clock, has_sound(request)
    with open_release(
        path,
        making,
        policy,
        size=(request.size.width, request.size.height),
        rate=clock.frame_rate,
        sound_rate=clock.sample_rate,
        with_sound=sounds,
    ) as door:

        def leave(part: Part) -> None:
            door.write_frames(part.frames)
            if sounds:
                door.write_sound(part.sound)

        draft = make(
            request,
            family,
            on_event=on_event,
            on_part=leave,
            cancel=cancel,
            preview_every=preview_every,
            numerics=numerics,
        )
        stop_if(cancel, "before the file was finished")
    return Shot(Take(draft.request, draft.clock, draft.frames, draft.sound, making, policy), door.asset)
