"""What is seen in given pictures, noted in what is known of a plan: signs of the stage, who is there, looks, places.

Knows no pictures and no network.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from zoetrope.engine.families.pocket.directing import Known, unproject
from zoetrope.engine.families.pocket.layout import GROUP
from zoetrope.engine.families.pocket.parting import stretch_of
from zoetrope.engine.families.pocket.plan import AXES, METRE, PATCH, RADII, SLOTS, STAGE, TRACK, TRAITS
from zoetrope.engine.families.pocket.tracking import Looks, Run, Seen

PACED = 4  # pictures by which it is told how a thing goes on
SINKS = 0.1  # metres below the ground at which a thing may be seen: the standing line is as uncertain


def with_signs(known: Known, chances: dict[str, Tensor], said: Mapping[str, str]) -> Known:
    """The stage is as chances (values,) of each of its axes say; what is said to fall falls, seen or not."""
    cast, where, at = known.plan.cast.clone(), known.cast.clone(), SLOTS * TRAITS
    for axis, values in STAGE.items():
        span = slice(at, at + len(values))
        cast[0, span], where[span] = 0, True
        falls = axis == "weather" and said.get(axis, "clear") != "clear"
        cast[0, at + (values.index(said[axis]) if falls else int(chances[axis].argmax()))] = 1
        at += len(values)
    return replace(known, plan=replace(known.plan, cast=cast), cast=where)


def with_looks(known: Known, slot: int, looks: Looks, sized: str | None) -> Known:
    """A slot's thing looks so; its size is known where it is seen on its own stage."""
    cast, where, badges = known.plan.cast.clone(), known.cast.clone(), known.plan.badges.clone()
    at = slot * TRAITS
    cast[0, at], where[at] = 1, True
    at += 1
    for axis, values in AXES.items():
        value = sized if axis == "size" else looks.value(axis)
        if value is not None:
            cast[0, at : at + len(values)], where[at : at + len(values)] = 0, True
            cast[0, at + values.index(value)] = 1
        at += len(values)
    badges[0, slot] = looks.badge
    return replace(known, plan=replace(known.plan, cast=cast, badges=badges), cast=where)


def with_nobody(known: Known, slot: int) -> Known:
    """A slot is empty."""
    cast, where = known.plan.cast.clone(), known.cast.clone()
    cast[0, slot * TRAITS], where[slot * TRAITS] = 0, True
    return replace(known, plan=replace(known.plan, cast=cast), cast=where)


def with_thing(
    known: Known, slot: int, seen: Seen, runs: Sequence[Run], numbers: Tensor, camera: Tensor, grid: tuple[int, int]
) -> Known:
    """A slot's thing looks as it is seen and is where it is seen, and on the way within stretches.

    Shapes: numbers (k,) of the given pictures, which are parted into runs, and the camera (k, 4) of each.
    """
    which = torch.tensor(seen.pictures)
    unit = METRE * grid[0] * PATCH * camera[which, 2].exp()
    metres = float((seen.radii / unit).median())
    sized = AXES["size"][int(np.abs(np.log(np.array(RADII) / metres)).argmin())]
    known = with_looks(known, slot, seen.looks, sized)
    places = unproject(seen.places, camera[which], grid)
    whole = seen.whole((grid[1] * PATCH, grid[0] * PATCH))
    tracks, rows = known.plan.tracks.clone(), known.rows.clone()
    columns = [slot * len(TRACK) + TRACK.index(name) for name in ("x", "y")]
    for first, last in runs:
        here = (which >= first) & (which <= last)
        if first == last and here.any():
            every = stretch_of(int(numbers[first]), int(numbers[first]), known.pictures)
            path = places[here]
        elif here.any():
            some = here & whole if int((here & whole).sum()) >= PACED else here
            every, path = _along(numbers[which[some]], places[some], int(numbers[first]), int(numbers[last]))
            path[:, 1].clamp_(min=float(known.plan.marks[0, 0]) + RADII[AXES["size"].index(sized)] - SINKS)
        else:
            continue
        tracks[0, slot, every, :2] = path
        rows[every[:, None], columns] = True
    return replace(known, plan=replace(known.plan, tracks=tracks), rows=rows)


def _along(at: Tensor, places: Tensor, first: int, last: int) -> tuple[Tensor, Tensor]:
    """Numbers of pictures (n,) and places (n, 2) there, on the way between places in some pictures (k,) of a stretch.

    A few pictures more, up to the stretch's ends, have it go on as it went: where a thing is not wholly in the picture,
    its middle is misjudged.
    """
    start, stop = max(first, int(at[0]) - GROUP), min(last, int(at[-1]) + GROUP)
    every = torch.arange(start, stop + 1)
    path = np.stack([np.interp(every, at, places[:, axis]) for axis in range(2)], axis=1)
    if len(at) > 1:
        for end, near in ((every < at[0], slice(0, PACED)), (every > at[-1], slice(-PACED, None))):
            lines = np.polyfit(at[near].numpy(), places[near].numpy(), 1)
            path[end] = every[end, None].numpy() * lines[0] + lines[1]
    return every, torch.from_numpy(path).to(places)
