"""What Wan's image encoder sees in given pictures. Knows no canvas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from torch import Tensor

from zoetrope.engine.parts import Part


def look_at(parts: Mapping[str, Part], pictures: Sequence[np.ndarray]) -> Tensor:
    """The last state but one of the encoder.

    Shapes: pictures uint8 (h, w, 3); out (pictures, s, c).
    """
    from PIL import Image

    with parts["vision_processor"].resident() as processor, parts["vision"].resident() as encoder:
        seen = processor(images=[Image.fromarray(picture) for picture in pictures], return_tensors="pt")
        pixels = seen["pixel_values"].to(parts["vision"].device, parts["vision"].dtype)
        with torch.no_grad():
            states = encoder(pixel_values=pixels, output_hidden_states=True).hidden_states[-2]
    parts["vision"].free()
    return states.cpu()
