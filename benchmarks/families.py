"""Published families through our engine against their diffusers pipelines, on the same random weights, side by side.

usage: python benchmarks/families.py [--family wan] [--size 320x192] [--frames 9] [--steps 3] [--layers 4]
       [--text-layers 1] [--rounds 1] [--threads 0] [--folder FOLDER] [--json FILE]

Networks have the published widths and heads, and few layers; the codec is whole. The sides run in turn, each in a
process of its own, round after round; the least of the rounds counts. Processor seconds stand beside wall seconds,
since other work on the machine stretches the latter. `at full depth` is computed from the parts: what the preset's
steps would take with all layers. Ours computes the first block's self-attention once for both branches, which few
layers and few tokens make look like more than it is.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from dataclasses import asdict
from fractions import Fraction
from pathlib import Path
from typing import Any

from families_side import GUIDANCE, Asked
from families_weights import CARDS, write_checkpoint

CHILD = Path(__file__).with_name("families_side.py")
SIDES = ("theirs", "ours")
ROWS = {"whole request": "total", "step": "step", "decode": "decode", "first frame": "first_frame"}
Numbers = dict[str, Any]


def run(side: str, asked: Asked, threads: int) -> Numbers:
    """Measure one side in a process of its own."""
    line = [sys.executable, "-W", "ignore", str(CHILD), side, json.dumps(asdict(asked)), str(threads)]
    done = subprocess.run(line, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def least(rounds: list[Numbers]) -> Numbers:
    """The best of some rounds, number by number; of the machine's rate the highest."""
    return {key: (max if key == "matrix_rate" else min)(each[key] for each in rounds) for key in rounds[0]}


def products_of_a_step(asked: Asked) -> float:
    """FLOP of the linear layers and attention of one step, both branches, with all the text's padding."""
    from zoetrope.core.request import Request
    from zoetrope.core.sizes import Size
    from zoetrope.engine.families import Planned, find_family
    from zoetrope.engine.memory.forecasting import products
    from zoetrope.engine.memory.work import NetworkWork

    family = find_family(str(Path(asked.folder).resolve()))
    assert isinstance(family, Planned)
    seconds = Fraction(asked.frames, family.limits.clock.frame_rate)
    size, guidance = Size(asked.width, asked.height), GUIDANCE[asked.family]
    request = Request("a shot", size=size, seconds=seconds, steps=1, guidance=guidance, sound=False)
    works = family.workload(request).works
    return sum(products(work, family.descriptor.part(work.part)) for work in works if isinstance(work, NetworkWork))


def at_full_depth(side: Numbers, asked: Asked, layers: int, unit: str) -> float:
    """Seconds of a request with all layers and the preset's steps, from those of the parts."""
    from zoetrope.engine.families.opening import all_variants

    kinds = {files.part: files.config for files in all_variants()[CARDS[asked.family]].kinds}
    step = side[f"step{unit}"] * kinds["network"]["num_layers"] / layers
    return 50 * step + side[f"decode{unit}"]


def table(found: dict[str, Numbers], asked: Asked, layers: int) -> str:
    """A table in Markdown."""
    theirs, ours = found["theirs"], found["ours"]
    lines = ["| | diffusers s (processor s) | ours s (processor s) | ratio (processor) |", "| --- | --- | --- | --- |"]
    rows = {name: [(side[key], side[f"{key}_processor"]) for side in (theirs, ours)] for name, key in ROWS.items()}
    rows["at full depth, 50 steps"] = [
        (at_full_depth(side, asked, layers, ""), at_full_depth(side, asked, layers, "_processor"))
        for side in (theirs, ours)
    ]
    for name, ((wall, busy), (our_wall, our_busy)) in rows.items():
        ratio = f"{wall / our_wall:.2f} ({busy / our_busy:.2f})"
        lines.append(f"| {name} | {wall:.2f} ({busy:.2f}) | {our_wall:.2f} ({our_busy:.2f}) | {ratio} |")
    memory = [side["memory"] / 1e6 for side in (theirs, ours)]
    lines.append(f"| peak MB | {memory[0]:.0f} | {memory[1]:.0f} | {memory[0] / memory[1]:.2f} |")
    work = products_of_a_step(asked)
    shares = [100 * work / side["step"] / max(theirs["matrix_rate"], ours["matrix_rate"]) for side in (theirs, ours)]
    lines.append(f"| step, share of the matrix rate | {shares[0]:.0f} % | {shares[1]:.0f} % | |")
    lines.append(f"| text encoder, first request and second seed | {theirs['read']} | {ours['read']} | |")
    return "\n".join(lines)


def main() -> None:
    """Write weights, run both sides in turn, print the table."""
    options = read_options()
    width, height = map(int, options.size.split("x"))
    with tempfile.TemporaryDirectory() as made:
        folder = Path(options.folder or made)
        if not (folder / "model_index.json").exists():
            write_checkpoint(folder, options.family, options.layers, options.text_layers)
        asked = Asked(str(folder), options.family, width, height, options.frames, options.steps)
        rounds: dict[str, list[Numbers]] = {side: [] for side in SIDES}
        for number in range(options.rounds):
            for side in SIDES:
                print(f"round {number + 1}: {side}", file=sys.stderr, flush=True)
                rounds[side].append(run(side, asked, options.threads))
        print(f"{CARDS[options.family]} with {options.layers} layers, {options.size}, {options.frames} frames,")
        print(f"{options.steps} steps, {options.rounds} rounds, threads {options.threads or 'all'}:\n")
        print(table({side: least(each) for side, each in rounds.items()}, asked, options.layers))
    if options.json:
        Path(options.json).write_text(json.dumps(rounds, indent=1) + "\n", encoding="utf-8")


def read_options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--family", choices=list(CARDS), default="wan")
    parser.add_argument("--size", default="320x192")
    parser.add_argument("--frames", type=int, default=9)
    parser.add_argument("--steps", type=int, default=3, help="two at least: the first one is left out of a step's time")
    parser.add_argument("--layers", type=int, default=4, help="of the network")
    parser.add_argument("--text-layers", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--threads", type=int, default=0, help="0 for all")
    parser.add_argument("--folder", help="where the checkpoint is kept between runs")
    parser.add_argument("--json", help="also write the numbers here")
    return parser.parse_args()


if __name__ == "__main__":
    main()
