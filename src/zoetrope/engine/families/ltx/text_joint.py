"""From prompts to what LTX-2 reads of them: Gemma's states of all layers, brought together by the connectors.

What was once read is not asked again. Knows no network.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from zoetrope.engine.families.ltx.facts import CONTEXT_JOINT
from zoetrope.engine.memory.embeddings import Embeddings, content_key
from zoetrope.engine.parts import Part

Read = dict[str, Tensor]
"""One prompt for each stream. Shapes: video (n, d), sound (n, d'), mask (n,), 1 where the network may look."""


def read_prompts(parts: Mapping[str, Part], prompts: list[str], identity: str) -> list[Read]:
    """Tell what each prompt means; encoder and connectors are put away afterwards.

    `identity` stands for the weights of the checkpoint.
    """
    kept, dtype = Embeddings.shared(), str(parts["connectors"].dtype)
    keys = {prompt: content_key("ltx2", identity, prompt.strip(), str(CONTEXT_JOINT), dtype) for prompt in prompts}
    found: dict[str, Read] = {}
    for prompt, key in keys.items():
        held = kept.get(key)
        if held is not None:
            found[prompt] = held
    missing = [prompt for prompt in keys if prompt not in found]
    for prompt, read in zip(missing, _read(parts, missing), strict=True):
        kept.put(keys[prompt], read)
        found[prompt] = read
    return [found[prompt] for prompt in prompts]


@torch.no_grad()
def _read(parts: Mapping[str, Part], prompts: list[str]) -> list[Read]:
    if not prompts:
        return []
    states = [_states(parts, prompt) for prompt in prompts]
    parts["text"].free()
    with parts["connectors"].resident() as connectors:
        device, dtype = parts["connectors"].device, parts["connectors"].dtype
        read = [connectors(state.to(device, dtype), mask.to(device), padding_side="left") for state, mask in states]
    parts["connectors"].free()
    return [{"video": video[0].cpu(), "sound": sound[0].cpu(), "mask": mask[0].cpu()} for video, sound, mask in read]


def _states(parts: Mapping[str, Part], prompt: str) -> tuple[Tensor, Tensor]:
    """The states of all layers. Shapes: (1, n, d * layers) and the mask (1, n), with the padding before the words."""
    with parts["tokeniser"].resident() as tokeniser, parts["text"].resident() as encoder:
        read = tokeniser(
            [prompt.strip()],
            padding="max_length",
            padding_side="left",
            max_length=CONTEXT_JOINT,
            truncation=True,
            return_tensors="pt",
        )
        device = parts["text"].device
        mask = read.attention_mask.to(device)
        seen = encoder(input_ids=read.input_ids.to(device), attention_mask=mask, output_hidden_states=True)
        return torch.stack(seen.hidden_states, -1).flatten(2, 3), mask
