"""A stream: a shot without end that people watch while it is made, and steer.

The next chunk is sampled while the last one is marked, coded and written. Knows no terminal: pictures go to a function
that shows them, and bytes to one that writes them.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from zoetrope.core.cancel import Cancel
from zoetrope.core.errors import Cancelled
from zoetrope.core.motion import CameraPath, Hold, Stroke
from zoetrope.core.request import Request
from zoetrope.core.time import Seconds
from zoetrope.release.door_live import LiveRelease
from zoetrope.release.door_policy import Policy
from zoetrope.release.screen.policy import ScreenPolicy
from zoetrope.release.screen.text import screen_text
from zoetrope.release.screen.verdict import Verdict
from zoetrope.render.ahead import Ahead
from zoetrope.render.making import making_of
from zoetrope.render.screening import screen_words
from zoetrope.render.terms import ALONE, HERE, Means, Watch

if TYPE_CHECKING:
    from zoetrope.engine.endless import Direction
    from zoetrope.engine.stream import Part

PARTS_AHEAD = 2  # of a second each: what is typed takes effect soon, and a slow chunk does not stop the picture
LEAD = 1.0  # seconds that a paced stream runs before its reader's clock, so that a player need not wait
_LATE = 0.5  # seconds behind its time from which a stream no longer hurries to catch up
_LOOK = 0.1  # seconds between two looks at a wish to stop

Show: TypeAlias = Callable[[np.ndarray], object]


class Steering:
    """What people say while a stream runs, screened before it takes effect. Any thread may say and ask."""

    def __init__(self, request: Request, policy: ScreenPolicy) -> None:
        self._policy, self._lock = policy, threading.Lock()
        self._first: str | None = request.prompt  # shown for one chunk at least, however soon somebody types
        self._prompt = request.prompt
        self._conditions = tuple(each for each in request.conditions if isinstance(each, CameraPath | Stroke | Hold))
        self._about = screen_words(request, policy)

    @property
    def about(self) -> Verdict:
        """The verdict on all words so far."""
        return self._about

    def say(self, prompt: str) -> None:
        """Let the stream follow another prompt from the next chunk on. Raises: InvalidRequest; Refused."""
        Request(prompt)
        said = screen_text({"prompt": self._prompt, "line that was typed": prompt}, self._policy)
        said.raise_if_blocked()
        with self._lock:
            self._prompt, self._about = prompt, self._about.joined(said)

    def lead(self, condition: CameraPath | Stroke | Hold) -> None:
        """Let the camera or a thing go a way from the next chunk on; the last word on each holds."""
        with self._lock:
            kept = tuple(each for each in self._conditions if not _same(each, condition))
            self._conditions = (*kept, condition)

    def next(self) -> Direction:
        """What the next chunk is to show; moves are told once."""
        from zoetrope.engine.endless import Direction

        with self._lock:
            direction = Direction(self._first or self._prompt, self._conditions)
            self._first, self._conditions = None, ()
        return direction


def _same(one: CameraPath | Stroke | Hold, other: CameraPath | Stroke | Hold) -> bool:
    """Whether one direction takes the other's place."""
    if isinstance(one, Stroke) or isinstance(other, Stroke):
        return isinstance(one, Stroke) and isinstance(other, Stroke) and one.thing == other.thing
    return True  # a camera that moves and a picture that is held still contradict each other


@dataclass(frozen=True)
class Run:
    """How a stream runs. `seconds` None: until somebody stops it; `paced`: not faster than it plays.

    `when` is the time of making that it tells, now if left out.
    """

    seconds: Seconds | None = None
    paced: bool = True
    when: datetime | None = None


@dataclass(frozen=True, eq=False)
class Outlet:
    """Where a stream goes. `write` takes the bytes of a fragmented MP4, `show` each picture as it leaves, when it is
    due; `ended` says whether the reader has gone.
    """

    write: Callable[[bytes], object] | None = None
    show: Show | None = None
    ended: Callable[[], bool] = lambda: False


def stream(
    request: Request,
    policy: Policy,
    steering: Steering,
    run: Run,
    outlet: Outlet,
    means: Means = HERE,
    watch: Watch = ALONE,
) -> int:
    """Make, screen, mark and hand out a stream until its seconds are over or somebody stops it; returns its frames.

    Whether a wish to stop came or the reader left, the stream ends in order.
    Raises: InvalidRequest, Unsupported, Refused, WeightsError, MediaError.
    """
    from zoetrope.engine.endless import check_endless, go_on
    from zoetrope.engine.generate import plan_for, prepare
    from zoetrope.engine.loading import loaded
    from zoetrope.engine.numerics import choose_numerics

    request, family = prepare(request, means.family, watch.on_event)
    check_endless(family)
    clock = family.limits.clock
    making = making_of(request, run.when or datetime.now(UTC), checkpoint=family.limits.checkpoint)

    def stopping() -> bool:
        return _is_set(watch.cancel) or outlet.ended()

    door = LiveRelease(
        outlet.write,
        making,
        policy,
        size=(request.size.width, request.size.height),
        rate=clock.frame_rate,
        sound_rate=clock.sample_rate,
        about=steering.about,
    )
    with door:
        checkpoint = loaded(family, plan_for(family, request, means.numerics or choose_numerics(), means.wish))

        def make(stopped: Callable[[], bool]) -> Iterator[Part]:
            return go_on(request, family, checkpoint, steering.next, cancel=lambda: stopped() or stopping())

        most = None if run.seconds is None else clock.frames(run.seconds)
        pace = _Pace(clock.frame_rate, stopping) if run.paced else None
        with Ahead(make, PARTS_AHEAD, "stream") as parts:
            count, about = 0, steering.about
            for part in _until_stopped(parts, stopping):
                if steering.about is not about:
                    about = steering.about
                    door.hear(about)
                kept = part.frames if most is None else part.frames[: most - count]
                _show(door.through(kept, part.sound), count, outlet.show, pace)
                count += len(kept)
                if count == most:
                    break
            return count


def _until_stopped(parts: Iterable[Part], stopping: Callable[[], bool]) -> Iterator[Part]:
    """Parts until somebody stops them: a wish to stop, and a reader who goes away, are how a stream ends."""
    try:
        for part in parts:
            yield part
            if stopping():
                return
    except Cancelled:
        return


def _show(frames: Iterable[np.ndarray], first: int, show: Show | None, pace: _Pace | None) -> None:
    """Let pictures out, each when it is due; those that nobody is shown, all when the first of them is."""
    if pace is not None and show is None:
        pace.wait(first)
    for number, frame in enumerate(frames, first):
        if show is not None:
            if pace is not None:
                pace.wait(number, lead=0)
            show(frame)


class _Pace:
    """Holds a stream to its own time, counted from its first picture."""

    def __init__(self, rate: int, stopping: Callable[[], bool]) -> None:
        self._rate, self._stopping, self._began = rate, stopping, 0.0

    def wait(self, frame: int, lead: float = LEAD) -> None:
        """Wait until a frame is due, or somebody stops. Who is late shows the rest at its own pace, unhurried."""
        now = time.monotonic()
        if not frame:
            self._began = now
        due = self._began + frame / self._rate - lead
        if now - due > lead + _LATE:
            self._began += now - due - lead
        while (left := due - time.monotonic()) > 0 and not self._stopping():
            time.sleep(min(left, _LOOK))


def _is_set(cancel: Cancel | None) -> bool:
    if cancel is None:
        return False
    return bool(cancel()) if callable(cancel) else cancel.is_set()
