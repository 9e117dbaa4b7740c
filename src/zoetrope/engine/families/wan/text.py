"""From prompts to what Wan's text encoder says of them; what it once said is not asked again. Knows no network."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping

import torch
from torch import Tensor

from zoetrope.engine.families.libraries import need
from zoetrope.engine.families.wan.facts import CONTEXT
from zoetrope.engine.memory.embeddings import Embeddings, content_key
from zoetrope.engine.parts import Part


def read_prompts(parts: Mapping[str, Part], prompts: list[str], identity: str, length: int = CONTEXT) -> list[Tensor]:
    """Tell what each prompt means, without the padding; the encoder is put away afterwards.

    `identity` stands for the weights of the checkpoint.
    Shapes: each out (n, d), n its own tokens, at most `length`.
    """
    kept, dtype = Embeddings.shared(), parts["text"].dtype
    keys = {prompt: content_key("umt5", identity, clean(prompt), str(length), str(dtype)) for prompt in prompts}
    missing = [prompt for prompt, key in keys.items() if kept.get(key) is None]
    said = _encode(parts, missing, length) if missing else {}
    for prompt, tokens in said.items():
        kept.put(keys[prompt], {"tokens": tokens})
    return [said[prompt] if prompt in said else _held(kept, keys[prompt]) for prompt in prompts]


def _held(kept: Embeddings, key: str) -> Tensor:
    found = kept.get(key)
    assert found is not None, "it was there, or put, a moment ago"
    return found["tokens"]


def _encode(parts: Mapping[str, Part], prompts: list[str], length: int) -> dict[str, Tensor]:
    """Read each prompt without its padding, which the reference computes and nobody looks at: places are relative."""
    said = {}
    with parts["tokeniser"].resident() as tokeniser, parts["text"].resident() as encoder:
        for prompt in prompts:
            read = tokeniser([clean(prompt)], max_length=length, truncation=True, return_tensors="pt")
            device = parts["text"].device
            with torch.no_grad():
                said[prompt] = encoder(read.input_ids.to(device), read.attention_mask.to(device)).last_hidden_state[0]
            said[prompt] = said[prompt].cpu()
    parts["text"].free()
    return said


def clean(prompt: str) -> str:
    """Mend broken characters and spaces as the prompts of the training were.

    Source: prompt_clean of diffusers' Wan pipelines.
    """
    mended = need("ftfy", "fix_text")(prompt)
    return re.sub(r"\s+", " ", html.unescape(html.unescape(mended)).strip()).strip()
