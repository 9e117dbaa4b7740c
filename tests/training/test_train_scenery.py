from dataclasses import replace
from pathlib import Path

import torch
from safetensors.torch import load_file

from zoetrope.engine.families.pocket.layers import preconditioning
from zoetrope.engine.families.pocket.scenery import Scenery, SceneryConfig
from zoetrope.engine.families.pocket.sketch import Sketcher, SketcherConfig
from zoetrope.engine.families.pocket.video_codec import VideoCodec, VideoCodecConfig
from zoetrope.engine.weights import save_weights
from zoetrope.training.scenery import SceneryRecipe, SceneryTrainer
from zoetrope.training.trainer import train

ZERO = torch.zeros(1)


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


def test_channels_reach_as_far_as_they_are_seen(tmp_path: Path) -> None:
    cooked = recipe(tmp_path)
    made = train(SceneryTrainer(cooked, compiled=False), tmp_path / "run")
    first = load_file(made)
    generator = torch.Generator().manual_seed(3)
    deviation = torch.linspace(0.1, 3, len(first["reach"]))
    trainer = SceneryTrainer(replace(cooked, start=str(made)), compiled=False)
    trainer.start({"0.whole": deviation * torch.randn(100, 60, len(deviation), generator=generator), "0.sketch": ZERO})
    reach, seen = trainer.network.reach, deviation * trainer.scale
    assert torch.allclose(reach / reach.mean(), seen / seen.mean(), rtol=0.05)
    assert torch.allclose(reach * trainer.network.deviation, deviation, rtol=0.05)  # of latents on the codec's scale
    assert 1 <= reach.max() < 3  # what carries the most reaches 1
    assert torch.equal(trainer.working.network.reach.float(), reach)
    learned = {name: value for name, value in first.items() if name not in ("reach", "deviation")}
    assert all(torch.equal(dict(trainer.network.state_dict())[name], value.float()) for name, value in learned.items())


def test_the_best_guess_from_noise_alone_is_what_is_kept() -> None:
    generator = torch.Generator().manual_seed(0)
    reach, level = torch.tensor([0.05, 0.5, 2.0]), 0.4
    clean, noise = (torch.randn(100_000, 3, generator=generator) for _ in range(2))
    noisy = (1 - level) * reach * clean + level * noise
    kept, spread = preconditioning(torch.tensor(level), reach)
    best = (noisy * reach * clean).mean(0) / noisy.square().mean(0)
    assert torch.allclose(kept, best, atol=0.01)
    assert torch.allclose((kept * noisy - reach * clean).std(0), spread, rtol=0.02)
    assert torch.allclose((spread / (level * reach) * noisy).std(0), torch.ones(3), rtol=0.02)
