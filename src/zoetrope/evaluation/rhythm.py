"""How often things do what they do: spectra of measured paths, turns and mouths. Knows no pictures and no networks.

A pace is a frequency for what bobs, swings, spins and talks; a network of few layers reads it badly frame by frame.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import avg_pool1d

LENGTH = 128  # frames of a spectrum: five seconds and the rest zeros, so that a peak lies between two bins
SLOW = 32  # bins of a path: up to 3 Hz, faster is noise
PARTS = 2 * SLOW + LENGTH // 4 + LENGTH // 2  # numbers of one thing


def rhythms(thing: Tensor, path: slice, turn: slice, mouth: int) -> Tensor:
    """Spectra of one thing's path, turn (with its sense) and mouth; the mean of what is seen counts for nothing.

    Shapes: thing (b, t, numbers), its first number 1 where it is seen and 0 elsewhere, with the columns of x and y, of
    cosine and sine, and of the mouth; (b, PARTS) out.
    """
    seen = thing[..., :1]
    mean = (thing * seen).sum(1, keepdim=True) / seen.sum(1, keepdim=True).clamp(min=1)
    beat = ((thing - mean) * seen).mT
    paths = torch.fft.rfft(beat[:, path], LENGTH).abs()[..., :SLOW].flatten(1)
    mouths = avg_pool1d(torch.fft.rfft(beat[:, mouth], LENGTH).abs()[:, None, :-1], 2)[:, 0]
    cosine, sine = thing.mT[:, turn].unbind(1)
    turns = avg_pool1d(torch.fft.fft(torch.complex(cosine, sine), LENGTH).abs()[:, None], 2)[:, 0]
    return torch.log1p(torch.cat([paths, mouths, turns], dim=1))
