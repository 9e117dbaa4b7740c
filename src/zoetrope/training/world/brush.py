"""A board to draw flat, smooth shapes on, in any unit. Knows nothing of the stage's objects, settings or cameras.

Pixels are premultiplied RGBA: OpenCV's anti-aliased drawing of (r, g, b, 255) on transparent black gives exactly that.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from zoetrope.engine.families.pocket.inks import Colour

SHIFT = 4  # fractional bits of OpenCV's drawing coordinates


def scale(colour: Sequence[float], factor: float) -> Colour:
    """Return a darker (factor < 1) or brighter colour."""
    red, green, blue = (min(255, max(0, round(c * factor))) for c in colour)
    return red, green, blue


class Board:
    """Premultiplied RGBA pixels with a coordinate system: x to the right, y upwards, `unit` pixels to one unit.

    left and top are the coordinates of the upper left corner of the upper left pixel.
    """

    def __init__(self, left: float, top: float, right: float, bottom: float, unit: float) -> None:
        self.left, self.top, self.unit = left, top, unit
        self.width = max(2, int(np.ceil((right - left) * unit)))
        self.height = max(2, int(np.ceil((top - bottom) * unit)))
        self.pixels = np.zeros((self.height, self.width, 4), np.uint8)

    @property
    def right(self) -> float:
        return self.left + self.width / self.unit

    @property
    def bottom(self) -> float:
        return self.top - self.height / self.unit

    def fixed(self, points: Sequence[Sequence[float]] | np.ndarray) -> np.ndarray:
        """Return points as OpenCV's fixed-point pixel coordinates. Shapes: (n, 2) in, int32 (n, 2) out."""
        at = np.asarray(points, float)
        pixels = np.stack([(at[:, 0] - self.left) * self.unit, (self.top - at[:, 1]) * self.unit], 1) - 0.5
        return np.round(pixels * (1 << SHIFT)).astype(np.int32)

    def grid(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the coordinates of every pixel centre. Shapes: x (1, w), y (h, 1), float32."""
        x = self.left + (np.arange(self.width, dtype=np.float32) + 0.5) / self.unit
        y = self.top - (np.arange(self.height, dtype=np.float32) + 0.5) / self.unit
        return x[None, :], y[:, None]

    def mask(self, *shapes: np.ndarray) -> np.ndarray:
        """Return the soft union of polygons. Shapes: uint8 (h, w), 255 inside."""
        out = np.zeros((self.height, self.width), np.uint8)
        for shape in shapes:
            cv2.fillPoly(out, [self.fixed(shape)], 255, cv2.LINE_AA, SHIFT)
        return out

    def fill(
        self, shape: Sequence[Sequence[float]] | np.ndarray, colour: Sequence[float], opacity: float = 1.0
    ) -> None:
        """Fill one polygon."""
        points = self.fixed(shape)
        ink = (*(float(c) for c in colour), 255.0)
        if opacity >= 1:
            cv2.fillPoly(self.pixels, [points], ink, cv2.LINE_AA, SHIFT)
            return
        low = np.maximum(points.min(0) // 16 - 2, 0)
        high = points.max(0) // 16 + 3
        part = self.pixels[low[1] : high[1], low[0] : high[0]]
        if not part.size:
            return
        over = part.copy()
        cv2.fillPoly(over, [points - low * (1 << SHIFT)], ink, cv2.LINE_AA, SHIFT)
        cv2.addWeighted(over, opacity, part, 1 - opacity, 0, dst=over)
        part[:] = over

    def line(self, points: Sequence[Sequence[float]] | np.ndarray, colour: Sequence[float], width: float) -> None:
        """Draw a line through the points; width in units."""
        ink = (*(float(c) for c in colour), 255.0)
        thick = max(1, round(width * self.unit))
        cv2.polylines(self.pixels, [self.fixed(points)], False, ink, thick, cv2.LINE_AA, SHIFT)

    def paint(self, mask: np.ndarray, field: np.ndarray) -> None:
        """Lay an opaque colour field over the board where mask is set. Shapes: mask uint8 (h, w); field (h, w, 3)."""
        x, y, wide, high = cv2.boundingRect(mask)
        rows, columns = slice(y, y + high), slice(x, x + wide)
        cover = mask[rows, columns, None].astype(np.float32) / 255
        part = self.pixels[rows, columns]
        part[:, :, :3] = np.clip(part[:, :, :3] * (1 - cover) + field[rows, columns] * cover + 0.5, 0, 255)
        part[:, :, 3] = np.maximum(part[:, :, 3], mask[rows, columns])

    def wash(self, stops: Sequence[tuple[float, Sequence[float]]]) -> None:
        """Fill the whole board with a vertical gradient through (height, colour) stops, lowest first."""
        heights = [stop[0] for stop in stops]
        _, y = self.grid()
        for channel in range(3):
            column = np.interp(y[:, 0], heights, [stop[1][channel] for stop in stops])
            self.pixels[:, :, channel] = np.round(column)[:, None].astype(np.uint8)
        self.pixels[:, :, 3] = 255

    def glow(self, x: float, y: float, radius: float, colour: Sequence[float], strength: float) -> None:
        """Add soft light around a place; the coverage does not change."""
        across, up = self.grid()
        fall = np.clip(1 - np.hypot(across - x, up - y) / radius, 0, 1)[:, :, None] ** 2 * strength
        fall = fall * (self.pixels[:, :, 3:] / np.float32(255))
        lit = self.pixels[:, :, :3] + fall * np.asarray(colour, np.float32)
        self.pixels[:, :, :3] = np.clip(lit, 0, 255)


def oval(x: float, y: float, wide: float, high: float, turn: float = 0.0, points: int = 40) -> np.ndarray:
    """Return an ellipse as a polygon: centre, half width, half height, turn in radians. Shapes: (points, 2)."""
    angle = np.linspace(0, 2 * np.pi, points, endpoint=False)
    across, up = wide * np.cos(angle), high * np.sin(angle)
    cos, sin = np.cos(turn), np.sin(turn)
    return np.stack([x + across * cos - up * sin, y + across * sin + up * cos], 1)


def disc(x: float, y: float, radius: float) -> np.ndarray:
    """Return a circle as a polygon. Shapes: (40, 2)."""
    return oval(x, y, radius, radius)


def box(left: float, bottom: float, right: float, top: float, corner: float = 0.0) -> np.ndarray:
    """Return a rectangle with rounded corners as a polygon. Shapes: (n, 2)."""
    if corner <= 0:
        return np.array([[left, bottom], [right, bottom], [right, top], [left, top]], float)
    angle = np.linspace(0, np.pi / 2, 8)
    bend = np.stack([np.cos(angle), np.sin(angle)], 1) * corner
    centres = ((right - corner, top - corner), (left + corner, top - corner), (left + corner, bottom + corner))
    centres = (*centres, (right - corner, bottom + corner))
    quarter = np.array([[0.0, 1.0], [-1.0, 0.0]])
    parts = []
    for centre in centres:
        parts.append(bend + centre)
        bend = bend @ quarter
    return np.concatenate(parts)


def curve(points: Sequence[Sequence[float]] | np.ndarray, closed: bool = True, steps: int = 8) -> np.ndarray:
    """Return a smooth (Catmull-Rom) line through the points. Shapes: (k, 2) in, (n, 2) out."""
    knots = np.asarray(points, float)
    knots = np.concatenate([knots[-1:], knots, knots[:2]] if closed else [knots[:1], knots, knots[-1:]])
    t = np.linspace(0, 1, steps, endpoint=False)[:, None]
    parts = []
    for a, b, c, d in zip(knots, knots[1:], knots[2:], knots[3:], strict=False):
        parts.append(0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3))
    return np.concatenate(parts if closed else [*parts, knots[-1:]])
