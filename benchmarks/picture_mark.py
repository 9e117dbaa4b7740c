"""Measure the picture mark: how often it is read after what platforms do, false claims, noise and cost.

    python benchmarks/picture_mark.py --clips 60                          the table at the size of pocket clips
    python benchmarks/picture_mark.py --clips 20 --size 1280x720 --frames 12
    python benchmarks/picture_mark.py --clips 0 --unmarked 5000           single unmarked frames
    python benchmarks/picture_mark.py --clips 0 --cost                    processor time of 1280x720 frames

What cannot be read is asked for as its registry would, with a miniature of the original: for the id that is in it, and
for another one, which must not answer; and so is the same clip without a mark.

Every row prints how many clips it was measured on.
"""

import argparse
import os
import time
from collections import Counter
from fractions import Fraction

import cv2
import numpy as np
from mark_attacks import ATTACKS, Attack
from mark_clips import make_clip

from zoetrope.media.miniature import Miniature, MiniatureMaker
from zoetrope.release.marks.keys import load_key
from zoetrope.release.marks.picture import SpreadPictureMark

MARK = SpreadPictureMark(load_key(None))


def main() -> None:
    """Measure what was asked for, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clips", type=int, default=60)
    parser.add_argument("--first", type=int, default=0, help="number of the first clip, to continue a run")
    parser.add_argument("--size", default="256x144")
    parser.add_argument("--frames", type=int, default=61)
    parser.add_argument("--attacks", default="", help="only rows whose name holds one of these words, comma between")
    parser.add_argument("--unmarked", type=int, default=0, help="unmarked frames to look for false claims in")
    parser.add_argument("--cost", action="store_true")
    given = parser.parse_args()
    cv2.setNumThreads(1)
    os.environ.setdefault("SVT_LOG", "1")
    width, height = map(int, given.size.split("x"))
    words = given.attacks.split(",")
    attacks = [attack for attack in ATTACKS if any(word in attack.name for word in words)]
    if not attacks:
        parser.error(f"no row is called {given.attacks!r}")
    if given.clips:
        _table(range(given.first, given.first + given.clips), (width, height), given.frames, attacks)
    if given.unmarked:
        _false_claims(given.first, given.unmarked, (width, height))
    if given.cost:
        _cost((1280, 720))


def _table(numbers: range, size: tuple[int, int], frames: int, attacks: list[Attack]) -> None:
    exact, wrong, lost, noise, times = Counter(), Counter(), Counter(), [], []
    asked, chance = Counter(), Counter()
    for number in numbers:
        kind, clip = make_clip(number, size, frames)
        payload = int(np.random.default_rng(number).integers(1 << 48))
        marked = MARK.embedder(payload, size)(clip)
        noise.append(_psnr(clip, marked))
        for attack in attacks:
            left = attack.leave(marked)
            start = time.process_time()
            found = MARK.detect(left)
            times.append(time.process_time() - start)
            exact[attack.name] += bool(found and found.id == payload)
            wrong[attack.name] += bool(found and found.id != payload)
            lost[attack.name, kind] += not (found and found.id == payload)
            if found is None:
                small, asking = _miniature(clip), MARK.asking(left)
                asked[attack.name] += asking.ask(small, payload) is not None
                chance[attack.name] += asking.ask(small, (payload * 3 + 1) % (1 << 48)) is not None
                chance[attack.name] += MARK.asking(attack.leave(clip)).ask(small, payload) is not None
        print(f"clip {number:3d} {kind:14s} {noise[-1]:.2f} dB", flush=True)
    count = len(numbers)
    print(f"\nsize {size[0]}x{size[1]}, {frames} frames, n = {count} clips in each row")
    for attack in attacks:
        kinds = {kind: n for (name, kind), n in lost.items() if name == attack.name and n}
        print(
            f"{attack.name:48s} exact {exact[attack.name]:3d} of {count} ({exact[attack.name] / count:6.1%}), "
            f"bar {attack.bar:.0%}, wrong ids {wrong[attack.name]}, lost {kinds or 'none'}; "
            f"of the lost {asked[attack.name]} answer the registry, {chance[attack.name]} false answers"
        )
    print(f"PSNR least {min(noise):.2f} dB, mean {np.mean(noise):.2f} dB, n = {count}")
    print(f"detection {np.median(times):.2f} s median, {max(times):.2f} s most, processor time, n = {len(times)}")


def _miniature(clip: np.ndarray) -> Miniature:
    maker = MiniatureMaker((clip.shape[2], clip.shape[1]), Fraction(12))
    maker.add(clip)
    return maker.finish()


def _false_claims(first: int, count: int, size: tuple[int, int]) -> None:
    claims = 0
    for number in range(first, first + count):
        claims += MARK.detect(make_clip(number, size, 1)[1]) is not None
    print(f"false claims {claims} on {count} unmarked frames of {size[0]}x{size[1]}")


def _cost(size: tuple[int, int], frames: int = 24) -> None:
    _, clip = make_clip(0, size, frames)
    embed = MARK.embedder(1, size)
    embed(clip[:2])
    start = time.process_time()
    marked = embed(clip)
    spent = (time.process_time() - start) / frames
    start = time.process_time()
    MARK.detect(marked)
    print(f"embedding {1e3 * spent:.1f} ms of processor time a frame of {size[0]}x{size[1]}, n = {frames} frames")
    print(f"detection {time.process_time() - start:.2f} s of processor time for {frames} frames")


def _psnr(clip: np.ndarray, marked: np.ndarray) -> float:
    total = sum(float(np.mean((a.astype(np.float32) - b) ** 2)) for a, b in zip(clip, marked, strict=True))
    return 10 * np.log10(255**2 / (total / len(clip)))


if __name__ == "__main__":
    main()
