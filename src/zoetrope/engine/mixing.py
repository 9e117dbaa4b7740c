"""Guiders of published networks: several pushes at once, each with its own strength for picture and sound.

As `guidance`, these are functions of named branches, and know neither the network nor what a branch sees. Names:
"positive" follows the prompt, "negative" the negative prompt, "perturbed" skips self-attention in some blocks,
"isolated" sees picture and sound apart.
"""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from zoetrope.engine.canvas import Canvas, Tokens
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
