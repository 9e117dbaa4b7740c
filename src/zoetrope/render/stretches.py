"""What is new of clips that are made longer: shots after, before and between pieces, and their order. Knows no file
but the one that keeps a shot.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from zoetrope.core.conditions import Condition, Extend, Keyframe, Region
from zoetrope.core.events import FramesReady, Notice
from zoetrope.core.limits import Limits
from zoetrope.core.request import Request
from zoetrope.core.time import Clock, Seconds
from zoetrope.render.crossing import cross, outset
from zoetrope.render.joining import FADE, Piece, close_loop, join
from zoetrope.render.terms import ALONE, Watch

if TYPE_CHECKING:
    from zoetrope.engine.families import Family
    from zoetrope.engine.memory.plan import Wish

Way = Literal["after", "before", "loop", "bridge"]


@dataclass(frozen=True)
class Longer:
    """What is to be made of the clips. Units: seconds of what is new."""

    way: Way
    seconds: Seconds


@dataclass(frozen=True, eq=False)
class Maker:
    """What makes shots: the settled request that they follow, and who hears of them."""

    request: Request
    family: Family
    watch: Watch = ALONE
    wish: Wish | None = None
    kept_in: Path | None = None

    @property
    def clock(self) -> Clock:
        return self.family.limits.clock

    def shot(self, frames: int, *conditions: Condition, number: int = 0) -> Piece:
        """One shot of so many frames around what is given of it."""
        from zoetrope.engine.generate import make
        from zoetrope.engine.keeping import Keeper

        assert self.request.seed is not None, "a settled request has its seed"
        seed = (self.request.seed + number) % (1 << 32)
        asked = replace(self.request, seconds=self.clock.seconds_of(frames), conditions=conditions, seed=seed)
        keeper = None if self.kept_in is None else Keeper(self.kept_in, asked)
        watch = self.watch
        draft = make(asked, self.family, on_event=watch.on_event, cancel=watch.cancel, wish=self.wish, keeper=keeper)
        return Piece(draft.frames, _silent(draft.frames, self.clock) if draft.sound is None else draft.sound)

    def one_stage(self, pieces: Sequence[Piece]) -> bool:
        """Whether the second of two pieces may begin on the stage on which the first one ends."""
        from zoetrope.engine.stages import same_stage

        if Region not in self.family.limits.conditions:
            return True
        return same_stage(self.request, self.family, pieces[0].frames[-1], pieces[1].frames[0], self.wish)

    def chosen(self, frames: int, conditions: Sequence[Condition]) -> Maker:
        """The same under the best seed for one shot of so many frames around what is given of it."""
        from zoetrope.engine.generate import settle_seed

        asked = replace(self.request, seconds=self.clock.seconds_of(frames), conditions=tuple(conditions))
        watch = self.watch
        best = settle_seed(asked, self.family, on_event=watch.on_event, cancel=watch.cancel, wish=self.wish)
        return replace(self, request=replace(self.request, seed=best.seed, best_of=1))


def settled(maker: Maker, given: Sequence[Piece], longer: Longer) -> Maker:
    """The maker under one seed: the best for what is new, if the best of several is asked for."""
    if maker.request.best_of == 1:
        return maker
    new = maker.clock.frames(longer.seconds)
    if longer.way == "bridge" and not maker.one_stage(given):
        return maker.chosen(*outset(given[0], new, maker.clock))
    return maker.chosen(*asked_of(given, longer, maker.family.limits))


def whole(maker: Maker, given: Sequence[Piece], longer: Longer) -> Piece:
    """Everything in its order, joined."""
    new = maker.clock.frames(longer.seconds)
    match longer.way:
        case "after":
            return _after(maker, given[0], new)
        case "before":
            return _before(maker, given[0], new)
        case "loop":
            made = _between(maker, given[0], given[0], new)
            return close_loop(join(given[0], made, maker.clock, early=_early(maker.clock)), maker.clock)
        case "bridge":
            made = (_between if maker.one_stage(given) else _across)(maker, given[0], given[1], new)
            return join(join(given[0], made, maker.clock, early=_early(maker.clock)), given[1], maker.clock)


def _after(maker: Maker, clip: Piece, new: int) -> Piece:
    """The clip and what comes after it, chunk by chunk."""
    from zoetrope.engine.endless import Direction, ending_of, go_on
    from zoetrope.engine.generate import plan_for
    from zoetrope.engine.loading import loaded
    from zoetrope.engine.numerics import choose_numerics

    checkpoint = loaded(maker.family, plan_for(maker.family, maker.request, choose_numerics(), maker.wish))
    frames, sounds, count = [], [], 0
    parts = go_on(
        maker.request,
        maker.family,
        checkpoint,
        lambda: Direction(maker.request.prompt),
        after=ending_of(clip.frames, clip.sound, maker.clock),
        cancel=maker.watch.cancel,
    )
    for part in parts:
        frames.append(part.frames)
        sounds.append(part.sound)
        count += len(part.frames)
        if maker.watch.on_event is not None:
            maker.watch.on_event(FramesReady(part.start, len(part.frames), new))
        if count >= new:
            break
    early = _early(maker.clock)
    made = np.concatenate(sounds, axis=1)[:, : early + new * maker.clock.sample_rate // maker.clock.frame_rate]
    return join(clip, Piece(np.concatenate(frames)[:new], made), maker.clock, early=early).filled(maker.clock)


def _before(maker: Maker, clip: Piece, new: int) -> Piece:
    """What leads up to the clip, and the clip: shots whose last picture is the first of what follows."""
    most, whole, number = maker.clock.frames(maker.family.limits.seconds[1]), clip, 0
    while new > 0:
        length = min(most, new + 1)
        made = maker.shot(length, *_leading_to(whole), number=number)
        whole = join(Piece(made.frames[:-1], made.sound), whole, maker.clock)
        new, number = new - (length - 1), number + 1
    return whole


def _leading_to(clip: Piece) -> tuple[Keyframe, ...]:
    return (Keyframe("last", clip.frames[0]),)


def _between(maker: Maker, first: Piece, second: Piece, new: int) -> Piece:
    """What lies between the end of one piece and the beginning of another; its sound reaches into both."""
    clock = maker.clock
    past = 1 + clock.frames_per_latent
    frames, conditions = _around(first, second, new, maker.family.limits)
    made = maker.shot(frames, *conditions)
    samples = past * clock.sample_rate // clock.frame_rate
    return Piece(made.frames[past : past + new], made.sound[:, samples - _early(clock) :])


def _across(maker: Maker, first: Piece, second: Piece, new: int) -> Piece:
    """What lies between two pieces on different stages; the first of its two shots is the one that can be kept."""
    if maker.watch.on_event is not None:
        maker.watch.on_event(
            Notice("the clips show different stages: each goes on by itself, and one passes into the other.")
        )

    def shot(frames: int, *conditions: Condition, number: int = 0) -> Piece:
        return (replace(maker, kept_in=None) if number else maker).shot(frames, *conditions, number=number)

    return cross(shot, first, second, new, maker.clock, _early(maker.clock))


def _around(first: Piece, second: Piece, new: int, limits: Limits) -> tuple[int, tuple[Condition, ...]]:
    """The pictures of the shot between two pieces, and what is given of it.

    That is both, picture and sound, in whole latents; who cannot take that, or has no room for it, is given the end of
    the first and one picture of the second.
    """
    clock = limits.clock
    past = 1 + clock.frames_per_latent
    ahead = clock.grid_frames(past + new) - (past + new) + clock.frames_per_latent
    room = past + new + ahead <= clock.frames(limits.seconds[1]) and ahead <= len(second.frames)
    if room and Region in limits.conditions:
        return past + new + ahead, (_gap(first, second, (past, new, ahead), clock),)
    samples = past * clock.sample_rate // clock.frame_rate
    ending = Extend(first.frames[-past:], np.ascontiguousarray(first.sound[:, -samples:]))
    return past + new + 1, (ending, Keyframe("last", second.frames[0]))


def asked_of(given: Sequence[Piece], longer: Longer, limits: Limits) -> tuple[int, tuple[Condition, ...]]:
    """The pictures of the one shot that holds what is new, and what is given of it."""
    new = limits.clock.frames(longer.seconds)
    if longer.way == "before":
        return new + 1, _leading_to(given[0])
    return _around(given[0], given[-1], new, limits)


def _gap(first: Piece, second: Piece, counts: tuple[int, int, int], clock: Clock) -> Region:
    """A shot of the end of one piece, what is made anew, and the beginning of another. Units: counts in pictures.

    Sound is made anew from the last whole latent of the first one on, and a fade into the second one.
    """
    past, new, ahead = counts
    held = [first.frames[-1:].repeat(new - new // 2, 0), second.frames[:1].repeat(new // 2, 0)]
    frames = np.concatenate([first.frames[-past:], *held, second.frames[:ahead]])
    mask = np.zeros(frames.shape[:3], bool)
    mask[past : past + new] = True
    at = [count * clock.sample_rate // clock.frame_rate for count in (past, past + new, past + new + ahead)]
    sound = np.zeros((2, at[2]), np.float32)
    sound[:, : at[0]] = first.sound[:, -at[0] :]
    sound[:, at[1] :] = second.sound[:, : at[2] - at[1]]
    anew = np.zeros(at[2], bool)
    anew[at[0] - _early(clock) : at[1] + 2 * round(FADE * clock.sample_rate)] = True
    return Region(frames, mask, sound, anew)


def _early(clock: Clock) -> int:
    """How many samples before its first picture new sound begins: the part of a latent that the past leaves open."""
    past = 1 + clock.frames_per_latent
    return past * clock.sample_rate // clock.frame_rate % clock.samples_per_latent


def _silent(frames: np.ndarray, clock: Clock) -> np.ndarray:
    return np.zeros((2, len(frames) * clock.sample_rate // clock.frame_rate), np.float32)
