"""What step reuse wins and loses on pocket's trained weights, walked in many steps: time, latents, pictures, scorecard.

usage: python benchmarks/pocket_reuse.py [--prompts 6] [--steps 25] [--seconds 5] [--shares 0 0.1] [--keep FOLDER]

Pocket is made for two steps; its `fine` preset walks in many here, with the same guidance and schedule, since reuse has
nothing to leave out of few. Each share is the change of velocity under which an old one stands in; 0 leaves nothing
out. For every prompt of the scorecard all shares make the shot of the same seed, in turn in one process. Ratios are of
processor seconds: of the walk, and of the whole request with what it does before and after. Losses are held against the
shot of the first share: latents by the mean of their differences, pictures in decibels, and the axes on which the
scorecard's detectors find a shot right. Two steps, as shipped, stand at the end to tell what many are worth.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from stopwatch import TimedFamily, Watch

from zoetrope.core.events import StepDone
from zoetrope.core.request import Request
from zoetrope.core.time import exact_seconds
from zoetrope.engine.draft import Draft
from zoetrope.engine.families.pocket.facts import POCKET
from zoetrope.engine.generate import generate
from zoetrope.evaluation.detect import shipped
from zoetrope.evaluation.judge import judge
from zoetrope.evaluation.prompts import Prompt
from zoetrope.evaluation.prompts import prompts as all_prompts

SHIPPED = -1.0  # stands for the standard preset


class Counted(Watch):
    """Counts predictions in place of their FLOP, and adds up their processor seconds."""

    def predicting(self, predict: Any) -> Any:
        """The same predictions, counted."""

        def counted(*arguments: Any) -> Any:
            began = time.process_time()
            made = predict(*arguments)
            self.seconds["predict"] += time.process_time() - began
            self.flop += 1
            return made

        return counted


@dataclass(frozen=True, eq=False)
class Shot:
    """One shot and what it took. Units: processor seconds."""

    draft: Draft
    calls: int
    walk: float
    whole: float
    right: Mapping[str, bool]


@dataclass(eq=False)
class Column:
    """What one share came to, prompt by prompt."""

    shots: list[Shot] = field(default_factory=list)
    latents: list[float] = field(default_factory=list)
    decibels: list[float] = field(default_factory=list)


def shot(prompt: Prompt, share: float, seconds: str, steps: int, eyes: Any) -> Shot:
    """Make one shot with a share, and look at it."""
    watch = Counted()
    presets = {"fine": replace(POCKET.presets["fine"], reuse=max(share, 0.0)), "standard": POCKET.presets["standard"]}
    family = TimedFamily(POCKET, watch, presets_now=presets)
    asked = Request(prompt.text, seconds=exact_seconds(seconds), seed=prompt.seed, preset="standard")
    if share != SHIPPED:
        asked = replace(asked, preset="fine", steps=steps)
    marks: list[float] = []

    def hear(event: Any) -> None:
        if isinstance(event, StepDone):
            marks.append(time.process_time())

    began = time.process_time()
    draft = generate(asked, family=family, on_event=hear)
    ended = time.process_time()
    first = marks[0] - watch.seconds["predict"] if len(marks) == 1 else marks[0]
    right = judge(eyes.look(draft.frames), dict(prompt.expected)).right
    return Shot(draft, watch.flop, marks[-1] - first, ended - began, right)


def compare(column: Column, made: Shot, plain: Shot) -> None:
    """Add one shot to a column, and how far it is from that of the first share."""
    column.shots.append(made)
    here, there = made.draft.latents, plain.draft.latents
    assert here is not None
    assert there is not None
    column.latents.append(float((here.video - there.video).abs().sum() / there.video.abs().sum()))
    error = float(np.square(made.draft.frames.astype(np.float32) - plain.draft.frames).mean())
    column.decibels.append(99.0 if error == 0 else 10 * np.log10(255**2 / error))


def row(share: float, column: Column, plain: Column) -> str:
    """A line of the table: medians of the prompts."""
    pairs = list(zip(column.shots, plain.shots, strict=True))
    walk, whole = (median(getattr(b, name) / getattr(a, name) for a, b in pairs) for name in ("walk", "whole"))
    right = [sum(sum(each.right.values()) for each in one.shots) for one in (column, plain)]
    asked = sum(len(each.right) for each in column.shots)
    lost = sum(b.right[axis] and not a.right[axis] for a, b in pairs for axis in a.right)
    name = "two steps, as shipped" if share == SHIPPED else f"{share}"
    return (
        f"| {name} | {median(each.calls for each in column.shots):.0f} | {walk:.2f} | {whole:.2f} "
        f"| {100 * median(column.latents):.2f} % | {median(column.decibels):.1f} dB | {right[0]} of {asked} "
        f"({right[1]}) | {lost} |"
    )


def main() -> None:
    """Print a table."""
    options = _options()
    eyes, shares = shipped(), [*options.shares, SHIPPED]
    columns: dict[float, Column] = {share: Column() for share in shares}
    for number, prompt in enumerate(list(all_prompts())[: options.prompts]):
        plain: Shot | None = None
        for share in shares:
            made = shot(prompt, share, options.seconds, options.steps, eyes)
            plain = plain or made
            compare(columns[share], made, plain)
            if options.keep:
                options.keep.mkdir(parents=True, exist_ok=True)
                np.save(options.keep / f"{number}-{share}.npy", made.draft.frames[::10])
        print(f"{number}: {[(each.shots[-1].calls, f'{each.shots[-1].walk:.1f}') for each in columns.values()]}")
    print(f"\npocket, {options.steps} steps, {options.seconds} s, {options.prompts} prompts\n")
    print("| share | calls | walk, ratio | whole, ratio | latents off | pictures | axes right (without) | lost |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for share, column in columns.items():
        print(row(share, column, columns[shares[0]]), flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--prompts", type=int, default=6)
    parser.add_argument("--steps", type=int, default=25)
    parser.add_argument("--seconds", default="5")
    parser.add_argument("--shares", type=float, nargs="+", default=[0.0, 0.1])
    parser.add_argument("--keep", type=Path, help="where every tenth picture is left, to be looked at")
    return parser.parse_args()


if __name__ == "__main__":
    main()
