"""`--image`, `--reference`, `--sound`, `--control`, `--restyle`: what is given of a shot, from files to conditions."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from zoetrope.cli.clips import ReadClip, cut, fitted, lasting, read_clip
from zoetrope.cli.keyframes import read_keyframes
from zoetrope.cli.paths import Names, after_equals
from zoetrope.cli.shooting import Given
from zoetrope.core.agreement import CLOSE_UP, MOST_REFERENCES
from zoetrope.core.conditions import Control, Reference, ReferenceSound, Restyle, Soundtrack
from zoetrope.core.errors import InvalidRequest
from zoetrope.core.sizes import Size
from zoetrope.core.time import Clock, show_seconds

STILLS = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".avif"})
SOUNDS = frozenset({".wav", ".flac", ".mp3", ".ogg", ".opus", ".m4a", ".aac"})
HEARD = 10  # seconds of a sound that is referred to
PADDING = Fraction(1, 20)  # seconds that coders of sound may add to its end; more is a longer sound


@dataclass(frozen=True)
class Guides:
    """What tells of a shot beside its own pictures."""

    reference: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=FILE", help="What @NAME in the prompt is: a picture, a clip or a sound. Up to 12."),
        Names(after_equals),
    ] = None
    control: Annotated[
        list[str] | None,
        typer.Option(metavar="KIND=FILE", help="A clip that leads the shot: depth, edge, pose. Repeat for more."),
        Names(after_equals),
    ] = None


@dataclass(frozen=True)
class Inputs:
    """What is given of a shot as files."""

    guides: Guides
    image: Annotated[
        list[str] | None,
        typer.Option(metavar="FILE@TIME", help="A picture shown at a time: first, last or seconds. Repeat for more."),
        Names(),
    ] = None
    sound: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A voice or music that the picture is made to.")
    ] = None
    restyle: Annotated[Path | None, typer.Option(metavar="FILE", help="A clip that the shot is made out of.")] = None
    strength: Annotated[
        float | None, typer.Option(help="How little of it stays, up to 1.", show_default=str(Restyle.strength))
    ] = None


def read_inputs(asked: Inputs, seconds: Fraction, size: Size, clock: Clock) -> tuple[Given, ...]:
    """The conditions that the options stand for, fitted to the shot.

    Raises: InvalidRequest for what does not fit; MediaError for files that cannot be read.
    """
    if asked.strength is not None and asked.restyle is None:
        raise InvalidRequest("--strength was given without --restyle; name the clip that the shot is made out of.")
    return (
        *read_keyframes(asked.image or (), size),
        *read_guides(asked.guides, seconds, size, clock),
        *((_read_sound(asked.sound, seconds, clock),) if asked.sound else ()),
        *((_read_restyle(asked, asked.restyle, seconds, size, clock),) if asked.restyle else ()),
    )


def read_guides(asked: Guides, seconds: Fraction, size: Size, clock: Clock) -> tuple[Given, ...]:
    """References, and control clips fitted to the shot.

    Raises: InvalidRequest for what does not fit; MediaError for files that cannot be read.
    """
    return (
        *_read_references(asked.reference or (), clock),
        *_read_controls(asked.control or (), seconds, size, clock),
    )


def _read_references(written: Sequence[str], clock: Clock) -> Iterator[Given]:
    if len(written) > MOST_REFERENCES:
        raise InvalidRequest(f"{len(written)} references were given; a shot takes up to {MOST_REFERENCES}.")
    for each in written:
        name, file = _split("--reference", each, "hero=hero.png")
        name = name.removeprefix("@")
        if file.suffix.lower() in SOUNDS:
            yield Given(ReferenceSound(_heard(file, clock), name), file)
        else:
            yield from (Given(Reference(picture, name), file) for picture in _looks(file))


def _looks(file: Path) -> Iterator[np.ndarray]:
    """A picture itself; of a clip the frames in the middle and at the end."""
    from zoetrope.media.pictures import read_picture
    from zoetrope.media.readers import read_clip

    if file.suffix.lower() in STILLS:
        yield read_picture(file)
        return
    frames = read_clip(file).frames
    yield from frames[sorted({len(frames) // 2, len(frames) - 1})]


def _heard(file: Path, clock: Clock) -> np.ndarray:
    """The beginning of a sound."""
    from zoetrope.media.readers import read_sound

    return np.ascontiguousarray(read_sound(file, clock.sample_rate)[:, : HEARD * clock.sample_rate], np.float32)


def _read_sound(file: Path, seconds: Fraction, clock: Clock) -> Given:
    from zoetrope.media.readers import probe, read_sound

    _check_sound(file, probe(file).sound_seconds or Fraction(0), seconds)
    sound = read_sound(file, clock.sample_rate)
    _check_sound(file, Fraction(sound.shape[1], clock.sample_rate), seconds)
    return Given(Soundtrack(lasting(sound, clock.samples(seconds))), file)


def _check_sound(file: Path, lasts: Fraction, seconds: Fraction) -> None:
    if lasts > seconds + PADDING:
        raise InvalidRequest(
            f"the sound {file} lasts {show_seconds(lasts)} s, but the shot {show_seconds(seconds)} s; cut the sound, "
            "or ask for more seconds."
        )


def _read_controls(written: Sequence[str], seconds: Fraction, size: Size, clock: Clock) -> Iterator[Given]:
    for each in written:
        kind, file = _split("--control", each, "depth=layout.mp4")
        clip = _clip("control clip", file, seconds, None if kind == CLOSE_UP else size, clock)
        yield Given(Control(clip.frames, kind), file)


def _read_restyle(asked: Inputs, file: Path, seconds: Fraction, size: Size, clock: Clock) -> Given:
    """The clip with its own sound, unless another is given."""
    clip = _clip("clip to restyle", file, seconds, size, clock)
    strength = Restyle.strength if asked.strength is None else asked.strength
    return Given(Restyle(clip.frames, strength, None if asked.sound else clip.sound), file)


def _clip(what: str, file: Path, seconds: Fraction, size: Size | None, clock: Clock) -> ReadClip:
    """A clip that leads a whole shot, at a size or its own; what goes beyond the shot is left out."""
    clip = read_clip(file, clock)
    if len(clip.frames) < clock.frames(seconds):
        raise InvalidRequest(
            f"the {what} {file} lasts {show_seconds(clock.seconds_of(len(clip.frames)))} s, but the shot "
            f"{show_seconds(seconds)} s; give a longer clip, or ask for fewer seconds."
        )
    clip = cut(clip, seconds, clock)
    return clip if size is None else fitted(clip, size)


def _split(option: str, written: str, example: str) -> tuple[str, Path]:
    name, separator, file = written.partition("=")
    if not (separator and name.strip() and file):
        raise InvalidRequest(f"{option} was {written!r}; write it as {example}.")
    return name.strip(), Path(file)
