"""Screen pictures and sound: what a person gives, and what was made, before anything of it is shown.

Pictures are looked at once a second and after every cut. Knows moderators and deny lists, no file and no text.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import cv2
import numpy as np

from zoetrope.release.screen import minors
from zoetrope.release.screen.moderators import Asked, ask
from zoetrope.release.screen.policy import ScreenPolicy
from zoetrope.release.screen.verdict import Finding, Signal, Verdict, judge

# Mean change of brightness, of 1, that makes a cut. In 60 clips of the stage it stayed below 0.042 inside a take, and
# was 0.034 to 0.125 in 8 cuts between framings of one place; a cut that is missed waits for the next whole second.
CUT = 0.04
_THUMB = (32, 18)  # pixels


class PictureScreen:
    """Looks at a clip that comes in parts: the same frames are looked at as if it came at once.

    Units: rate in frames a second. `about` is the verdict on the words of the same request: its half of the rule about
    minors counts here too.
    """

    def __init__(self, policy: ScreenPolicy, rate: int | Fraction, role: str, about: Verdict | None = None) -> None:
        self._policy, self._role = policy, role
        self._every = max(1, round(Fraction(rate)))
        self._seen, self._last = 0, None
        self._signals: frozenset[Signal] = about.signals if about else minors.NOTHING
        self._verdict = judge((), self._signals)

    @property
    def verdict(self) -> Verdict:
        """What was found so far."""
        return self._verdict

    def look(self, frames: np.ndarray) -> Verdict:
        """Look at the next frames; the verdict is on all so far. Shapes: (t, h, w, 3) uint8."""
        chosen = self._choose(frames)
        if not len(chosen) or not (self._policy.moderators or self._policy.denied):
            return self._verdict
        findings, signals = _looked_at(frames[chosen], self._policy, self._role)
        self._signals |= signals
        if minors.forbids(self._signals):
            findings = (minors.refusal(self._role), *findings)
        new = [finding for finding in findings if finding not in self._verdict.findings]
        said = judge(new, self._signals, self._verdict.reference)
        self._verdict = replace(
            self._verdict,
            allowed=self._verdict.allowed and said.allowed,
            findings=self._verdict.findings + said.findings,
            signals=self._signals,
        )
        return self._verdict

    def _choose(self, frames: np.ndarray) -> np.ndarray:
        """Which of the next frames to look at."""
        if not len(frames):
            return np.zeros(0, int)
        thumbs = np.stack([_thumb(frame) for frame in frames])
        before = thumbs[:1] if self._last is None else self._last[None]
        changes = np.abs(np.diff(np.concatenate([before, thumbs]), axis=0)).mean(axis=(1, 2)) / 255
        due = (np.arange(len(frames)) + self._seen) % self._every == 0
        self._seen, self._last = self._seen + len(frames), thumbs[-1]
        return np.flatnonzero(due | (changes > CUT))


def screen_pictures(
    frames: np.ndarray,
    rate: int | Fraction,
    policy: ScreenPolicy,
    *,
    role: str = "picture",
    about: Verdict | None = None,
) -> Verdict:
    """Look at a still or a whole clip, given or made. Shapes: (t, h, w, 3) uint8. Units: frames a second."""
    return PictureScreen(policy, rate, role, about).look(frames)


def screen_sound(
    sound: np.ndarray, rate: int, policy: ScreenPolicy, *, role: str = "sound", about: Verdict | None = None
) -> Verdict:
    """Listen to a sound, given or made; without a moderator there is nobody who listens.

    Shapes: (2, s) float32 in [-1, 1]. Units: rate in samples a second.
    """
    asked = _asked(lambda moderator: moderator.check_sound(sound, rate), policy, role)
    signals = asked.signals | (about.signals if about else minors.NOTHING)
    broken = asked.signals and minors.forbids(signals)
    return judge((minors.refusal(role), *asked.findings) if broken else asked.findings, signals)


def _looked_at(pictures: np.ndarray, policy: ScreenPolicy, role: str) -> tuple[tuple[Finding, ...], frozenset[Signal]]:
    asked = _asked(lambda moderator: moderator.check_pictures(pictures), policy, role)
    findings, signals = list(asked.findings), asked.signals
    if policy.denied is not None:
        for category in sorted(frozenset().union(*(policy.denied.matches(picture) for picture in pictures))):
            findings.append(Finding(category, "block", role, "deny list"))
            signals |= minors.OPINIONS.get(category, minors.NOTHING)
    return tuple(findings), signals


def _asked(question, policy: ScreenPolicy, role: str) -> Asked:
    return ask(policy.moderators, question, role, policy.severity, policy.go_on_without)


def _thumb(frame: np.ndarray) -> np.ndarray:
    small = cv2.resize(frame, _THUMB, interpolation=cv2.INTER_AREA)
    return cv2.cvtColor(small, cv2.COLOR_RGB2GRAY).astype(np.int16)
