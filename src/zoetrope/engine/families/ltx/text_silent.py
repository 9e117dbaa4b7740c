"""From prompts to what T5 says of them, as LTX-Video 0.9.x reads it; what it once said is not asked again.

Knows no network.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from zoetrope.engine.memory.embeddings import Embeddings, content_key
from zoetrope.engine.parts import Part


def read_prompts(
    parts: Mapping[str, Part], prompts: list[str], identity: str, length: int, *, padded: bool
) -> list[Tensor]:
    """Tell what each prompt means; the encoder is put away afterwards.

    `padded` is whether the encoder sees the padding too, as before 0.9.5; the network never does, so that it is left
    out of what comes.
    Shapes: each out (n, d), n its own tokens, at most `length`.
    """
    kept, dtype = Embeddings.shared(), str(parts["text"].dtype)
    keys = {prompt: content_key("t5", identity, prompt, str(length), str(padded), dtype) for prompt in prompts}
    found: dict[str, Tensor] = {}
    for prompt, key in keys.items():
        held = kept.get(key)
        if held is not None:
            found[prompt] = held["tokens"]
    missing = [prompt for prompt in keys if prompt not in found]
    for prompt, tokens in zip(missing, _read(parts, missing, length, padded), strict=True):
        kept.put(keys[prompt], {"tokens": tokens})
        found[prompt] = tokens
    return [found[prompt] for prompt in prompts]


@torch.no_grad()
def _read(parts: Mapping[str, Part], prompts: list[str], length: int, padded: bool) -> list[Tensor]:
    said = []
    if not prompts:
        return said
    with parts["tokeniser"].resident() as tokeniser, parts["text"].resident() as encoder:
        for prompt in prompts:
            padding = "max_length" if padded else "do_not_pad"
            read = tokeniser([prompt], padding=padding, max_length=length, truncation=True, return_tensors="pt")
            state = encoder(read.input_ids.to(parts["text"].device))[0]
            said.append(state[0, : int(read.attention_mask.sum())].cpu())
    parts["text"].free()
    return said
