"""How soon a stream shows its first picture, and how fast it goes on, weights loaded: chunks without marks and coding.

usage: python benchmarks/stream.py [--streams 8] [--seconds 10] [PROMPT]
"""

from __future__ import annotations

import argparse
import time

from zoetrope.core.request import Request
from zoetrope.engine.endless import Direction, go_on
from zoetrope.engine.families.pocket.facts import LIMITS, POCKET
from zoetrope.engine.generate import prepare
from zoetrope.engine.loading import loaded
from zoetrope.engine.numerics import choose_numerics


def main() -> None:
    """Run streams of several seeds one after the other; the first of them is the first request of its process."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("prompt", nargs="?", default="a red ball bounces on a meadow")
    parser.add_argument("--streams", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=10)
    asked = parser.parse_args()
    checkpoint = loaded(POCKET, choose_numerics())
    for seed in range(asked.streams):
        request, _ = prepare(Request(asked.prompt, seed=seed), POCKET, None)
        began, first, shown = time.perf_counter(), 0.0, 0
        for part in go_on(request, POCKET, checkpoint, lambda: Direction(asked.prompt)):
            first = first or time.perf_counter() - began
            shown = part.start + len(part.frames)
            if shown >= asked.seconds * LIMITS.clock.frame_rate:
                break
        whole = time.perf_counter() - began
        print(f"first picture after {first:.2f} s, {asked.seconds:g} s of stream after {whole:.2f} s", flush=True)


if __name__ == "__main__":
    main()
