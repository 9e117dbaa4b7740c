"""A training run on disk: checkpoint, loss log, loss picture, exponential average and learning-rate shapes.

Knows nothing of networks, data or losses: a recipe hands over numbers and state, and asks for them back.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from PIL import Image, ImageDraw
from torch import Tensor, nn

CHECKPOINT = "checkpoint.pt"
LOG = "log.jsonl"
PICTURE = "loss.png"
PANEL = (640, 200)  # pixels of one curve in the loss picture
ONE_CYCLE_START, ONE_CYCLE_END = 1 / 25, 1 / 25e4  # of the highest rate
MOMENTA = (0.85, 0.95)  # at the highest rate and at the lowest
SMOOTHING = 40  # a curve is averaged over 1/40 of its length, so its trend shows through the noise


def write_atomically(path: Path, write: Callable[[Path], None]) -> None:
    """Write a file under a temporary name beside its place and rename it, so a reader never sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        write(temporary)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


class Run:
    """One folder that holds everything a training run leaves behind."""

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)

    def log(self, step: int, **numbers: float) -> None:
        """Append one line of numbers to the log."""
        line = json.dumps({"step": step} | {name: float(f"{value:.6g}") for name, value in numbers.items()})
        with open(self.folder / LOG, "a", encoding="utf-8") as file:
            file.write(line + "\n")

    def history(self) -> list[dict[str, float]]:
        """Everything logged so far, in order; a line that a crash cut short is left out."""
        path = self.folder / LOG
        rows = []
        for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else []:
            try:
                rows.append(json.loads(line))
            except json.JSONDecodeError:
                continue
        return rows

    def rewind(self, step: int) -> None:
        """Forget what was logged after a step; called with the checkpoint's step when a run resumes."""
        lines = [json.dumps(row) + "\n" for row in self.history() if row["step"] <= step]
        write_atomically(self.folder / LOG, lambda path: _ignore(path.write_text("".join(lines), encoding="utf-8")))

    def save(self, state: dict[str, Any]) -> None:
        """Replace the checkpoint; state holds tensors, numbers, strings, lists and dicts only."""
        write_atomically(self.folder / CHECKPOINT, lambda path: torch.save(state, path))

    def load(self) -> dict[str, Any] | None:
        """The last checkpoint, on the CPU; None if there is none."""
        path = self.folder / CHECKPOINT
        return torch.load(path, map_location="cpu", weights_only=True) if path.exists() else None

    def plot(self) -> Path:
        """Draw every logged number over steps into the loss picture; returns its path."""
        rows = self.history()
        names = list(dict.fromkeys(name for row in rows for name in row if name != "step"))
        picture = Image.new("RGB", (PANEL[0], PANEL[1] * max(1, len(names))), "white")
        for place, name in enumerate(names):
            points = [(row["step"], row[name]) for row in rows if name in row and math.isfinite(row[name])]
            picture.paste(_panel(name, points), (0, place * PANEL[1]))
        path = self.folder / PICTURE
        write_atomically(path, lambda temporary: picture.save(temporary, format="PNG"))
        return path


class Ema:
    """Exponential moving average of a module's weights, kept in float32 whatever the module's own precision."""

    def __init__(self, module: nn.Module, decay: float = 0.999) -> None:
        self.decay = decay
        self.updates = 0
        self.weights: dict[str, Tensor] = {
            name: value.detach().clone().float() if value.is_floating_point() else value.detach().clone()
            for name, value in module.state_dict().items()
        }

    @torch.no_grad()
    def update(self, module: nn.Module) -> None:
        """Move towards the module; young averages move faster: decay is at most (1 + n) / (10 + n)."""
        decay = min(self.decay, (1 + self.updates) / (10 + self.updates))
        self.updates += 1
        kept, new = [], []
        for name, value in module.state_dict().items():
            if value.is_floating_point():
                kept.append(self.weights[name])
                new.append(value.detach().to(kept[-1]))
            else:
                self.weights[name].copy_(value)
        torch._foreach_lerp_(kept, new, 1 - decay)  # pyright: ignore[reportPrivateImportUsage]

    def copy_to(self, module: nn.Module) -> None:
        """Write the average into a module of the same shapes, in that module's precision."""
        module.load_state_dict(self.weights)

    def state_dict(self) -> dict[str, Any]:
        """What `load_state_dict` needs to go on exactly."""
        return {"decay": self.decay, "updates": self.updates, "weights": self.weights}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take over the average of an earlier process."""
        self.decay, self.updates = state["decay"], state["updates"]
        self.weights = {name: value.to(self.weights[name].device) for name, value in state["weights"].items()}


def trapezoid(step: int, total: int, *, warmup: int, cooldown: int, floor: float = 0.0) -> float:
    """Factor of the learning rate: linear up over warmup steps, level, linear down to floor over the last cooldown.

    Units: steps; step counts from 0; past total it stays at floor.
    """
    rise = min(1.0, (step + 1) / max(1, warmup))
    fall = min(1.0, max(0.0, (total - step) / max(1, cooldown)))
    return rise * (floor + (1 - floor) * fall)


def cosine(step: int, total: int, *, warmup: int, floor: float = 0.0) -> float:
    """Factor of the learning rate: linear up over warmup steps, then half a cosine down to floor at total."""
    rise = min(1.0, (step + 1) / max(1, warmup))
    done = min(1.0, max(0.0, (step - warmup) / max(1, total - warmup)))
    return rise * (floor + (1 - floor) * 0.5 * (1 + math.cos(math.pi * done)))


def one_cycle(step: int, total: int, *, rise: float = 0.1) -> tuple[float, float]:
    """Factor of the learning rate and momentum: the rate up over a share of all steps and down again, by cosines.

    Momentum goes the other way. Source: Smith and Topin 2018, as `torch.optim.lr_scheduler.OneCycleLR` has it.
    """
    top = rise * total - 1
    up = step <= top
    done = step / top if up else (step - top) / max(1e-9, total - 1 - top)
    low = ONE_CYCLE_START if up else ONE_CYCLE_END
    height = 0.5 - 0.5 * math.cos(math.pi * (done if up else 1 - done))
    return low + (1 - low) * height, MOMENTA[1] + (MOMENTA[0] - MOMENTA[1]) * height


def _panel(name: str, points: list[tuple[float, float]]) -> Image.Image:
    """One curve: raw in grey, smoothed in blue, logarithmic where every value is positive."""
    image = Image.new("RGB", PANEL, "white")
    draw = ImageDraw.Draw(image)
    if not points:
        return image
    logarithmic = min(value for _, value in points) > 0
    heights = [math.log(value) if logarithmic else value for _, value in points]
    low, high = min(heights), max(heights)
    first, last = points[0][0], points[-1][0]

    def place(step: float, height: float) -> tuple[float, float]:
        x = 8 + (PANEL[0] - 16) * (step - first) / max(1, last - first)
        return x, PANEL[1] - 12 - (PANEL[1] - 40) * (height - low) / max(1e-12, high - low)

    raw = [place(step, height) for (step, _), height in zip(points, heights, strict=True)]
    draw.line(raw, fill=(200, 205, 215))
    trend = _smooth(heights, max(1, len(heights) // SMOOTHING))
    draw.line(
        [place(step, height) for (step, _), height in zip(points, trend, strict=True)], fill=(40, 90, 200), width=2
    )
    now, least = (math.exp(value) if logarithmic else value for value in (trend[-1], min(trend)))
    draw.text((8, 6), f"{name}   now {now:.4g}   least {least:.4g}   step {last:.0f}", fill="black")
    return image


def _smooth(values: list[float], span: int) -> list[float]:
    """Exponential average over about span values, without the bias of its first value."""
    keep, total, weight, out = 1 - 1 / span, 0.0, 0.0, []
    for value in values:
        total, weight = keep * total + value, keep * weight + 1
        out.append(total / weight)
    return out


def _ignore(_: object) -> None:
    """Turn a call with a result into one without."""
