"""Text to context for the pocket family: a closed vocabulary of English words and Chinese characters, and a small
transformer that is trained together with the network. Knows nothing of canvases."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from einops import rearrange
from torch import Tensor, nn

from zoetrope.engine.families.pocket.layers import Mlp, RmsNorm, rotary_table, rotate
from zoetrope.engine.families.pocket.words import Lexicon

PIECE = re.compile(r"[a-z]+|[\u3400-\u4dbf\u4e00-\u9fff]")
PAD = 0
STRANGERS = 32  # shared slots for words outside the lexicon


@dataclass(frozen=True)
class TextConfig:
    entries: int
    width: int = 256
    layers: int = 2
    length: int = 56
    head: int = 64


@dataclass(frozen=True, eq=False)
class Context:
    """What the network reads of a prompt.

    Shapes: tokens (b, m, d), padded places included (they are learned, so no mask is needed); summary (b, d).
    """

    tokens: Tensor
    summary: Tensor


class Tokeniser:
    """Prompt -> numbers of lexicon entries, the same in every process."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        entries = [*sorted(lexicon.words), *sorted(lexicon.characters)]
        self.numbers = {entry: 1 + STRANGERS + index for index, entry in enumerate(entries)}

    @property
    def entries(self) -> int:
        return 1 + STRANGERS + len(self.numbers)

    def __call__(self, prompts: list[str], length: int) -> Tensor:
        """Shapes: out (b, length), int64, padded with 0; what is longer is cut."""
        rows = torch.full((len(prompts), length), PAD)
        for row, prompt in zip(rows, prompts, strict=True):
            found = [self._number(piece) for piece in PIECE.findall(prompt.lower())][:length]
            row[: len(found)] = torch.tensor(found, dtype=torch.long)
        return rows

    def _number(self, piece: str) -> int:
        return self.numbers.get(piece, 1 + zlib.crc32(piece.encode()) % STRANGERS)


class TextBlock(nn.Module):
    """Attention over the whole prompt, then an MLP."""

    def __init__(self, width: int, head: int) -> None:
        super().__init__()
        self.head = head
        self.attention_norm = RmsNorm(width)
        self.query_key_value = nn.Linear(width, 3 * width, bias=False)
        self.query_norm = RmsNorm(head)
        self.key_norm = RmsNorm(head)
        self.attention_out = nn.Linear(width, width)
        self.mlp_norm = RmsNorm(width)
        self.mlp = Mlp(width, 3 * width)

    def forward(self, x: Tensor, table: Tensor) -> Tensor:
        packed = rearrange(self.query_key_value(self.attention_norm(x)), "b n (k e c) -> k b n e c", k=3, c=self.head)
        query, key = rotate(self.query_norm(packed[0]), table), rotate(self.key_norm(packed[1]), table)
        attended = F.scaled_dot_product_attention(query.transpose(1, 2), key.transpose(1, 2), packed[2].transpose(1, 2))
        x = x + self.attention_out(rearrange(attended, "b e n c -> b n (e c)"))
        return x + self.mlp(self.mlp_norm(x))


class TextEncoder(nn.Module):
    """Numbers of words -> context.

    Shapes: numbers (b, m) int64; context tokens (b, m, width), summary (b, width) over the words alone.
    """

    def __init__(self, config: TextConfig) -> None:
        super().__init__()
        self.config = config
        self.words = nn.Embedding(config.entries, config.width)
        self.blocks = nn.ModuleList(TextBlock(config.width, config.head) for _ in range(config.layers))
        self.norm = RmsNorm(config.width)
        nn.init.normal_(self.words.weight, std=0.5)

    def forward(self, numbers: Tensor) -> Context:
        places = torch.arange(numbers.shape[1], device=numbers.device)[:, None]
        table = rotary_table(places, (self.config.head // 2,), (128.0,))
        x = self.words(numbers)
        for block in self.blocks:
            x = block(x, table)
        tokens = self.norm(x)
        kept = (numbers != PAD)[..., None].to(tokens.dtype)
        summary = (tokens * kept).sum(1) / kept.sum(1).clamp_min(1)
        return Context(tokens, summary)
