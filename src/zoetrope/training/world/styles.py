"""The five styles: how layers, things and single colours change, and what happens to a whole frame.

A style dresses textures once a clip, not frames, wherever it can; only pixel art and paper work on frames.
"""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np

PAPER = np.array([246, 240, 226], np.float32)
INK = np.array([34, 36, 46], np.float32)
LEAD = np.array([66, 66, 72], np.float32)
SHEET = np.array([250, 249, 246], np.float32)
BLOCK = 4  # backdrop pixels to one cell of pixel art
THINGS_BLOCK = 2  # finer cells for things, so that a small star stays a star
NIGHT_SKY = np.array([9, 7, 26], np.float32)
EDGE_GAIN = {"day": 3.6, "sunset": 4.4, "night": 8.0}  # the darker the light, the fainter the edges that must glow
SUN = {"day": (1.0, 1.0, 1.0), "sunset": (1.0, 0.92, 0.84), "night": (0.88, 0.89, 0.96)}


def _grey(rgb: np.ndarray) -> np.ndarray:
    return rgb @ np.array([0.299, 0.587, 0.114], np.float32)


def _plain(pixels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return straight colours and coverage of premultiplied pixels. Shapes: (h, w, 3), (h, w, 1), float32."""
    cover = pixels[:, :, 3:].astype(np.float32)
    return np.minimum(pixels[:, :, :3] * (255 / np.maximum(cover, 1)), 255), cover / 255


def _pack(rgb: np.ndarray, cover: np.ndarray) -> np.ndarray:
    out = np.empty((*rgb.shape[:2], 4), np.uint8)
    out[:, :, :3] = np.clip(rgb * cover + 0.5, 0, 255)
    out[:, :, 3] = np.clip(cover[:, :, 0] * 255 + 0.5, 0, 255)
    return out


def _edges(grey: np.ndarray, cover: np.ndarray, gain: float = 3.2) -> np.ndarray:
    """Return how strong an edge of brightness or coverage runs through each pixel. Shapes: 0..1 (h, w, 1)."""
    around = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3))
    field = np.maximum(grey, 0) * cover[:, :, 0]
    change = cv2.morphologyEx(field, cv2.MORPH_GRADIENT, around) / 255
    rim = cv2.morphologyEx(cover[:, :, 0], cv2.MORPH_GRADIENT, around)
    return np.clip(np.maximum(change * gain - 0.14, rim * 0.8), 0, 1)[:, :, None]


def dress(pixels: np.ndarray, style: str, light: str, thing: bool) -> np.ndarray:
    """Return a texture as a style shows it. Shapes: premultiplied RGBA uint8 (h, w, 4) in and out."""
    if thing and light != "day" and style != "neon":
        pixels = np.round(pixels * np.array([*SUN[light], 1.0], np.float32)).astype(np.uint8)
    if style == "ink wash":
        return _ink(pixels, thing)
    if style == "pencil sketch":
        return _pencil(pixels, thing)
    if style == "neon":
        return _neon(pixels, light, thing)
    if style == "pixel art":
        return pixels if not thing else _hard(pixels)
    return pixels


def _ink(pixels: np.ndarray, thing: bool) -> np.ndarray:
    rgb, cover = _plain(cv2.GaussianBlur(pixels, (0, 0), 0.6 if thing else 1.3))
    grey = _grey(rgb)[:, :, None]
    wet = cv2.GaussianBlur(grey, (0, 0), 3.0)[:, :, None]
    pooled = np.clip(wet - grey, -30, 60) * (0.25 if thing else 1.1)
    depth = np.clip((grey - 14) / 206, 0, 1) ** (0.9 if thing else 1.0)
    wash = INK * (1 - depth) + PAPER * depth - pooled
    share = 0.85 if thing else 0.18
    return _pack(np.clip(wash + share * (rgb - grey), 0, 255), cover)


def _hatch(shape: tuple[int, ...]) -> np.ndarray:
    y, x = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    return np.clip(np.sin((x + y) * (2 * np.pi / 8)), 0, 1)[:, :, None]


def _pencil(pixels: np.ndarray, thing: bool) -> np.ndarray:
    rgb, cover = _plain(pixels)
    grey = _grey(rgb)[:, :, None]
    dark = np.clip(1 - grey / 235, 0, 1)
    shade = SHEET - (165 if thing else 105) * dark**1.4
    shade = shade - _hatch(pixels.shape) * np.clip(dark - 0.12, 0, 0.7) * (40 if thing else 52)
    line = _edges(grey[:, :, 0], cover) * (0.9 if thing else 0.75)
    tinted = shade + (0.66 if thing else 0.04) * (rgb - grey)
    return _pack(np.clip(tinted, 0, 255) * (1 - line) + LEAD * line, cover)


def _vivid(rgb: np.ndarray) -> np.ndarray:
    grey = _grey(rgb)[:, :, None]
    pure = np.clip(grey + (rgb - grey) * 2.2, 0, 255)
    return pure * (225 / np.maximum(pure.max(2, keepdims=True), 60))


def _neon(pixels: np.ndarray, lit: str, thing: bool) -> np.ndarray:
    rgb, cover = _plain(pixels)
    grey = _grey(rgb)
    line = _edges(grey, cover, gain=3.2 if thing else EDGE_GAIN[lit])
    halo = cv2.GaussianBlur(line, (0, 0), 2.5)[:, :, None]
    tube = _vivid(cv2.blur(rgb, (3, 3)))
    if thing:
        body = rgb * (0.70 + 0.24 * rgb.min(2, keepdims=True) / 255)
        out = body * (1 - line) + (tube * 0.75 + 64) * line
        spread = cv2.GaussianBlur(pixels, (0, 0), 4.0)[:, :, :3] * (1 - cover)
        glowing = _pack(out, cover)
        glowing[:, :, :3] = np.clip(glowing[:, :, :3] + spread * 0.9, 0, 255)
        return glowing
    soft = cv2.GaussianBlur(line, (0, 0), 0.7)[:, :, None]
    out = NIGHT_SKY + rgb * 0.20 + tube * np.clip(soft * 0.66 + halo * 0.36, 0, 1)
    return _pack(np.clip(out, 0, 255), cover)


def _hard(pixels: np.ndarray) -> np.ndarray:
    rgb, cover = _plain(pixels)
    return _pack(np.round(rgb / 24) * 24, (cover > 0.4).astype(np.float32))


@lru_cache(maxsize=8)
def _grain(height: int, width: int, style: str) -> np.ndarray:
    rng = np.random.default_rng(5)
    small = rng.normal(0, 1, (height // 8 + 2, width // 8 + 2)).astype(np.float32)
    soft = cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    edge = 1 - 0.10 * np.clip(np.hypot(x, y) - 0.75, 0, 1) if style == "ink wash" else 1.0
    out = np.clip((252 + 2.2 * soft) * edge, 0, 255).astype(np.uint8)
    return cv2.merge([out] * 3)


def finish(frame: np.ndarray, style: str) -> np.ndarray:
    """Return a frame after what a style does to the whole picture. Shapes: uint8 (h, w, 3) in and out."""
    if style in ("ink wash", "pencil sketch"):
        return cv2.multiply(frame, _grain(*frame.shape[:2], style), scale=1 / 255)
    return frame


STEPS = np.clip(np.round(np.arange(256) / 18) * 18, 0, 255).astype(np.uint8)


def blocks(frame: np.ndarray) -> np.ndarray:
    """Return a backdrop in cells of pixel art, on the finer grid of the things. Shapes: (h, w, 3) to (h/2, w/2, 3)."""
    high, wide = frame.shape[:2]
    cells = cv2.resize(frame, (wide // BLOCK, high // BLOCK), interpolation=cv2.INTER_AREA)
    size = (wide // THINGS_BLOCK, high // THINGS_BLOCK)
    return cv2.resize(cv2.LUT(cells, STEPS), size, interpolation=cv2.INTER_NEAREST)
