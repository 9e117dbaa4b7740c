"""What one request makes the parts of a checkpoint compute, as data. Needs no torch; knows no family and no machine."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class NetworkWork:
    """Forward passes of a denoising network.

    Units: tokens of picture, sound and references after the network's own patchify; context tokens of text; batch is
    how many branches are computed at once; calls is the number of passes of the whole request.
    """

    part: str
    tokens: int
    context: int
    batch: int
    calls: int


@dataclass(frozen=True)
class TextWork:
    """Reading prompts. Units: tokens of one prompt, with its padding."""

    part: str
    tokens: int
    prompts: int


@dataclass(frozen=True)
class CodecWork:
    """Decoding, and encoding where a condition gives pictures or sound.

    Shapes: latent (frames, rows, columns), pixels (frames, height, width); encoded_frames of pictures, 0 for none.
    `tiles` is whether the family decodes in tiles where the plan's codec_bytes say so.
    """

    part: str
    latent: tuple[int, int, int]
    pixels: tuple[int, int, int]
    encoded_frames: int = 0
    tiles: bool = False


Work = NetworkWork | TextWork | CodecWork


@dataclass(frozen=True)
class Workload:
    """All of one request, in the order in which it happens."""

    works: tuple[Work, ...]

    @property
    def parts(self) -> tuple[str, ...]:
        """Names of the parts that compute, each once."""
        return tuple(dict.fromkeys(work.part for work in self.works))
