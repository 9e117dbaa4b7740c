import numpy as np
import pytest
import torch

from zoetrope.engine.families.pocket.plan import CAMERA, CAST, SLOTS, TRACK
from zoetrope.training.batches import cut_batch
from zoetrope.training.latents import Bucket

ROWS, COLUMNS, CLIPS = 5, 6, 4
BUCKET = Bucket(16 * COLUMNS, 16 * ROWS, latents=3, kept=3, batch=CLIPS, clips=CLIPS, window=(2, 3))


def numbered() -> dict[str, torch.Tensor]:
    """Latents that say where they lie: (clip, frame, row, column)."""
    grid = torch.stack(torch.meshgrid(*(torch.arange(n) for n in (CLIPS, 3, ROWS, COLUMNS)), indexing="ij"), dim=-1)
    stills = grid[:, :2].clone()
    return {
        "0.video": grid.half(),
        "0.stills": stills.half(),
        "0.sketch": grid.half(),
        "0.cover": (grid[..., 2] == 1).half(),
        "0.sound": torch.zeros(CLIPS, 25, 2).half(),
        "0.words": torch.ones(CLIPS, 2, 4).short(),
        "0.tracks": torch.zeros(CLIPS, SLOTS, 13, len(TRACK)),
        "0.camera": torch.zeros(CLIPS, 13, len(CAMERA)),
        "0.cast": torch.zeros(CLIPS, CAST),
        "0.badges": torch.zeros(CLIPS, 2, 15),
        "0.moments": torch.tensor([1.0, 0.5]),
    }


@pytest.mark.parametrize("seed", range(8))
def test_tokens_of_a_window_know_where_they_lie_and_hold_some_of_a_thing(seed: int) -> None:
    rng = np.random.default_rng(seed)
    batch = cut_batch(numbered(), 0, BUCKET, np.arange(CLIPS), no_text=0.1, no_plan=0.1, rng=rng)
    video, place = batch.video, batch.layout.place[:, : batch.layout.video]
    assert place.shape == (CLIPS, video.shape[1], 3)
    torch.testing.assert_close(place[..., 1:], video[..., 2:])
    assert (batch.layout.rows, batch.layout.columns) == (ROWS, COLUMNS)
    assert (batch.cover.amax(1) == 1).all()
