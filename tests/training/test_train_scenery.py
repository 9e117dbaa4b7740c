from pathlib import Path

import torch
from safetensors.torch import load_file

from zoetrope.engine.families.pocket.scenery import Scenery, SceneryConfig
from zoetrope.engine.families.pocket.sketch import Sketcher, SketcherConfig
from zoetrope.engine.families.pocket.video_codec import VideoCodec, VideoCodecConfig
from zoetrope.engine.weights import save_weights
from zoetrope.training.scenery import SceneryRecipe, SceneryTrainer
from zoetrope.training.trainer import train


def recipe(folder: Path) -> SceneryRecipe:
    torch.manual_seed(0)
    video = VideoCodecConfig()
    sketcher = SketcherConfig(thing_width=16, stage_width=16, layers=1)
    save_weights(VideoCodec(video), folder / "video_codec.safetensors", video)
    save_weights(Sketcher(sketcher), folder / "sketcher.safetensors", sketcher)
    tiny = SceneryConfig(width=48, layers=2, head=24)
    return SceneryRecipe(str(folder), tiny, steps=3, batch=2, shapes=((128, 80, 4),), reuse=1, warmup=1)


def test_a_run_that_stops_and_goes_on_gives_the_weights_of_one_that_did_not(tmp_path: Path) -> None:
    cooked = recipe(tmp_path)
    whole = load_file(train(SceneryTrainer(cooked, compiled=False), tmp_path / "whole"))
    train(SceneryTrainer(cooked, compiled=False), tmp_path / "parts", steps=2)
    parts = load_file(train(SceneryTrainer(cooked, compiled=False), tmp_path / "parts"))
    assert all(torch.equal(whole[name], parts[name]) for name in whole)


def test_painting_depends_on_its_seed_alone() -> None:
    torch.manual_seed(0)
    painter = Scenery(SceneryConfig(width=48, layers=2, head=24, channels=16)).eval()
    sketch, signs = torch.randn(6, 16), torch.zeros(27)
    first, again, other = (painter.paint(sketch, signs, (2, 3), seed, steps=3) for seed in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    assert first.shape == sketch.shape
