"""What the sounds of a request tell of its things: what they are made of, and how high they speak.

Sounds alone settle it, so that requests are checked before any weights load. Knows no network.
"""

from __future__ import annotations

import re

import numpy as np

from zoetrope.core.conditions import Extend, Reference, ReferenceSound, Region, Soundtrack
from zoetrope.core.errors import InvalidRequest
from zoetrope.core.events import Notice
from zoetrope.core.motion import cues_of
from zoetrope.core.request import Request
from zoetrope.engine.families.pocket.ringing import RINGS_OF, material_of
from zoetrope.engine.families.pocket.voicing import pitch_of

TALKS = re.compile(r"\b(?:talk|speak|spoke|chat|say|said|sing|shout|whisper)|说|讲|唱|喊|聊", re.IGNORECASE)
TALKER = "robot"  # the only thing that has a voice
CALLED = re.compile(r"\b(?:robot|android|droid|bot)s?\b|机器人|仿生人", re.IGNORECASE)


def voices(request: Request) -> dict[str, float]:
    """How high the voices that a request refers to speak, in Hz, by name, in the order of their mention."""
    heard: dict[str, list[float]] = {}
    for each in _sounds(request):
        pitch = pitch_of(each.sound)
        if pitch is not None:
            heard.setdefault(each.name, []).append(pitch)
    called = sorted(heard, key=lambda name: request.prompt.find(f"@{name}") % (len(request.prompt) + 1))
    return {name: float(np.exp(np.log(heard[name]).mean())) for name in called}


def going_on(request: Request) -> list[float]:
    """How high a voice speaks, in Hz, in the sound that a shot goes on from or keeps in part, if any does.

    Who made that sound a moment ago, and remembers it, knows its voices better.
    """
    given = [each for each in request.conditions if isinstance(each, Extend | Region)]
    unknown = [each.sound for each in given if not (isinstance(each, Extend) and each.memory is not None)]
    kept = [sound for sound in unknown if sound is not None]
    return [pitch for pitch in map(pitch_of, kept) if pitch is not None][:1]


def materials(request: Request) -> dict[str, list[str]]:
    """What is struck in the sounds that a request refers to rings like, by name; voices are left out."""
    heard: dict[str, list[str]] = {}
    for each in _sounds(request):
        if pitch_of(each.sound) is None:
            heard.setdefault(each.name, []).append(material_of(each.sound) or "")
    return heard


def called_by_voice(request: Request, name: str) -> list[str]:
    """The words for who is known by a voice alone: none where the prompt says beside the name who that is."""
    return [] if CALLED.search(request.prompt.replace(f"@{name}", " ")) else [TALKER]


def check_sounds(request: Request) -> tuple[Notice, ...]:
    """Name a voice that nobody is said to speak with.

    Raises: InvalidRequest for sounds that say nothing of a thing, or of more than can be told apart.
    """
    pictured = {each.name for each in request.conditions if isinstance(each, Reference)}
    spoken, struck = voices(request), materials(request)
    for kind, names in (("strokes", struck), ("voices", spoken)):
        alone = sorted(set(names) - pictured)
        if len(alone) > 1:
            raise InvalidRequest(
                f"@{alone[0]} and @{alone[1]} are known by {kind} alone; pocket takes one such name, so give the other "
                "a picture too, or say what it is in words."
            )
    for name, heard in struck.items():
        if "" in heard:
            raise InvalidRequest(
                f"the sound of @{name} is no voice and rings like no material that pocket knows, which are "
                f"{', '.join(RINGS_OF)}; give the sound of something that is struck, or of somebody who speaks, alone."
            )
    if not spoken:
        return ()
    if any(isinstance(each, Soundtrack) for each in request.conditions):
        raise InvalidRequest(f"the shot's sound is given, so nobody speaks with the voice of @{next(iter(spoken))}.")
    return _unspoken(request, next(iter(spoken)))


def _unspoken(request: Request, name: str) -> tuple[Notice, ...]:
    said = "\n".join([request.prompt, *(cue.prompt for cue in cues_of(request.conditions))])
    if TALKS.search(said):
        return ()
    told = f"the prompt does not say that anybody talks, so the voice of @{name} may not be heard"
    if request.strict:
        raise InvalidRequest(f"{told}; say that the robot talks, or leave strict out to try anyway.")
    return (Notice(f"{told}."),)


def _sounds(request: Request) -> list[ReferenceSound]:
    return [each for each in request.conditions if isinstance(each, ReferenceSound)]
