"""Guiders of published networks: several pushes at once, each with its own strength for picture and sound.

As `guidance`, these are functions of named branches, and know neither the network nor what a branch sees. Names:
"positive" follows the prompt, "negative" the negative prompt, "perturbed" skips self-attention in some blocks,
"isolated" sees picture and sound apart.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from zoetrope.engine.canvas import Canvas, Tokens, combine
from zoetrope.engine.guidance import Branches, Guider


@dataclass(frozen=True)
class Push:
    """How far one stream is pushed away from each weaker branch.

    Units: prompt 1, perturbed 0 and isolated 1 are none; rescale 0..1 is how far the result takes back the spread of
    the positive estimate.
    """

    prompt: float = 1.0
    perturbed: float = 0.0
    isolated: float = 1.0
    rescale: float = 0.0

    @property
    def shares(self) -> dict[str, float]:
        """What each weaker branch counts for."""
        return {"negative": self.prompt - 1, "perturbed": self.perturbed, "isolated": self.isolated - 1}


def several(video: Push, sound: Push) -> Guider:
    """Push away from the negative, the perturbed and the isolated branch at once; branches of no share are not asked.

    Source: Ho & Salimans 2022; Hyung et al. 2024 (spatio-temporal skip guidance); Lightricks, LTX-2 (modality
    guidance); Lin et al. 2023, section 3.4 (rescale).
    """
    weaker = tuple(name for name in video.shares if video.shares[name] or sound.shares[name])

    def mix(branches: Branches, canvas: Canvas, sigma: float) -> Tokens:
        positive, *others = branches(canvas, sigma, ("positive", *weaker))
        if not others:
            return positive
        found = dict(zip(weaker, others, strict=True))
        return Tokens(
            _pushed(
                canvas.video.latent, positive.video, {name: each.video for name, each in found.items()}, video, sigma
            ),
            _pushed(
                canvas.sound.latent, positive.sound, {name: each.sound for name, each in found.items()}, sound, sigma
            ),
        )

    return mix


def zero_star(scale: float, interval: tuple[float, float] = (0.0, 1.0), zero_steps: int = 1) -> Guider:
    """Push away from the negative branch, made as long as it is worth; the first steps stand still.

    Units: the interval is in sigma, both ends inside; outside of it the negative branch is not asked.
    Source: Fan et al. 2025, CFG-Zero*.
    """
    levels: list[float] = []

    def mix(branches: Branches, canvas: Canvas, sigma: float) -> Tokens:
        if sigma not in levels and len(levels) <= zero_steps:
            levels.append(sigma)
        if sigma in levels[:zero_steps]:
            return combine(torch.zeros_like, canvas.tokens)
        if scale == 1 or not interval[0] <= sigma <= interval[1]:
            return branches(canvas, sigma, ("positive",))[0]
        return combine(pushed, *branches(canvas, sigma, ("positive", "negative")))

    def pushed(positive: Tensor, negative: Tensor) -> Tensor:
        negative = negative * ((positive * negative).sum() / (negative.square().sum() + 1e-8))
        return negative + scale * (positive - negative)

    return mix


def projected(
    scale: float,
    interval: tuple[float, float] = (0.0, 1.0),
    *,
    momentum: float | None = None,
    along: float = 1.0,
    longest: float = 0.0,
) -> Guider:
    """Push away from the negative branch, less along the positive one, which only makes colours burn.

    Units: `along` 1 is all of the push, 0 only what is square to the positive branch; `longest` is the most that the
    push may measure, 0 for no limit; momentum is what of earlier pushes is added, None for none.
    Source: Sadat et al. 2024, adaptive projected guidance.
    """
    earlier: list[Tokens] = []

    def mix(branches: Branches, canvas: Canvas, sigma: float) -> Tokens:
        if scale == 1 or not interval[0] <= sigma <= interval[1]:
            return branches(canvas, sigma, ("positive",))[0]
        positive, negative = branches(canvas, sigma, ("positive", "negative"))
        push = combine(torch.sub, positive, negative)
        if momentum is not None:
            push = combine(lambda now, before: now + momentum * before, push, earlier[0]) if earlier else push
            earlier[:] = [push]
        return combine(pushed, positive, negative, push)

    def pushed(positive: Tensor, negative: Tensor, push: Tensor) -> Tensor:
        if not push.numel():
            return push
        if longest > 0:
            push = push * (longest / push.norm()).clamp(max=1)
        way = positive.double() / positive.double().norm().clamp(min=1e-12)
        parallel = (push.double() * way).sum() * way
        return negative + scale * (push.double() - parallel + along * parallel).to(push)

    return mix


def _pushed(latent: Tensor, positive: Tensor, weaker: dict[str, Tensor], push: Push, sigma: float) -> Tensor:
    """Shapes: latent (n, c), positive and weaker velocities (n, c); the velocity (n, c) out."""
    estimate = latent - sigma * positive
    moved = estimate
    for name, share in push.shares.items():
        if share:
            moved = moved + share * (estimate - (latent - sigma * weaker[name]))
    if push.rescale and latent.numel() > 1:
        moved = moved * (push.rescale * estimate.std() / moved.std() + (1 - push.rescale))
    return (latent - moved) / sigma
