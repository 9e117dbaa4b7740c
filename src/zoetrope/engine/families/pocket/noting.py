"""What is seen in given pictures, noted in what is known of a plan: signs of the stage, who is there, looks, places.

Knows no pictures and no network.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from zoetrope.engine.families.pocket.directing import Known, unproject
from zoetrope.engine.families.pocket.layout import GROUP
from zoetrope.engine.families.pocket.plan import AXES, METRE, PATCH, RADII, SLOTS, STAGE, TRACK, TRAITS
from zoetrope.engine.families.pocket.tracking import Looks, Run, Seen, radians

AWAY = 2.5  # radii beyond the edge of the picture at which a thing is taken to be that is not in it


def with_signs(known: Known, chances: dict[str, Tensor]) -> Known:
    """The stage is as chances (values,) of each of its axes say."""
    cast, where, at = known.plan.cast.clone(), known.cast.clone(), SLOTS * TRAITS
    for axis, values in STAGE.items():
        span = slice(at, at + len(values))
        cast[0, span], where[span] = 0, True
        cast[0, at + int(chances[axis].argmax())] = 1
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

    In a stretch of several pictures in which it is never seen it is beyond the edge. How it is turned is held at the
    first picture of the shot, and noted at the first of later stretches.
    Shapes: numbers (k,) of the given pictures, which are parted into runs, and the camera (k, 4) of each.
    """
    which = torch.tensor(seen.pictures)
    unit = METRE * grid[0] * PATCH * camera[which, 2].exp()
    metres = float((seen.radii / unit).median())
    sized = AXES["size"][int(np.abs(np.log(np.array(RADII) / metres)).argmin())]
    known = with_looks(known, slot, seen.looks, sized)
    places = unproject(seen.places, camera[which], grid)
    tracks, rows = known.plan.tracks.clone(), known.rows.clone()
    columns = [slot * len(TRACK) + TRACK.index(name) for name in ("x", "y")]
    for first, last in runs:
        inside = ((which >= first) & (which <= last)).nonzero()[:, 0]
        at = numbers[which[inside]]
        if first == last and len(inside):
            every = torch.arange(known.pictures)[_group(int(at[0]), known.pictures)]
            tracks[0, slot, every, :2] = places[inside]
        elif len(inside):
            every = torch.arange(int(at[0]), int(at[-1]) + 1)
            for axis in range(2):
                path = np.interp(every.numpy(), at.numpy(), places[inside, axis].numpy())
                tracks[0, slot, every, axis] = torch.from_numpy(path).float()
        elif first < last:
            every = numbers[first : last + 1]
            nearest = int((which - first).abs().argmin())
            tracks[0, slot, every, :2] = _beyond(places[nearest], camera[first : last + 1], metres, grid)
        else:
            continue
        rows[every[:, None], columns] = True
    spin = TRACK.index("spin")
    for first, last in runs:
        inside = ((which >= first) & (which <= last)).nonzero()[:, 0]
        if len(inside):
            tracks[0, slot, numbers[first], spin] = radians(seen.turns[inside[0]], seen.looks.value("object"))
    rows[0, slot * len(TRACK) + spin] |= int(numbers[which[0]]) == 0
    return replace(known, plan=replace(known.plan, tracks=tracks), rows=rows)


def _beyond(place: Tensor, camera: Tensor, radius: float, grid: tuple[int, int]) -> Tensor:
    """Out of sight of cameras (n, 4), on the side where a place (2,) in metres is nearer to the edge: (n, 2)."""
    middle = float(camera[:, 0].mean())
    half = grid[1] / (2 * METRE * grid[0]) * float((-camera[:, 2]).exp().max())
    side = 1.0 if float(place[0]) >= middle else -1.0
    return torch.stack([place.new_tensor(middle + side * (half + AWAY * radius)), place[1]]).expand(len(camera), 2)


def _group(number: int, pictures: int) -> slice:
    """The pictures of the latent frame that a picture lies in: a plan holds paths by latent frames."""
    if number == 0:
        return slice(0, 1)
    start = 1 + (number - 1) // GROUP * GROUP
    return slice(start, min(start + GROUP, pictures))
