"""The training of the sound codec: its recipe as data, its loss, and a run that resumes exactly.

Sound is rendered on the fly from the toy stage; nothing but the step decides what a step hears.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from einops import rearrange
from torch import Tensor, nn

from zoetrope.engine.families.pocket.sound_carriers import FAINT, FRAME, NOISE_FRAMES, Analysis
from zoetrope.engine.families.pocket.sound_codec import SoundCodec, SoundCodecConfig
from zoetrope.training.run import trapezoid
from zoetrope.training.sound_distance import WINDOWS, attack_loss, spectral_loss
from zoetrope.training.trainer import Trainer
from zoetrope.training.world.script import write_scene
from zoetrope.training.world.sound import hear

Source = Callable[[np.random.Generator], np.ndarray]


@dataclass(frozen=True)
class SoundCodecRecipe:
    """Everything that decides a run.

    From freeze on, the encoder is the averaged one, with its latents measured anew, and only the decoder learns: a
    network may be trained on latents while the sound still improves.
    """

    config: SoundCodecConfig = field(default_factory=SoundCodecConfig)
    seed: int = 1
    steps: int = 9500
    freeze: int = 4000
    sketch: int = 1000  # steps that learn the features alone, then as many while that fades out
    clips: int = 4  # rendered per step
    crops: int = 4  # of each clip; every second one is the loudest of three places, where things happen
    frames: int = 16  # of each crop: 0.64 s
    rate: float = 1.5e-3  # of AdamW
    matrix_rate: float = 1e-2  # of Muon, on the matrices inside blocks
    warmup: int = 100
    decay: float = 0.998
    latent_noise: float = 0.2  # greatest deviation of the noise that the decoder must bear
    attack_weight: float = 1.0
    bend_weight: float = 0.3
    tone_weight: float = 0.5
    save_every: int = 250


def hear_stage(rng: np.random.Generator) -> np.ndarray:
    """Five seconds of a random scene: float32 (2, s)."""
    return hear(write_scene(rng, frames=61))


def crops_of(recipe: SoundCodecRecipe, step: int, source: Source = hear_stage) -> Tensor:
    """The sounds of one step: (clips * crops, 2, s). The step alone decides them."""
    rng = np.random.default_rng([recipe.seed, step])
    length, pieces = recipe.frames * FRAME, []
    for _ in range(recipe.clips):
        sound = source(rng)
        places = rng.integers(0, sound.shape[1] - length + 1, (recipe.crops, 3))
        for number, tried in enumerate(places):
            crops = [sound[:, at : at + length] for at in (tried if number % 2 else tried[:1])]
            pieces.append(max(crops, key=lambda crop: float(np.vdot(crop, crop))))
    return torch.from_numpy(np.stack(pieces))


def codec_loss(
    codec: SoundCodec, sketch: nn.Module, sound: Tensor, recipe: SoundCodecRecipe, step: int
) -> tuple[Tensor, dict[str, float]]:
    """The loss of one batch of sound (b, 2, s), and its parts.

    sketch reads the features of the analysis back from the decoder's thoughts. For the first steps that is all that is
    learned, three times as fast as with sound; then it fades out.
    """
    generator = torch.Generator().manual_seed(recipe.seed * 1_000_003 + step)
    heard = codec.encoder.analysis(sound)
    with torch.autocast(sound.device.type, torch.bfloat16):
        latents = codec.encoder(heard.features)
        strength = torch.rand(len(latents), 1, 1, generator=generator) * recipe.latent_noise
        noisy = latents + strength * torch.randn(latents.shape, generator=generator)
        start = codec.start(noisy, frame=int(torch.randint(NOISE_FRAMES, (), generator=generator)))
        thoughts, mixing = codec.decoder.think(noisy, start.mixing)
        guess = sketch(thoughts).float()
    wanted = (heard.features - codec.encoder.scale.mean) / (codec.encoder.scale.deviation + 1e-3)
    drawn = (guess - wanted.clamp(-5, 5)).square().mean()
    parts = {"sketch": drawn}
    fade = max(0.0, 1 - max(0, step - recipe.sketch) / max(1, recipe.sketch))
    total = fade * drawn
    if step >= recipe.sketch:
        with torch.autocast(sound.device.type, torch.bfloat16):
            gains = codec.decoder.gains(thoughts)
        made, _ = codec.sound_of(gains, start, mixing)
        if step % 2:  # what is between the ears counts as much as what is in them
            made, sound = _middle_side(made), _middle_side(sound)
        fine, smooth, loud = spectral_loss(made, sound, WINDOWS[step // 2 % 2 :: 2])
        bent = ((gains.bend - heard.bend).square() * heard.weight).sum() / heard.weight.sum()
        tones = tone_loss(gains.tones, heard.peak)
        attack = attack_loss(made, sound)
        whole = 0.5 * fine + smooth + loud + recipe.attack_weight * attack
        whole = whole + recipe.bend_weight * bent + recipe.tone_weight * tones
        parts |= {"sound": whole, "fine": fine, "smooth": smooth, "loud": loud}
        parts |= {"attack": attack, "bend": bent, "tones": tones}
        total = total + whole
    return total, {name: float(value.detach()) for name, value in parts.items()}


def tone_loss(gains: Tensor, peak: Tensor) -> Tensor:
    """Distance of log amplitudes between the tones played and those that stand alone in the sound.

    A ring is a few cells among thousands of noise: without this it is learned last.
    Shapes: gains (b, 2, 8 n, tones); peak (b, n, tones).
    """
    power = rearrange(gains.square().sum(1), "b (n k) w -> b n k w", n=peak.shape[1]).mean(2)
    goal = torch.log(peak + FAINT)
    weight = 0.2 + (goal - math.log(FAINT)) * 2
    played = torch.log(torch.sqrt(power + 1e-12) + FAINT)
    return ((played - goal).abs() * weight).sum() / weight.sum()


class SoundCodecTrainer(Trainer[SoundCodecRecipe, SoundCodec]):
    file = "sound_codec.safetensors"

    def __init__(self, recipe: SoundCodecRecipe, source: Source = hear_stage) -> None:
        torch.manual_seed(recipe.seed)
        codec = SoundCodec(recipe.config).train()
        self.source, self.sketch = source, nn.Linear(recipe.config.width, Analysis.features)
        matrices = [p for name, p in codec.named_parameters() if "blocks" in name and p.ndim == 2]
        others = [p for name, p in codec.named_parameters() if "blocks" not in name or p.ndim != 2]
        others += list(self.sketch.parameters())
        super().__init__(
            recipe,
            codec,
            torch.optim.Muon(matrices, lr=recipe.matrix_rate, weight_decay=0.0),
            torch.optim.AdamW(others, lr=recipe.rate, betas=(0.9, 0.98), weight_decay=0.0),
        )

    def advance(self) -> dict[str, float]:
        recipe, step = self.recipe, self.step
        if step == recipe.freeze:
            self.freeze()
        loss, parts = codec_loss(self.network, self.sketch, crops_of(recipe, step, self.source), recipe, step)
        loss.backward()
        self.take_step(trapezoid(step, recipe.steps, warmup=recipe.warmup, cooldown=recipe.steps // 3))
        return parts

    def freeze(self) -> None:
        """Take the averaged encoder for good."""
        encoder = self.network.encoder
        encoder.load_state_dict(self.averaged().encoder.state_dict())
        settle(self.network, self.recipe, self.source)
        for name, value in encoder.state_dict().items():
            self.average.weights[f"encoder.{name}"].copy_(value)
        self._hold()

    def _hold(self) -> None:
        self.network.encoder.eval().requires_grad_(False)

    def state(self) -> dict[str, Any]:
        return super().state() | {"sketch": self.sketch.state_dict()}

    def load(self, saved: dict[str, Any]) -> None:
        super().load(saved)
        self.sketch.load_state_dict(saved["sketch"])
        if self.step > self.recipe.freeze:
            self._hold()


@torch.no_grad()
def settle(codec: SoundCodec, recipe: SoundCodecRecipe, source: Source = hear_stage, clips: int = 96) -> None:
    """Measure the latents of whole clips, so that each channel has zero mean and unit deviation."""
    encoder, standard = codec.encoder.eval(), codec.encoder.standard
    standard.remember(torch.zeros_like(standard.mean), torch.ones_like(standard.deviation))
    rng = np.random.default_rng([recipe.seed, 1 << 40])
    raw = []
    for _ in range(clips):
        sound = torch.from_numpy(source(rng))
        features = encoder.analysis(sound[None, :, : sound.shape[1] // FRAME * FRAME]).features
        raw.append(encoder.before_standard(features)[0])
    deviation, mean = torch.std_mean(torch.cat(raw), dim=0)
    standard.remember(mean, deviation)


def _middle_side(sound: Tensor) -> Tensor:
    left, right = sound.unbind(1)
    return torch.stack(((left + right) / 2, (left - right) / 2), 1)
