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

from zoetrope.engine.families.pocket.backdrop import Anchor
from zoetrope.engine.families.pocket.layout import FRAME_RATE, GROUP
from zoetrope.engine.families.pocket.plan import Plan, bare
from zoetrope.engine.families.pocket.sketch import Sketcher, SketcherConfig
from zoetrope.engine.families.pocket.sound_codec import SoundCodec, SoundCodecConfig
from zoetrope.engine.families.pocket.text import Tokeniser
from zoetrope.engine.families.pocket.video_codec import PATCH, VideoCodec, codec_config
from zoetrope.engine.families.pocket.words import Lexicon
from zoetrope.engine.numerics import Numerics
from zoetrope.engine.weights import load_strictly, read_config
from zoetrope.training.plans import plan_of
from zoetrope.training.rounds import Round
from zoetrope.training.video_codec import to_signed
from zoetrope.training.world.captions import captions, lexicon
from zoetrope.training.world.picture import draw, places, stage
from zoetrope.training.world.scene import Scene
from zoetrope.training.world.script import write_scene
from zoetrope.training.world.sound import hear

STILLS = 2  # the last frame that is shown and one at random
CAPTIONS = 3
REACH = 1.25  # how far things reach beyond their radius: cars are longer than high


@dataclass(frozen=True)
class Bucket:
    """Clips of one shape: `latents` frames are encoded and `kept` of them go into a step's batch.

    clips is how many a round holds; each is used `reuse` times in it, under new noise, task and caption. shift moves
    noise levels towards 1: the more tokens say the same, the more noise it takes to hide it. window (rows, columns)
    cuts that many tokens out of every frame, mostly around the things, which fill a thirtieth of a whole frame.
    """

    width: int
    height: int
    latents: int
    kept: int
    batch: int
    clips: int
    reuse: int = 2
    shift: float = 8.0
    window: tuple[int, int] | None = None

    @property
    def steps(self) -> int:
        return self.clips * self.reuse // self.batch


@dataclass(frozen=True)
class MakeLatents:
    """Make the latents of one round; pure in its number.

    anchored is the share of clips whose sketch has the scenery, as some picture of them shows it; in stills it is made.
    """

    seed: int
    parts: Path
    text_length: int
    plan: tuple[tuple[int, tuple[Bucket, ...]], ...]
    anchored: float = 0.0

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
        moments = (
            (max(0, frames - 2), still) if frames > 1 else ()
        )  # the network makes one frame more than a shot shows
        clips = [self._clip(rng, bucket, frames, moments) for _ in range(bucket.clips)]
        made = {name: torch.stack([clip[name] for clip in clips]) for name in clips[0]}
        made["moments"] = torch.tensor(moments) / FRAME_RATE
        return made

    def _anchor(self, rng: np.random.Generator, scene: Scene, plan: Plan, sketcher: Sketcher) -> Anchor:
        """What one picture of a clip tells of its stage."""
        at = int(rng.integers(scene.frames))
        empty, grid = bare(plan), (scene.height // PATCH, scene.width // PATCH)
        mean = sketcher.sketch(empty, torch.tensor([at]), grid)[:, 0]
        return Anchor(seen_stage(scene, at) - mean, plan.camera[0, at])

    @torch.no_grad()
    def _clip(
        self, rng: np.random.Generator, bucket: Bucket, frames: int, moments: tuple[int, ...]
    ) -> dict[str, Tensor]:
        video_codec, sketcher = picture_parts(self.parts)
        sound_codec = sound_part(self.parts)
        scene = write_scene(rng, width=bucket.width, height=bucket.height, frames=frames)
        pictures = torch.from_numpy(draw(scene))[None]
        signed = to_signed(pictures).to(torch.bfloat16)
        sound = hear(scene)
        heard = (
            sound_codec.encode(torch.from_numpy(sound)[None])[0]
            if sound.shape[1]
            else torch.zeros(0, sound_codec.config.channels)
        )
        plan, grid = plan_of(scene), (bucket.height // PATCH, bucket.width // PATCH)
        known = self._anchor(rng, scene, plan, sketcher) if rng.random() < self.anchored else None
        sketch = sketcher.sketch(plan, torch.arange(frames), grid, known)[None]
        texts = [captions(scene, rng).text for _ in range(CAPTIONS)]
        stills = [video_codec.encode(signed[:, :, moment, None])[0].half() for moment in moments]
        return {
            "video": video_codec.encode(signed)[0].half(),
            "sketch": video_codec.encode(sketch.to(torch.bfloat16))[0].half(),
            "cover": cover(scene).half(),
            "sound": heard.half(),
            "words": tokeniser()(texts, self.text_length).short(),
            **{name: tensor[0] for name, tensor in vars(plan).items()},
        } | ({"stills": torch.cat(stills)} if stills else {})


def seen_stage(scene: Scene, at: int) -> Tensor:
    """The empty stage in one picture, (3, h, w) in [-1, 1]."""
    return to_signed(torch.from_numpy(stage(scene, at))[None, None])[0, :, 0]


def cover(scene: Scene) -> Tensor:
    """How much of every token the things fill, 0 to 1: (latent frames, rows, columns)."""
    centre, radius = places(scene)
    reach = REACH * radius[..., None]
    edges = [np.arange(size // PATCH) * PATCH for size in (scene.width, scene.height)]
    spans = [
        (np.minimum(centre[..., axis, None] + reach, edge + PATCH) - np.maximum(centre[..., axis, None] - reach, edge))
        for axis, edge in enumerate(edges)
    ]
    columns, rows = (np.clip(span / PATCH, 0, 1) for span in spans)
    filled = torch.from_numpy((rows[..., :, None] * columns[..., None, :]).max(axis=0))
    groups = torch.cat([filled[:1].expand(GROUP, -1, -1), filled[1:]]).unflatten(0, (-1, GROUP))
    return groups.amax(1)


@cache
def tokeniser() -> Tokeniser:
    """The tokeniser of everything that captions can say."""
    return Tokeniser(world_lexicon())


@cache
def world_lexicon() -> Lexicon:
    words, characters = lexicon()
    return Lexicon(frozenset(words), frozenset(characters))


@cache
def picture_parts(folder: Path) -> tuple[VideoCodec, Sketcher]:
    """The video codec and the sketcher, as they are trained on."""
    video, sketcher = folder / "video_codec.safetensors", folder / "sketcher.safetensors"
    return (
        load_strictly(VideoCodec(codec_config(read_config(video))), video, Numerics("cpu", torch.bfloat16)),
        load_strictly(Sketcher(SketcherConfig(**read_config(sketcher))), sketcher, Numerics("cpu", torch.bfloat16)),
    )


@cache
def sound_part(folder: Path) -> SoundCodec:
    """The sound codec, as it is trained on."""
    sound = folder / "sound_codec.safetensors"
    return load_strictly(SoundCodec(SoundCodecConfig(**read_config(sound))), sound, Numerics("cpu", torch.float32))
