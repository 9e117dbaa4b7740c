"""What platforms and people do to a clip, as functions from frames to frames. Each encoder runs on one thread."""

import io
from collections.abc import Callable
from dataclasses import dataclass

import av
import cv2
import numpy as np
from av.video.stream import VideoStream

_OPTIONS = {
    "libx264": {"preset": "medium"},
    "libx265": {"preset": "medium", "x265-params": "log-level=none:pools=none:frame-threads=1"},
    "libsvtav1": {"preset": "8", "svtav1-params": "lp=1"},
}


@dataclass(frozen=True)
class Attack:
    """One row of the table: its name, the share of clips that must be read, and the frames it leaves."""

    name: str
    bar: float
    leave: Callable[[np.ndarray], np.ndarray]


def coded(frames: np.ndarray, crf: int, codec: str = "libx264") -> np.ndarray:
    """Frames after one encoder. Shapes: (t, h, w, 3) uint8; odd sides lose a pixel."""
    height, width = frames.shape[1] // 2 * 2, frames.shape[2] // 2 * 2
    memory = io.BytesIO()
    with av.open(memory, "w", format="mp4") as writer:
        options = {**_OPTIONS[codec], "crf": str(crf), "threads": "1"}
        stream = writer.add_stream(codec, rate=12, options=options)
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for picture in frames[:, :height, :width]:
            writer.mux(stream.encode(av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")))
        writer.mux(stream.encode(None))
    memory.seek(0)
    with av.open(memory, "r") as file:
        file.streams.video[0].codec_context.thread_count = 1
        return np.stack([frame.to_ndarray(format="rgb24") for frame in file.decode(video=0)])


def resized(frames: np.ndarray, factor: float) -> np.ndarray:
    size = tuple(round(side * factor / 2) * 2 for side in frames.shape[2:0:-1])
    return np.stack([cv2.resize(frame, size, interpolation=cv2.INTER_AREA) for frame in frames])


def cropped(frames: np.ndarray, share: float) -> np.ndarray:
    """Keep a share of each side, away from the middle."""
    height, width = (round(side * share / 2) * 2 for side in frames.shape[1:3])
    top, left = int((frames.shape[1] - height) * 0.7), int((frames.shape[2] - width) * 0.3)
    return frames[:, top : top + height, left : left + width]


def upright(frames: np.ndarray) -> np.ndarray:
    """The middle of a wide picture, 9:16."""
    wide = round(frames.shape[1] * 9 / 16 / 2) * 2
    left = (frames.shape[2] - wide) // 2
    return frames[:, :, left : left + wide]


def letterboxed(frames: np.ndarray) -> np.ndarray:
    """Black bars above and below, to 4:3."""
    bar = (frames.shape[2] * 3 // 4 - frames.shape[1]) // 2
    return np.pad(frames, ((0, 0), (bar, bar), (0, 0), (0, 0)))


def turned(frames: np.ndarray, degrees: float) -> np.ndarray:
    height, width = frames.shape[1:3]
    matrix = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), degrees, 1)
    return np.stack([cv2.warpAffine(frame, matrix, (width, height)) for frame in frames])


def faster(frames: np.ndarray, factor: float) -> np.ndarray:
    return frames[np.arange(0, len(frames) - 0.5, factor).round().astype(int)]


def brighter(frames: np.ndarray) -> np.ndarray:
    """15 % more contrast and 10 levels darker."""
    return np.clip(frames * 1.15 - 10, 0, 255).astype(np.uint8)


def blurred(frames: np.ndarray) -> np.ndarray:
    """A Gaussian of one pixel at a height of 720, and of half a pixel at least."""
    radius = max(0.5, frames.shape[1] / 720)
    return np.stack([cv2.GaussianBlur(frame, (0, 0), radius) for frame in frames])


def jpeg(frames: np.ndarray, quality: int) -> np.ndarray:
    """The middle frame alone, as a photograph's file."""
    data = cv2.imencode(".jpg", frames[len(frames) // 2], [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR))[None]


ATTACKS = (
    Attack("nothing", 0.99, lambda frames: frames),
    Attack("x264 crf 28", 0.99, lambda frames: coded(frames, 28)),
    Attack("x265 crf 28", 0.99, lambda frames: coded(frames, 28, "libx265")),
    Attack("AV1 crf 40", 0.99, lambda frames: coded(frames, 40, "libsvtav1")),
    Attack("half-size", 0.99, lambda frames: resized(frames, 0.5)),
    Attack("half-size, x264 crf 23", 0.99, lambda frames: coded(resized(frames, 0.5), 23)),
    Attack("crop to 50 % of each side", 0.99, lambda frames: cropped(frames, 0.5)),
    Attack("9:16 centre crop, x264 crf 23", 0.99, lambda frames: coded(upright(frames), 23)),
    Attack("letterbox, x264 crf 23", 0.99, lambda frames: coded(letterboxed(frames), 23)),
    Attack("mirror, x264 crf 23", 0.99, lambda frames: coded(frames[:, :, ::-1], 23)),
    Attack("brightness and contrast", 0.99, brighter),
    Attack("blur", 0.99, blurred),
    Attack("10 % faster, x264 crf 23", 0.99, lambda frames: coded(faster(frames, 1.1), 23)),
    Attack("single JPEG frame q75", 0.99, lambda frames: jpeg(frames, 75)),
    Attack("turned 2 degrees, x264 crf 23", 0.90, lambda frames: coded(turned(frames, 2), 23)),
    Attack("crop 60 % of each side, half-size, x264 crf 28", 0.90, lambda f: coded(resized(cropped(f, 0.6), 0.5), 28)),
)
