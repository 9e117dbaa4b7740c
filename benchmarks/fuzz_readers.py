"""Throw thousands of damaged and hostile files at every reader: one sentence or an answer, little memory, little time.

    python benchmarks/fuzz_readers.py --cases 4000
    python benchmarks/fuzz_readers.py --first 1234 --cases 1        one case again

Each case follows from its number alone, up to the keys that sign the seeds. The readers run in a child process, which
is started anew after a crash; its peak of memory is asked of the kernel after every case.
"""

import argparse
import contextlib
import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from fuzz_seeds import HOSTILE, KINDS, bombs, make_seeds

from zoetrope.core.errors import ZoetropeError
from zoetrope.media.pictures import read_picture
from zoetrope.media.readers import probe, read_clip, read_sound
from zoetrope.release.verify import verify
from zoetrope.release.verify_layers import Readers

MOST_MEMORY = 512 << 20
MOST_SECONDS = 10.0  # of processor time, for all readers of one case together
_PATIENCE = 300.0  # seconds of the clock after which a case counts as hung, on a loaded machine too
GOOD = ("read", "refused")
_SIZES = (b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\x00\x00\x00\x00", b"\x00\x00\x00\x01", b"\xff\xff\xff\x7f")


class Blind:
    """Marks that find nothing: what is tried are readers, and looking for marks in noise would cost ten times more."""

    method = ""

    def detect(self, *_: object) -> None:
        return None


def make_case(number: int, seeds: dict[str, bytes], made: dict[str, bytes]) -> tuple[str, bytes, bytes | None]:
    """The name and bytes of a case, and what lies beside it; the lowest numbers are the bombs in `made`."""
    if number < len(made):
        name = list(made)[number]
        return name, made[name], None
    rng = np.random.default_rng([9, number])
    kind = KINDS[number % len(KINDS)]
    beside = seeds["c2pa"] if kind == "webm" else None
    data = seeds[kind]
    if beside is not None and rng.random() < 0.5:
        return f"case.{kind}", data, _hurt(beside, rng, seeds)
    for _ in range(int(rng.integers(1, 4))):
        data = _hurt(data, rng, seeds)
    return f"case.{kind}", data, beside


def _hurt(data: bytes, rng: np.random.Generator, seeds: dict[str, bytes]) -> bytes:
    ways: tuple[Callable[[bytes, np.random.Generator, dict[str, bytes]], bytes], ...]
    ways = (_cut, _flipped, _flipped, _resized, _resized, _doubled, _spliced, _wiped, _told, _renamed)
    return ways[int(rng.integers(len(ways)))](data, rng, seeds)


def _place(data: bytes, rng: np.random.Generator) -> int:
    """Anywhere, and more often near the start, where headers are."""
    return int(rng.integers(0, max(1, len(data) if rng.random() < 0.5 else min(len(data), 600))))


def _cut(data: bytes, rng: np.random.Generator, _: dict[str, bytes]) -> bytes:
    return data[: 1 + _place(data, rng)]


def _flipped(data: bytes, rng: np.random.Generator, _: dict[str, bytes]) -> bytes:
    hurt = bytearray(data)
    for _n in range(int(rng.integers(1, 20))):
        hurt[_place(data, rng)] = int(rng.integers(256))
    return bytes(hurt)


def _resized(data: bytes, rng: np.random.Generator, _: dict[str, bytes]) -> bytes:
    at = _place(data, rng)
    return data[:at] + _SIZES[int(rng.integers(len(_SIZES)))] + data[at + 4 :]


def _doubled(data: bytes, rng: np.random.Generator, _: dict[str, bytes]) -> bytes:
    start = _place(data, rng)
    part = data[start : start + int(rng.integers(4, 400))]
    return data[:start] + part * int(rng.integers(2, 60)) + data[start + len(part) :]


def _spliced(data: bytes, rng: np.random.Generator, seeds: dict[str, bytes]) -> bytes:
    other = seeds[list(seeds)[int(rng.integers(len(seeds)))]]
    return data[: _place(data, rng)] + other[_place(other, rng) :]


def _wiped(data: bytes, rng: np.random.Generator, _: dict[str, bytes]) -> bytes:
    start, length = _place(data, rng), int(rng.integers(1, 300))
    return data[:start] + bytes(length) + data[start + length :]


def _told(data: bytes, rng: np.random.Generator, _: dict[str, bytes]) -> bytes:
    """Hostile words where the label stands, or anywhere."""
    words = HOSTILE[int(rng.integers(len(HOSTILE)))]
    label = data.find(b'{"Label"')
    at = label if label > 0 and rng.random() < 0.7 else _place(data, rng)
    return data[:at] + (words if rng.random() < 0.5 else words[: len(data) - at]) + data[at:]


def _renamed(data: bytes, rng: np.random.Generator, _: dict[str, bytes]) -> bytes:
    names = (b"moov", b"trak", b"mdat", b"stsd", b"ftyp", b"IHDR", b"IDAT", b"fcTL", b"fmt ", b"data", b"jumb", b"uuid")
    held = [name for name in names if name in data]
    if not held:
        return data[::-1]
    name, other = held[int(rng.integers(len(held)))], names[int(rng.integers(len(names)))]
    return data.replace(name, other, int(rng.integers(1, 3)))


def outcome(number: int, seeds: dict[str, bytes], made: dict[str, bytes], folder: Path) -> str:
    """What readers say of a case: "read", "refused", or the fault. Units: one word, or a traceback."""
    name, data, beside = make_case(number, seeds, made)
    path = folder / name
    path.write_bytes(data)
    apart = path.with_suffix(".c2pa")
    apart.write_bytes(beside) if beside is not None else apart.unlink(missing_ok=True)
    readers = (_verified, probe, read_clip, read_sound, read_picture)
    said = [_asked(reader, path) for reader in readers]
    path.unlink()
    return next((answer for answer in said if answer not in ("read", "refused")), said[0])


def _verified(path: Path) -> object:
    return verify(path, Readers(Blind(), Blind())).as_json()  # pyright: ignore[reportArgumentType]


def _asked(reader: Callable[[Path], object], path: Path) -> str:
    try:
        reader(path)
    except ZoetropeError as error:
        return "refused" if "\n" not in str(error) else f"several lines: {error}"
    except BaseException:  # every other one is what is looked for
        return f"{reader.__name__}: {traceback.format_exc()}"
    return "read"


def _child(first: int, last: int) -> None:
    """Say of each case that it begins, then its outcome and the peak of memory in bytes, a line of JSON each."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        seeds = make_seeds(folder)
        made = bombs(seeds)
        for number in range(first, last):
            print(json.dumps({"case": number}), flush=True)
            with contextlib.suppress(OSError):
                Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
            begun = time.process_time()
            said = outcome(number, seeds, made, folder)
            spent = time.process_time() - begun
            print(json.dumps({"case": number, "said": said, "peak": _peak(), "seconds": spent}), flush=True)


def _peak() -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) << 10 for line in lines if line.startswith("VmHWM"))


@dataclass
class Tally:
    """What came of all cases so far."""

    seen: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    highest: int = 0
    longest: float = 0.0

    def take(self, case: int, said: str, peak: int, seconds: float) -> None:
        """Count one case."""
        self.highest, self.longest = max(self.highest, peak), max(self.longest, seconds)
        self.seen[said if said in GOOD else "fault"] += 1
        if said not in GOOD:
            self.faults.append(f"case {case}: {said}")
        if peak > MOST_MEMORY:
            self.faults.append(f"case {case}: {peak >> 20} MB")
        if seconds > MOST_SECONDS:
            self.faults.append(f"case {case}: {seconds:.1f} s")


def _run(first: int, last: int) -> Tally:
    """All cases, in as many children as it takes."""
    tally, at = Tally(), first
    while at < last:
        at = _run_child(at, last, tally)
    return tally


def _run_child(first: int, last: int, tally: Tally) -> int:
    """Run cases until all are done or one ends the child; the number of the next case."""
    line = [sys.executable, __file__, "--child", "--first", str(first), "--cases", str(last - first)]
    with subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as child:
        lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=_pass_on, args=(child, lines), daemon=True).start()
        at = first
        while at < last and (text := _next(lines, _PATIENCE)):
            said = json.loads(text)
            if "said" in said:
                tally.take(at, said["said"], said["peak"], said["seconds"])
                at += 1
        child.kill()
    if at == last:
        return last
    tally.take(at, "the reader crashed or hung", 0, 0.0)
    return at + 1


def _pass_on(child: subprocess.Popen[str], lines: queue.Queue[str]) -> None:
    assert child.stdout is not None
    for text in child.stdout:
        lines.put(text.rstrip("\n"))
    lines.put("")


def _next(lines: queue.Queue[str], seconds: float) -> str | None:
    """The child's next line; None when it ended or takes too long."""
    try:
        return lines.get(timeout=seconds) or None
    except queue.Empty:
        return None


def main() -> None:
    """Throw what was asked for, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=4000)
    parser.add_argument("--first", type=int, default=0, help="number of the first case; the lowest are the bombs")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    os.environ.setdefault("SVT_LOG", "1")
    if given.child:
        return _child(given.first, given.first + given.cases)
    tally = _run(given.first, given.first + given.cases)
    print(f"{given.cases} cases, numbers {given.first} and on: {dict(tally.seen)}")
    print(f"peak {tally.highest >> 20} MB, limit {MOST_MEMORY >> 20}; longest case {tally.longest:.1f} s")
    print("\n".join(tally.faults[:20]) or "no crash, no fault, no case over the limits")
    return None


if __name__ == "__main__":
    main()
