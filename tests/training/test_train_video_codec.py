from pathlib import Path

import torch
from safetensors.torch import load_file

from zoetrope.engine.families.pocket.video_codec import VideoCodec, VideoCodecConfig
from zoetrope.training.trainer import train
from zoetrope.training.video_codec import VideoCodecRecipe, VideoCodecTrainer, picture_loss, start_from_components

RECIPE = VideoCodecRecipe(
    config=VideoCodecConfig(channels=8, decoder_width=64, decoder_layers=1),
    steps=6,
    warmup=1,
    cooldown=1,
    clips=2,
    sizes=((96, 80),),
    crops=((2, 2, 2, 2), (1, 2, 3, 3)),
    steps_per_round=4,
)


def test_a_run_that_stops_and_goes_on_gives_the_weights_of_one_that_did_not(tmp_path: Path) -> None:
    whole = load_file(train(VideoCodecTrainer(RECIPE, compiled=False), tmp_path / "whole"))
    train(VideoCodecTrainer(RECIPE, compiled=False), tmp_path / "parts", steps=3)
    parts = load_file(train(VideoCodecTrainer(RECIPE, compiled=False), tmp_path / "parts"))
    assert all(torch.equal(whole[name], parts[name]) for name in whole)


def test_only_the_decoder_learns(tmp_path: Path) -> None:
    early = load_file(train(VideoCodecTrainer(RECIPE, compiled=False), tmp_path, steps=3))
    late = load_file(train(VideoCodecTrainer(RECIPE, compiled=False), tmp_path, steps=5))
    changed = {name for name in early if not torch.equal(early[name], late[name])}
    assert changed
    assert all(name.startswith("decoder") for name in changed)


def test_components_alone_code_patches_that_lie_on_few_lines() -> None:
    torch.manual_seed(0)
    codec = VideoCodec(RECIPE.config)
    colours = torch.randint(0, 256, (16, 1, 2, 2, 3), dtype=torch.uint8)
    frames = colours.repeat_interleave(16, 2).repeat_interleave(16, 3).expand(16, 7, 32, 32, 3)
    start_from_components(codec, [frames], 64)
    signed = frames.permute(0, 4, 1, 2, 3).float() / 127.5 - 1
    made, _ = codec.decode_raw(codec.encode_raw(signed))
    torch.testing.assert_close(made, signed, atol=2e-3, rtol=0)


def test_the_picture_loss_is_nothing_for_equal_pictures_and_grows_with_distance() -> None:
    true = torch.rand(1, 3, 7, 16, 16)
    assert picture_loss(true, true).abs() < 1e-6
    assert picture_loss(true + 0.2, true) > picture_loss(true + 0.1, true) > 0
