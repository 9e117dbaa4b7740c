"""From given pictures to what is known of a plan: who is seen where, how they look, and on what stage.

Knows the spotter by what it finds; knows no noise and no words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from zoetrope.core.conditions import Extend, Footage, Keyframe, Reference, Region
from zoetrope.core.request import Request
from zoetrope.core.time import Clock
from zoetrope.engine.families.pocket.backdrop import Anchor, anchor
from zoetrope.engine.families.pocket.badges import Look, read_badge
from zoetrope.engine.families.pocket.directing import Known, unproject, with_camera
from zoetrope.engine.families.pocket.filmed import camera_through
from zoetrope.engine.families.pocket.layout import GROUP
from zoetrope.engine.families.pocket.plan import (
    AXES,
    BADGE,
    CAMERA,
    METRE,
    PATCH,
    RADII,
    SLOTS,
    STAGE,
    TRACK,
    TRAITS,
    Plan,
    bare,
    still_stage,
)
from zoetrope.engine.families.pocket.reader import stated
from zoetrope.engine.families.pocket.sketch import Sketcher, look_at, near_thing, on_rope
from zoetrope.engine.families.pocket.spotter import FOLDS, Findings, Spotter, spot

SURE = 0.4  # score of a finding that is taken for a thing
HIDES = 1.5  # radii around a thing within which the stage is not seen
FAR = 3.0  # radii that a thing may go between two pictures that follow each other
OFTEN = 0.3  # of the pictures in which a thing must be seen
CAST = 3  # things seen longest and surest, of which the prompt's are chosen
LOOKS = 6  # pictures of one thing in which its badge is read
LOWEST, HIGHEST, TRIED = -0.70, -0.46, 13  # standing lines in metres that are tried against a picture


@dataclass(frozen=True, eq=False)
class Shown:
    """Pictures of a shot that are given: their numbers, frames uint8 (k, h, w, 3), and where they are made anew.

    Shapes: made bool (k, h, w). `lone` is whether each stands by itself in time.
    """

    numbers: list[int]
    frames: np.ndarray
    made: np.ndarray
    lone: bool


@dataclass(frozen=True, eq=False)
class Looks:
    """What something looks like: chances by axis, its badge (BADGE,), its radius in pixels, how sure it is seen."""

    chances: dict[str, Tensor]
    badge: Tensor
    radius: float
    score: float

    def value(self, axis: str) -> str:
        return AXES[axis][int(self.chances[axis].argmax())]


@dataclass(frozen=True, eq=False)
class Seen:
    """One thing through some pictures: indices of the pictures, place (n, 2) and turn (n, 2) in each, its looks, and
    the chance that it wears a badge, as the spotter says.
    """

    pictures: list[int]
    places: Tensor
    looks: Looks
    turns: Tensor
    badged: float


def shown_by(request: Request, clock: Clock) -> Shown | None:
    """The pictures that a request gives of its shot, if any; the first kind that shows most."""
    frames = clock.frames(request.seconds)
    for condition in request.conditions:
        match condition:
            case Footage(frames=given) | Extend(frames=given, memory=None):
                return Shown(list(range(len(given))), given, np.zeros(given.shape[:3], bool), False)
            case Region(frames=given, mask=mask):
                made = np.broadcast_to(mask, given.shape[:3])
                kept = [number for number in range(len(given)) if not made[number].all()]
                return Shown(kept, given[kept], made[kept], False) if kept else None
    keys = {}
    for condition in request.conditions:
        if isinstance(condition, Keyframe):
            at = condition.at
            number = {"first": 0, "last": frames - 1}[at] if isinstance(at, str) else clock.frame_at(at)
            keys[number] = condition.picture
    if not keys:
        return None
    numbers = sorted(keys)
    pictures = np.stack([keys[number] for number in numbers])
    return Shown(numbers, pictures, np.zeros(pictures.shape[:3], bool), True)


@dataclass(frozen=True, eq=False)
class Seer:
    """Reads pictures."""

    spotter: Spotter
    sketcher: Sketcher

    def know(self, known: Known, shown: Shown, facts: Tensor, free: Plan, grid: tuple[int, int]) -> Known:
        """What given pictures tell of stage, camera and things.

        The camera goes as is known, else as the pictures show, else as in the free plan.
        """
        found, signs = spot(self.spotter, torch.from_numpy(np.ascontiguousarray(shown.frames)))
        known = _with_signs(known, {axis: chance.mean(0) for axis, chance in signs.items()})
        last = known.pictures - 1
        numbers = torch.tensor([min(number, last) for number in shown.numbers])
        told = bool(known.rows[:, -len(CAMERA) :].any())
        if not told:
            known = with_camera(known, free.camera)
        known = self._with_ground(known, shown, known.plan.camera[0, numbers], grid)
        if not told:
            pictures = torch.stack([_signed(picture) for picture in shown.frames])
            hidden = _discs(found, shown.made)
            goes = camera_through(numbers, pictures, hidden, free.camera[0, : last + 1], known.plan.marks[0, 0], grid)
            if goes is not None:
                known = self._with_ground(with_camera(known, goes[None]), shown, goes[numbers], grid)
        camera = known.plan.camera[0, numbers]
        tracks = _tracks(found, _outside(found, shown.made), len(shown.numbers), shown.lone)
        tracks = [self._with_badge(seen, shown.frames) for seen in tracks[:CAST]]
        for slot, seen in enumerate(_cast(tracks, stated(facts[0]))):
            if seen is not None:
                known = _with_thing(known, slot, seen, numbers, camera, shown.lone, grid)
        return known

    def scenery(self, shown: Shown, plan: Plan, grid: tuple[int, int]) -> Anchor:
        """What given pictures tell of the stage beyond its mean: each lone one, the first and last of a clip."""
        which = list(range(len(shown.numbers))) if shown.lone else sorted({0, len(shown.numbers) - 1})
        first, *later = (self._stage_in(shown, each, plan, grid) for each in which)
        return replace(first, later=tuple(later))

    def _stage_in(self, shown: Shown, which: int, plan: Plan, grid: tuple[int, int]) -> Anchor:
        number = min(shown.numbers[which], plan.camera.shape[1] - 1)
        at = torch.tensor([number])
        stage = self.sketcher.sketch(bare(plan), at, grid)[:, 0]
        covered = torch.from_numpy(shown.made[which].copy())
        high, wide = covered.shape
        y, x = torch.meshgrid(torch.arange(high) + 0.5, torch.arange(wide) + 0.5, indexing="ij")
        spots = torch.stack([x, y], dim=-1).flatten(0, 1)[None]
        view = look_at(plan, at.expand(1, spots.shape[1]))
        covered |= on_rope(view, spots, grid)[0].view(high, wide)
        for slot in range(SLOTS):
            if plan.traits[0, slot, 0]:
                covered |= near_thing(view, slot, spots, grid)[0].view(high, wide)
        return anchor(_signed(shown.frames[which]), stage, covered, plan.camera[0, number], number)

    def looks(self, reference: Sequence[Reference]) -> Looks | None:
        """What references of one name show, if they show a thing: all of them say what it is and which badge it wears.

        The badge is read from the pictures as they are given: larger ones show more of it.
        """
        each, views = [], []
        for given in reference:
            picture = _in_format(given.picture)
            found, _ = spot(self.spotter, torch.from_numpy(picture)[None])
            sure = (found.score > SURE).nonzero()[:, 0]
            if len(sure):
                best = sure[(found.score * found.radius)[sure].argmax()]
                each.append(_looks(found, best[None]))
                scale = torch.tensor([given.picture.shape[axis] / picture.shape[axis] for axis in (1, 0)])
                place, radius = found.place[best] * scale, float(found.radius[best] * scale[1])
                views.append((given.picture, place, radius, found.turn[best], float(found.badge[best])))
        if not each:
            return None
        chances = {axis: torch.stack([one.chances[axis] for one in each]).mean(0) for axis in each[0].chances}
        largest = replace(max(each, key=lambda one: one.radius), chances=chances)
        kind = largest.value("object")
        seen = [
            Look(_whole(picture), place, radius, kind, _radians(turn, kind), chance)
            for picture, place, radius, turn, chance in views
        ]
        return replace(largest, badge=read_badge(seen))

    def _with_badge(self, seen: Seen, frames: np.ndarray) -> Seen:
        """What is seen with its badge, from the pictures in which it is seen, a few where they are many."""
        kind = seen.looks.value("object")
        some = np.unique(np.linspace(0, len(seen.pictures) - 1, LOOKS).round().astype(int)).tolist()
        views = [
            Look(
                _whole(frames[seen.pictures[each]]),
                seen.places[each],
                seen.looks.radius,
                kind,
                _radians(seen.turns[each], kind),
                seen.badged,
            )
            for each in some
        ]
        return replace(seen, looks=replace(seen.looks, badge=read_badge(views)))

    def place(self, reference: Sequence[Reference]) -> dict[str, str]:
        """On what stage references of one name were taken."""
        signs = [spot(self.spotter, torch.from_numpy(_in_format(each.picture))[None])[1] for each in reference]
        return {
            axis: values[int(sum(each[axis][0] for each in signs).argmax())]  # type: ignore[union-attr]
            for axis, values in STAGE.items()
        }

    def _with_ground(self, known: Known, shown: Shown, camera: Tensor, grid: tuple[int, int]) -> Known:
        """The standing line under which the sketched stage looks most like the first given picture."""
        picture, free = _signed(shown.frames[0]), torch.from_numpy(~shown.made[0])
        best, least = LOWEST, float("inf")
        for line in torch.linspace(LOWEST, HIGHEST, TRIED).tolist():
            plan = still_stage(known.plan)
            plan.cast[0, -7] = line
            plan = replace(plan, camera=camera[None, :1])
            stage = self.sketcher.sketch(plan, torch.zeros(1, dtype=torch.long), grid)[:, 0]
            error = float((stage - picture).abs().clamp(max=0.4)[:, free].mean())
            if error < least:
                best, least = line, error
        cast, where = known.plan.cast.clone(), known.cast.clone()
        cast[0, -7], where[-7] = best, True
        return replace(known, plan=replace(known.plan, cast=cast), cast=where)


def _signed(picture: np.ndarray) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(picture)).permute(2, 0, 1).float() / 127.5 - 1


def _in_format(picture: np.ndarray) -> np.ndarray:
    """A picture 144 high, its width a multiple of 16 up to 256, as the spotter has met them."""
    import cv2

    high, wide = picture.shape[:2]
    width = min(256, max(80, round(wide * 144 / high / 16) * 16))
    return cv2.resize(picture, (width, 144), interpolation=cv2.INTER_AREA if high > 144 else cv2.INTER_CUBIC)


def _whole(picture: np.ndarray) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(picture))


def _radians(turn: Tensor, kind: str) -> float:
    """A finding's turn (2,) as an angle, the smallest of those that look the same."""
    return float(torch.atan2(turn[1], turn[0])) / FOLDS.get(kind, 1)


def _discs(found: Findings, made: np.ndarray) -> Tensor:
    """Where things, or what is made anew, hide the stage: bool (k, h, w)."""
    hidden = torch.from_numpy(made.copy())
    high, wide = made.shape[1:]
    y, x = torch.meshgrid(torch.arange(high) + 0.5, torch.arange(wide) + 0.5, indexing="ij")
    for number in (found.score > SURE).nonzero()[:, 0].tolist():
        place, radius = found.place[number], HIDES * found.radius[number] + 2
        hidden[int(found.picture[number])] |= (x - place[0]).hypot(y - place[1]) < radius
    return hidden


def _outside(found: Findings, made: np.ndarray) -> list[int]:
    """The sure findings that do not lie where the picture is made anew."""
    high, wide = made.shape[1:]
    kept = []
    for number in (found.score > SURE).nonzero()[:, 0].tolist():
        x, y = found.place[number].long().tolist()
        at = int(found.picture[number]), min(max(y, 0), high - 1), min(max(x, 0), wide - 1)
        if not made[at]:
            kept.append(number)
    return kept


def _tracks(found: Findings, kept: list[int], pictures: int, lone: bool) -> list[Seen]:
    """Findings linked through the pictures, the surest first; between lone pictures things are told by their looks."""
    chains: list[list[int]] = []
    for number in kept:
        best = min(chains, key=lambda chain: _gap(found, chain[-1], number, lone), default=None)
        if best is not None and _gap(found, best[-1], number, lone) < 1:
            best.append(number)
        else:
            chains.append([number])
    long = [chain for chain in chains if len(chain) >= OFTEN * pictures]
    long.sort(key=lambda chain: -float(found.score[chain].sum()))
    return [_seen(found, chain) for chain in long]


def _gap(found: Findings, one: int, other: int, lone: bool) -> float:
    """How little two findings may be one thing: 1 or more where they cannot."""
    apart = int(found.picture[other] - found.picture[one])
    if apart <= 0:
        return 9.0
    same = float((found.chances["object"][one] * found.chances["object"][other]).sum().sqrt())
    if lone:
        return 1.5 - same
    reach = FAR * float(torch.maximum(found.radius[one], found.radius[other])) * min(apart, 6)
    return float((found.place[one] - found.place[other]).norm()) / reach + 0.5 * (1 - same)


def _seen(found: Findings, chain: list[int]) -> Seen:
    looks = _looks(found, torch.tensor(chain))
    numbers, badged = [int(each) for each in found.picture[chain]], float(found.badge[chain].mean())
    return Seen(numbers, found.place[chain], looks, found.turn[chain], badged)


def _cast(tracks: list[Seen], said: dict[str, str]) -> list[Seen | None]:
    """Who of those seen is the first and the second thing of the prompt, None where nobody is."""
    left, chosen = list(tracks), []
    for asked in ("", "second_"):
        wanted = {axis: said[f"{asked}{axis}"] for axis in ("object", "colour") if f"{asked}{axis}" in said}
        if not left or (asked and not wanted and len(left[0].pictures) < 2):
            chosen.append(None)
            continue
        best = max(left, key=lambda seen: _likeness(seen, wanted) + 0.2 * seen.looks.score)
        left.remove(best)
        chosen.append(best)
    return chosen


def _likeness(seen: Seen, wanted: dict[str, str]) -> float:
    return sum(float(seen.looks.chances[axis][AXES[axis].index(value)]) for axis, value in wanted.items())


def _with_signs(known: Known, chances: dict[str, Tensor]) -> Known:
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


def _with_thing(
    known: Known, slot: int, seen: Seen, numbers: Tensor, camera: Tensor, lone: bool, grid: tuple[int, int]
) -> Known:
    """A slot's thing looks as it is seen and is where it is seen; between two pictures that follow, on the way."""
    which = torch.tensor(seen.pictures)
    unit = METRE * grid[0] * PATCH * camera[which, 2].exp()
    metres = seen.looks.radius / float(unit.mean())
    sized = AXES["size"][int(np.abs(np.log(np.array(RADII) / metres)).argmin())]
    known = with_looks(known, slot, seen.looks, sized)
    places = unproject(seen.places, camera[which], grid)
    at, tracks, rows = numbers[which], known.plan.tracks.clone(), known.rows.clone()
    columns = [slot * len(TRACK) + TRACK.index(name) for name in ("x", "y")]
    for number, place in zip(at.tolist(), places, strict=True):
        span = _group(number, known.pictures) if lone else slice(number, number + 1)
        tracks[0, slot, span, :2] = place
        rows[span, columns] = True
    if not lone:
        every = np.arange(int(at[0]), int(at[-1]) + 1)
        for axis in range(2):
            tracks[0, slot, every, axis] = torch.from_numpy(
                np.interp(every, at.numpy(), places[:, axis].numpy())
            ).float()
        rows[int(at[0]) : int(at[-1]) + 1, columns] = True
    if int(at[0]) == 0:
        spin = TRACK.index("spin")
        tracks[0, slot, 0, spin], rows[0, slot * len(TRACK) + spin] = (
            _radians(seen.turns[0], seen.looks.value("object")),
            True,
        )
    return replace(known, plan=replace(known.plan, tracks=tracks), rows=rows)


def _group(number: int, pictures: int) -> slice:
    """The pictures of the latent frame that a picture lies in: a plan holds paths by latent frames."""
    if number == 0:
        return slice(0, 1)
    start = 1 + (number - 1) // GROUP * GROUP
    return slice(start, min(start + GROUP, pictures))


def _looks(found: Findings, which: Tensor) -> Looks:
    """Looks over some findings of one thing, whose badge is still to be read."""
    weight = found.score[which] / found.score[which].sum()
    chances = {axis: (found.chances[axis][which] * weight[:, None]).sum(0) for axis in found.chances}
    radius = float((found.radius[which] * weight).sum())
    return Looks(chances, torch.zeros(BADGE), radius, float(found.score[which].mean()))
