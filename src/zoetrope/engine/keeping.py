"""A walk of the loop that can be left and taken up again: its state in one file, written whole or not at all.

The same request goes on exactly where it stood: what is finished has the bytes of a walk that nothing disturbed, on the
same machine. Knows no family.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from zoetrope.core.errors import InvalidRequest
from zoetrope.core.request import Request
from zoetrope.engine.canvas import Canvas, Tokens, advance
from zoetrope.engine.denoise import Passed, Predicted
from zoetrope.media.places import write_whole

DEPTH = 2  # steps that a step rule looks back on
KINDS = {kind.__name__: kind for kind in (Passed, Predicted)}


@dataclass(frozen=True, eq=False)
class Stand:
    """Where a walk stood: its pass, how many steps of it were done, the tokens, and what the last step left."""

    walk: int
    step: int
    tokens: Tokens
    past: Passed | None


@dataclass(frozen=True)
class Keeper:
    """Keeps the state of one request's walk in a file; `precision` is what weights are in, as people write it.

    Units: every in steps.
    """

    path: Path
    request: Request
    every: int = 1
    precision: str = ""

    def save(self, walk: int, step: int, canvas: Canvas, past: Passed | None) -> None:
        """Write the state, whole or not at all. Raises: MediaError."""
        tensors: dict[str, Tensor] = {"video": canvas.video.latent, "sound": canvas.sound.latent}
        numbers: dict[str, Any] = {"walk": walk, "step": step, "request": digest(self.request)}
        numbers["precision"] = self.precision
        if past is not None:
            _pack(past, "past", tensors, numbers, DEPTH)
        whole = {name: value.contiguous() for name, value in tensors.items()}
        write_whole(self.path, save(whole, {"state": json.dumps(numbers)}))

    def load(self) -> Stand | None:
        """The state that the file holds, None where there is no file.

        Raises: InvalidRequest if it is damaged, of another request, or of weights in another precision.
        """
        if not self.path.exists():
            return None
        try:
            with safe_open(self.path, "pt") as held:
                numbers = json.loads((held.metadata() or {})["state"])
                tensors = {name: held.get_tensor(name) for name in held.keys()}  # noqa: SIM118
            tokens = Tokens(tensors["video"], tensors["sound"])
            past = _unpack("past", tensors, numbers)
        except (SafetensorError, OSError, KeyError, ValueError) as error:
            raise InvalidRequest(f"{self.path} holds no state of a shot: {error}; remove it to begin anew.") from error
        if numbers["request"] != digest(self.request):
            raise InvalidRequest(f"{self.path} holds the state of another shot; remove it, or name another file.")
        if (kept := numbers.get("precision", "an unknown precision")) != self.precision:
            raise InvalidRequest(
                f"{self.path} was kept in {kept}, but this shot is made in {self.precision}; ask for the precision "
                "that it was kept in, or remove it to begin anew."
            )
        return Stand(numbers["walk"], numbers["step"], tokens, past)

    def done(self) -> None:
        """Forget: the walk has ended."""
        self.path.unlink(missing_ok=True)


def taken_up(canvas: Canvas, stand: Stand) -> Canvas:
    """The canvas as it stood."""
    device = canvas.video.latent.device
    return advance(canvas, Tokens(stand.tokens.video.to(device), stand.tokens.sound.to(device)))


def digest(asked: Any) -> str:
    """What tells one settled request, or a part of it, from another, conditions and all."""
    state = hashlib.sha256()
    for part in _parts(asked):
        state.update(part)
        state.update(b"\0")
    return state.hexdigest()


def _parts(value: Any) -> Iterator[bytes]:
    if is_dataclass(value):
        yield type(value).__name__.encode()
        for each in fields(value):
            yield from _parts(getattr(value, each.name))
    elif isinstance(value, tuple | list):
        yield f"({len(value)}".encode()
        for each in value:
            yield from _parts(each)
    elif hasattr(value, "tobytes"):
        yield f"{value.dtype}{value.shape}".encode()
        yield value.tobytes()
    elif isinstance(value, Tensor):
        yield value.float().numpy().tobytes()
    else:
        yield repr(value).encode()


def _pack(past: Passed, name: str, tensors: dict[str, Tensor], numbers: dict[str, Any], depth: int) -> None:
    numbers[name] = type(past).__name__
    for each in fields(past):
        value, at = getattr(past, each.name), f"{name}.{each.name}"
        if isinstance(value, Tokens):
            tensors[f"{at}.video"], tensors[f"{at}.sound"] = value.video, value.sound
        elif isinstance(value, Passed):
            if depth > 1:
                _pack(value, at, tensors, numbers, depth - 1)
        elif value is not None:
            numbers[at] = value


def _unpack(name: str, tensors: dict[str, Tensor], numbers: dict[str, Any]) -> Passed | None:
    if name not in numbers:
        return None
    kind = KINDS[numbers[name]]
    held: dict[str, Any] = {}
    for each in fields(kind):
        at = f"{name}.{each.name}"
        if f"{at}.video" in tensors:
            held[each.name] = Tokens(tensors[f"{at}.video"], tensors[f"{at}.sound"])
        elif numbers.get(at) in KINDS:
            held[each.name] = _unpack(at, tensors, numbers)
        else:
            held[each.name] = numbers.get(at)
    return kind(**held)
