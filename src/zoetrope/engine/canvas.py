"""The canvas: the latent tokens of one shot, picture and sound together, some given and the rest to be made.

Every way of generating is the same act on it. Knows no family, no network and no pixels.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from zoetrope.engine.noise import Seeds, draw


@dataclass(frozen=True, eq=False)
class Tokens:
    """One value per token of both streams: latents, velocities or denoised estimates.

    Shapes: video (n, c), sound (m, c'), float32.
    """

    video: Tensor
    sound: Tensor


def combine(function: Callable[..., Tensor], *tokens: Tokens) -> Tokens:
    """Apply a function of tensors to each stream of some tokens."""
    return Tokens(function(*(each.video for each in tokens)), function(*(each.sound for each in tokens)))


@dataclass(frozen=True, eq=False)
class Stream:
    """The tokens of one stream.

    Shapes: latent (n, c) float32; place (n, 3) float32; given (n,) bool; given_sigma (n,) float32; chunk (n,) int64.
    Units: place in seconds, rows, columns; given_sigma is the noise level of a given token, 0 for a clean one.
    """

    latent: Tensor
    place: Tensor
    given: Tensor
    given_sigma: Tensor
    chunk: Tensor


@dataclass(frozen=True, eq=False)
class Canvas:
    """One shot in latents. `reference` tokens are always given and have no frame of the shot of their own.

    `beside` are channels that the network sees beside each video token and that are never made: masks, given latents,
    control pictures.
    Shapes: beside (n, k), float32.
    Units: grid is latent frames, rows and columns of the video stream, which lies in that order.
    """

    video: Stream
    sound: Stream
    reference: Stream
    grid: tuple[int, int, int]
    beside: Tensor | None = None

    @property
    def tokens(self) -> Tokens:
        return Tokens(self.video.latent, self.sound.latent)


def blank_stream(place: Tensor, channels: int, *, chunk: Tensor | None = None) -> Stream:
    """Make a stream of zeros with nothing given."""
    count = len(place)
    return Stream(
        latent=torch.zeros(count, channels),
        place=place.float(),
        given=torch.zeros(count, dtype=torch.bool),
        given_sigma=torch.zeros(count),
        chunk=torch.zeros(count, dtype=torch.long) if chunk is None else chunk,
    )


def fill_with_noise(canvas: Canvas, seed: Seeds | int) -> Canvas:
    """Put the seed's noise on both streams; each stream has its own, drawn on the CPU whatever the device."""
    seeds = Seeds(seed) if isinstance(seed, int) else seed

    def filled(stream: Stream, name: str) -> Stream:
        latent = draw(stream.latent.shape, seeds.named("noise", name))
        return replace(stream, latent=latent.to(stream.latent.device))

    return replace(canvas, video=filled(canvas.video, "video"), sound=filled(canvas.sound, "sound"))


def give(stream: Stream, where: Tensor, latent: Tensor, sigma: float = 0.0) -> Stream:
    """Give some tokens of a stream a value that the loop will not touch.

    Shapes: where (n,) bool; latent (where.sum(), c), clean.
    Units: sigma > 0 mixes the value with the noise that lies there, so that the network may bend it a little.
    """
    mixed = (1 - sigma) * latent + sigma * stream.latent[where]
    return replace(
        stream,
        latent=stream.latent.masked_scatter(where[:, None], mixed.to(stream.latent)),
        given=stream.given | where,
        given_sigma=stream.given_sigma.masked_fill(where, sigma),
    )


def advance(canvas: Canvas, latent: Tokens) -> Canvas:
    """Put new latents on the canvas wherever nothing is given."""
    return replace(canvas, video=_advance(canvas.video, latent.video), sound=_advance(canvas.sound, latent.sound))


def _advance(stream: Stream, latent: Tensor) -> Stream:
    return replace(stream, latent=torch.where(stream.given[:, None], stream.latent, latent))


def sigmas_of(stream: Stream, sigma: float) -> Tensor:
    """The noise level of every token when the tokens that are being made stand at sigma.

    Shapes: out (n,), float32.
    """
    return stream.given_sigma.masked_fill(~stream.given, sigma)


def to_device(canvas: Canvas, device: torch.device | str) -> Canvas:
    """Move every tensor of a canvas to a device."""

    def moved(stream: Stream) -> Stream:
        fields = (stream.latent, stream.place, stream.given, stream.given_sigma, stream.chunk)
        return Stream(*(each.to(device) for each in fields))

    beside = None if canvas.beside is None else canvas.beside.to(device)
    streams = {"video": moved(canvas.video), "sound": moved(canvas.sound), "reference": moved(canvas.reference)}
    return replace(canvas, beside=beside, **streams)
