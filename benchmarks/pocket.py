"""How fast pocket is on this machine, with and without each optimisation, side by side in one run.

usage: python benchmarks/pocket.py [--repeats 3] [--seconds 5] [--weights FOLDER | --random] [--only NAME] [--json FILE]

Every variant runs in a process of its own, so that loading is cold, nothing is compiled yet and peak memory is its
own. Numbers are medians of the repeats, after one shot that counts only as the cold one. FLOP are those of linear
layers and attention in the denoising steps; the matrix rate is that of a large bf16 product in the same process.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from random_weights import write_random_weights
from variants import SHIPPED, VARIANTS, Variant

from zoetrope.cli.allocator import environment_with, find_jemalloc
from zoetrope.engine.compiling import KEPT

CHILD = Path(__file__).with_name("one_variant.py")
Numbers = dict[str, float]

COLUMNS = {
    "imports s": lambda m: f"{m['imports']:.2f}",
    "load s": lambda m: f"{m['load']:.2f}",
    "cold to file s": lambda m: f"{m['cold']:.2f}",
    "first frame s": lambda m: f"{m['first_frame']:.2f}",
    "step ms": lambda m: f"{1e3 * m['step']:.0f}",
    "denoise s": lambda m: f"{m['denoise']:.2f}",
    "decode s": lambda m: f"{m['decode']:.2f}",
    "encode s": lambda m: f"{m['encode']:.2f}",
    "to file s": lambda m: f"{m['total']:.2f}",
    "real-time factor": lambda m: f"{m['total'] / m['clip']:.2f}",
    "step TFLOP/s": lambda m: f"{m['step_rate'] / 1e12:.2f}",
    "matrix TFLOP/s": lambda m: f"{m['matrix_rate'] / 1e12:.2f}",
    "share": lambda m: f"{100 * m['step_rate'] / m['matrix_rate']:.0f} %",
    "peak MB": lambda m: f"{m['memory'] / 1e6:.0f}",
}


def run(variant: Variant, seconds: str, repeats: int, weights: str) -> Numbers:
    """Measure one variant in a process of its own."""
    environment = {key: value for key, value in os.environ.items() if key not in ("LD_PRELOAD", "MALLOC_CONF")}
    library = find_jemalloc()
    if variant.jemalloc and library is not None:
        environment = environment_with(library, environment)
    line = [sys.executable, str(CHILD), variant.says, seconds, str(repeats), weights]
    with tempfile.TemporaryDirectory() as compiled:
        environment = {**environment, KEPT: compiled}
        done = subprocess.run(line, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def table(rows: dict[str, Numbers]) -> str:
    """A table in Markdown, one row a variant, with its time to a file against that of what is shipped."""
    heads = ["variant", *COLUMNS, "against shipped"]
    lines = [heads, ["---"] * len(heads)]
    shipped = rows.get(SHIPPED)
    for name, measured in rows.items():
        against = f"{measured['total'] / shipped['total']:.2f} x" if shipped else ""
        lines.append([name, *(show(measured) for show in COLUMNS.values()), against])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def main() -> None:
    """Run the variants and print the table."""
    options = read_options()
    with tempfile.TemporaryDirectory() as folder:
        if options.random:
            write_random_weights(Path(folder))
        weights = folder if options.random else options.weights
        rows = {}
        for name in [name for name in VARIANTS if not options.only or name in options.only]:
            print(f"measuring: {name}", file=sys.stderr, flush=True)
            rows[name] = run(VARIANTS[name], options.seconds, options.repeats, weights)
    print(table(rows))
    if options.json:
        Path(options.json).write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


def read_options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=3, help="shots that count")
    parser.add_argument("--seconds", default="5", help="length of the shot")
    parser.add_argument("--weights", default="", help="folder of weights; the package's if left out")
    parser.add_argument("--random", action="store_true", help="weights of the real shapes, without meaning")
    parser.add_argument("--only", action="append", choices=list(VARIANTS), help="a variant; repeat for more")
    parser.add_argument("--json", help="also write the numbers here")
    return parser.parse_args()


if __name__ == "__main__":
    main()
