"""Training data in rounds: other processes make the next rounds while the trainer walks through one.

A round depends on its number alone, so a resumed run sees exactly what an undisturbed one would have seen. Knows
nothing of what a round holds.
"""

from __future__ import annotations

import multiprocessing
import time
from collections import deque
from collections.abc import Callable, Iterator
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np
import torch

from zoetrope.training.run import write_atomically

Round = dict[str, Any]
Lesson = TypeVar("Lesson")
POLL = 0.05  # seconds between two looks for a round


class Rounds:
    """Rounds on disk, made ahead; use as a context manager.

    make must be picklable and pure: make(number) -> dict of tensors and plain values. Every worker makes each
    `workers`-th round, so at most that many wait.
    """

    def __init__(self, folder: Path, make: Callable[[int], Round], workers: int = 1) -> None:
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.make = make
        self.workers = workers
        context = multiprocessing.get_context("spawn")
        self.wanted = context.Value("q", 0)
        self.context = context
        self.processes: list[BaseProcess] = []

    def __enter__(self) -> Rounds:
        return self

    def __exit__(self, *_: object) -> None:
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            process.join()

    def _start(self, first: int) -> None:
        for worker in range(self.workers):
            process = self.context.Process(
                target=_make_rounds,
                args=(self.folder, self.make, self.wanted, first + worker, self.workers),
                daemon=True,
            )
            process.start()
            self.processes.append(process)

    def get(self, number: int) -> Round:
        """Round `number`, as soon as it is made; rounds before it are deleted."""
        self.wanted.value = number
        path = round_path(self.folder, number)
        for old in self.folder.glob("*.pt"):
            if old < path:
                old.unlink()
        if not self.processes:
            self._start(number)
        while not path.exists():
            for process in self.processes:
                if not process.is_alive():
                    raise RuntimeError(f"a process that makes training data died (exit code {process.exitcode})")
            time.sleep(POLL)
        return torch.load(path, weights_only=True)


def kept(folder: Path, count: int, make: Callable[[int], Round]) -> Iterator[Round]:
    """Rounds that are all needed from the first step on: each is made once, and read where it was made before."""
    for number in range(count):
        path = round_path(folder, number)
        if not path.exists():
            made = make(number)
            write_atomically(path, lambda temporary, made=made: torch.save(made, temporary))
        yield torch.load(path, weights_only=True)


class Pool(Generic[Lesson]):
    """The newest of a row of lessons, each pure in its number: a resumed run makes again what it still held."""

    def __init__(self, make: Callable[[int], Lesson], most: int) -> None:
        self.make, self.made = make, 0
        self.held: deque[Lesson] = deque(maxlen=most)

    def first(self, count: int) -> deque[Lesson]:
        """What is left of the first so many lessons; count grows from call to call."""
        for number in range(max(self.made, count - (self.held.maxlen or 0)), count):
            self.held.append(self.make(number))
        self.made = count
        return self.held


def reused(count: int, batch: int, times: int, rng: np.random.Generator) -> Iterator[np.ndarray]:
    """Numbers of what a round holds, batch by batch: all of it so many times, mixed anew each time."""
    for _ in range(times):
        mixed = rng.permutation(count)
        yield from (mixed[at : at + batch] for at in range(0, count, batch))


def round_path(folder: Path, number: int) -> Path:
    return folder / f"{number:07d}.pt"


def _make_rounds(folder: Path, make: Callable[[int], Round], wanted: Any, number: int, step: int) -> None:
    torch.set_num_threads(1)
    while True:
        if number > wanted.value + step:
            time.sleep(POLL)
            continue
        path = round_path(folder, number)
        if not path.exists():
            made = make(number)
            write_atomically(path, lambda temporary, made=made: torch.save(made, temporary))
        number += step
