"""How every part is trained: steps, their numbers, an average, checkpoints, weights, and going on exactly.

A part says which network learns, at what rates, and what one step is; all else is here, once. Knows no pictures, no
sound and no losses.
"""

from __future__ import annotations

import copy
import shutil
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, Generic, Protocol, TypeVar

import torch
from torch import nn

from zoetrope.engine.numerics import Numerics
from zoetrope.engine.weights import load_strictly, save_weights
from zoetrope.training.rounds import Round, Rounds
from zoetrope.training.run import Ema, Run

DATA = "rounds"  # the folder, in that of a run, of what was made to learn from
Numbers = dict[str, Any]
Listener = Callable[[int, Numbers], None]


class AnyRecipe(Protocol):
    """What every recipe decides, beside what its own part needs; recipes are frozen dataclasses."""

    @property
    def config(self) -> Any: ...
    @property
    def steps(self) -> int: ...
    @property
    def decay(self) -> float: ...
    @property
    def save_every(self) -> int: ...


Recipe = TypeVar("Recipe", bound=AnyRecipe)
Network = TypeVar("Network", bound=nn.Module)


class Working(Generic[Network]):
    """A copy of a network in bfloat16 that computes, as it does when it generates; the optimiser keeps the masters."""

    def __init__(self, master: Network) -> None:
        self.master, self.network = master, copy.deepcopy(master).to(torch.bfloat16)

    def hand_over(self) -> None:
        """Give the gradients to the masters."""
        for master, worker in zip(self.master.parameters(), self.network.parameters(), strict=True):
            master.grad = None if worker.grad is None else worker.grad.float()
            worker.grad = None

    @torch.no_grad()
    def share(self) -> None:
        """Take what the masters hold."""
        for worker, master in zip(self.network.state_dict().values(), self.master.state_dict().values(), strict=True):
            worker.copy_(master)


class Trainer(ABC, Generic[Recipe, Network]):
    """The moving parts of a run: what learns, its average, its optimisers, and the step they are at.

    The rates that optimisers are made with are their highest.
    """

    file: ClassVar[str]  # the weights' name
    working: Working[Network] | None = None  # what computes in the network's place, where anything does

    def __init__(self, recipe: Recipe, network: Network, *optimisers: torch.optim.Optimizer) -> None:
        self.recipe, self.network, self.optimisers = recipe, network, optimisers
        self.step = 0
        self.average = Ema(network, recipe.decay)
        self.rates = [[group["lr"] for group in each.param_groups] for each in optimisers]

    @abstractmethod
    def advance(self) -> Numbers:
        """Make one step; returns its numbers, of which words are told and not logged."""

    def prepare(self, folder: Path) -> Iterator[Numbers]:
        """Make what all steps need, bit by bit, telling how far it is; what the folder holds is not made again."""
        del folder
        return iter(())

    def open(self, folder: Path) -> AbstractContextManager[object]:
        """What is held while steps are made."""
        del folder
        return nullcontext()

    def take_step(self, factor: float, *, clip: float = 1.0, momentum: float | None = None) -> float:
        """Step at so much of the highest rates, forget the gradients and average; returns their norm before clipping.

        momentum takes the place of AdamW's first beta.
        """
        if self.working is not None:
            self.working.hand_over()
        norm = nn.utils.clip_grad_norm_(self.network.parameters(), clip).item()
        for optimiser, rates in zip(self.optimisers, self.rates, strict=True):
            for group, rate in zip(optimiser.param_groups, rates, strict=True):
                group["lr"] = rate * factor
                if momentum is not None:
                    group["betas"] = (momentum, group["betas"][1])
            optimiser.step()
            optimiser.zero_grad(set_to_none=True)
        if self.working is not None:
            self.working.share()
        self.average.update(self.network)
        self.step += 1
        return norm

    def averaged(self) -> Network:
        """A network of its own with the averaged weights."""
        made = type(self.network)(self.recipe.config)
        self.average.copy_to(made)
        return made

    def state(self) -> dict[str, Any]:
        """What the next step depends on, beside the recipe: tensors and plain values."""
        return {
            "step": self.step,
            "network": self.network.state_dict(),
            "average": self.average.state_dict(),
            "optimisers": [optimiser.state_dict() for optimiser in self.optimisers],
        }

    def load(self, saved: dict[str, Any]) -> None:
        """Stand where a checkpoint stood."""
        self.step = saved["step"]
        self.network.load_state_dict(saved["network"])
        if self.working is not None:
            self.working.share()
        self.average.load_state_dict(saved["average"])
        for optimiser, state in zip(self.optimisers, saved["optimisers"], strict=True):
            optimiser.load_state_dict(state)

    def save(self, run: Run) -> None:
        """Write checkpoint, averaged weights and loss picture."""
        run.save(self.state())
        save_weights(self.averaged(), run.folder / self.file, self.recipe.config)
        run.plot()


class RoundTrainer(Trainer[Recipe, Network]):
    """A trainer that walks through rounds of data, which other processes make."""

    rounds: Rounds

    def __init__(
        self,
        recipe: Recipe,
        network: Network,
        *optimisers: torch.optim.Optimizer,
        make: Callable[[int], Round],
        workers: int = 1,
    ) -> None:
        super().__init__(recipe, network, *optimisers)
        self.make, self.workers = make, workers
        self.held: tuple[int, Round, Sequence[Any]] = (-1, {}, ())

    @abstractmethod
    def order(self, number: int) -> Sequence[Any]:
        """The batches of a round, in the order in which they are learned."""

    @abstractmethod
    def learn(self, made: Round, batch: Any) -> Numbers:
        """Make one step on a batch of a round."""

    def start(self, made: Round) -> None:
        """Measure on the first round, before the first step, what is measured and not learned."""

    @cached_property
    def round_steps(self) -> int:
        return len(self.order(0))

    def find_place(self, step: int) -> tuple[int, int]:
        """(round, batch within it) of a step."""
        return divmod(step, self.round_steps)

    def open(self, folder: Path) -> Rounds:
        self.rounds = Rounds(folder / DATA, self.make, self.workers)
        return self.rounds

    def advance(self) -> Numbers:
        number, place = self.find_place(self.step)
        begun = time.monotonic()
        if self.held[0] != number:
            self.held = (number, self.rounds.get(number), self.order(number))
        waited = time.monotonic() - begun
        _, made, order = self.held
        if self.step == 0:
            self.start(made)
        return self.learn(made, order[place]) | {"waited": waited}


def begin_with(network: Network, weights: str) -> Network:
    """A network with the weights of a file, ready to learn on; as it is where no file is named.

    Raises: WeightsError.
    """
    if not weights:
        return network
    return load_strictly(network, Path(weights), Numerics("cpu", torch.float32)).train().requires_grad_(True)


def train(
    trainer: Trainer[Any, Any],
    folder: Path,
    *,
    steps: int | None = None,
    minutes: float | None = None,
    resume: bool = True,
    on_step: Listener | None = None,
) -> Path:
    """Train to the recipe's last step, or stop earlier after `steps` or `minutes`; returns the weights' path.

    A later call goes on exactly there. Leaves the checkpoint, the averaged weights, the log and the loss picture.
    """
    run, began = Run(folder), time.monotonic()
    if not resume:
        shutil.rmtree(run.folder / DATA, ignore_errors=True)
    last = trainer.recipe.steps if steps is None else min(steps, trainer.recipe.steps)
    saved = run.load() if resume else None
    if saved is not None:
        trainer.load(saved)
    run.rewind(trainer.step)

    def over() -> bool:
        return minutes is not None and time.monotonic() - began >= 60 * minutes

    def tell(numbers: Numbers) -> None:
        if on_step is not None:
            on_step(trainer.step, numbers)

    for told in trainer.prepare(run.folder / DATA):
        tell(told)
        if over():
            return run.folder / trainer.file
    with trainer.open(run.folder):
        while trainer.step < last and not over():
            begun = time.monotonic()
            numbers = trainer.advance()
            numbers["seconds"] = time.monotonic() - begun
            run.log(trainer.step, **{name: value for name, value in numbers.items() if not isinstance(value, str)})
            tell(numbers)
            if trainer.step % trainer.recipe.save_every == 0 and trainer.step < last:
                trainer.save(run)
    trainer.save(run)
    return run.folder / trainer.file
