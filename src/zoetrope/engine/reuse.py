"""Step reuse: where predictions change little from step to step, those before stand in for a new one.

Knows no network. What it remembers belongs to one walk of one request, so nothing of a cancelled one is left behind.
"""

from __future__ import annotations

from zoetrope.engine.canvas import Canvas, Tokens, combine
from zoetrope.engine.denoise import Predict

WARM = 4  # predictions that are always made first: the coarse layout forms there


def reused(predict: Predict, most: float) -> Predict:
    """Leave predictions out while the change since the last one made is expected to stay under a share.

    The last two predictions tell how fast velocities change with sigma, and are drawn on along their line: on pocket's
    weights that loses 0.3 to 0.7 % of the latents where the last one held loses 1.7 (share 0.03, 50 steps).
    Units: most is a relative change of the velocity, 0 for exactness.
    """
    if most <= 0:
        return predict
    made: list[tuple[float, Tokens]] = []
    count = 0

    def again(canvas: Canvas, sigma: float) -> Tokens:
        nonlocal count
        if count >= WARM and len(made) == 2:
            (before, older), (last, newer) = made
            speed = _change(older, newer) / max(before - last, 1e-6)
            if speed * (last - sigma) < most:
                ahead = (last - sigma) / max(before - last, 1e-6)
                return combine(lambda new, old: new + ahead * (new - old), newer, older)
        velocity = predict(canvas, sigma)
        count += 1
        made.append((sigma, velocity))
        del made[:-2]
        return velocity

    return again


def _change(older: Tokens, newer: Tokens) -> float:
    """Relative change in the mean, of both streams together."""
    moved = (newer.video - older.video).abs().sum() + (newer.sound - older.sound).abs().sum()
    whole = newer.video.abs().sum() + newer.sound.abs().sum()
    return float(moved / whole.clamp(min=1e-12))
