"""Pocket weights of the real shapes, without meaning: speed and memory can be measured before anything is trained."""

from __future__ import annotations

import json
from pathlib import Path


def write_random_weights(folder: Path) -> None:
    """Write a checkpoint that loads and runs."""
    from zoetrope.engine.families.pocket.facts import LEXICON
    from zoetrope.engine.families.pocket.network import NetworkConfig, PocketNetwork
    from zoetrope.engine.families.pocket.planner import Planner, PlannerConfig
    from zoetrope.engine.families.pocket.reader import Reader
    from zoetrope.engine.families.pocket.scenery import Scenery, SceneryConfig
    from zoetrope.engine.families.pocket.sketch import Sketcher, SketcherConfig
    from zoetrope.engine.families.pocket.sound_codec import SoundCodec, SoundCodecConfig
    from zoetrope.engine.families.pocket.spotter import Spotter, SpotterConfig
    from zoetrope.engine.families.pocket.storage import (
        NETWORK,
        PLANNER,
        READER,
        SCENERY,
        SKETCHER,
        SOUND_CODEC,
        SPOTTER,
        VIDEO_CODEC,
    )
    from zoetrope.engine.families.pocket.text import TextConfig
    from zoetrope.engine.families.pocket.video_codec import VideoCodec, VideoCodecConfig
    from zoetrope.engine.weights import save_weights
    from zoetrope.training.latents import tokeniser, world_lexicon

    lexicon = {key: sorted(value) for key, value in vars(world_lexicon()).items()}
    (folder / LEXICON).write_text(json.dumps(lexicon, ensure_ascii=False), encoding="utf-8")
    config = NetworkConfig(text=TextConfig(entries=tokeniser().entries))
    save_weights(PocketNetwork(config), folder / NETWORK, config)
    save_weights(Reader(config.text), folder / READER, config.text)
    save_weights(Sketcher(SketcherConfig()), folder / SKETCHER, SketcherConfig())
    save_weights(Scenery(SceneryConfig()), folder / SCENERY, SceneryConfig())
    save_weights(Spotter(SpotterConfig()), folder / SPOTTER, SpotterConfig())
    save_weights(Planner(PlannerConfig()), folder / PLANNER, PlannerConfig())
    save_weights(VideoCodec(VideoCodecConfig()), folder / VIDEO_CODEC, VideoCodecConfig())
    save_weights(SoundCodec(SoundCodecConfig()), folder / SOUND_CODEC, SoundCodecConfig())
