"""One picture of an empty stage with what the scenery painter puts there: from nothing, out of what is seen, around it.

Knows no plans and no words.
"""

from __future__ import annotations

from dataclasses import dataclass

from einops import rearrange
from torch import Tensor

from zoetrope.engine.families.pocket.scenery import Scenery
from zoetrope.engine.families.pocket.video_codec import VideoCodec
from zoetrope.engine.noise import Seeds

STEPS = 6  # of the painter, which makes one picture


@dataclass(frozen=True, eq=False)
class Dresser:
    """The painter of latents, with pictures on both sides."""

    painter: Scenery
    codec: VideoCodec

    def dress(
        self,
        stage: Tensor,
        signs: Tensor,
        grid: tuple[int, int],
        seeds: Seeds,
        *,
        seen: Tensor | None = None,
        strength: float = 1.0,
        shown: Tensor | None = None,
        steps: int = STEPS,
    ) -> Tensor:
        """A dressed stage (3, h, w) out of its mean; what else is given is as in `Scenery.paint`.

        Shapes: stage and seen (3, h, w) in [-1, 1]; signs (SIGNS + MARKS,); shown bool (n,), tokens in row order.
        """
        told = None if seen is None else self._encoded(seen)
        mean = self._encoded(stage)
        made = self.painter.paint(mean, signs, grid, seeds, steps=steps, told=told, strength=strength, shown=shown)
        made = rearrange(made, "(f r w) c -> 1 f r w c", f=1, r=grid[0])
        return self.codec.decode(made)[0, :, 0].float()

    def _encoded(self, picture: Tensor) -> Tensor:
        """A picture (3, h, w) as latents (n, c)."""
        return self.codec.encode(picture[None, :, None].to(self.codec.encoder.weight.dtype)).flatten(0, 3).float()
