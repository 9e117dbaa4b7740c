"""How near the scenery painter comes to the stages that it learned from.

Fresh stages are drawn, and over the sketches of half of them others are painted. All go through the video codec, so
that nothing but the painting differs. A classifier that looks at textures and edges (random filters of two sizes, bent
and averaged over ninths of the picture; a straight line through these, found on four fifths) tells the two apart: half
of the answers right is as good as drawn, all right is as bad as can be. The drawn stages themselves, told apart by
halves, say what is to be had. It sees textures and no shapes: look at the sheet for these.

usage: python benchmarks/scenery.py [--stages 300] [--weights FILE] [--steps 6] [--sheet sheet.png]
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from zoetrope.engine.families.pocket.dressing import STEPS
from zoetrope.engine.families.pocket.facts import WEIGHTS
from zoetrope.engine.families.pocket.scenery import Scenery, SceneryConfig
from zoetrope.engine.numerics import Numerics
from zoetrope.engine.weights import load_strictly
from zoetrope.training.latents import picture_parts
from zoetrope.training.scenery import MakeStages, SceneryRecipe

GRID = (9, 16)
PLAIN = Numerics("cpu", torch.float32)
SHOWN = 12  # stages of a sheet
FOLDS, RIDGE = 5, 0.1
FILTERS, WIDTH = ((3, 1), (7, 2)), 64  # pixels of a side and between two places; how many
SEED = 40_001  # of the stages; no recipe's


def main() -> None:
    arguments = read_arguments()
    codec, _ = picture_parts(WEIGHTS)
    painter = load_strictly(Scenery(SceneryConfig()), arguments.weights, PLAIN)
    recipe = SceneryRecipe(str(WEIGHTS), seed=SEED, shapes=((256, 144, 2 * arguments.stages),))
    made = MakeStages(recipe)(0)
    whole, sketch, signs = (made[f"0.{name}"].float() for name in ("whole", "sketch", "signs"))
    half = arguments.stages
    painted = torch.stack(
        [painter.paint(sketch[at], signs[at], GRID, at, steps=arguments.steps) for at in range(half, 2 * half)]
    )
    pictures = [
        torch.cat([codec.decode(each.unflatten(0, (1, *GRID)).bfloat16()[None])[:, :, 0].float() for each in latents])
        for latents in (whole[:half], whole[half:], painted)
    ]
    drawn, others, made_up = (textures(each) for each in pictures)
    print("| what is told from drawn stages | right answers | n |\n| --- | --- | --- |")
    for name, seen in (("drawn ones", others), ("painted ones", made_up)):
        print(f"| {name} | {told_apart(drawn, seen):.1%} | {2 * half} |")
    if arguments.sheet is not None:
        pairs = torch.cat([pictures[1], pictures[2]], dim=3)[:SHOWN]
        sheet = ((torch.cat(list(pairs), dim=1) + 1) * 127.5).clamp(0, 255).byte()
        Image.fromarray(sheet.permute(1, 2, 0).numpy()).save(arguments.sheet)


def textures(pictures: Tensor) -> Tensor:
    """How strongly random filters answer in each ninth of every picture. Shapes: pictures (n, 3, h, w); out (n, d)."""
    chance = torch.Generator().manual_seed(SEED)
    found = []
    for side, stride in FILTERS:
        filters = torch.randn(WIDTH, 3, side, side, generator=chance)
        filters = F.normalize((filters - filters.mean((2, 3), keepdim=True)).flatten(1), dim=1).view_as(filters)
        bent = [F.conv2d(some, filters, stride=stride).abs().sqrt() for some in pictures.split(24)]
        found.append(torch.cat([F.adaptive_avg_pool2d(each, 3).flatten(1) for each in bent]))
    return torch.cat(found, dim=1)


def told_apart(one: Tensor, other: Tensor) -> float:
    """How often a straight line through features, found on the other four fifths, says which set one is of."""
    both = torch.cat([one, other]).double()
    both = F.normalize((both - both.mean(0)) / both.std(0), dim=1)
    kind = torch.cat([torch.ones(len(one)), -torch.ones(len(other))]).double()
    fold = torch.arange(len(both)) % FOLDS
    right = 0
    for number in range(FOLDS):
        known, held = both[fold != number], both[fold == number]
        weight = torch.linalg.solve(known @ known.T + RIDGE * torch.eye(len(known)), kind[fold != number])
        right += ((held @ known.T @ weight).sign() == kind[fold == number]).sum().item()
    return right / len(both)


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stages", type=int, default=300)
    parser.add_argument("--weights", type=Path, default=WEIGHTS / "scenery.safetensors")
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--sheet", type=Path, help="a picture of some, drawn beside painted")
    return parser.parse_args()


if __name__ == "__main__":
    main()
