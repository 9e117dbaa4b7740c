"""Clips made longer: what comes after them, before them, between two of them, or back to their beginning.

What is given stays as it is, to the frame, but for our own visible label: it is lifted off, and the whole is labelled
once, as it leaves by the door. Knows no terminal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from zoetrope.core.cancel import stop_if
from zoetrope.core.conditions import Extend
from zoetrope.core.errors import InvalidRequest
from zoetrope.core.limits import Limits
from zoetrope.core.request import Request
from zoetrope.core.time import Clock, show_seconds
from zoetrope.release.asset import Asset
from zoetrope.release.door import open_release
from zoetrope.release.verify_judge import show_id
from zoetrope.render.ingredients import ingredients_of
from zoetrope.render.joining import Piece
from zoetrope.render.lifting import bare
from zoetrope.render.making import making_of
from zoetrope.render.screening import screen_given, screen_words
from zoetrope.render.stretches import Longer, Maker, settled, whole
from zoetrope.render.terms import ALONE, HERE, Means, Terms, Watch

# Of a whole in memory at once, in bytes of its pictures: its parts, these joined, and its sound. Measured at 256x144 by
# the peaks of processes: 2.5 to 3.3 of what is new (30 to 240 s), 3.4 of what is given (2 to 120 s).
COPIES = 3.5


@dataclass(frozen=True, eq=False)
class Parent:
    """A clip that is given, at the checkpoint's clock and the shot's size, and its file."""

    piece: Piece
    path: Path


def make_longer(
    path: Path,
    request: Request,
    parents: Sequence[Parent],
    longer: Longer,
    terms: Terms,
    means: Means = HERE,
    watch: Watch = ALONE,
    *,
    kept_in: Path | None = None,
) -> tuple[Request, Asset]:
    """Make what is missing and release the whole; returns the settled request, as long as the whole, and the asset.

    The request says what happens in what is new; it has the size of the parents, who are two for a bridge, else one.
    Its `best_of`, and `kept_in`, a file that holds the walk's state, are for what is new in one shot.
    Raises: InvalidRequest, Unsupported, Refused, NeedsConsent, WeightsError, MediaError, Cancelled.
    """
    policy, likenesses = terms.policy, terms.likenesses
    said = screen_words(request, policy.screen)
    from zoetrope.engine.families import Planned, find_family
    from zoetrope.engine.generate import prepare

    family = means.family or find_family(request.checkpoint)
    check_longer(longer, parents, family.limits, alone=request.best_of > 1 or kept_in is not None)
    request, family = prepare(request, family, watch.on_event)
    clock, now = family.limits.clock, terms.when or datetime.now(UTC)
    given, used = [], []
    for parent in parents:
        told = replace(request, conditions=(Extend(parent.piece.frames, parent.piece.sound),))
        said = screen_given(told, clock, policy.screen, said)
        found = ingredients_of(told, policy, (parent.path,))
        used += likenesses.check(told, found, now)
        given += found
    pieces = [replace(each.piece, frames=bare(each.piece.frames, policy, clock)) for each in parents]
    maker = settled(Maker(request, family, watch, means.wish, kept_in), pieces, longer)
    request = maker.request
    weights = family.descriptor.identity if isinstance(family, Planned) else ""
    named = family.limits.checkpoint
    making = making_of(request, now, tuple(given), checkpoint=named, weights=weights, tell_prompt=terms.tell_prompt)
    with open_release(
        path,
        making,
        policy,
        size=(request.size.width, request.size.height),
        rate=clock.frame_rate,
        sound_rate=clock.sample_rate,
        about=said,
    ) as door:
        made = whole(maker, pieces, longer)
        for start in range(0, len(made.frames), clock.frame_rate):
            door.write_frames(made.frames[start : start + clock.frame_rate])
        door.write_sound(made.sound)
        stop_if(watch.cancel, "before the file was finished")
    likenesses.note(tuple(used), f"{show_id(door.asset.mark)} {door.asset.path.name}", now)
    return replace(request, seconds=clock.seconds_of(len(made.frames))), door.asset


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

    picture, given = round(COPIES * parents[0].piece.frames[0].nbytes), sum(len(each.piece.frames) for each in parents)
    free, count = free_host_bytes(), clock.frames(longer.seconds)
    if (given + count) * picture > free:
        most = max(0, free // picture - given) // clock.frame_rate
        raise InvalidRequest(
            f"{show_seconds(longer.seconds)} s more take {(given + count) * picture / 1e9:.1f} GB of memory, and "
            f"{free / 1e9:.1f} GB are free; ask for up to {most} s, or for an endless stream, which takes no more with "
            "time."
        )
