from pathlib import Path

import torch
from safetensors.torch import load_file

from zoetrope.engine.families.pocket.video_codec import VideoCodec, VideoCodecConfig
from zoetrope.training.trainer import train
from zoetrope.training.video_codec import Sums, VideoCodecRecipe, VideoCodecTrainer, set_components

RECIPE = VideoCodecRecipe(
    config=VideoCodecConfig(channels=8),
    steps=6,
    clips=2,
    sizes=((96, 80),),
    crops=((2, 2, 2, 2), (1, 2, 3, 3)),
    steps_per_round=4,
)


def test_a_run_that_stops_and_goes_on_gives_the_weights_of_one_that_did_not(tmp_path: Path) -> None:
    whole = load_file(train(VideoCodecTrainer(RECIPE), tmp_path / "whole"))
    train(VideoCodecTrainer(RECIPE), tmp_path / "parts", steps=3)
    parts = load_file(train(VideoCodecTrainer(RECIPE), tmp_path / "parts"))
    assert all(torch.equal(whole[name], parts[name]) for name in whole)


def test_sums_give_the_components_of_all_patches_however_they_came() -> None:
    torch.manual_seed(0)
    patches = torch.randn(200, 3) @ torch.randn(3, 20) + torch.randn(20)
    sums = Sums(20)
    for some in patches.split(70):
        sums.add(some)
    mean, vectors, deviation = sums.components(3)
    torch.testing.assert_close(vectors.T @ vectors, torch.eye(3), atol=1e-5, rtol=0)
    torch.testing.assert_close(mean + (patches - mean) @ vectors @ vectors.T, patches, atol=1e-3, rtol=0)
    assert deviation[0] >= deviation[1] >= deviation[2] > 0
    torch.testing.assert_close(((patches - mean) @ vectors).std(0, correction=0), deviation, atol=1e-3, rtol=1e-3)


def test_components_code_patches_that_lie_on_few_lines() -> None:
    torch.manual_seed(0)
    codec, sums = VideoCodec(RECIPE.config), Sums()
    colours = torch.randint(0, 256, (16, 3, 1, 1, 1)).float() / 127.5 - 1
    sums.add(colours.expand(16, 3, 6, 16, 16).transpose(1, 2).flatten(1))
    set_components(codec, *sums.components(8))
    pictures = colours[:, :, :, :, :].expand(16, 3, 7, 32, 32)
    torch.testing.assert_close(codec.decode(codec.encode(pictures)), pictures, atol=2e-3, rtol=0)
