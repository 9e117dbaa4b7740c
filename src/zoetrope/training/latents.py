"""Rounds of latents for the network: scenes drawn, heard, captioned and encoded by the frozen codecs.

A bucket is one shape of clip; every clip comes with two captions and with two stills, so that keyframes at any time can
be given. Knows nothing of noise, tasks or the network.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor

from zoetrope.engine.families.pocket.layout import FRAME_RATE, GROUP
from zoetrope.engine.families.pocket.sound_codec import SoundCodec, SoundCodecConfig
from zoetrope.engine.families.pocket.text import Tokeniser
from zoetrope.engine.families.pocket.video_codec import VideoCodec, VideoCodecConfig
from zoetrope.engine.families.pocket.words import Lexicon
from zoetrope.engine.numerics import Numerics
from zoetrope.engine.weights import load_strictly, read_config
from zoetrope.training.rounds import Round
from zoetrope.training.video_codec import to_signed
from zoetrope.training.world.captions import captions, lexicon
from zoetrope.training.world.picture import draw
from zoetrope.training.world.script import write_scene
from zoetrope.training.world.sound import hear

STILLS = 2  # the last frame that is shown and one at random
CAPTIONS = 2


@dataclass(frozen=True)
class Bucket:
    """Clips of one shape: `latents` frames are encoded and `kept` of them go into a step's batch.

    clips is how many a round holds; each is used `reuse` times in it, under new noise, task and caption.
    """

    width: int
    height: int
    latents: int
    kept: int
    batch: int
    clips: int
    reuse: int = 2

    @property
    def steps(self) -> int:
        return self.clips * self.reuse // self.batch


@dataclass(frozen=True)
class MakeLatents:
    """Make the latents of one round; pure in its number."""

    seed: int
    codecs: Path
    text_length: int
    plan: tuple[tuple[int, tuple[Bucket, ...]], ...]

    def buckets(self, number: int) -> tuple[Bucket, ...]:
        """The buckets of a round: the plan's first entry whose rounds have not ended, else the last."""
        for until, buckets in self.plan:
            if number < until:
                return buckets
        return self.plan[-1][1]

    def __call__(self, number: int) -> Round:
        cv2.setNumThreads(1)
        rng = np.random.default_rng([self.seed, number])
        made: Round = {}
        for index, bucket in enumerate(self.buckets(number)):
            for name, tensor in self._bucket(rng, bucket).items():
                made[f"{index}.{name}"] = tensor
        return made

    def _bucket(self, rng: np.random.Generator, bucket: Bucket) -> dict[str, Tensor]:
        frames = 1 + (bucket.latents - 1) * GROUP
        still = int(rng.integers(1, frames)) if frames > 1 else 0
        moments = (max(0, frames - 2), still)  # the network makes one frame more than a shot shows
        clips = [self._clip(rng, bucket, frames, moments) for _ in range(bucket.clips)]
        made = {name: torch.stack([clip[name] for clip in clips]) for name in clips[0]}
        made["moments"] = torch.tensor(moments) / FRAME_RATE
        return made

    @torch.no_grad()
    def _clip(
        self, rng: np.random.Generator, bucket: Bucket, frames: int, moments: tuple[int, ...]
    ) -> dict[str, Tensor]:
        video_codec, sound_codec = _codecs(self.codecs)
        scene = write_scene(rng, width=bucket.width, height=bucket.height, frames=frames)
        pictures = torch.from_numpy(draw(scene))[None]
        signed = to_signed(pictures).to(torch.bfloat16)
        stills = torch.cat([video_codec.encode(signed[:, :, moment, None]) for moment in moments])
        sound = hear(scene)
        heard = (
            sound_codec.encode(torch.from_numpy(sound)[None])[0]
            if sound.shape[1]
            else torch.zeros(0, sound_codec.config.channels)
        )
        texts = [captions(scene, rng).text for _ in range(CAPTIONS)]
        return {
            "video": video_codec.encode(signed)[0].half(),
            "stills": stills[:, 0].half(),
            "sound": heard.half(),
            "words": tokeniser()(texts, self.text_length).short(),
        }


@cache
def tokeniser() -> Tokeniser:
    """The tokeniser of everything that captions can say."""
    return Tokeniser(world_lexicon())


@cache
def world_lexicon() -> Lexicon:
    words, characters = lexicon()
    return Lexicon(frozenset(words), frozenset(characters))


@cache
def _codecs(folder: Path) -> tuple[VideoCodec, SoundCodec]:
    video, sound = folder / "video_codec.safetensors", folder / "sound_codec.safetensors"
    return (
        load_strictly(VideoCodec(VideoCodecConfig(**read_config(video))), video, Numerics("cpu", torch.bfloat16)),
        load_strictly(SoundCodec(SoundCodecConfig(**read_config(sound))), sound, Numerics("cpu", torch.float32)),
    )
