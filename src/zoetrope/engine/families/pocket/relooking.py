"""A second look at a thing that was found: the eye sees it in squares of more sizes and places, and each has a say.

Of a thing like its background the finder sees the badge alone, and the eye then takes a part of it for all of another.
Knows the spotter; knows no plan.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from zoetrope.engine.families.pocket.plan import AXES
from zoetrope.engine.families.pocket.spotter import Spotter, squares

# Squares' sizes and moves, by the radius that was found; a badge that was taken for its thing is half as large.
SIZES, MOVES = (0.85, 1.0, 1.2, 1.44, 1.73), (-0.3, 0.0, 0.3)
OFF_PLACE, OFF_SIZE = 2.0, 3.0  # how much less a square says whose thing lies beside its middle, or does not fill it
NEXT = 0.6  # of the likeliest look, from which another one is tried
MOST = 3  # looks that are tried


@dataclass(frozen=True, eq=False)
class Glimpses:
    """What the eye says of a thing in squares (n,), and how much each says.

    Shapes: chances by axis (n, values); place (n, 2) and radius (n,) in pixels; turn (n, 2); badge and weight
    (n,).
    """

    chances: dict[str, Tensor]
    place: Tensor
    radius: Tensor
    turn: Tensor
    badge: Tensor
    weight: Tensor

    @property
    def by_look(self) -> Tensor:
        """How much the square that says most says for each kind in each colour: (n, kinds, colours)."""
        kinds, colours = self.chances["object"], self.chances["colour"]
        return kinds[:, :, None] * colours[:, None] * self.weight[:, None, None]

    def best(self, kind: str, colour: str) -> int:
        """The square that says most for a look."""
        return int(self.by_look[:, AXES["object"].index(kind), AXES["colour"].index(colour)].argmax())


@torch.inference_mode()
def look_again(spotter: Spotter, picture: Tensor, place: Tensor, radius: float) -> Glimpses:
    """Look at a thing of a picture uint8 (h, w, 3) that was found at a place (2,), with a radius in pixels."""
    weight = next(spotter.parameters())
    seen = picture.permute(2, 0, 1)[None].to(weight.device).float() / 127.5 - 1
    steps = torch.cartesian_prod(torch.tensor(SIZES), torch.tensor(MOVES), torch.tensor(MOVES))
    spots = torch.cat([place + radius * steps[:, 1:], radius * steps[:, :1]], dim=1)
    said = spotter.eye(squares(seen, torch.zeros(len(spots), dtype=torch.long), spots).to(weight.dtype))
    off = torch.stack([said.measure("x"), said.measure("y")], dim=1)
    grown = said.measure("radius").clamp(-0.5, 0.5)
    sure = said.measure("there").sigmoid().square()
    return Glimpses(
        {axis: logits.softmax(-1) for axis, logits in said.traits.items()},
        spots[:, :2] + spots[:, 2:] * off,
        spots[:, 2] * grown.exp(),
        torch.stack([said.measure("cosine"), said.measure("sine")], dim=1),
        said.measure("badge").sigmoid(),
        sure * (-OFF_PLACE * off.norm(dim=1) - OFF_SIZE * grown.abs()).exp(),
    )


def likely_looks(glimpses: list[Glimpses]) -> list[tuple[str, str, float]]:
    """Kinds and colours that one thing may have by glimpses of it in some pictures, the likeliest, 1, first."""
    every = torch.stack([each.by_look.amax(0) for each in glimpses]).mean(0)
    chances, order = (every / every.max()).flatten().sort(descending=True)
    some = [number for number in range(MOST) if float(chances[number]) > NEXT]
    colours = len(AXES["colour"])
    return [
        (AXES["object"][int(order[each]) // colours], AXES["colour"][int(order[each]) % colours], float(chances[each]))
        for each in some
    ]
