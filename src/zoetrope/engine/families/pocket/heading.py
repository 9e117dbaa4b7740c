"""Which way a thing goes: as a prompt says it, to the left or to the right, and as a plan has it. Knows no network."""

from __future__ import annotations

import re
from dataclasses import replace

from zoetrope.engine.families.pocket.plain_words import as_meant
from zoetrope.engine.families.pocket.plan import CAMERA, MARKS, TRACK, Plan
from zoetrope.engine.families.pocket.signs import OF_CAMERA

GOES = 0.3  # metres from where it was beyond which a thing goes somewhere
_TURNED = [TRACK.index(name) for name in ("x", "spin", "way")]
_PANNED = [CAMERA.index(name) for name in ("x", "turn")]
_SIDES = [number - MARKS for number in (2, 3, 5)]  # the wall's place and side, and the pivot's place
_SIGN = (  # of one side, and where that comes from the other
    r"\b(?:to|towards?|off|heading|going|moving)(?: the| its)?(?: far)? {to}\b|\b{to}wards?\b|\bfrom (?:the )?{from}\b"
    r"|从[^，。左右]{{0,3}}{zh_from}|[向往朝]{zh_to}(?!摇)|[到进出](?:了|画面)?的?{zh_to}[侧边面端方]|画面的?{zh_to}[侧边面端方]"
)
HEADINGS = {
    "right": re.compile(
        _SIGN.format_map({"to": "right", "from": "left", "zh_to": "右", "zh_from": "左"}), re.IGNORECASE
    ),
    "left": re.compile(
        _SIGN.format_map({"to": "left", "from": "right", "zh_to": "左", "zh_from": "右"}), re.IGNORECASE
    ),
}


def heading(prompt: str) -> str | None:
    """`left` or `right` where a prompt says one of them of a thing; what it says of the camera is not."""
    text = OF_CAMERA.sub(" ", as_meant(prompt))
    found = {way: match.start() for way, sign in HEADINGS.items() if (match := sign.search(text))}
    return min(found, key=lambda way: found[way]) if found else None


def headed(plan: Plan, way: str, *, camera_free: bool = True) -> Plan:
    """A plan (of one shot) whose first thing sets off to the left or to the right: if it does not, its mirror image.

    A camera that is not free stays as it is.
    """
    path = plan.tracks[0, 0, :, TRACK.index("x")]
    gone = path - path[0]
    farthest = float(gone[gone.abs().argmax()])
    if abs(farthest) < GOES or (farthest > 0) == (way == "right"):
        return plan
    tracks, camera, cast = plan.tracks.clone(), plan.camera.clone(), plan.cast.clone()
    tracks[..., _TURNED] *= -1
    cast[:, _SIDES] *= -1
    if camera_free:
        camera[..., _PANNED] *= -1
    return replace(plan, tracks=tracks, camera=camera, cast=cast)
