"""`--stroke`, `--hold`, `--camera`: how things and the camera move, from options and the files that they name."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from zoetrope.cli.jsons import is_row, read_json
from zoetrope.cli.masks import read_mask
from zoetrope.cli.paths import Names, beside
from zoetrope.core.errors import InvalidRequest
from zoetrope.core.motion import CameraPath, Hold, Stroke, read_moves
from zoetrope.core.sizes import Size

STROKE = '{"strokes": [{"thing": 1, "points": [[0, 0.1, 0.8], [2.5, 0.9, 0.8]]}]}'


def _is_file(camera: str) -> bool:
    return Path(camera).suffix.lower() == ".json"


def _placed_camera(folder: str, text: str) -> str:
    return beside(folder, text) if _is_file(text) else text


@dataclass(frozen=True)
class Directing:
    """How things and the camera move."""

    stroke: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Paths of things, drawn as points in time; a JSON file.")
    ] = None
    hold: Annotated[
        Path | None, typer.Option(metavar="MASK", help="A picture as large as the shot; what is white stands still.")
    ] = None
    camera: Annotated[
        str | None,
        typer.Option(metavar="MOVES", help='Such as "push 0.3, pan left 0.2"; or a JSON file of poses.'),
        Names(_placed_camera),
    ] = None


def read_directions(asked: Directing, size: Size) -> tuple[Stroke | Hold | CameraPath, ...]:
    """The conditions that the options stand for.

    Raises: InvalidRequest for a file that says something else; MediaError for one that cannot be read.
    """
    strokes, held = read_strokes(asked.stroke) if asked.stroke else ((), None)
    if held is not None and asked.hold is not None:
        raise InvalidRequest(f"both --hold and {asked.stroke} name what is held still; give one of them.")
    mask = asked.hold or held
    return (
        *strokes,
        *((Hold(read_mask(mask, size)),) if mask else ()),
        *((_read_camera(asked.camera),) if asked.camera is not None else ()),
    )


def read_strokes(path: Path) -> tuple[tuple[Stroke, ...], Path | None]:
    """The strokes of a file, and the mask of what is held still if it names one, beside itself."""
    told = read_json(path)
    told = {"strokes": [{"points": told}]} if isinstance(told, list) else told
    known = isinstance(told, dict) and set(told) <= {"strokes", "hold"}
    rows = told.get("strokes", []) if known else None
    if not isinstance(rows, list) or not (rows or told.get("hold")):
        raise InvalidRequest(f"{path} holds no strokes; write {STROKE}.")
    held = told.get("hold")
    if not isinstance(held, str | None):
        raise InvalidRequest(f"the hold of {path} is no name of a file; name a picture, such as mask.png.")
    return tuple(_stroke(row, path) for row in rows), path.parent / held if held else None


def _stroke(row: Any, path: Path) -> Stroke:
    if not isinstance(row, dict) or not set(row) <= {"thing", "points"} or not isinstance(row.get("points"), list):
        raise InvalidRequest(f"a stroke of {path} has no points; write {STROKE}.")
    for point in row["points"]:
        if not is_row(point, 3):
            raise InvalidRequest(
                f"a point of {path} was {point!r:.60}; it is [seconds, x, y], such as [2.5, 0.9, 0.8]."
            )
    return Stroke(tuple(map(tuple, row["points"])), row.get("thing", 1))


def _read_camera(written: str) -> CameraPath:
    """Moves as typed, or the poses of a file."""
    if not _is_file(written):
        return CameraPath(read_moves(written))
    path = Path(written)
    told = read_json(path)
    poses = told.get("poses") if isinstance(told, dict) else told
    if not isinstance(poses, list) or not poses or not all(is_row(pose, 4) for pose in poses):
        raise InvalidRequest(f"{path} holds no camera poses; write a list of [x, y, zoom, turn], one for each frame.")
    return CameraPath(poses=tuple(map(tuple, poses)))
