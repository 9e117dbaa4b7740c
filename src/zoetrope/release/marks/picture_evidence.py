"""What frames say about a pattern that stands still on them: one small picture, with their own content held down.

It knows nothing of keys, tiles or geometry.
"""

import cv2
import numpy as np

# Frames looked at, spread evenly; more of the same clip add little, since its still parts do not average out.
_MOST_FRAMES = 60
# Short side of the evidence: two samples for each cell of an uncropped picture.
SHORT = 144
# A bilateral filter guesses the picture without the pattern, edges kept: reach in samples, levels, samples. Against a
# Gaussian of two samples agreement on the id rose from 0.73 to 0.80 after x264, 0.65 to 0.75 after AV1, 0.68 to 0.78
# after half-size with x264, and in the worst of eight clips from 0.60, 0.51 and 0.37 to 0.77, 0.67 and 0.57.
_REACH, _LEVELS, _NEAR = 5, 8.0, 2.0
# What is left is divided by the activity around it and cut off: agreement rose by 0.02 on average against cutting
# alone, by 0.08 to 0.15 on hatched pictures (50 attacked clips).
_AROUND = 3.0  # samples
_EVEN = 1.5  # levels: activity of an even surface after compression
_CLIP = 1.5
# So is the flattened mean, once more: what stands still and is loud counts for less; 0.02 more after AV1.
_LAST_AROUND, _LAST_EVEN, _LAST_CLIP = 2.0, 0.3, 2.0
_BAR = 3.0  # levels: what a bar's rows may differ by after compression
_LEAST = 16  # pixels: a picture smaller than this holds nothing to read


def evidence(frames: np.ndarray) -> list[np.ndarray]:
    """The mean of what is left of the frames without their own content, spectrally flat.

    Inside its bars first, then whole where there are bars: an even sky may look like one. Empty when there is nothing
    but an even surface.
    Shapes: frames (t, h, w, 3) uint8; each out (h', w') float32 of unit deviation, short side at most 144.
    """
    return [found for luma in lumas(frames) if (found := _of_part(luma)) is not None]


def lumas(frames: np.ndarray) -> list[np.ndarray]:
    """Frames in grey and no larger than is worth looking at: inside their bars first, then whole where there are bars.

    Shapes: frames (t, h, w, 3) uint8; each out (t', h', w') float32, short side at most 144 and at least 16.
    """
    chosen = np.unique(np.linspace(0, len(frames) - 1, min(len(frames), _MOST_FRAMES)).round().astype(int))
    small = [_small(frames[at]) for at in chosen]
    height, width = small[0].shape
    inside, whole = _inside(small), (slice(0, height), slice(0, width))
    parts = [inside] if inside == whole else [inside, whole]
    large = [
        (rows, columns)
        for rows, columns in parts
        if min(rows.stop - rows.start, columns.stop - columns.start) >= _LEAST
    ]
    return [np.stack([_fitted(luma[rows, columns]) for luma in small]) for rows, columns in large]


def _of_part(luma: np.ndarray) -> np.ndarray | None:
    total = sum(_detail(frame) for frame in luma)
    assert isinstance(total, np.ndarray)
    flat = flattened(total / len(luma))
    return None if flat is None else _evened(flat)


def _small(frame: np.ndarray) -> np.ndarray:
    """Luma, near the size that is worth looking at; bars are still on it."""
    luma = cv2.cvtColor(np.ascontiguousarray(frame), cv2.COLOR_RGB2GRAY)
    scale = 2 * SHORT / min(luma.shape)
    if scale < 0.75:
        size = (round(luma.shape[1] * scale), round(luma.shape[0] * scale))
        luma = cv2.resize(luma, size, interpolation=cv2.INTER_AREA)
    return luma.astype(np.float32)


def _inside(small: list[np.ndarray]) -> tuple[slice, slice]:
    """The part of the picture between dark or even bars, found on the first, middle and last frame together."""
    looked = np.stack([small[0], small[len(small) // 2], small[-1]])
    spread = looked.max(axis=0) - looked.min(axis=0)
    level = np.median(looked, axis=0)
    return _span(level, spread), _span(level.T, spread.T)


def _span(level: np.ndarray, change: np.ndarray) -> slice:
    """The rows from the first to the last that is not part of a bar."""
    even = (np.percentile(level, 98, axis=1) - np.percentile(level, 2, axis=1) < _BAR) & (
        np.percentile(change, 98, axis=1) < _BAR
    )
    alive = np.flatnonzero(~even)
    return slice(int(alive[0]), int(alive[-1]) + 1) if len(alive) else slice(0, 0)


def _fitted(luma: np.ndarray) -> np.ndarray:
    scale = SHORT / min(luma.shape)
    if scale >= 1:
        return luma
    size = (round(luma.shape[1] * scale), round(luma.shape[0] * scale))
    return cv2.resize(luma, size, interpolation=cv2.INTER_AREA)


def _detail(luma: np.ndarray) -> np.ndarray:
    detail = luma - cv2.bilateralFilter(luma, _REACH, _LEVELS, _NEAR)
    activity = cv2.GaussianBlur(np.minimum(np.abs(detail), 12), (0, 0), _AROUND)
    return np.clip(detail / (activity + _EVEN), -_CLIP, _CLIP)


def flattened(mean: np.ndarray) -> np.ndarray | None:
    """Divide the spectrum by its smooth magnitude, so that regular content does not look like a pattern.

    None when there is nothing but an even surface. Shapes: (h, w), and out float32 of unit deviation.
    """
    spectrum = np.fft.fftshift(np.fft.rfft2(mean - mean.mean()), axes=0)
    size = cv2.blur(np.abs(spectrum), (3, 3), borderType=cv2.BORDER_REFLECT)
    if size.max() <= 0:
        return None
    flat = np.fft.irfft2(np.fft.ifftshift(spectrum / (size + 1e-3 * size.max()), axes=0), s=mean.shape)
    return (flat / (flat.std() + 1e-12)).astype(np.float32)


def _evened(flat: np.ndarray) -> np.ndarray:
    """Divide by the deviation around each place, so that no part of the picture speaks louder than it knows."""
    around = np.sqrt(cv2.GaussianBlur(flat * flat, (0, 0), _LAST_AROUND))
    even = np.clip(flat / (around + _LAST_EVEN), -_LAST_CLIP, _LAST_CLIP)
    return (even / (even.std() + 1e-12)).astype(np.float32)
