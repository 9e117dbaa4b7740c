"""How many clips of the toy stage one core writes, draws and sounds a second: five seconds each, at full size.

usage: python benchmarks/stage.py [--scenes 40] : processor time of one thread, so that other work hardly shows.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterable
from typing import Any

import cv2
import numpy as np
import torch

from zoetrope.training.world.picture import draw
from zoetrope.training.world.scene import Scene
from zoetrope.training.world.script import write_scene
from zoetrope.training.world.sound import hear

FRAMES, SAMPLES = 60, 120_000  # of five seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scenes", type=int, default=40)
    count = parser.parse_args().scenes
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    scenes = [_written(number) for number in range(count)]
    seconds = {
        "write": _seconds(_written, range(count)),
        "draw": _seconds(draw, scenes),
        "hear": _seconds(lambda scene: hear(scene, SAMPLES), scenes),
    }
    seconds["all"] = sum(seconds.values())
    print("| | clips a second and core | n |\n| --- | --- | --- |")
    for name, took in seconds.items():
        print(f"| {name} | {count / took:.1f} | {count} |")


def _written(number: int) -> Scene:
    return write_scene(np.random.default_rng([1, number]), frames=FRAMES)


def _seconds(do: Callable[[Any], object], each: Iterable[Any]) -> float:
    began = time.process_time()
    for one in each:
        do(one)
    return time.process_time() - began


if __name__ == "__main__":
    main()
