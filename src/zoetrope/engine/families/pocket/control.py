"""Control clips: what they draw of motion, whatever kind they are. Knows no family."""

from __future__ import annotations

import cv2
import numpy as np

from zoetrope.core.conditions import Control

LEAST = 20.0  # steps of brightness by which something differs from its ground
SPECK = 20  # pixels; what is no larger is none


def path_of_control(condition: Control) -> np.ndarray | None:
    """Where the thing goes that a control clip draws, (t, 2) in pixels; None where it draws none.

    The thing is the largest part that differs from its ground: what moves, or what stands out from the border.
    """
    grey = condition.frames.astype(np.float32).mean(-1)
    ground = np.median(grey, axis=0)
    if np.abs(grey - ground).max() < 16:  # nothing moves: the ground is what the border shows
        ground = np.full_like(
            ground, np.median(np.concatenate([grey[0, 0], grey[0, -1], grey[0, :, 0], grey[0, :, -1]]))
        )
    places = np.full((len(grey), 2), np.nan)
    for number, picture in enumerate(grey):
        mask = (np.abs(picture - ground) > LEAST).astype(np.uint8)
        count, _, stats, centres = cv2.connectedComponentsWithStats(mask)
        if count > 1:
            largest = 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())
            if stats[largest, cv2.CC_STAT_AREA] > SPECK:
                places[number] = centres[largest] + 0.5
    there = ~np.isnan(places[:, 0])
    if not there.any():
        return None
    at = np.arange(len(places))
    return np.stack([np.interp(at, at[there], places[there, axis]) for axis in range(2)], axis=1)
