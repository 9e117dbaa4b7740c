"""Things that some given pictures lack: out of sight there, on the side by which they leave or from which they come.

Knows the spotter by what it finds; knows no pictures and no network.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import torch
from torch import Tensor

from zoetrope.engine.families.pocket.directing import Known
from zoetrope.engine.families.pocket.habits import TURNS
from zoetrope.engine.families.pocket.heading import GOES
from zoetrope.engine.families.pocket.layout import FRAME_RATE, GROUP
from zoetrope.engine.families.pocket.plan import AXES, METRE, TRACK, Plan
from zoetrope.engine.families.pocket.spotter import Findings
from zoetrope.engine.families.pocket.tracking import Run, Seen

SIDES: Mapping[str | None, float] = {"left": -1.0, "right": 1.0}
AWAY = 2.5  # radii beyond the edge of the picture at which a thing is taken to be that is not in it
HANGING = "swings"  # what hangs has a rope, which neither leaves nor comes
LOOKING = ("car", "boat", "bird", "fish")  # things that are seen to look one way, which is where they go
COMES = 15  # pictures in which a thing that stays has come to its place, if there are so many
LEAST = 3 * GROUP  # pictures between two that lack a thing, from which it comes at all
DOUBTFUL = 0.5  # of a stretch's pictures in which something like a thing is found, from which it may be there


@dataclass(frozen=True, eq=False)
class Met:
    """Where a thing is in a picture that shows it, (2,) metres, and which way it goes: 1 right, -1 left, 0 unknown."""

    number: int
    place: Tensor
    way: float


def lacking(found: Findings, runs: Sequence[Run], kind: str) -> list[Run]:
    """The stretches of pictures in which nothing is found that may be a thing of a kind."""
    alike = found.picture[found.chances["object"].argmax(1) == AXES["object"].index(kind)].unique()
    return [(a, b) for a, b in runs if ((alike >= a) & (alike <= b)).sum() < DOUBTFUL * (b + 1 - a)]


def met_in(known: Known, slot: int, seen: Seen, runs: Sequence[Run], numbers: Tensor) -> list[Met]:
    """Where a slot's thing is first and last seen of each stretch, by what is known of its path."""
    met = []
    for a, b in runs:
        here = [each for each, picture in enumerate(seen.pictures) if a <= picture <= b]
        if not here:
            continue
        at = [int(numbers[seen.pictures[each]]) for each in (here[0], here[-1])]
        places = known.plan.tracks[0, slot, at, :2]
        pace = float(places[1, 0] - places[0, 0]) * FRAME_RATE / max(at[1] - at[0], 1)
        looks = [math.copysign(1, float(seen.right[each]) - 0.5) for each in (here[0], here[-1])]
        for number, place, look in zip(at, places, looks, strict=True):
            faces = look if seen.looks.value("object") in LOOKING else 0.0
            met.append(Met(number, place, math.copysign(1, pace) if abs(pace) > TURNS else faces))
    return met


def out_of_sight(
    known: Known,
    slot: int,
    lacks: Sequence[Run],
    numbers: Tensor,
    met: Sequence[Met],
    free: Plan,
    wide: float,
    heading: str | None = None,
) -> Known:
    """A slot's thing is out of sight in the stretches of given pictures that lack it.

    It leaves by the side that it goes to and comes from where it goes away from: its heading, or else what is seen of
    its way. If that is unknown it is the nearest side, and if the camera has left it, the one on which it lies. A thing
    that is met nowhere crosses the picture the way it goes in a free plan, or if it stays, comes to where it stays
    there; one whose heading is down comes from above. Shapes: numbers (k,) of the given pictures. Units: wide is the
    picture's width in heights.
    """
    tracks, rows = known.plan.tracks.clone(), known.rows.clone()
    columns = [slot * len(TRACK) + TRACK.index(name) for name in ("x", "y")]
    path, radius = free.tracks[0, slot, :, :2], float(known.laid_over(free).radii()[0, slot])
    across, way = float(path[-1, 0] - path[0, 0]), SIDES.get(heading, 0.0)
    falls = heading == "down" and not met
    stays = not met and not falls and abs(across) < GOES
    if not met and not stays:
        way = way or math.copysign(1, across)
    at = [(int(numbers[a]), int(numbers[b])) for a, b in lacks]
    for every in (stretch_of(a, b, known.pictures) for a, b in at):
        first, last = int(every[0]), int(every[-1])
        x, y, zoom, _ = known.plan.camera[0, every].unbind(1)
        half = wide / (2 * METRE) * (-zoom).exp() + AWAY * radius
        beside = met or [Met(last + 1 if first == 0 else first - 1, path[min(first, len(path) - 1)], 0.0)]
        place, side = _side(first, last, beside, way, float(x.mean()), float(half.mean()))
        if falls and first == 0:
            out = [path[every, 0], y + half / wide + radius]
        else:
            out = [x + side * half, place[1].expand(len(every))]
        tracks[0, slot, every, :2] = torch.stack(out, dim=1)
        rows[every[:, None], columns] = True
    for every in _arrivals(at, known.pictures) if stays else ():
        tracks[0, slot, every, :2] = path[every]
        rows[every[:, None], columns] = True
    return replace(known, plan=replace(known.plan, tracks=tracks), rows=rows)


def stretch_of(first: int, last: int, pictures: int) -> Tensor:
    """The numbers of a stretch of pictures; of one alone those of its latent frame, by which a plan holds paths."""
    if first < last:
        return torch.arange(first, min(last + 1, pictures))
    start = 0 if first == 0 else 1 + (first - 1) // GROUP * GROUP
    return torch.arange(start, min(start + GROUP, pictures) if first else 1)


def _arrivals(lacks: Sequence[tuple[int, int]], pictures: int) -> list[Tensor]:
    """The latent frames in which a thing has come after pictures that lack it, and from which it leaves before some."""
    found = []
    for (_, gone), (back, _) in pairwise([(-pictures, -pictures), *lacks, (2 * pictures, 2 * pictures)]):
        soon = min(COMES, (back - gone) // 2)
        if back - gone >= LEAST:
            found += [stretch_of(at, at, pictures) for at in {gone + soon, back - soon} if 0 <= at < pictures]
    return found


def _side(first: int, last: int, met: Sequence[Met], told: float, middle: float, half: float) -> tuple[Tensor, float]:
    """The place (2,) from or to which a thing goes that is out of sight, and on which side it is so."""
    nearest = min(met, key=lambda each: min(abs(each.number - first), abs(each.number - last)))
    off, way = float(nearest.place[0]) - middle, told or nearest.way
    if abs(off) < half and way:
        return nearest.place, way if nearest.number < first else -way
    return nearest.place, math.copysign(1, off)
