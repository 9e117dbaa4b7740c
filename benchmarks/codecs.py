"""What the codecs that ship with pocket keep of fresh clips: pictures by style, onsets, spectra.

`python benchmarks/codecs.py [--clips N]`: rows of CARD.md. Knows no network.
"""

from __future__ import annotations

import argparse

import numpy as np
import torch

from zoetrope.engine.families.pocket.facts import POCKET
from zoetrope.engine.loading import loaded
from zoetrope.engine.numerics import Numerics
from zoetrope.evaluation.codecs import sound_card, video_card
from zoetrope.training.sound_report import report
from zoetrope.training.video_codec import to_signed


@torch.inference_mode()
def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--clips", type=int, default=20, help="of pictures; twice as many of sound")
    clips = asked.parse_args().clips
    parts = loaded(POCKET, Numerics("cpu", torch.float32))
    video, sound = parts.video_codec, parts.sound_codec  # pyright: ignore[reportAttributeAccessIssue]

    def seen(frames: np.ndarray) -> np.ndarray:
        made = video.decode(video.encode(to_signed(torch.from_numpy(frames)[None])))[0]
        return ((made.clamp(-1, 1) + 1) * 127.5).round().byte().permute(1, 2, 3, 0).numpy()

    def heard(samples: np.ndarray) -> np.ndarray:
        return sound.decode(sound.encode(torch.from_numpy(samples)[None]))[0].numpy()

    pictures, sounds = video_card(seen, clips=clips), sound_card(heard, clips=2 * clips)
    for row in (*pictures.rows, *sounds.rows):
        print(f"{row.name}: {row.text(row.measured)} (n = {row.n})", flush=True)
    print("picture codec by style:", ", ".join(f"{style} {value:.1f} dB" for style, value in pictures.by_style.items()))
    told = report(sound, 2 * clips)
    print(
        f"sound codec: {told.onset_share:.1%} of {told.onsets} clear contacts stay within 10 ms; spectra "
        f"{told.distance['all']:.2f} dB bin by bin, {told.smooth['all']:.2f} dB smoothed"
    )


if __name__ == "__main__":
    main()
