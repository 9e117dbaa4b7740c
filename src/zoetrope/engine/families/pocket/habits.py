"""What actions and camera moves leave alone: a ball that rolls opens no mouth, a camera that pans does not turn.

The planner writes every number of a plan, and small noise where nothing should happen is seen and heard; what a prompt
states tells where that is. Knows no network.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

import torch
import torch.nn.functional as F
from torch import Tensor

from zoetrope.engine.families.pocket.layout import FRAME_RATE
from zoetrope.engine.families.pocket.plan import AXES, CAMERA, SLOTS, TRACK, Plan

ACTS: Mapping[str, frozenset[str]] = {
    "bounces": frozenset({"x", "y", "spin", "stretch", "air_speed", "contact"}),
    "falls": frozenset({"y", "spin", "stretch", "air_speed", "contact"}),
    "rolls": frozenset({"x", "y", "spin", "ground_speed"}),
    "slides": frozenset({"x", "ground_speed"}),
    "flies": frozenset({"x", "y", "spin", "air_speed"}),
    "swings": frozenset({"x", "y", "spin", "air_speed"}),
    "floats": frozenset({"x", "y", "spin", "air_speed"}),
    "jumps": frozenset({"y", "stretch", "air_speed", "contact"}),
    "spins": frozenset({"y", "spin", "ground_speed"}),
    "rebounds": frozenset({"x", "spin", "ground_speed", "contact"}),
    "collides": frozenset({"x", "spin", "ground_speed", "contact"}),
    "talks": frozenset({"spin", "mouth"}),
}
RUN_INTO = frozenset({"x", "spin", "ground_speed"})  # what a second thing does; the first one tells of a touch
MOVES: Mapping[str, frozenset[str]] = {
    "static": frozenset(),
    "pan left": frozenset({"x"}),
    "pan right": frozenset({"x"}),
    "tilt up": frozenset({"y"}),
    "tilt down": frozenset({"y"}),
    "push in": frozenset({"y", "zoom"}),
    "pull back": frozenset({"y", "zoom"}),
    "orbit left": frozenset({"turn"}),
    "orbit right": frozenset({"turn"}),
}
STEADY = {  # moves that go on evenly through a shot: what changes, which way, and least how far, from seconds
    "pan left": ("x", -1, lambda seconds: 0.4 + 0.14 * seconds),
    "pan right": ("x", 1, lambda seconds: 0.4 + 0.14 * seconds),
    "tilt up": ("y", 1, lambda seconds: 0.65 * min(0.7, 0.25 + 0.09 * seconds)),
    "tilt down": ("y", -1, lambda seconds: 0.65 * min(0.7, 0.25 + 0.09 * seconds)),
    "orbit left": ("turn", -1, lambda seconds: 0.65 * min(0.9, 0.4 + 0.1 * seconds)),
    "orbit right": ("turn", 1, lambda seconds: 0.65 * min(0.9, 0.4 + 0.1 * seconds)),
}
CUT = frozenset({"x", "y", "zoom"})
ROUND = ("ball", "ring")  # things that turn as they go, whatever else they do
ROLLING = frozenset({"rolls"})  # actions in which everything turns as it goes
GOING = frozenset({"bounces", "rebounds", "collides"})  # actions in which only what is round does
LEAN = {"talks": 0.12, "floats": 0.3, "flies": 0.35, "swings": 0.8}  # radians that things lean at most, by action
SWAYS = 0.35  # radians that things lean at most of which nobody says what they do
STRETCHED = 0.4  # logarithm of the most that a thing is pressed or drawn out
FACING = frozenset({"swings", "spins", "falls", "talks", "floats"})  # actions in which a thing keeps looking one way
SUNK, BOB = 0.35, 0.06  # of its radius that a thing on water lies deeper than on the ground; metres up and down
TURNS = 0.12  # m/s of travel above which a thing looks where it goes


def keep_habits(plan: Plan, stated: Mapping[str, str], free: Sequence[bool] = (True,) * SLOTS) -> Plan:
    """Still what the stated actions and camera move leave alone; what is not stated is left as it is written.

    Where no action is stated, things stay upright, but those that are not `free`: their turns are told.
    """
    tracks, camera = plan.tracks.clone(), plan.camera
    acts = [stated[axis] for axis in ("action", "then") if axis in stated]
    if acts:
        _still(tracks[:, 0], TRACK, frozenset().union(*(ACTS[act] for act in acts)), ("x", "y"))
        _still(tracks[:, 1], TRACK, RUN_INTO if "collides" in acts else frozenset(), ("x", "y"))
    if "camera" in stated:
        camera = camera.clone()
        _still(camera, CAMERA, MOVES[stated["camera"]] | (CUT if "cut" in stated else frozenset()), ("x", "y"))
        if "cut" not in stated and stated["camera"] in STEADY:
            _steady(camera, *STEADY[stated["camera"]])
    if not acts:
        if free[1]:
            _still(tracks[:, 1], TRACK, RUN_INTO, ("x", "y"))
        for slot in (each for each in range(SLOTS) if free[each]):
            tracks[:, slot, :, TRACK.index("spin")] = _upright(plan, tracks[:, slot], slot)
    if len(acts) == 1:
        tracks[:, 0, :, TRACK.index("spin")] = _turning(plan, tracks[:, 0], acts[0])
    if acts == ["floats"] and stated.get("setting") == "sea":
        tracks[:, 0, :, TRACK.index("y")] = _afloat(plan, tracks[:, 0, :, TRACK.index("y")])
    tracks[..., TRACK.index("stretch")].clamp_(-STRETCHED, STRETCHED)
    tracks[..., TRACK.index("way")] = _facing(tracks[..., 0], all(act in FACING for act in acts))
    return replace(plan, tracks=tracks, camera=camera)


def _still(rows: Tensor, names: Iterable[str], moving: frozenset[str], kept: tuple[str, ...]) -> None:
    """Still all numbers (b, t, k) but those that move: places stay where they mostly were, the rest is nothing."""
    for number, name in enumerate(names):
        if name in moving or name in ("way", "offset"):
            continue
        if name in kept:
            rows[..., number] = rows[..., number].median(1, keepdim=True).values
        elif name == "spin":
            rows[:, 1:, number] = 0
        else:
            rows[..., number] = 0


def _steady(camera: Tensor, name: str, way: int, least: Callable[[float], float]) -> None:
    """Let one number of the camera (b, t, 4) go evenly, as its own line does, the stated way and not too little."""
    row, count = camera[..., CAMERA.index(name)], camera.shape[1]
    if count < 2:
        return
    part = torch.linspace(-0.5, 0.5, count, device=camera.device)
    middle = row.mean(1, keepdim=True) * (name != "turn")
    travel = (row * part).sum(1, keepdim=True) / part.square().sum()
    short = least((count - 1) / FRAME_RATE)
    most = short / 0.65 if name != "x" else torch.inf
    camera[..., CAMERA.index(name)] = middle + way * (way * travel).clamp(short, most) * part


def _turning(plan: Plan, track: Tensor, act: str) -> Tensor:
    """Turns between pictures (b, t) of first things with tracks (b, t, k).

    What rolls does not slip, what hangs leans with its rope, what leans does not turn over.
    """
    spin, x = track[..., TRACK.index("spin")], track[..., TRACK.index("x")]
    if act in ROLLING or act in GOING:
        kinds = plan.traits[:, 0, 1 : 1 + len(AXES["object"])]
        turns = kinds[:, [AXES["object"].index(kind) for kind in ROUND]].sum(1) if act in GOING else kinds.sum(1)
        gone = (x[:, 1:] - x[:, :-1]) / plan.radii()[:, :1].clamp_min(1e-3)
        return torch.cat([spin[:, :1], -gone * turns[:, None]], dim=1)
    if act not in LEAN:
        return spin
    angle = spin.cumsum(1)
    if act == "swings":
        rope = torch.atan2(x - plan.marks[:, 5:6], plan.marks[:, 6:7] - track[..., TRACK.index("y")])
        angle = torch.where(plan.marks[:, 4:5] > 0, rope, angle)
    angle = angle.clamp(-LEAN[act], LEAN[act])
    return angle.diff(dim=1, prepend=torch.zeros_like(angle[:, :1]))


def _afloat(plan: Plan, height: Tensor) -> Tensor:
    """Heights (b, t) of first things that float on water: they bob as they are written to, on its surface."""
    low, high = height.amin(1, keepdim=True), height.amax(1, keepdim=True)
    wave = (2 * height - low - high) / (high - low).clamp_min(1e-3)
    return plan.marks[:, :1] + (1 - SUNK) * plan.radii()[:, :1] + BOB * wave


def _upright(plan: Plan, track: Tensor, slot: int) -> Tensor:
    """Turns between pictures (b, t) of things with tracks (b, t, k) of which nobody says what they do.

    What is round rolls as it goes, all else leans a little at most.
    """
    spin, x = track[..., TRACK.index("spin")], track[..., TRACK.index("x")]
    kinds = plan.traits[:, slot, 1 : 1 + len(AXES["object"])]
    rolls = kinds[:, [AXES["object"].index(kind) for kind in ROUND]].sum(1)[:, None] > 0
    gone = x.diff(dim=1, prepend=x[:, :1]) / plan.radii()[:, slot, None].clamp_min(1e-3)
    leans = spin.cumsum(1).clamp(-SWAYS, SWAYS)
    return torch.where(rolls, -gone, leans.diff(dim=1, prepend=torch.zeros_like(leans[:, :1])))


def _facing(x: Tensor, steady: bool) -> Tensor:
    """The way things with paths x (b, s, t) look, 1 or -1: where they last went, where they never went to the right."""
    if steady or x.shape[-1] < 2:
        return torch.ones_like(x)
    inner = (x[..., 2:] - x[..., :-2]) / 2
    pace = torch.cat([x[..., 1:2] - x[..., :1], inner, x[..., -1:] - x[..., -2:-1]], dim=-1) * FRAME_RATE
    went = torch.where(pace.abs() > TURNS, pace.sign(), 0)
    count = torch.arange(1, x.shape[-1] + 1, device=x.device) * (went != 0)
    last = count.cummax(-1).values  # 1 + the picture in which it last went somewhere
    rows = went.flatten(0, -2)
    start = torch.stack([row[row != 0][0] if (row != 0).any() else row.new_ones(()) for row in rows])
    padded = F.pad(went, (1, 0))
    padded[..., 0] = start.view(x.shape[:-1])
    return torch.gather(padded, -1, last)
