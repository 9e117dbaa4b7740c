"""The pocket weights as files: what they are called, and their way in and out of memory.

Knows no request and no training.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from zoetrope.core.errors import WeightsError
from zoetrope.engine.compiling import compile_blocks
from zoetrope.engine.families.pocket.facts import LEXICON
from zoetrope.engine.families.pocket.family import LoadedPocket
from zoetrope.engine.families.pocket.network import NetworkConfig, PocketNetwork
from zoetrope.engine.families.pocket.planner import Planner, PlannerConfig
from zoetrope.engine.families.pocket.reader import Reader
from zoetrope.engine.families.pocket.scenery import Scenery, SceneryConfig
from zoetrope.engine.families.pocket.sketch import Sketcher, SketcherConfig
from zoetrope.engine.families.pocket.sound_codec import SoundCodec, SoundCodecConfig
from zoetrope.engine.families.pocket.spotter import load_spotter
from zoetrope.engine.families.pocket.text import TextConfig, Tokeniser
from zoetrope.engine.families.pocket.video_codec import VideoCodec, codec_config
from zoetrope.engine.families.pocket.words import read_lexicon
from zoetrope.engine.int8 import cpu_multiplies_int8
from zoetrope.engine.memory.plan import Precision
from zoetrope.engine.memory.quantise import quantise
from zoetrope.engine.numerics import Numerics
from zoetrope.engine.weights import load_strictly, read_config

NETWORK = "network.safetensors"
VIDEO_CODEC = "video_codec.safetensors"
PLANNER = "planner.safetensors"
SKETCHER = "sketcher.safetensors"
SCENERY = "scenery.safetensors"
SPOTTER = "spotter.safetensors"
READER = "reader.safetensors"
SOUND_CODEC = "sound_codec.safetensors"


def load_pocket(folder: Path, numerics: Numerics) -> LoadedPocket:
    """Load the whole checkpoint.

    Sound codec, reader and planner stay in float32: phases, answers and paths need the digits, and all are small.

    Raises: WeightsError, naming the file and the key.
    """
    tokeniser = Tokeniser(read_lexicon(folder / LEXICON))
    config = network_config(read_config(folder / NETWORK))
    if config.text.entries != tokeniser.entries:
        raise WeightsError(
            f"{folder / NETWORK} reads {config.text.entries} words, but {folder / LEXICON} lists {tokeniser.entries}; "
            "install the package's weights again."
        )
    video = VideoCodec(codec_config(read_config(folder / VIDEO_CODEC)))
    sound = SoundCodec(SoundCodecConfig(**read_config(folder / SOUND_CODEC)))
    exact = replace(numerics, dtype=torch.float32)
    planner = Planner(PlannerConfig(**read_config(folder / PLANNER)))
    sketcher = Sketcher(SketcherConfig(**read_config(folder / SKETCHER)))
    scenery = Scenery(SceneryConfig(**read_config(folder / SCENERY)))
    reader = Reader(TextConfig(**read_config(folder / READER)))
    return LoadedPocket(
        reader=load_strictly(reader, folder / READER, exact),
        planner=load_strictly(planner, folder / PLANNER, exact),
        sketcher=load_strictly(sketcher, folder / SKETCHER, numerics),
        scenery=load_strictly(scenery, folder / SCENERY, numerics),
        spotter=load_spotter(folder / SPOTTER, numerics),
        network=load_network(PocketNetwork(config), folder / NETWORK, numerics),
        tokeniser=tokeniser,
        video_codec=load_strictly(video, folder / VIDEO_CODEC, numerics),
        sound_codec=load_strictly(sound, folder / SOUND_CODEC, exact),
    )


def load_network(network: PocketNetwork, path: Path, numerics: Numerics) -> PocketNetwork:
    """Load the network, its blocks compiled or in int8 if so wished: with products in int8 where these are fast, else
    unpacked as they are used, which takes less memory and more time.

    Raises: WeightsError, naming the file and the key.
    """
    load_strictly(network, path, numerics)
    if numerics.compiled:
        compile_blocks(network.blocks)
    if not numerics.int8:
        return network
    if network.video_in.weight.device.type == "cpu" and cpu_multiplies_int8():
        for block in network.blocks:
            block.multiply_in_int8()  # type: ignore[operator]
    else:
        quantise(network.blocks, Precision.INT8, numerics.dtype)
    return network


def network_config(fields: dict[str, Any]) -> NetworkConfig:
    """Build the network's config from what its file says of itself."""
    known = dict(fields)
    text = TextConfig(**known.pop("text")) if "text" in known else NetworkConfig().text
    return NetworkConfig(text=text, **known)
