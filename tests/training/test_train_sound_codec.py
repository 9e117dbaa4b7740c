"""Laws of the sound codec's training: steps are decided by their number, runs resume exactly, frozen stays frozen."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from zoetrope.engine.families.pocket.sound_codec import SoundCodec, SoundCodecConfig
from zoetrope.engine.numerics import Numerics
from zoetrope.engine.weights import load_strictly
from zoetrope.training.sound_codec import SoundCodecRecipe, SoundCodecTrainer, crops_of, settle
from zoetrope.training.sound_distance import attack_loss, onset, spectral_distance, spectral_loss
from zoetrope.training.trainer import train

TINY = SoundCodecRecipe(
    config=SoundCodecConfig(channels=8, width=16, encoder_blocks=1, decoder_blocks=1),
    steps=4,
    sketch=1,
    freeze=2,
    clips=1,
    crops=2,
    frames=4,
    save_every=2,
)


def claps(rng: np.random.Generator) -> np.ndarray:
    """Half a second of faint noise with one clap, stereo."""
    sound = 0.003 * rng.standard_normal((2, 12_000))
    at = int(rng.integers(3000, 9000))
    sound[:, at : at + 1000] += 0.5 * rng.standard_normal(1000) * np.exp(-np.arange(1000) / 200)
    return sound.astype(np.float32)


def test_the_step_alone_decides_what_is_heard() -> None:
    assert torch.equal(crops_of(TINY, 3, claps), crops_of(TINY, 3, claps))
    assert not torch.equal(crops_of(TINY, 3, claps), crops_of(TINY, 4, claps))
    assert crops_of(TINY, 0, claps).shape == (2, 2, 4 * 960)


def test_a_stopped_run_goes_on_exactly(tmp_path: Path) -> None:
    def stop_at_three(step: int, _: dict[str, float]) -> None:
        if step == 3:
            raise KeyboardInterrupt

    steps: list[int] = []
    recipe = replace(TINY, freeze=9)
    whole = load_file(train(SoundCodecTrainer(recipe, claps), tmp_path / "whole"))
    with pytest.raises(KeyboardInterrupt):
        train(SoundCodecTrainer(recipe, claps), tmp_path / "parts", on_step=stop_at_three)
    last = train(SoundCodecTrainer(recipe, claps), tmp_path / "parts", on_step=lambda step, _: steps.append(step))
    parts = load_file(last)
    assert steps == [3, 4]
    assert all(torch.equal(parts[name], whole[name]) for name in whole)
    loaded = load_strictly(SoundCodec(TINY.config), last, Numerics("cpu", torch.float32)).state_dict()
    assert all(torch.equal(loaded[name], parts[name].float()) for name in parts)


def test_a_run_without_time_only_writes_its_start(tmp_path: Path) -> None:
    train(SoundCodecTrainer(TINY, claps), tmp_path, minutes=0)
    assert {path.name for path in tmp_path.iterdir()} == {
        "checkpoint.pt",
        "log.jsonl",
        "loss.png",
        "sound_codec.safetensors",
    }


def test_the_encoder_rests_after_freezing() -> None:
    trainer = SoundCodecTrainer(TINY, claps)
    while trainer.step < 3:
        trainer.advance()
    before = {name: value.clone() for name, value in trainer.averaged().state_dict().items()}
    trainer.advance()
    after = trainer.averaged().state_dict()
    assert all(torch.equal(before[name], after[name]) for name in after if name.startswith("encoder."))
    assert any(not torch.equal(before[name], after[name]) for name in after if name.startswith("decoder."))


def test_settled_latents_have_unit_deviation() -> None:
    trainer = SoundCodecTrainer(TINY, claps)
    settle(trainer.network, TINY, claps, clips=8)
    rng = np.random.default_rng([TINY.seed, 1 << 40])
    sounds = torch.from_numpy(np.stack([claps(rng)[:, :11_520] for _ in range(8)]))
    with torch.no_grad():
        latents = trainer.network.encode(sounds)
    assert latents.mean((0, 1)).abs().max() < 0.3
    assert 0.7 < float(latents.std((0, 1)).mean()) < 1.2


def test_distance_tells_same_noise_from_other_noise_and_silence() -> None:
    generator = torch.Generator().manual_seed(0)
    one, other = (0.1 * torch.randn(2, 24_000, generator=generator) for _ in range(2))
    assert spectral_distance(one, one) == (0.0, 0.0)
    fine, smooth = spectral_distance(one, other)
    assert fine == pytest.approx(6.0, abs=0.3)
    assert smooth < 3.5
    assert spectral_distance(one, torch.zeros_like(one))[0] > 20
    assert all(float(part) == 0 for part in spectral_loss(one, one))


def test_attack_loss_hears_a_late_or_soft_attack_and_nothing_else() -> None:
    generator = torch.Generator().manual_seed(0)
    bed, other = (0.002 * torch.randn(1, 2, 12_000, generator=generator) for _ in range(2))
    clap = 0.3 * torch.randn(1, 2, 2000, generator=generator)

    def at(first: int, rise: int = 1) -> torch.Tensor:
        sound = bed.clone()
        sound[..., first : first + 2000] += clap * (torch.arange(2000) / rise).clamp(max=1)
        return sound

    assert float(attack_loss(other, bed)) < 0.05
    assert float(attack_loss(at(6000), at(6000))) == 0
    late = [float(attack_loss(at(6000 + shift), at(6000))) for shift in (60, 240, 480)]
    assert 0.05 < late[0] < late[1] < late[2]
    assert float(attack_loss(at(6000, rise=400), at(6000))) > 0.1


def test_onset_is_found_to_the_millisecond() -> None:
    generator = torch.Generator().manual_seed(0)
    sound = 0.002 * torch.randn(2, 24_000, generator=generator)
    sound[:, 12_345 : 12_345 + 2000] += torch.randn(2, 2000, generator=generator) * 0.3
    assert onset(sound, 0.53) == pytest.approx(12_345 / 24_000, abs=0.0015)
