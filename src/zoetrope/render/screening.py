"""What is screened before a shot is made: its words, then what is given to it. Knows no engine and no file."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from zoetrope.core.conditions import (
    Control,
    Extend,
    Footage,
    Keyframe,
    Reference,
    ReferenceSound,
    Region,
    Restyle,
    Soundtrack,
)
from zoetrope.core.motion import cues_of
from zoetrope.core.request import Request
from zoetrope.core.time import Clock, show_seconds
from zoetrope.release.screen.media import screen_pictures, screen_sound
from zoetrope.release.screen.policy import ScreenPolicy
from zoetrope.release.screen.text import screen_text
from zoetrope.release.screen.verdict import Verdict


def screen_words(request: Request, policy: ScreenPolicy) -> Verdict:
    """Look at the words of a request, settled or not, since no preset guides below 1. Raises: Refused."""
    # below 1 guidance runs towards the negative prompt, so it is no longer what is avoided
    avoided = request.guidance is None or request.guidance >= 1
    other = "negative prompt" if avoided else "second prompt"
    words = {"prompt": request.prompt} | ({other: request.negative} if request.negative else {})
    words |= {f"prompt at {show_seconds(cue.at)} s": cue.prompt for cue in cues_of(request.conditions)}
    said = screen_text(words, policy)
    said.raise_if_blocked()
    return said


def screen_given(request: Request, clock: Clock, policy: ScreenPolicy, about: Verdict) -> Verdict:
    """Look at the pictures and sounds that a request gives; the verdict is on these and the words. Raises: Refused."""
    said = about
    for frames, sound in _given(request):
        if frames is not None:
            said = said.joined(screen_pictures(frames, clock.frame_rate, policy, role="given picture", about=said))
        if sound is not None:
            said = said.joined(screen_sound(sound, clock.sample_rate, policy, role="given sound", about=said))
        said.raise_if_blocked()
    return said


def _given(request: Request) -> Iterator[tuple[np.ndarray | None, np.ndarray | None]]:
    for condition in request.conditions:
        match condition:
            case Keyframe(picture=picture) | Reference(picture=picture):
                yield picture[None], None
            case (
                Extend(frames=frames, sound=sound)
                | Region(frames=frames, sound=sound)
                | Restyle(frames=frames, sound=sound)
            ):
                yield frames, sound
            case Footage(frames=frames) | Control(frames=frames):
                yield frames, None
            case Soundtrack(sound=sound) | ReferenceSound(sound=sound):
                yield None, sound
