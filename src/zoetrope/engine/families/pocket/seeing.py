"""From given pictures to what is known of a plan: who is seen where, how they look, and on what stage.

Knows the spotter by what it finds; knows no noise and no words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from zoetrope.core.conditions import Extend, Footage, Keyframe, Reference, Region
from zoetrope.core.request import Request
from zoetrope.core.time import Clock
from zoetrope.engine.families.pocket.backdrop import Anchor, anchor
from zoetrope.engine.families.pocket.badges import Look, read_badge
from zoetrope.engine.families.pocket.directing import Known, with_camera
from zoetrope.engine.families.pocket.filmed import camera_through
from zoetrope.engine.families.pocket.layout import GROUP
from zoetrope.engine.families.pocket.noting import with_nobody, with_signs, with_thing
from zoetrope.engine.families.pocket.painted import painted
from zoetrope.engine.families.pocket.parting import HANGING, lacking, met_in, out_of_sight
from zoetrope.engine.families.pocket.passage import camera_along, one_stage
from zoetrope.engine.families.pocket.plan import (
    AXES,
    CAMERA,
    PATCH,
    SLOTS,
    STAGE,
    TRACK,
    Plan,
    bare,
    project,
    still_stage,
)
from zoetrope.engine.families.pocket.posing import know_pose, stood_as_seen
from zoetrope.engine.families.pocket.reader import stated
from zoetrope.engine.families.pocket.recognising import in_format, recognised, stage_of
from zoetrope.engine.families.pocket.sketch import Sketcher
from zoetrope.engine.families.pocket.spotter import Spotter, spot
from zoetrope.engine.families.pocket.tracking import (
    Looks,
    Run,
    Seen,
    cast_of,
    crowded_out,
    hidden_by,
    nearness,
    radians,
    sizes_of,
    tracks_of,
)
from zoetrope.engine.families.pocket.views import look_at, near_thing, on_rope

CAST = 3  # things seen longest and surest, of which the prompt's are chosen
LOST = 2.5  # radii around where a thing must be within which the stage is not taken to be seen, if it was not found
LOOKS = 3  # pictures of one thing in which its badge is read
TOLD_APART = 0.6  # chance from which two pictures are taken to show another setting, light or style
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

    @property
    def runs(self) -> list[Run]:
        """The stretches of pictures that follow each other."""
        apart = np.diff(self.numbers) > (0 if self.lone else 1)
        ends = [*np.flatnonzero(apart).tolist(), len(self.numbers) - 1]
        return list(zip([0, *(end + 1 for end in ends[:-1])], ends, strict=True))

    @property
    def begins(self) -> Tensor:
        """Which pictures have nothing to do with the one before, bool (k,)."""
        first = torch.zeros(len(self.numbers), dtype=torch.bool)
        first[[each for each, _ in self.runs]] = True
        return first


def shown_by(request: Request, clock: Clock) -> Shown | None:
    """The pictures that a request gives of its shot, if any."""
    frames, before, keys = clock.frames(request.seconds), {}, {}
    for condition in request.conditions:
        match condition:
            case Footage(frames=given):
                return Shown(list(range(len(given))), given, np.zeros(given.shape[:3], bool), False)
            case Region(frames=given, mask=mask):
                made = np.broadcast_to(mask, given.shape[:3])
                kept = [number for number in range(len(given)) if not made[number].all()]
                return Shown(kept, given[kept], made[kept], False) if kept else None
            case Extend(frames=given, memory=None):
                before = dict(enumerate(given))
            case Keyframe(at=at, picture=picture):
                number = {"first": 0, "last": frames - 1}[at] if isinstance(at, str) else clock.frame_at(at)
                keys[number] = picture
    every = keys | before
    if not every:
        return None
    numbers = sorted(every)
    pictures = np.stack([every[number] for number in numbers])
    return Shown(numbers, pictures, np.zeros(pictures.shape[:3], bool), not before)


@dataclass(frozen=True, eq=False)
class Seer:
    """Reads pictures."""

    spotter: Spotter
    sketcher: Sketcher

    def know(
        self,
        known: Known,
        shown: Shown,
        facts: Tensor,
        free: Plan,
        grid: tuple[int, int],
        heading: str | None = None,
    ) -> Known:
        """What given pictures tell of stage, camera and things.

        The camera goes as is known, else as the pictures show, else as in the free plan. Who is in none of some
        pictures, though the prompt or others show them, is out of sight there, unless their way is told; the first
        thing goes to the left or the right if a heading says so.
        """
        way_told = [bool(known.rows[:, slot * len(TRACK)].any()) for slot in range(SLOTS)]
        comes_and_goes = not shown.made.any() and len(shown.numbers) < known.pictures
        found, signs = spot(self.spotter, _whole(shown.frames), shown.begins)
        said = stated(facts[0])
        known = with_signs(known, {axis: chance.mean(0) for axis, chance in signs.items()}, said)
        last = known.pictures - 1
        numbers = torch.tensor([min(number, last) for number in shown.numbers])
        told = bool(known.rows[:, -len(CAMERA) :].any())
        if not told:
            known = with_camera(known, free.camera)
        known = self._with_ground(known, shown, known.plan.camera[0, numbers], grid)
        tracks = tracks_of(found, shown.made, shown.runs)[:CAST]
        sizes = sizes_of(tracks, shown.runs, (shown.frames.shape[2], shown.frames.shape[1]))
        goes = None if told else self._camera(known, shown, numbers, hidden_by(found, shown.made), sizes, grid)
        if goes is not None:
            known = self._with_ground(with_camera(known, goes[None]), shown, goes[numbers], grid)
        nearer = nearness(tracks, known.plan.camera[0, numbers], grid)
        if nearer:
            goes = known.plan.camera + nearer * torch.tensor([float(name == "zoom") for name in CAMERA])
            known = self._with_ground(with_camera(known, goes), shown, goes[0, numbers], grid)
        camera = known.plan.camera[0, numbers]
        stage = stage_of(signs)
        for slot, seen in enumerate(cast_of(tracks, said)):
            if seen is not None:
                seen = self._with_badge(seen, shown.frames, stage)
                known = with_thing(known, slot, seen, shown.runs, numbers, camera, grid)
                if seen.pictures[0] == 0 and shown.numbers[0] == 0:
                    known = know_pose(self.sketcher, known, slot, signed(shown.frames[0]), grid)
            elif "second_object" not in said if slot else "object" not in said:
                known = with_nobody(known, slot)
                continue
            if comes_and_goes and not way_told[slot] and said.get("action") != HANGING:
                kind = said["second_object" if slot else "object"] if seen is None else seen.looks.value("object")
                met = [] if seen is None else met_in(known, slot, seen, shown.runs, numbers)
                lacks = lacking(found, shown.runs, kind)
                goes = "down" if said.get("action") == "falls" and not slot else None if slot else heading
                known = out_of_sight(known, slot, lacks, numbers, met, free, grid[1] / grid[0], goes)
        return known

    def crowded_out(self, shown: Shown, said: Mapping[str, str]) -> list[str]:
        """Which kinds that a prompt names will not be seen, since the pictures with which stretches begin show two."""
        starts = [first for first, _ in shown.runs]
        found, _ = spot(self.spotter, _whole(shown.frames[starts]), torch.ones(len(starts), dtype=torch.bool))
        alone = [(each, each) for each in range(len(starts))]
        return crowded_out(tracks_of(found, shown.made[starts], alone)[:CAST], said)

    def _camera(
        self, known: Known, shown: Shown, numbers: Tensor, hidden: Tensor, sizes: Tensor, grid: tuple[int, int]
    ) -> Tensor | None:
        """How the camera goes (t, 4) where pictures tell it and something else was expected."""
        pictures = torch.stack([signed(picture) for picture in shown.frames])
        expected, ground = known.plan.camera[0], known.plan.marks[0, 0]
        if shown.lone or len(shown.runs) < 2:
            return camera_through(numbers, pictures, hidden, expected, ground, grid)
        return camera_along(shown.runs, numbers, pictures, hidden, sizes, len(expected), ground, grid)

    def stand(self, plan: Plan, shown: Shown, grid: tuple[int, int]) -> Plan:
        """A plan whose things stand as given pictures show them; of long stretches, as at their ends."""
        near = [each for first, last in shown.runs for each in {*range(first, last + 1)[: 1 + GROUP]}]
        near += [each for first, last in shown.runs for each in {*range(first, last + 1)[-1 - GROUP :]}]
        some = [each for each in sorted(set(near)) if shown.numbers[each] < plan.camera.shape[1]]
        pictures = torch.stack([signed(shown.frames[each]) for each in some])
        return stood_as_seen(self.sketcher, plan, [shown.numbers[each] for each in some], pictures, grid)

    def scenery(self, shown: Shown, plan: Plan, grid: tuple[int, int]) -> Anchor:
        """What given pictures tell of the stage beyond its mean: those with which stretches begin and end."""
        which = sorted({end for run in shown.runs for end in run})
        found, _ = spot(self.spotter, _whole(shown.frames[which]), torch.ones(len(which), dtype=torch.bool))
        kinds = plan.traits[0, :, 1 : 1 + len(AXES["object"])].amax(0) > 0
        hidden = hidden_by(found, shown.made[which], kinds)
        first, *later = (
            self._stage_in(shown, each, hides, plan, grid) for each, hides in zip(which, hidden, strict=True)
        )
        return replace(first, later=tuple(later))

    def _stage_in(self, shown: Shown, which: int, hidden: Tensor, plan: Plan, grid: tuple[int, int]) -> Anchor:
        """What one picture tells, except where things are seen, `hidden` (h, w), or where the plan has them."""
        number = min(shown.numbers[which], plan.camera.shape[1] - 1)
        at = torch.tensor([number])
        stage = self.sketcher.sketch(bare(plan), at, grid)[:, 0]
        high, wide = hidden.shape
        y, x = torch.meshgrid(torch.arange(high) + 0.5, torch.arange(wide) + 0.5, indexing="ij")
        spots = torch.stack([x, y], dim=-1).flatten(0, 1)[None]
        view = look_at(plan, at.expand(1, spots.shape[1]))
        covered = hidden | on_rope(view, spots, grid)[0].view(high, wide)
        for slot in range(SLOTS):
            if plan.traits[0, slot, 0]:
                covered |= near_thing(view, slot, spots, grid)[0].view(high, wide)
                place = project(plan.tracks[0, slot, number, :2], plan.camera[0, number], grid)
                far = (spots[0] - place).norm(dim=1).view(high, wide) / view.size(slot, grid)[0, 0]
                if not hidden[far < 1].any():  # nobody saw it where it must be, so its place is not sure
                    covered |= far < LOST
        return anchor(signed(shown.frames[which]), stage, covered, plan.camera[0, number], number)

    def looks(self, reference: Sequence[Reference]) -> Looks | None:
        """What references of one name show, if they show a thing."""
        return recognised(self.spotter, self.sketcher, [each.picture for each in reference])

    def _with_badge(self, seen: Seen, frames: np.ndarray, stage: Mapping[str, str]) -> Seen:
        """What is seen with its badge, from the pictures in which it is seen, a few where they are many."""
        kind = seen.looks.value("object")
        bodies = painted(self.sketcher, (kind, seen.looks.value("colour")), seen.looks.chances, stage)
        some = np.unique(np.linspace(0, len(seen.pictures) - 1, LOOKS).round().astype(int)).tolist()
        views = [
            Look(
                _whole(frames[seen.pictures[each]]),
                seen.places[each],
                float(seen.radii[each]),
                radians(seen.turns[each], kind),
                seen.badged,
                bodies,
            )
            for each in some
        ]
        return replace(seen, looks=replace(seen.looks, badge=read_badge(views)))

    def place(self, reference: Sequence[Reference]) -> dict[str, str]:
        """On what stage references of one name were taken."""
        each = [spot(self.spotter, _whole(in_format(given.picture))[None])[1] for given in reference]
        return stage_of({axis: torch.cat([signs[axis] for signs in each]) for axis in STAGE})

    def same_stage(self, first: np.ndarray, second: np.ndarray) -> bool:
        """Whether two pictures (h, w, 3) may be views of one stage: of one kind, and one carried to the other."""
        frames = np.stack([first, second])
        found, signs = spot(self.spotter, _whole(frames), torch.ones(2, dtype=torch.bool))
        for axis in ("setting", "light", "style"):
            sure, value = signs[axis].max(1)
            if value[0] != value[1] and float(sure.min()) > TOLD_APART:
                return False
        hidden = hidden_by(found, np.zeros(frames.shape[:3], bool))
        ground, grid = torch.tensor((LOWEST + HIGHEST) / 2), (first.shape[0] // PATCH, first.shape[1] // PATCH)
        return one_stage(torch.stack([signed(each) for each in frames]), hidden, ground, grid)

    def _with_ground(self, known: Known, shown: Shown, camera: Tensor, grid: tuple[int, int]) -> Known:
        """The standing line under which the sketched stage looks most like the first given picture."""
        picture, free = signed(shown.frames[0]), torch.from_numpy(~shown.made[0])
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


def signed(picture: np.ndarray) -> Tensor:
    """Pixels (h, w, 3) -> (3, h, w) in [-1, 1]."""
    return torch.from_numpy(np.ascontiguousarray(picture)).permute(2, 0, 1).float() / 127.5 - 1


def _whole(picture: np.ndarray) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(picture))
