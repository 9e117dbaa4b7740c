"""A clip made out of another one: its motion, camera and things stay, what a prompt says of stage and looks is new.

The clip is read into a plan as footage is; the words then change that plan, and what the stage shows beyond its mean is
painted again out of what the clip shows, from as much noise as the strength says. Knows no network of the canvas.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import permutations

import numpy as np
import torch
from torch import Tensor

from zoetrope.core.conditions import Footage, Restyle
from zoetrope.core.request import Request
from zoetrope.engine.families.pocket.backdrop import Anchor, carry_one, trust
from zoetrope.engine.families.pocket.dressing import Dresser
from zoetrope.engine.families.pocket.plan import AXES, PATCH, SLOTS, STAGE, TRAITS, Plan, sign_of, still_stage, trait_of
from zoetrope.engine.families.pocket.posing import stood_as_seen
from zoetrope.engine.families.pocket.seeing import signed
from zoetrope.engine.families.pocket.sketch import Sketcher
from zoetrope.engine.noise import seeds_of

WHOLLY = 0.5  # strength from which what is said is wholly there; below, the clip shows through
HEARD = {"light", "weather", "setting"}, {"object", "size", "material"}  # what of a stage and of a thing is heard
ASKED_OF = ("", "second_")
LEAST = 0.05  # of a stage's distance from black or white that is told from none

Say = Callable[[str], Mapping[str, str]]


def restyle_of(request: Request) -> Restyle | None:
    """The restyle of a request that keeps anything of its clip."""
    given = (each for each in request.conditions if isinstance(each, Restyle) and each.strength < 1)
    return next(given, None)


def clip_of(request: Request, say: Say) -> Request | None:
    """The request for the clip as it is, of which the prompt says no more than what happens; None if none is kept.

    `say` reads what a text states, by axis.
    """
    restyle = restyle_of(request)
    if restyle is None:
        return None
    happens = f"something {say(request.prompt).get('action', 'moves')}"
    return replace(request, prompt=happens, negative="", conditions=(Footage(restyle.frames),), draft=None)


def let_through(pictures: Tensor, request: Request) -> Tensor:
    """Pictures (3, t, h, w) in [-1, 1] with the clip that they are made out of, so far as it shows through."""
    restyle, share = restyle_of(request), shown_through(request)
    if restyle is None or not share:
        return pictures
    clip = torch.from_numpy(np.ascontiguousarray(restyle.frames)).permute(3, 0, 1, 2).to(pictures) / 127.5 - 1
    return torch.cat([torch.lerp(pictures[:, : clip.shape[1]], clip, share), pictures[:, clip.shape[1] :]], dim=1)


def shown_through(request: Request) -> float:
    """How much of the clip shows through what is made out of it: 1 is the clip itself."""
    restyle = restyle_of(request)
    return 0.0 if restyle is None else max(0.0, 1 - restyle.strength / WHOLLY)


def restyled(plan: Plan, said: Mapping[str, str]) -> Plan:
    """A clip's plan with what is said of its stage and its things, each of which stays where it is and stands."""
    cast, tracks, badges = plan.cast.clone(), plan.tracks.clone(), plan.badges.clone()
    at = SLOTS * TRAITS
    for axis, values in STAGE.items():
        if axis in said:
            cast[0, at : at + len(values)] = 0
            cast[0, at + values.index(said[axis])] = 1
        at += len(values)
    for asked, slot in zip(ASKED_OF, _who(plan, said), strict=True):
        if not plan.traits[0, slot, 0]:
            continue
        at = slot * TRAITS + 1
        for axis, values in AXES.items():
            value = said.get(f"{asked}{axis}")
            if value is not None and value != trait_of(plan, slot, axis):
                cast[0, at : at + len(values)] = 0
                cast[0, at + values.index(value)] = 1
                badges[0, slot] *= axis != "object"
            at += len(values)
    new = replace(plan, cast=cast, badges=badges)
    tracks[..., 1] += (new.radii() - plan.radii())[..., None]  # what stood on the ground stands there still
    return replace(new, tracks=tracks)


def sounds_alike(clip: Plan, plan: Plan) -> bool:
    """Whether nothing that is heard of a clip's plan is another in a plan made out of it."""
    stage, thing = HEARD
    things = ((slot, axis) for slot in range(SLOTS) if clip.traits[0, slot, 0] for axis in thing)
    return all(sign_of(clip, axis) == sign_of(plan, axis) for axis in stage) and all(
        trait_of(clip, slot, axis) == trait_of(plan, slot, axis) for slot, axis in things
    )


def _who(plan: Plan, said: Mapping[str, str]) -> tuple[int, ...]:
    """Which slot each thing of a prompt is: those that look most as it says, in its order where they are alike."""

    def alike(order: tuple[int, ...]) -> int:
        pairs = [
            (slot, asked, axis) for slot, asked in zip(order, ASKED_OF, strict=True) for axis in ("object", "colour")
        ]
        told = [(slot, axis, said.get(f"{asked}{axis}")) for slot, asked, axis in pairs]
        return sum(bool(plan.traits[0, slot, 0]) and trait_of(plan, slot, axis) == value for slot, axis, value in told)

    return max(permutations(range(SLOTS)), key=alike)


def in_proportion(beyond: Tensor, before: Tensor, after: Tensor) -> Tensor:
    """What stood out of one stage, as it stands out of another: no farther towards black and white than it did.

    Shapes: all (3, h, w), the stages in [-1, 1].
    """
    darker = beyond * ((after + 1) / (before + 1).clamp_min(LEAST)).clamp(max=1)
    lighter = beyond * ((1 - after) / (1 - before).clamp_min(LEAST)).clamp(max=1)
    return torch.where(beyond < 0, darker, lighter)


def seen_by(seen: Anchor, resting: Plan, grid: tuple[int, int]) -> Tensor:
    """What all pictures together tell of the stage as the camera of a plan's one picture sees it, (3, h, w)."""
    first = torch.zeros(1, dtype=torch.long, device=resting.cast.device)
    every = [replace(each, later=()) for each in (seen, *seen.later)]
    trusts = torch.stack([trust(each, resting, first, grid)[0] for each in every])
    told = torch.stack([carry_one(each, resting, first, grid)[0] for each in every])
    return (trusts * told).sum(0) / trusts.sum(0)


@dataclass(frozen=True, eq=False)
class Restyler:
    """Makes plans and stages out of those of clips."""

    sketcher: Sketcher
    dresser: Dresser

    def plan(self, clip: Plan, request: Request, said: Mapping[str, str]) -> Plan:
        """A clip's plan, its things turned in every picture as they are seen there, with what is said of it."""
        restyle = restyle_of(request)
        assert restyle is not None, "there is a clip to read"
        seen = torch.stack([signed(picture) for picture in restyle.frames])
        grid = request.size.height // PATCH, request.size.width // PATCH
        return restyled(stood_as_seen(self.sketcher, clip, range(len(seen)), seen, grid), said)

    def scenery(self, seen: Anchor, clip: Plan, plan: Plan, grid: tuple[int, int], request: Request) -> Anchor:
        """What the stage shows where a clip's shows what was seen; the same where its style, light and setting stay.

        Another style or light leaves clouds and trees where they are, so far as the strength leaves them.
        """
        restyle = restyle_of(request)
        new = {axis for axis in STAGE if sign_of(clip, axis) != sign_of(plan, axis)}
        if restyle is None or new <= {"weather"}:
            return seen
        elsewhere = "setting" in new
        first, resting = torch.zeros(1, dtype=torch.long, device=plan.cast.device), still_stage(plan)
        stage, before = (self.sketcher.sketch(each, first, grid)[:, 0] for each in (resting, still_stage(clip)))
        beyond = in_proportion(seen_by(seen, resting, grid), before, stage)
        strength, seeds = 1.0 if elsewhere else restyle.strength, seeds_of(request).named("scenery")
        picture = self.dresser.dress(stage, resting.signs[0], grid, seeds, seen=stage + beyond, strength=strength)
        return Anchor(picture - stage, resting.camera[0, 0])
