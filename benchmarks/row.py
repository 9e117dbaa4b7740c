"""What it gains to finish one shot beside the next: shots in a row, and the same shots each finished before the next.

usage: python benchmarks/row.py [--shots 6] [--rounds 3] [--seconds 5]

Both ways in turn in one process, under the allocator of the command line; the medians of whole rows.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from contextlib import chdir

from zoetrope.cli import allocator
from zoetrope.cli.following import Row
from zoetrope.cli.request import carry_out, read

PROMPT = "a red ball bounces on a meadow, the camera slowly pushes in"


class Apart(Row):
    """Waits for every shot."""

    def follow(self, finish):
        super().follow(finish)
        self.settle()


def main() -> None:
    """Make the rows and print what they took."""
    options = read_options()
    took: dict[str, list[float]] = {"each by itself": [], "beside the next": []}
    with tempfile.TemporaryDirectory() as folder, chdir(folder):
        for number in range(options.rounds + 1):
            for way, row in zip(took, (Apart(), Row()), strict=True):
                shots = [
                    {"prompt": PROMPT, "seconds": options.seconds, "seed": 100 * number + each, "output": f"{each}.mp4"}
                    for each in range(options.shots)
                ]
                began = time.perf_counter()
                carry_out(read(shots), row, quiet=True)
                if number:  # the first round loads and warms
                    took[way].append(time.perf_counter() - began)
    apart, beside = (statistics.median(each) / options.shots for each in took.values())
    for way, each in took.items():
        print(f"{way}: {statistics.median(each) / options.shots:.2f} s a shot ({', '.join(f'{t:.1f}' for t in each)})")
    print(f"ratio {beside / apart:.2f}")


def read_options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shots", type=int, default=6, help="shots of a row")
    parser.add_argument("--rounds", type=int, default=3, help="rows of each way that count")
    parser.add_argument("--seconds", type=float, default=5, help="length of a shot")
    return parser.parse_args()


if __name__ == "__main__":
    allocator.relaunch()
    main()
