"""What leaving by the door costs, beside the plain encode of the same clip, and where the time goes.

usage: python benchmarks/release.py [--repeats 5] [--ending mp4] [--size 256x144] [--frames 61]

Both are measured in turn in one process, so that a busy machine slows them alike. Wall time is told beside the time of
the processor, which other programs do not lengthen; the bar of 0.4 s over the plain encode is for a clip of 5 s.
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np

from zoetrope.core.sizes import read_size
from zoetrope.media.writers import open_writer
from zoetrope.release.asset import Making
from zoetrope.release.door import release
from zoetrope.release.door_policy import open_policy
from zoetrope.training.world.picture import draw
from zoetrope.training.world.script import write_scene
from zoetrope.training.world.sound import hear

BAR = 0.4  # seconds over the plain encode, for 5 s of 256x144
PARTS = {
    "sound: level": "door_loudness.py:level",
    "sound: mark": "sound.py:embed",
    "picture: screen, mark, label, looks": "door_sight.py:through",
    "sign": "credentials_sign.py:sign",
    "read back, all": "door_seal.py:_read_back",
    "  of it: decode": "samples.py:sample",
    "  of it: picture mark": "picture.py:detect",
    "  of it: sound mark": "sound.py:detect",
    "register": "registry.py:add",
}


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds of the wall and of the processor."""
    wall, processor = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - processor


def main() -> None:
    """Measure and print a table."""
    options = read_options()
    cv2.setNumThreads(1)
    size = read_size(options.size)
    scene = write_scene(np.random.default_rng(3), width=size.width, height=size.height, frames=options.frames)
    frames, sound = draw(scene), hear(scene)
    with tempfile.TemporaryDirectory() as folder:
        policy = open_policy(Path(folder) / "home")
        making = Making("pocket", "checkpoint pocket", b"benchmark", datetime.now(UTC))

        def plain() -> None:
            with open_writer(Path(folder) / f"plain.{options.ending}", size=(size.width, size.height)) as writer:
                writer.write_frames(frames)
                writer.write_sound(sound)

        def whole() -> None:
            release(Path(folder) / f"released.{options.ending}", making, policy, frames=frames, sound=sound)

        plain()  # the first of each loads encoders and tables
        whole()
        pairs = [(timed(plain), timed(whole)) for _ in range(options.repeats)]
        profile = cProfile.Profile(time.process_time)
        profile.runcall(whole)
        megabytes = {
            name: (Path(folder) / f"{name}.{options.ending}").stat().st_size / 1e6 for name in ("plain", "released")
        }
    show(pairs, options)
    print(f"file: {megabytes['plain']:.3f} MB plain, {megabytes['released']:.3f} MB released")
    show_parts(profile)


def show(pairs: list[tuple[tuple[float, float], tuple[float, float]]], options: argparse.Namespace) -> None:
    """Medians, their difference, and the ratio."""
    print(f"{options.frames} frames of {options.size}, .{options.ending}, median of {len(pairs)}")
    for place, clock in enumerate(("wall", "processor")):
        plain = statistics.median(pair[0][place] for pair in pairs)
        whole = statistics.median(pair[1][place] for pair in pairs)
        more = statistics.median(pair[1][place] - pair[0][place] for pair in pairs)
        print(
            f"{clock:<10} plain {plain:.3f} s   released {whole:.3f} s   {whole / plain:.1f} x   {more:+.3f} s", end=""
        )
        print(f"   bar {BAR} s" if clock == "processor" else "")


def show_parts(profile: cProfile.Profile) -> None:
    """Time of the processor in the named parts of one release, as a profiler saw it, which itself costs some."""
    found = {}
    for (file, _, name), numbers in pstats.Stats(profile).stats.items():  # pyright: ignore[reportAttributeAccessIssue]
        found[f"{Path(file).name}:{name}"] = numbers[3]
    for part, where in PARTS.items():
        print(f"  {part:<36} {1e3 * found.get(where, 0):6.1f} ms")


def read_options() -> argparse.Namespace:
    """Options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--ending", default="mp4")
    parser.add_argument("--size", default="256x144")
    parser.add_argument("--frames", type=int, default=61)
    return parser.parse_args()


if __name__ == "__main__":
    main()
