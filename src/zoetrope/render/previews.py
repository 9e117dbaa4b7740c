"""Pictures of a shot that still forms: screened before anybody sees them, and released where they become a file."""

from __future__ import annotations

import time
from pathlib import Path

from zoetrope.core.events import Event, OnEvent, PreviewReady
from zoetrope.release.asset import Making
from zoetrope.release.door import release
from zoetrope.release.door_policy import Policy
from zoetrope.release.screen.media import screen_pictures
from zoetrope.release.screen.verdict import Verdict

_SECONDS_APART = 2.0  # between two files; releasing one takes a fifth of a second, a step of pocket about one


class Previews:
    """Stands between the engine and who listens: every preview passes here first."""

    def __init__(
        self, listener: OnEvent | None, making: Making, policy: Policy, about: Verdict, path: Path | None
    ) -> None:
        self._listener, self._making, self._policy, self._about, self._path = listener, making, policy, about, path
        self._last = float("-inf")

    def hear(self, event: Event) -> None:
        """Pass an event on. Raises: Refused for a preview that policy forbids; the work stops there."""
        if isinstance(event, PreviewReady):
            said = screen_pictures(
                event.frame[None], 1, self._policy.screen, role="finished picture", about=self._about
            )
            said.raise_if_blocked()
            if self._path is not None and not self._write(self._path, event):
                return
        if self._listener is not None:
            self._listener(event)

    def _write(self, path: Path, event: PreviewReady) -> bool:
        """Release the preview to its file; not every one, where they come fast."""
        now = time.monotonic()
        if now - self._last < _SECONDS_APART:
            return False
        release(path, self._making, self._policy.for_previews(), frames=event.frame[None], about=self._about)
        self._last = now
        return True
