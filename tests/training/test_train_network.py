from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from zoetrope.engine.families.pocket.network import NetworkConfig
from zoetrope.engine.families.pocket.reader import Reader
from zoetrope.engine.families.pocket.sketch import Sketcher, SketcherConfig
from zoetrope.engine.families.pocket.sound_codec import SoundCodec, SoundCodecConfig
from zoetrope.engine.families.pocket.text import TextConfig
from zoetrope.engine.families.pocket.video_codec import VideoCodec, VideoCodecConfig
from zoetrope.engine.weights import save_weights
from zoetrope.training.latents import Bucket, tokeniser
from zoetrope.training.network import NetworkRecipe, NetworkTrainer, Phase, find_place, walk
from zoetrope.training.run import Run
from zoetrope.training.trainer import train

BUCKETS = (
    Bucket(96, 80, latents=3, kept=2, batch=2, clips=4),
    Bucket(96, 80, latents=1, kept=1, batch=2, clips=2, reuse=1),
    Bucket(96, 80, latents=3, kept=3, batch=2, clips=2, window=(3, 4)),
)


@pytest.fixture(scope="module")
def recipe(tmp_path_factory: pytest.TempPathFactory) -> NetworkRecipe:
    folder = tmp_path_factory.mktemp("codecs")
    torch.manual_seed(0)
    video = VideoCodecConfig(channels=8)
    sound = SoundCodecConfig(width=32, encoder_blocks=1, decoder_blocks=1)
    save_weights(VideoCodec(video), folder / "video_codec.safetensors", video)
    save_weights(SoundCodec(sound), folder / "sound_codec.safetensors", sound)
    text = TextConfig(entries=tokeniser().entries, width=64, layers=1, length=24)
    config = NetworkConfig(text, video_channels=8, sound_channels=64, width=64, layers=1, hidden_factor=2)
    sketcher = SketcherConfig(thing_width=16, stage_width=16, layers=1)
    save_weights(Sketcher(sketcher), folder / "sketcher.safetensors", sketcher)
    save_weights(Reader(text), folder / "reader.safetensors", text)
    return NetworkRecipe(str(folder), config, phases=(Phase(2, BUCKETS),), warmup=2)


def test_a_run_that_stops_and_goes_on_gives_the_weights_of_one_that_did_not(
    recipe: NetworkRecipe, tmp_path: Path
) -> None:
    whole = load_file(train(NetworkTrainer(recipe, compiled=False), tmp_path / "whole", steps=10))
    train(NetworkTrainer(recipe, compiled=False), tmp_path / "parts", steps=6)
    parts = load_file(train(NetworkTrainer(recipe, compiled=False), tmp_path / "parts", steps=10))
    assert all(torch.equal(whole[name], parts[name]) for name in whole)
    rows = Run(tmp_path / "parts").history()
    assert [row["step"] for row in rows] == list(range(1, 11))
    assert (tmp_path / "parts" / "lexicon.json").is_file()
    assert (tmp_path / "parts" / "loss.png").is_file()


def test_every_step_of_a_recipe_has_one_place(recipe: NetworkRecipe) -> None:
    places = [find_place(recipe, step) for step in range(recipe.steps)]
    assert places == [(number, place) for number in range(2) for place in range(len(walk(recipe, number)))]
    with pytest.raises(ValueError, match="beyond"):
        find_place(recipe, recipe.steps)


def test_a_round_uses_every_clip_as_often_as_its_bucket_says(recipe: NetworkRecipe) -> None:
    used = [clip for index, _, clips in walk(recipe, 0) for clip in clips if index == 0]
    assert sorted(used) == [0, 0, 1, 1, 2, 2, 3, 3]
