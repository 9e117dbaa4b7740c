"""Checkpoints of published shapes with random weights and few layers, as a user's folder has them.

Widths, heads, codec and tokens are real; numbers of layers and the tokeniser's words are not. One draw fills all.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from zoetrope.engine.families.descriptor import PartFiles
from zoetrope.engine.families.libraries import need
from zoetrope.engine.families.opening import all_variants
from zoetrope.engine.memory.building import build_empty, kept_in_float32, put_tensor, stored_tensors

CARDS = {"wan": "wan2.1-t2v-1.3b", "ltx": "ltx-0.9.5-2b"}
FOLDERS = {"network": "transformer", "text": "text_encoder", "codec": "vae"}
LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789.,'-!?"
SPREAD = 0.02  # of the weights; small enough that dozens of layers stay finite


def write_checkpoint(folder: Path, family: str, layers: int, text_layers: int) -> None:
    """Write a folder in the layout of diffusers."""
    import transformers

    variant = all_variants()[CARDS[family]]
    letters = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("▁", -2.0), *((each, -3.0) for each in LETTERS)]
    tokeniser = transformers.T5Tokenizer(vocab=letters, extra_ids=0, model_max_length=512)
    tokeniser.save_pretrained(folder / "tokenizer")
    fewer = {"network": {"num_layers": layers}, "text": {"num_layers": text_layers, "vocab_size": 64}}
    index: dict[str, Any] = {"_class_name": variant.pipeline, "_diffusers_version": "0.42.1"}
    for files in variant.kinds:
        config = files.config | fewer.get(files.part, {})
        module = drawn(replace(files, config_text=json.dumps(config)))
        module.save_pretrained(folder / FOLDERS[files.part])
        index[FOLDERS[files.part]] = [files.library, files.kind]
    scheduler = _scheduler(family)
    scheduler.save_pretrained(folder / "scheduler")
    index |= {"tokenizer": ["transformers", "T5Tokenizer"], "scheduler": ["diffusers", type(scheduler).__name__]}
    index |= json.loads(variant.settings_text)
    (folder / "model_index.json").write_text(json.dumps(index), encoding="utf-8")


def _scheduler(family: str) -> Any:
    if family == "wan":
        kind = need("diffusers", "UniPCMultistepScheduler")
        return kind(prediction_type="flow_prediction", use_flow_sigmas=True, flow_shift=3.0)
    return need("diffusers", "FlowMatchEulerDiscreteScheduler")()


def drawn(files: PartFiles) -> Any:
    """A network of a config with numbers in it: bfloat16, codecs and what the reference keeps so in float32."""
    module = build_empty(files)
    kept, numbers = kept_in_float32(module), torch.randn(2**22) * SPREAD
    for names, tensor in list(stored_tensors(module)):
        wide = "Autoencoder" in files.kind or kept.intersection(names[0].split("."))
        numbers = numbers.roll(977)
        put_tensor(module, names, _filled(tensor, numbers).to(torch.float32 if wide else torch.bfloat16))
    return module


def _filled(like: torch.Tensor, numbers: torch.Tensor) -> torch.Tensor:
    """The draw, over and over; scales of norms around one."""
    made = torch.empty(like.shape)
    flat = made.view(-1)
    for begin in range(0, len(flat), len(numbers)):
        part = flat[begin : begin + len(numbers)]
        part.copy_(numbers[: len(part)])
    return made + 1 if like.dim() < 2 or like.shape[0] == like.numel() else made
