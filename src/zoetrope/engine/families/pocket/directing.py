"""What is known of a plan before it is written: paths, camera, mouths and what went before, as a caller gives them.

Knows neither the planner's network nor pictures.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from zoetrope.core.motion import CameraPath, Hold, Stroke
from zoetrope.core.sizes import Size
from zoetrope.engine.families.pocket.layout import FRAME_RATE
from zoetrope.engine.families.pocket.leading import led
from zoetrope.engine.families.pocket.plan import (
    CAMERA,
    CAST,
    METRE,
    PATCH,
    SLOTS,
    TRACK,
    Plan,
    no_badges,
    pictures_of,
    project,
)

PLACE = (TRACK.index("x"), TRACK.index("y"))
ROWS = SLOTS * len(TRACK) + len(CAMERA)
FAINT = 0.05  # of the loudest: below it a mouth is shut
VOICE = (250.0, 4000.0)  # hertz: above the rumble of what rolls, below most of the rain
IN_VIEW = 1.6  # metres off the middle within which a path that is led on ends
FALLS_BACK = 5.0  # pictures in which a thing is half way back to the height that was written
SILENT = 1e-4  # level of that band below which nobody speaks


@dataclass(frozen=True, eq=False)
class Known:
    """A plan of which some numbers hold.

    Shapes: plan of one shot with t pictures; rows bool (t, SLOTS * tracks + camera), the slots' tracks first; cast bool
    (CAST,).
    """

    plan: Plan
    rows: Tensor
    cast: Tensor

    @property
    def pictures(self) -> int:
        return len(self.rows)

    def turns_free(self) -> tuple[bool, ...]:
        """Of each thing, whether nothing is told of how it turns."""
        rows = [slot * len(TRACK) + TRACK.index("spin") for slot in range(SLOTS)]
        return tuple((~self.rows[:, rows].any(0)).tolist())

    def laid_over(self, plan: Plan) -> Plan:
        """A plan of as many pictures or more with what holds put into it; where nothing is told, it is led to that."""
        tracks, camera = plan.tracks.clone(), plan.camera.clone()
        count = min(self.pictures, camera.shape[1])
        where = self.rows[:count]
        for slot in range(SLOTS):
            held = where[:, slot * len(TRACK) : (slot + 1) * len(TRACK)]
            told = self.plan.tracks[0, slot, :count]
            tracks[0, slot, :count] = torch.where(held, told, tracks[0, slot, :count])
            x, y = (plan.tracks[0, slot, :, axis] for axis in PLACE)
            tracks[0, slot, :, PLACE[0]] = led(x, told[:, PLACE[0]], held[:, PLACE[0]], within=IN_VIEW)
            tracks[0, slot, :, PLACE[1]] = led(y, told[:, PLACE[1]], held[:, PLACE[1]], fades=FALLS_BACK)
        for axis, held in enumerate(where[:, -len(CAMERA) :].T):
            camera[0, :, axis] = led(camera[0, :, axis], self.plan.camera[0, :count, axis], held)
        cast = torch.where(self.cast, self.plan.cast, plan.cast)
        badges = torch.where(self.plan.badges[..., :1] > 0, self.plan.badges, plan.badges)
        return Plan(tracks, camera, cast, badges)


def nothing_known(pictures: int, device: torch.device | str = "cpu") -> Known:
    """Nothing holds."""
    plan = Plan(
        torch.zeros(1, SLOTS, pictures, len(TRACK)), torch.zeros(1, pictures, 4), torch.zeros(1, CAST), no_badges(1)
    )
    known = Known(plan, torch.zeros(pictures, ROWS, dtype=torch.bool), torch.zeros(CAST, dtype=torch.bool))
    return Known(Plan(*(each.to(device) for each in vars(plan).values())), known.rows.to(device), known.cast.to(device))


def know_camera(known: Known, path: CameraPath, size: Size) -> Known:
    """The camera goes as it is told."""
    track = torch.from_numpy(path.track(known.pictures, size)).to(known.plan.camera)
    camera = known.plan.camera.clone()
    count = min(len(track), known.pictures)
    camera[0, :count] = torch.cat([track[:, :2] / METRE, track[:, 2:3].log(), track[:, 3:]], dim=1)[:count]
    camera[0, count:] = camera[0, count - 1]
    return _held(replace(known, plan=replace(known.plan, camera=camera)), range(ROWS - len(CAMERA), ROWS))


def with_camera(known: Known, camera: Tensor) -> Known:
    """The camera goes so, (1, t, 4) of all pictures that anything is known of."""
    rows = known.rows.clone()
    rows[:, -len(CAMERA) :] = True
    return replace(known, plan=replace(known.plan, camera=camera[:, : known.pictures]), rows=rows)


def know_paths(known: Known, strokes: Sequence[Stroke], camera: Tensor, size: Size) -> Known:
    """Things go where strokes lead them in the frame, as camera (t, 4) sees it."""
    moments = np.arange(known.pictures) / FRAME_RATE
    for stroke in strokes:
        drawn = torch.from_numpy(stroke.path(moments)).to(camera) * torch.tensor([size.width, size.height]).to(camera)
        known = _placed(known, stroke.thing - 1, unproject(drawn, camera, (size.height // PATCH, size.width // PATCH)))
    return known


def know_stillness(known: Known, hold: Hold, plan: Plan, size: Size) -> Known:
    """The camera rests, and things that begin where nothing moves stay there."""
    known = _held(known, range(ROWS - len(CAMERA), ROWS))
    grid = size.height // PATCH, size.width // PATCH
    for slot in range(SLOTS):
        start = plan.tracks[0, slot, :1, :2]
        x, y = project(start, torch.zeros_like(plan.camera[0, :1]), grid)[0].round().long().tolist()
        inside = 0 <= x < size.width and 0 <= y < size.height and bool(hold.mask[y, x])
        if plan.traits[0, slot, 0] and inside and not known.rows[0, slot * len(TRACK)]:
            known = _placed(known, slot, start.expand(known.pictures, -1))
    return known


def know_mouth(known: Known, sound: np.ndarray, rate: int) -> Known:
    """The first thing's mouth opens as loud as a voice is. Shapes: sound (2, s). Units: rate in samples a second."""
    loud = loudness(sound, rate, known.pictures)
    tracks = known.plan.tracks.clone()
    tracks[0, 0, :, TRACK.index("mouth")] = torch.from_numpy(loud).to(tracks)
    return _held(replace(known, plan=replace(known.plan, tracks=tracks)), [TRACK.index("mouth")])


def loudness(sound: np.ndarray, rate: int, pictures: int) -> np.ndarray:
    """How loud the band of voices is around each picture, 0 to about 1: (t,)."""
    window = rate // 24
    starts = np.arange(pictures) * rate // FRAME_RATE
    padded = np.pad(sound, ((0, 0), (window // 2, max(0, int(starts[-1]) + window - sound.shape[1]))))
    parts = np.stack([padded[:, start : start + window] for start in starts], axis=1) * np.hanning(window)
    power = (np.abs(np.fft.rfft(parts, axis=2)) ** 2).sum(0)
    pitch = np.fft.rfftfreq(window, 1 / rate)
    level = np.sqrt(power[:, (pitch >= VOICE[0]) & (pitch <= VOICE[1])].sum(1)) / window
    top = np.quantile(level, 0.95)
    if top < SILENT:
        return np.zeros(pictures)
    share = np.minimum(level / top, 1.0)
    return np.where(share < FAINT, 0.0, share)


def know_past(known: Known, past: Plan) -> Known:
    """The plan goes on from the pictures of a past one, with its cast."""
    count = past.camera.shape[1]
    tracks, camera = known.plan.tracks.clone(), known.plan.camera.clone()
    tracks[:, :, :count], camera[:, :count] = past.tracks, past.camera
    rows = known.rows.clone()
    rows[:count] = True
    plan = Plan(tracks, camera, past.cast, past.badges)
    return Known(plan, rows, torch.ones_like(known.cast))


def cut_plan(plan: Plan, start: int, stop: int) -> Plan:
    """Some pictures of a plan as a plan of their own."""
    tracks = plan.tracks[:, :, start:stop].clone()
    spin = TRACK.index("spin")
    tracks[:, :, 0, spin] = _turned(plan.tracks[:, :, : start + 1, spin].sum(2))
    return replace(plan, tracks=tracks, camera=plan.camera[:, start:stop])


def append_plan(plan: Plan, more: Plan, overlap: int) -> Plan:
    """A plan and its continuation, whose first pictures are its last `overlap` ones."""
    return replace(
        plan,
        tracks=torch.cat([plan.tracks, more.tracks[:, :, overlap:]], dim=2),
        camera=torch.cat([plan.camera, more.camera[:, overlap:]], dim=1),
    )


def unproject(spots: Tensor, camera: Tensor, grid: tuple[int, int]) -> Tensor:
    """Pixels (..., 2) to metres in the things' plane, as the camera (..., 4) sees them; the inverse of `project`."""
    unit = METRE * grid[0] * PATCH * camera[..., 2].exp()
    x = (spots[..., 0] - grid[1] * PATCH / 2) / (camera[..., 3].cos() * unit) + camera[..., 0]
    y = (grid[0] * PATCH / 2 - spots[..., 1]) / unit + camera[..., 1]
    return torch.stack([x, y], dim=-1)


def rows_as_tokens(rows: Tensor, latents: int, smooth: Tensor) -> Tensor:
    """Which numbers of the planner's tokens of latent frames hold, (latents, wide).

    What is told as waves over a latent frame's pictures holds where all of these do. Shapes: rows (t, ROWS); smooth
    bool (ROWS,).
    """
    groups = rows[pictures_of(torch.arange(latents, device=rows.device)).clamp(max=len(rows) - 1)]  # f g k
    return torch.where(smooth.to(rows.device), groups.all(1, keepdim=True), groups).flatten(1).float()


def _placed(known: Known, slot: int, path: Tensor) -> Known:
    tracks = known.plan.tracks.clone()
    tracks[0, slot, :, PLACE[0] : PLACE[1] + 1] = path
    return _held(replace(known, plan=replace(known.plan, tracks=tracks)), [slot * len(TRACK) + axis for axis in PLACE])


def _held(known: Known, columns: Sequence[int]) -> Known:
    rows = known.rows.clone()
    rows[:, list(columns)] = True
    return replace(known, rows=rows)


def _turned(angle: Tensor) -> Tensor:
    return (angle + torch.pi) % (2 * torch.pi) - torch.pi
