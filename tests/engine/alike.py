"""How near what is made here must come to what a reference pipeline makes of the same tiny checkpoint.

Both compute in float32; branches that go in one batch, padding that is folded and solvers' coefficients in double
precision are all that differs. Frames may round to the next of 255 levels.
"""

import numpy as np

LATENTS = 1e-5


def assert_alike(ours, theirs) -> None:
    """Latents and frames: ours 0 to 255, theirs 0 to 1."""
    assert ours[0].shape == theirs[0].shape
    assert (ours[0] - theirs[0]).abs().max() <= LATENTS
    assert np.abs(ours[1] / 255 - theirs[1]).max() <= 1 / 255


def assert_both_alike(ours, theirs) -> None:
    """Latents of picture and sound, frames, and samples, of which a pipeline may make more."""
    assert_alike((ours[0], ours[2]), (theirs[0], theirs[2]))
    assert ours[1].shape == theirs[1].shape
    assert (ours[1] - theirs[1]).abs().max() <= LATENTS
    assert np.abs(ours[3] - theirs[3][:, : ours[3].shape[1]]).max() <= 1e-4
