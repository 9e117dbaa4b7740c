import numpy as np
import pytest
import torch

from zoetrope.engine.families.pocket.layout import frame_seconds, sound_seconds
from zoetrope.training.tasks import SHARES, TASKS, Shot, Task, draw_task

SHOT = Shot(torch.arange(5), 3, 4, sound_seconds(50), frame_seconds(5))
TOKENS = 5 * 12 + 50


@pytest.mark.parametrize("name", sorted(TASKS))
@pytest.mark.parametrize("seed", range(5))
def test_every_task_leaves_something_to_make_and_never_shows_it_to_what_is_given(name: str, seed: int) -> None:
    task = TASKS[name](SHOT, np.random.default_rng(seed))
    count = TOKENS + task.stills * 12
    assert task.given.shape == task.rank.shape == task.level.shape == (count,)
    assert not task.given.all()
    if task.given.any():
        assert task.rank[task.given].max() < task.rank[~task.given].min()
        assert (task.level[task.given] == 0).all()
        assert (task.level[~task.given] > 0).all()
    assert task.level.max() < task.levels


def test_shares_name_every_task() -> None:
    assert set(SHARES) == set(TASKS)
    assert sum(SHARES.values()) == pytest.approx(1)


def test_tasks_come_in_their_shares() -> None:
    rng = np.random.default_rng(0)
    names = [draw_task(SHOT, rng).name for _ in range(3000)]
    for name, share in SHARES.items():
        assert names.count(name) / len(names) == pytest.approx(share, abs=0.03)


def test_footage_gives_the_picture_and_soundtrack_the_sound() -> None:
    def split(task: Task) -> tuple[torch.Tensor, torch.Tensor]:
        return task.given[:60], task.given[60:]

    picture, sound = split(TASKS["footage"](SHOT, np.random.default_rng(0)))
    assert picture.all()
    assert not sound.any()
    assert split(TASKS["soundtrack"](SHOT, np.random.default_rng(0)))[1].all()


def test_a_still_only_gets_tasks_that_make_sense() -> None:
    still = Shot(torch.arange(1), 3, 4, sound_seconds(0), frame_seconds(1))
    rng = np.random.default_rng(1)
    for _ in range(200):
        task = draw_task(still, rng)
        assert task.name in ("free", "region")
        assert not task.given.all()
