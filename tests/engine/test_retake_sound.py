"""A region may make a part of its sound anew: what is given to the canvas, and what comes back untouched."""

import numpy as np
import pytest
import torch
from tiny_family import Tiny

from zoetrope.core.conditions import Region
from zoetrope.core.errors import InvalidRequest
from zoetrope.core.request import Request
from zoetrope.engine.canvas import Canvas, blank_stream
from zoetrope.engine.families.pocket.facts import LIMITS
from zoetrope.engine.families.pocket.placing import Placer
from zoetrope.engine.families.pocket.sound_codec import SoundCodec, SoundCodecConfig
from zoetrope.engine.families.pocket.video_codec import VideoCodec, VideoCodecConfig
from zoetrope.engine.generate import generate

RATE = 24_000
SOUND = np.full((2, RATE), 0.5, np.float32)
NEW = np.zeros(RATE, bool)
NEW[6_000:12_000] = True


def region(size=(32, 48), sound=SOUND, new=NEW):
    mask = np.zeros((12, *size), bool)
    mask[3:6] = True
    return Region(np.zeros((12, *size, 3), np.uint8), mask, sound, new)


def heard(*conditions) -> np.ndarray:
    """The sound of a shot."""
    request = Request("bright", seconds=1, size="48x32", seed=1, conditions=conditions)
    sound = generate(request, family=Tiny()).sound
    assert sound is not None
    return sound


def test_latents_that_hold_new_sound_are_not_given() -> None:
    torch.manual_seed(0)
    video = VideoCodec(VideoCodecConfig()).eval()
    sound = SoundCodec(SoundCodecConfig(width=32, encoder_blocks=1, decoder_blocks=1)).eval()
    request = Request("a ball", seconds=1, size="96x80", seed=1, conditions=(region((80, 96)),))
    with torch.inference_mode():
        channels = sound.encode(torch.zeros(1, 2, 960)).shape[-1]
        seen = video.encode(torch.zeros(1, 3, 1, 80, 96)).shape[-1]
        blank = Canvas(
            blank_stream(torch.zeros(3 * 30, 3), seen),
            blank_stream(torch.zeros(25, 3), channels),
            blank_stream(torch.zeros(0, 3), seen),
            (3, 5, 6),
        )
        canvas = Placer(video, sound, LIMITS.clock).place(blank, request)
    # samples 6,000 to 11,999 lie in latents 6 (5,760 on) to 12 (up to 12,479)
    assert (~canvas.sound.given).nonzero().flatten().tolist() == list(range(6, 13))
    assert canvas.video.given.view(3, 30).all(1).tolist() == [True, False, True]


def test_sound_outside_the_mask_comes_back_and_new_sound_fades_in() -> None:
    made, plain = heard(region()), heard()
    np.testing.assert_array_equal(made[:, ~NEW], SOUND[:, ~NEW])
    np.testing.assert_allclose(made[:, 6_240:11_760], plain[:, 6_240:11_760], atol=1e-6)
    seams = np.abs(np.diff(made, axis=1))[:, [5_999, 11_999]]
    assert seams.max() < 0.01
    assert np.abs(plain[:, 6_000:12_000] - SOUND[:, 6_000:12_000]).min(0).max() > 0.2  # there was something to hide


def test_a_region_keeps_all_of_its_sound_where_no_part_is_new() -> None:
    np.testing.assert_array_equal(heard(region(new=None)), SOUND)


@pytest.mark.parametrize(("sound", "new"), [(None, NEW), (SOUND, NEW[1:]), (SOUND, NEW.astype(np.uint8))])
def test_masks_of_sound_that_fit_no_sound_are_refused(sound, new) -> None:
    with pytest.raises(InvalidRequest, match="sound"):
        region(sound=sound, new=new)
