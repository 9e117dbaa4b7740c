"""From prompts to what HunyuanVideo's two text encoders say; what they once said is not asked again.

The large one reads the prompt behind a template, the small one the words that stand in quotes. Knows no network.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import torch
from torch import Tensor

from zoetrope.engine.families.hunyuan.facts import CONTEXT, GLYPHS
from zoetrope.engine.memory.embeddings import Embeddings, content_key
from zoetrope.engine.parts import Part

# The template that the network was trained behind, its spaces included, and how many of its tokens are cut off again.
# Source: HunyuanVideo15Pipeline of diffusers 0.42.1.
_ASPECTS = (
    "1. The main content and theme of the video. ",
    "2. The color, shape, size, texture, quantity, text, and spatial relationships of the objects. ",
    "3. Actions, events, behaviors temporal relationships, physical movement changes of the objects. ",
    "4. background environment, light, style and atmosphere. ",
    "5. camera angles, movements, and transitions used in the video.",
)
_INDENT = " " * 8
SYSTEM = "You are a helpful assistant. Describe the video by detailing the following aspects: " + "".join(
    _INDENT + aspect for aspect in _ASPECTS
)
TEMPLATE, SKIPPED = 108, 2  # tokens of the template; layers of the encoder that are left out at its end

Read = dict[str, Tensor]
"""One prompt without its padding. Shapes: text (n, d), glyphs (m, d'), m 0 without quoted words."""


def read_prompts(parts: Mapping[str, Part], prompts: list[str], identity: str) -> list[Read]:
    """Tell what each prompt means; the encoders are put away afterwards. `identity` stands for the weights."""
    kept, dtype = Embeddings.shared(), str(parts["text"].dtype)
    keys = {prompt: content_key("hunyuan1.5", identity, prompt, dtype) for prompt in prompts}
    found: dict[str, Read] = {}
    for prompt, key in keys.items():
        held = kept.get(key)
        if held is not None:
            found[prompt] = held
    missing = [prompt for prompt in keys if prompt not in found]
    if missing:
        texts, glyphs = _texts(parts, missing), _glyphs(parts, missing)
        for prompt, text, words in zip(missing, texts, glyphs, strict=True):
            found[prompt] = {"text": text, "glyphs": words}
            kept.put(keys[prompt], found[prompt])
    return [found[prompt] for prompt in prompts]


@torch.no_grad()
def _texts(parts: Mapping[str, Part], prompts: list[str]) -> list[Tensor]:
    said = []
    device = parts["text"].device
    with parts["tokeniser"].resident() as tokeniser, parts["text"].resident() as encoder:
        for prompt in prompts:
            chat = [{"role": "system", "content": SYSTEM}, {"role": "user", "content": prompt or " "}]
            read = tokeniser.apply_chat_template(
                [chat],
                add_generation_prompt=True,
                tokenize=True,
                return_dict=True,
                padding="max_length",
                max_length=CONTEXT + TEMPLATE,
                truncation=True,
                return_tensors="pt",
            )
            mask = read["attention_mask"].to(device)
            seen = encoder(input_ids=read["input_ids"].to(device), attention_mask=mask, output_hidden_states=True)
            state = seen.hidden_states[-(SKIPPED + 1)]
            said.append(state[0, TEMPLATE:][mask[0, TEMPLATE:].bool()].cpu())
    parts["text"].free()
    return said


@torch.no_grad()
def _glyphs(parts: Mapping[str, Part], prompts: list[str]) -> list[Tensor]:
    """The small encoder is loaded only where somebody wants words to be seen."""
    wanted = [quoted(prompt) for prompt in prompts]
    none = torch.zeros(0, parts["text_2"].config.get("d_model", 1472))
    if not any(wanted):
        return [none for _ in prompts]
    said = []
    with parts["tokeniser_2"].resident() as tokeniser, parts["text_2"].resident() as encoder:
        for words in wanted:
            if words is None:
                said.append(none)
                continue
            read = tokeniser([words], padding="max_length", max_length=GLYPHS, truncation=True, return_tensors="pt")
            mask = read.attention_mask.to(parts["text_2"].device)
            state = encoder(input_ids=read.input_ids.to(mask.device), attention_mask=mask.float())[0]
            said.append(state[0, mask[0].bool()].cpu())
    parts["text_2"].free()
    return said


def quoted(prompt: str) -> str | None:
    """The words in quotes, each once, as the small encoder was trained to read them; None if there are none."""
    found = dict.fromkeys(one or other for one, other in re.findall(r"\"(.*?)\"|“(.*?)”", prompt))
    return "".join(f'Text "{words}". ' for words in found) or None
