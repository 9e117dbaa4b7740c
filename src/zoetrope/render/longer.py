"""Clips made longer: what comes after them, before them, between two of them, or back to their beginning.

What is given stays as it is, to the frame, but for our own visible label: it is lifted off, and the whole is labelled
once, as it leaves by the door. Knows no terminal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from zoetrope.core.cancel import Cancel, stop_if
from zoetrope.core.conditions import Condition, Extend, Keyframe, Region
from zoetrope.core.errors import InvalidRequest
from zoetrope.core.events import FramesReady, Notice, OnEvent
from zoetrope.core.limits import Limits
from zoetrope.core.request import Request
from zoetrope.core.time import Clock, Seconds, show_seconds
from zoetrope.release.asset import Asset
from zoetrope.release.door import open_release
from zoetrope.release.door_policy import Policy
from zoetrope.release.verify_judge import show_id
from zoetrope.render.crossing import cross, outset
from zoetrope.render.ingredients import ingredients_of
from zoetrope.render.joining import FADE, Piece, close_loop, join
from zoetrope.render.lifting import bare
from zoetrope.render.likeness import Likenesses
from zoetrope.render.making import making_of
from zoetrope.render.screening import screen_given, screen_words

if TYPE_CHECKING:
    from zoetrope.engine.families import Family
    from zoetrope.engine.memory.plan import Wish

Way = Literal["after", "before", "loop", "bridge"]

COPIES = 3  # of a whole in memory at once: its parts, these joined, and a part on its way out


@dataclass(frozen=True, eq=False)
class Parent:
    """A clip that is given, at the checkpoint's clock and the shot's size, and its file."""

    piece: Piece
    path: Path


@dataclass(frozen=True)
class Longer:
    """What is to be made of the clips. Units: seconds of what is new."""

    way: Way
    seconds: Seconds


@dataclass(frozen=True, eq=False)
class _Maker:
    """What makes shots: the settled request that they follow, and who hears of them."""

    request: Request
    family: Family
    on_event: OnEvent | None
    cancel: Cancel | None
    wish: Wish | None
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
        draft = make(asked, self.family, on_event=self.on_event, cancel=self.cancel, wish=self.wish, keeper=keeper)
        return Piece(draft.frames, _silent(draft.frames, self.clock) if draft.sound is None else draft.sound)

    def one_stage(self, pieces: Sequence[Piece]) -> bool:
        """Whether the second of two pieces may begin on the stage on which the first one ends."""
        from zoetrope.engine.stages import same_stage

        if Region not in self.family.limits.conditions:
            return True
        return same_stage(self.request, self.family, pieces[0].frames[-1], pieces[1].frames[0], self.wish)

    def chosen(self, frames: int, conditions: Sequence[Condition]) -> _Maker:
        """The same under the best seed for one shot of so many frames around what is given of it."""
        from zoetrope.engine.generate import settle_seed

        asked = replace(self.request, seconds=self.clock.seconds_of(frames), conditions=tuple(conditions))
        best, _ = settle_seed(asked, self.family, on_event=self.on_event, cancel=self.cancel, wish=self.wish)
        return replace(self, request=replace(self.request, seed=best.seed, best_of=1))


def make_longer(
    path: Path,
    request: Request,
    parents: Sequence[Parent],
    longer: Longer,
    policy: Policy,
    likenesses: Likenesses,
    *,
    family: Family,
    on_event: OnEvent | None = None,
    cancel: Cancel | None = None,
    wish: Wish | None = None,
    kept_in: Path | None = None,
    when: datetime | None = None,
    tell_prompt: bool = False,
) -> tuple[Request, Asset]:
    """Make what is missing and release the whole; returns the settled request, as long as the whole, and the asset.

    The request says what happens in what is new; it has the size of the parents, who are two for a bridge, else one.
    Its `best_of`, and `kept_in`, a file that holds the walk's state, are for what is new in one shot.
    Raises: InvalidRequest, Unsupported, Refused, NeedsConsent, WeightsError, MediaError, Cancelled.
    """
    said = screen_words(request, policy.screen)
    check_longer(longer, parents, family.limits, alone=request.best_of > 1 or kept_in is not None)
    from zoetrope.engine.families import Planned
    from zoetrope.engine.generate import prepare

    request, family = prepare(request, family, on_event)
    clock, now = family.limits.clock, when or datetime.now(UTC)
    given, used = [], []
    for parent in parents:
        told = replace(request, conditions=(Extend(parent.piece.frames, parent.piece.sound),))
        said = screen_given(told, clock, policy.screen, said)
        found = ingredients_of(told, policy, (parent.path,))
        used += likenesses.check(told, found, now)
        given += found
    pieces = [replace(each.piece, frames=bare(each.piece.frames, policy, clock)) for each in parents]
    maker = _Maker(request, family, on_event, cancel, wish, kept_in)
    if request.best_of > 1:
        apart = longer.way == "bridge" and not maker.one_stage(pieces)
        told = outset(pieces[0], clock.frames(longer.seconds), clock) if apart else _new(pieces, longer, family.limits)
        maker = maker.chosen(*told)
        request = maker.request
    weights = family.descriptor.identity if isinstance(family, Planned) else ""
    named = family.limits.checkpoint
    making = making_of(request, now, tuple(given), checkpoint=named, weights=weights, tell_prompt=tell_prompt)
    with open_release(
        path,
        making,
        policy,
        size=(request.size.width, request.size.height),
        rate=clock.frame_rate,
        sound_rate=clock.sample_rate,
        about=said,
    ) as door:
        whole = _whole(maker, pieces, longer)
        door.write_frames(whole.frames)
        door.write_sound(whole.sound)
        stop_if(cancel, "before the file was finished")
    likenesses.note(tuple(used), f"{show_id(door.asset.mark)} {door.asset.path.name}", now)
    return replace(request, seconds=clock.seconds_of(len(whole.frames))), door.asset


def check_longer(longer: Longer, parents: Sequence[Parent], limits: Limits, alone: bool = False) -> None:
    """Refuse what cannot be made, before weights load; `alone` where what is new must be one shot.

    Raises: InvalidRequest, Unsupported.
    """
    clock, past = limits.clock, 1 + limits.clock.frames_per_latent
    new = clock.frames(longer.seconds)
    if longer.seconds <= 0:
        raise InvalidRequest("no seconds were asked for; ask for 0.5 or more.")
    if longer.way in ("loop", "bridge"):
        most = clock.seconds_of(clock.frames(limits.seconds[1]) - past - 1)
        if new + past + 1 > clock.frames(limits.seconds[1]):
            raise InvalidRequest(
                f"{show_seconds(longer.seconds)} s were asked for; a {longer.way} of {limits.checkpoint} is one shot "
                f"and takes up to {show_seconds(most)} s."
            )
    if alone and (longer.way == "after" or (longer.way == "before" and new + 1 > clock.frames(limits.seconds[1]))):
        raise InvalidRequest(
            "what is new here is made chunk by chunk, but the best of several seeds, and a file that keeps what is "
            f"done, are for one shot: a bridge, a loop, or up to {show_seconds(limits.seconds[1])} s before a clip."
        )
    for parent in parents:
        if len(parent.piece.frames) < past:
            raise InvalidRequest(
                f"{parent.path} has {len(parent.piece.frames)} frames at {clock.frame_rate} a second; to go on from "
                f"takes {past} or more, {show_seconds(clock.seconds_of(past))} s."
            )
    _check_memory(longer, parents, clock)


def _check_memory(longer: Longer, parents: Sequence[Parent], clock: Clock) -> None:
    """What is made longer lies in memory whole until it is released. Raises: InvalidRequest."""
    from zoetrope.engine.memory.machine import free_host_bytes

    picture, given = COPIES * parents[0].piece.frames[0].nbytes, sum(len(each.piece.frames) for each in parents)
    free, count = free_host_bytes(), clock.frames(longer.seconds)
    if (given + count) * picture > free:
        most = max(0, free // picture - given) // clock.frame_rate
        raise InvalidRequest(
            f"{show_seconds(longer.seconds)} s more take {(given + count) * picture / 1e9:.1f} GB of memory, and "
            f"{free / 1e9:.1f} GB are free; ask for up to {most} s, or for an endless stream, which takes no more with "
            "time."
        )


def _whole(maker: _Maker, given: Sequence[Piece], longer: Longer) -> Piece:
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


def _after(maker: _Maker, clip: Piece, new: int) -> Piece:
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
        cancel=maker.cancel,
    )
    for part in parts:
        frames.append(part.frames)
        sounds.append(part.sound)
        count += len(part.frames)
        if maker.on_event is not None:
            maker.on_event(FramesReady(part.start, len(part.frames), new))
        if count >= new:
            break
    early = _early(maker.clock)
    made = np.concatenate(sounds, axis=1)[:, : early + new * maker.clock.sample_rate // maker.clock.frame_rate]
    return join(clip, Piece(np.concatenate(frames)[:new], made), maker.clock, early=early).filled(maker.clock)


def _before(maker: _Maker, clip: Piece, new: int) -> Piece:
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


def _between(maker: _Maker, first: Piece, second: Piece, new: int) -> Piece:
    """What lies between the end of one piece and the beginning of another; its sound reaches into both."""
    clock = maker.clock
    past = 1 + clock.frames_per_latent
    frames, conditions = _around(first, second, new, maker.family.limits)
    made = maker.shot(frames, *conditions)
    samples = past * clock.sample_rate // clock.frame_rate
    return Piece(made.frames[past : past + new], made.sound[:, samples - _early(clock) :])


def _across(maker: _Maker, first: Piece, second: Piece, new: int) -> Piece:
    """What lies between two pieces on different stages; the first of its two shots is the one that can be kept."""
    if maker.on_event is not None:
        maker.on_event(
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


def _new(given: Sequence[Piece], longer: Longer, limits: Limits) -> tuple[int, tuple[Condition, ...]]:
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
