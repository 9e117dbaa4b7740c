"""Who is who in given pictures: findings linked through them, and which of those seen a prompt speaks of.

Knows the spotter by what it finds; knows no plan and no noise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from zoetrope.engine.families.pocket.plan import AXES, BADGE, METRE, PATCH, RADII, SLOTS
from zoetrope.engine.families.pocket.spotter import FOLDS, Findings

Run = tuple[int, int]
"""Where a stretch of pictures that follow each other begins and ends: their places among those given."""

SURE = 0.4  # score of a finding that is taken for a thing
HIDES = 1.7  # radii around a thing within which the stage is not seen: a fish's tail reaches 1.65, a lantern has a glow
CUT = 1.5  # how much farther it hides it where the edge of the picture cuts it: its middle and size are misjudged there
FAR = 3.0  # radii that a thing may go between two pictures that follow each other
TWICE = 1.3  # radii of the larger one within which two findings of one kind are one thing: two that touch are farther
OFTEN = 0.3  # of the pictures in which a thing must be seen
UNTOLD = 0.6  # score of a second thing of which no word is said: trees and doors taken for things reach 0.54
MAYBE = 0.05  # chance of being what a prompt names from which a thing may be it
CERTAIN = 0.75  # score of one that is seen in a single picture beside the thing that is told of
FITTED = 4  # pictures of a stretch in which a thing is seen wholly, at least, for its size there to be told
MISJUDGED = 0.12  # logarithm of a size up to which the spotter errs
DYED = 0.6  # how much less two things of different stretches may be one where their colours differ


@dataclass(frozen=True, eq=False)
class Looks:
    """What something looks like: chances by axis, its badge (BADGE,), its radius in pixels, how sure it is seen."""

    chances: dict[str, Tensor]
    badge: Tensor
    radius: float
    score: float

    def value(self, axis: str) -> str:
        return AXES[axis][int(self.chances[axis].argmax())]

    def made_of(self, material: str) -> Looks:
        """The same of a material."""
        sure = torch.tensor([float(each == material) for each in AXES["material"]])
        return replace(self, chances={**self.chances, "material": sure})


@dataclass(frozen=True, eq=False)
class Seen:
    """One thing through some pictures: their places among those given, where it is (n, 2), how turned (n, 2), how
    large (n,) and how surely looking right (n,) it is in each, its looks, and the chance that it wears a badge, as the
    spotter says.
    """

    pictures: list[int]
    places: Tensor
    looks: Looks
    turns: Tensor
    radii: Tensor
    right: Tensor
    badged: float

    def whole(self, size: tuple[int, int]) -> Tensor:
        """In which of its pictures, as wide and high as `size`, all of it is seen: bool (n,)."""
        edges = torch.tensor(size)
        return ((self.places > self.radii[:, None]) & (self.places < edges - self.radii[:, None])).all(1)


def hidden_by(found: Findings, made: np.ndarray, kinds: Tensor | None = None) -> Tensor:
    """Where things found, or what is made anew, hide the stage: bool (k, h, w).

    Where it is known which kinds of things there are, bool (kinds,), others must be surer to count.
    """
    hidden = torch.from_numpy(made.copy())
    high, wide = made.shape[1:]
    y, x = torch.meshgrid(torch.arange(high) + 0.5, torch.arange(wide) + 0.5, indexing="ij")
    doubted = torch.zeros_like(found.score) if kinds is None else (~kinds[found.chances["object"].argmax(1)]).float()
    for number in (found.score > SURE + doubted * (UNTOLD - SURE)).nonzero()[:, 0].tolist():
        place, radius = found.place[number], HIDES * found.radius[number] + 2
        if ((place < radius / HIDES) | (place > torch.tensor([wide, high]) - radius / HIDES)).any():
            radius = CUT * radius
        hidden[int(found.picture[number])] |= (x - place[0]).hypot(y - place[1]) < radius
    return hidden


def tracks_of(found: Findings, made: np.ndarray, runs: Sequence[Run]) -> list[Seen]:
    """Sure findings linked through the pictures, the surest first; between stretches things are told by their looks.

    Shapes: made bool (k, h, w), where pictures are made anew and nothing counts.
    """
    kept, chains = _outside(found, made), []
    for first, last in runs:
        inside = [number for number in kept if first <= int(found.picture[number]) <= last]
        linked = _linked(found, inside)
        chains = _joined(found, chains, [chain for chain in linked if len(chain) >= OFTEN * (last + 1 - first)])
    long = [chain for chain in chains if len(chain) >= OFTEN * len(made) or len(runs) < len(made)]
    long.sort(key=lambda chain: -float(found.score[chain].sum()))
    return [_seen(found, chain) for chain in long]


def _linked(found: Findings, numbers: Sequence[int]) -> list[list[int]]:
    """Findings of one stretch, in their order, as chains of one thing each."""
    chains: list[list[int]] = []
    for number in numbers:
        best = min(chains, key=lambda chain: _gap(found, chain[-1], number), default=None)
        if best is not None and _gap(found, best[-1], number) < 1:
            best.append(number)
        else:
            chains.append([number])
    return chains


def _joined(found: Findings, chains: list[list[int]], more: list[list[int]]) -> list[list[int]]:
    """Chains with those of a later stretch: who looks alike is one, those most alike first."""
    pairs = {(i, j): _unlike(found, one, other) for i, one in enumerate(chains) for j, other in enumerate(more)}
    goes_on: dict[int, int] = {}
    for i, j in sorted(pairs, key=lambda pair: pairs[pair]):
        if pairs[i, j] < 1 and i not in goes_on and j not in goes_on.values():
            goes_on[i] = j
    joined = [chain + (more[goes_on[i]] if i in goes_on else []) for i, chain in enumerate(chains)]
    return joined + [chain for j, chain in enumerate(more) if j not in goes_on.values()]


def _unlike(found: Findings, one: list[int], other: list[int]) -> float:
    """How little two chains may be one thing by their looks: 1 or more where they cannot."""
    looks = [looks_of(found, torch.tensor(chain)).chances for chain in (one, other)]
    same, dyed = (float((looks[0][axis] * looks[1][axis]).sum().sqrt()) for axis in ("object", "colour"))
    return 1.5 - same + DYED * (1 - dyed)


def sizes_of(tracks: Sequence[Seen], runs: Sequence[Run], size: tuple[int, int]) -> Tensor:
    """How large, in pixels, one thing is where each stretch begins and ends, (runs, 2); nan where it is not all seen.

    It is the one that is wholly seen in most stretches. Units: size is the width and height of the pictures.
    """
    each = [torch.stack([_grown(seen, run, size) for run in runs]) for seen in tracks]
    return max(each, key=lambda sizes: int(sizes.isfinite().sum()), default=torch.full((len(runs), 2), torch.nan))


def nearness(tracks: Sequence[Seen], camera: Tensor, grid: tuple[int, int]) -> float:
    """How much nearer, as a logarithm, the camera (k, 4) is than was thought: by what the surest thing measures.

    Things have one of two sizes; what seems larger or smaller than both is as near as that says.
    """
    if not tracks:
        return 0.0
    which = torch.tensor(tracks[0].pictures)
    metres = tracks[0].radii / (METRE * grid[0] * PATCH * camera[which, 2].exp())
    off = (metres.median() / torch.tensor(RADII)).log()
    nearest = float(off[off.abs().argmin()])
    return nearest if abs(nearest) > MISJUDGED else 0.0


def _grown(seen: Seen, run: Run, size: tuple[int, int]) -> Tensor:
    """A thing's radius where a stretch begins and ends, (2,), along the line that its logarithms follow."""
    which, radii = torch.tensor(seen.pictures), seen.radii
    some = (which >= run[0]) & (which <= run[1]) & seen.whole(size)
    if int(some.sum()) < min(FITTED, run[1] + 1 - run[0]):
        return torch.full((2,), torch.nan)
    line = np.polyfit(which[some].numpy(), radii[some].log().double().numpy(), int(some.sum() > 1))
    return torch.from_numpy(np.exp(np.polyval(line, run))).float()


def cast_of(tracks: list[Seen], said: dict[str, str]) -> list[Seen | None]:
    """Who of those seen is the first and the second thing of the prompt, None where nobody is.

    What is seen for sure and is not the one thing that a prompt names, is there beside it, if there is room.
    """
    left, chosen = list(tracks), []
    crowded = sum(seen.looks.score > UNTOLD for seen in tracks) >= SLOTS
    for asked in ("", "second_"):
        wanted = {axis: said[f"{asked}{axis}"] for axis in ("object", "colour") if f"{asked}{axis}" in said}
        fits = left
        if "object" in wanted:
            fits = [seen for seen in left if _likeness(seen, {"object": wanted["object"]}) > MAYBE]
            fits = left if crowded and not fits else fits
        elif asked and not wanted:
            bars = {id(seen): UNTOLD if chosen[0] is None or len(seen.pictures) > 1 else CERTAIN for seen in left}
            fits = [seen for seen in left if seen.looks.score > bars[id(seen)]]
        best = max(fits, key=lambda seen: _likeness(seen, wanted) + 0.2 * seen.looks.score, default=None)
        left = [seen for seen in left if seen is not best]
        chosen.append(best)
    return chosen


def crowded_out(tracks: Sequence[Seen], said: Mapping[str, str]) -> list[str]:
    """Which kinds that a prompt names are none of those seen, where these leave no room for another."""
    if sum(seen.looks.score > UNTOLD for seen in tracks) < SLOTS:
        return []
    asked = dict.fromkeys(said[axis] for axis in ("object", "second_object") if axis in said)
    return [kind for kind in asked if all(_likeness(seen, {"object": kind}) <= MAYBE for seen in tracks)]


def looks_of(found: Findings, which: Tensor) -> Looks:
    """Looks over some findings of one thing, whose badge is still to be read."""
    weight = found.score[which] / found.score[which].sum()
    chances = {axis: (found.chances[axis][which] * weight[:, None]).sum(0) for axis in found.chances}
    radius = float((found.radius[which] * weight).sum())
    return Looks(chances, torch.zeros(BADGE), radius, float(found.score[which].mean()))


def radians(turn: Tensor, kind: str) -> float:
    """A finding's turn (2,) as an angle, the smallest of those that look the same."""
    return float(torch.atan2(turn[1], turn[0])) / FOLDS.get(kind, 1)


def _outside(found: Findings, made: np.ndarray) -> list[int]:
    """The sure findings that do not lie where the picture is made anew, each thing of a picture once."""
    high, wide = made.shape[1:]
    kept: list[int] = []
    for number in sorted((found.score > SURE).nonzero()[:, 0].tolist(), key=lambda each: -float(found.score[each])):
        x, y = found.place[number].long().tolist()
        at = int(found.picture[number]), min(max(y, 0), high - 1), min(max(x, 0), wide - 1)
        if not made[at] and not any(_twice(found, number, each) for each in kept):
            kept.append(number)
    return sorted(kept, key=lambda each: int(found.picture[each]))


def _twice(found: Findings, one: int, other: int) -> bool:
    """Whether two findings are one thing, found twice in one picture."""
    kinds = found.chances["object"][[one, other]].argmax(1)
    near = TWICE * float(found.radius[[one, other]].max())
    apart = float((found.place[one] - found.place[other]).norm())
    return bool(found.picture[one] == found.picture[other] and kinds[0] == kinds[1]) and apart < near


def _gap(found: Findings, one: int, other: int) -> float:
    """How little two findings of one stretch may be one thing: 1 or more where they cannot."""
    apart = int(found.picture[other] - found.picture[one])
    if apart <= 0:
        return 9.0
    same = float((found.chances["object"][one] * found.chances["object"][other]).sum().sqrt())
    reach = FAR * float(torch.maximum(found.radius[one], found.radius[other])) * min(apart, 6)
    return float((found.place[one] - found.place[other]).norm()) / reach + 0.5 * (1 - same)


def _seen(found: Findings, chain: list[int]) -> Seen:
    looks = looks_of(found, torch.tensor(chain))
    numbers, badged = [int(each) for each in found.picture[chain]], float(found.badge[chain].mean())
    return Seen(numbers, found.place[chain], looks, found.turn[chain], found.radius[chain], found.way[chain], badged)


def _likeness(seen: Seen, wanted: dict[str, str]) -> float:
    return sum(float(seen.looks.chances[axis][AXES[axis].index(value)]) for axis, value in wanted.items())
