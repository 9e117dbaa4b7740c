"""Spoil a clip the way codecs and young networks do: soft, noisy, blocky, a little off in colour. Knows no truth."""

from __future__ import annotations

import cv2
import numpy as np

TILE = 16  # pixels of a side of one video token: a network's errors have that size


def spoil(frames: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """One random mixture of blur, loss of size, noise, tiles, blocks and colour shift, the same for all frames.

    Shapes: uint8 (t, h, w, 3) in and out.
    """
    size = frames.shape[2:0:-1]
    blur = float(rng.uniform(0.3, 1.2)) if rng.random() < 0.5 else 0.0
    shrink = float(rng.uniform(0.5, 0.9)) if rng.random() < 0.3 else 1.0
    noise = float(rng.uniform(1, 9)) if rng.random() < 0.4 else 0.0
    tiles = float(rng.uniform(1, 5)) if rng.random() < 0.4 else 0.0
    quality = int(rng.integers(15, 75)) if rng.random() < 0.5 else 0
    gain = rng.uniform(0.92, 1.08, 3) if rng.random() < 0.5 else np.ones(3)
    shift = rng.uniform(-8, 8) if rng.random() < 0.5 else 0.0
    out = []
    for frame in frames:
        if shrink < 1:
            frame = cv2.resize(frame, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
            frame = cv2.resize(frame, size, interpolation=cv2.INTER_LINEAR)
        if blur:
            frame = cv2.GaussianBlur(frame, (0, 0), blur)
        rough = frame * gain + shift
        if noise:
            coarse = rng.normal(0, noise, (size[1] // 2, size[0] // 2, 3)).astype(np.float32)
            rough = rough + cv2.resize(coarse, size, interpolation=cv2.INTER_LINEAR)
        if tiles:
            uneven = rng.normal(0, tiles, (size[1] // TILE, size[0] // TILE, 3)).astype(np.float32)
            rough = rough + cv2.resize(uneven, size, interpolation=cv2.INTER_NEAREST)
        frame = rough.clip(0, 255).astype(np.uint8)
        if quality:
            frame = cv2.imdecode(cv2.imencode(".jpg", frame, (cv2.IMWRITE_JPEG_QUALITY, quality))[1], cv2.IMREAD_COLOR)
        out.append(frame)
    return np.stack(out)
