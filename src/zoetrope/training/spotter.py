"""Train the spotter: fresh drawings, each with the truth of every thing and of the stage.

No picture is seen twice, so the shares of right answers in the log are those on pictures never seen. Knows no motion.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from zoetrope.engine.families.pocket.spotter import STRIDE, TRAITS, Answers, Field, Spotter, SpotterConfig, squares
from zoetrope.training.rounds import Round
from zoetrope.training.run import cosine
from zoetrope.training.spotter_lessons import FACTS, FORMATS, Lessons, MakeLessons
from zoetrope.training.trainer import RoundTrainer

JITTER, SIZE_JITTER = 0.1, 0.1  # how far the eye's square is off, in radii and as a share: more than the finder is
WEIGH = {"there": 1.0, "way": 0.3, "turn": 0.5, "stretch": 2.0, "mouth": 1.0, "badge": 0.5, "pattern": 0.3, "inks": 1.0}


@dataclass(frozen=True)
class SpotterRecipe:
    """Everything that decides a run."""

    config: SpotterConfig = field(default_factory=SpotterConfig)
    lessons: Lessons = field(default_factory=Lessons)
    seed: int = 1
    steps: int = 4800
    batch: int = 24
    warmup: int = 150
    rate: float = 2e-3
    weight_decay: float = 0.01
    decay: float = 0.998
    save_every: int = 100


def fact(things: Tensor, name: str) -> Tensor:
    return things[..., FACTS.index(name)]


def heat_of(things: Tensor, shape: torch.Size) -> Tensor:
    """A bump of height 1 at every thing, as wide as the thing.

    Shapes: things (b, n, facts); (b, h, w) out for a map of that shape.
    """
    x, y = (torch.floor(fact(things, name) / STRIDE)[..., None] for name in ("x", "y"))
    width = (0.3 * fact(things, "radius") / STRIDE).clamp(0.7, 2.0)[..., None]
    across = torch.exp(-(((torch.arange(shape[2]) - x) / width) ** 2) / 2)
    down = torch.exp(-(((torch.arange(shape[1]) - y) / width) ** 2) / 2) * fact(things, "there")[..., None]
    return (down[..., :, None] * across[..., None, :]).amax(1)


def heat_loss(heat: Tensor, goal: Tensor) -> Tensor:
    """Penalty-reduced focal loss of a heat map, per thing. Source: Law and Deng 2018 (CornerNet), eq. 1."""
    chance = heat.sigmoid().clamp(1e-4, 1 - 1e-4)
    top = goal > 0.999
    hit = ((1 - chance) ** 2 * chance.log() * top).sum()
    miss = ((1 - goal) ** 4 * chance**2 * (1 - chance).log() * ~top).sum()
    return -(hit + miss) / top.sum().clamp(min=1)


def field_loss(seen: Field, things: Tensor, goal: Tensor) -> Tensor:
    """What the finder says of places, against the truth."""
    which, index = torch.nonzero(fact(things, "there") > 0, as_tuple=True)
    there = things[which, index]
    spot = torch.stack([fact(there, "x"), fact(there, "y")], dim=1) / STRIDE
    column, row = spot.long().unbind(1)
    shift = seen.shift[which, :, row, column] - spot.frac()
    size = seen.radius[which, row, column] - fact(there, "radius").log()
    return heat_loss(seen.heat, goal) + shift.abs().mean() + 2 * size.abs().mean()


def spots_of(seen: Field, things: Tensor, goal: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Where the eye looks: near every thing, and where the finder is most wrongly sure in each picture.

    Shapes: which (n,) ascending, spots (n, 3) and truth (n, facts) out; truth is zeros where there is nothing.
    """
    which, index = torch.nonzero(fact(things, "there") > 0, as_tuple=True)
    truth = things[which, index]
    radius = fact(truth, "radius")
    near = torch.stack([fact(truth, "x"), fact(truth, "y")], dim=1) + JITTER * radius[:, None] * torch.randn(
        len(which), 2
    )
    good = torch.cat([near, (radius * (1 + SIZE_JITTER * torch.randn(len(which))).clamp(0.7, 1.4))[:, None]], dim=1)
    wrong = (seen.heat.detach().sigmoid() + 1e-3 * torch.rand_like(goal)) * (goal < 0.1)
    best = wrong.flatten(1).argmax(1)
    columns = goal.shape[2]
    size = seen.radius.detach().flatten(1).gather(1, best[:, None])[:, 0].exp().clamp(6, 60)
    place = torch.stack([best % columns, best // columns], dim=1) * STRIDE + STRIDE / 2
    bad = torch.cat([place, size[:, None]], dim=1)
    which = torch.cat([which, torch.arange(len(things))])
    sorting = which.argsort(stable=True)
    truth = torch.cat([truth, torch.zeros(len(bad), truth.shape[1])])
    return which[sorting], torch.cat([good, bad])[sorting], truth[sorting]


def answer_losses(said: Answers, spots: Tensor, truth: Tensor) -> dict[str, Tensor]:
    """What the eye says of things, against the truth."""
    there = fact(truth, "there") > 0
    losses = {"there": F.binary_cross_entropy_with_logits(said.measure("there"), fact(truth, "there"))}
    real, told = truth[there], {name: said.measure(name)[there] for name in ("x", "y", "radius", "stretch", "mouth")}
    for axis, logits in said.traits.items():
        losses[axis] = F.cross_entropy(logits[there], fact(real, axis).long())
    size = spots[there, 2]
    for place, name in enumerate(("x", "y")):
        losses[name] = 2 * ((fact(real, name) - spots[there, place]) / size - told[name]).abs().mean()
    losses["radius"] = 2 * ((fact(real, "radius") / size).log() - told["radius"]).abs().mean()
    losses["stretch"] = (fact(real, "stretch") - told["stretch"]).abs().mean()
    robots = (fact(real, "object") == TRAITS["object"].index("robot")).float()
    losses["mouth"] = ((fact(real, "mouth") - told["mouth"]).abs() * robots).sum() / robots.sum().clamp(min=1)
    turn = [(fact(real, name) - said.measure(name)[there]) ** 2 for name in ("cosine", "sine")]
    losses["turn"] = turn[0].mean() + turn[1].mean()
    way = fact(real, "way")
    losses["way"] = (F.softplus(-way * said.measure("way")[there]) * way.abs()).mean()
    badge = fact(real, "badge")
    losses["badge"] = F.binary_cross_entropy_with_logits(said.measure("badge")[there], badge)
    pattern = F.cross_entropy(said.pattern[there], fact(real, "pattern").long(), reduction="none")
    losses["pattern"] = (pattern * badge).sum() / badge.sum().clamp(min=1)
    inks = (said.inks[there] - real[:, len(FACTS) :]).abs().mean(1)
    losses["inks"] = (inks * badge).sum() / badge.sum().clamp(min=1)
    return losses


def right_shares(said: Answers, seen: Field, truth: Tensor, signs: Tensor) -> dict[str, float]:
    """The shares of right answers of a batch."""
    there = fact(truth, "there") > 0
    shares = {axis: (x[there].argmax(1) == fact(truth[there], axis)).float() for axis, x in said.traits.items()}
    shares |= {axis: (x.argmax(1) == signs[:, n]).float() for n, (axis, x) in enumerate(seen.signs.items())}
    shares["there"] = ((said.measure("there") > 0) == there).float()
    return {axis: share.mean().item() for axis, share in shares.items()}


class SpotterTrainer(RoundTrainer[SpotterRecipe, Spotter]):
    file = "spotter.safetensors"

    def __init__(self, recipe: SpotterRecipe) -> None:
        torch.manual_seed(recipe.seed)
        spotter: Spotter = Spotter(recipe.config).to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]
        optimiser = torch.optim.AdamW(
            spotter.parameters(), lr=recipe.rate, betas=(0.9, 0.99), weight_decay=recipe.weight_decay, fused=True
        )
        super().__init__(recipe, spotter, optimiser, make=MakeLessons(recipe.lessons))

    def order(self, number: int) -> list[tuple[str, Tensor]]:
        """A format and numbers of lessons each."""
        recipe, batches = self.recipe, []
        rng = np.random.default_rng([recipe.seed, 43, number])
        for width, height, share in FORMATS:
            count = round(share * recipe.lessons.scenes) * recipe.lessons.pairs
            mixed = torch.from_numpy(rng.permutation(count))
            batches += [(f"{width}x{height}", part) for part in mixed.split(recipe.batch) if len(part) == recipe.batch]
        return [batches[place] for place in rng.permutation(len(batches))]

    def learn(self, made: Round, batch: tuple[str, Tensor]) -> dict[str, float]:
        recipe, which = self.recipe, batch[1]
        torch.manual_seed(recipe.seed + self.step)
        told: dict[str, Tensor] = made[batch[0]]
        looks = told["looks"][which].permute(0, 1, 4, 2, 3).flatten(1, 2).float().div_(127.5).sub_(1)
        looks, things = looks.contiguous(memory_format=torch.channels_last), told["things"][which]
        signs = told["signs"][which]
        with torch.autocast("cpu", torch.bfloat16):
            seen = self.network.finder(looks)
        goal = heat_of(things, seen.heat.shape)
        number, spots, truth = spots_of(seen, things, goal)
        cut = squares(looks[:, :3], number, spots).contiguous(memory_format=torch.channels_last)
        with torch.autocast("cpu", torch.bfloat16):
            said = self.network.eye(cut)
        places = field_loss(seen, things, goal)
        stage = torch.stack([F.cross_entropy(x, signs[:, n]) for n, x in enumerate(seen.signs.values())]).sum()
        losses = answer_losses(said, spots, truth)
        eye = torch.stack([WEIGH.get(name, 1.0) * each for name, each in losses.items()]).sum()
        (places + stage + eye).backward()
        norm = self.take_step(cosine(self.step, recipe.steps, warmup=recipe.warmup, floor=0.01), clip=10.0)
        numbers = {"places": places.item(), "stage": stage.item(), "eye": eye.item(), "norm": norm}
        return numbers | right_shares(said, seen, truth, signs)
