from dataclasses import dataclass, replace
from fractions import Fraction
from threading import Event

import numpy as np
import pytest
import tiny_family
from tiny_family import Wide

from zoetrope.core.errors import Cancelled, InvalidRequest
from zoetrope.core.request import Request
from zoetrope.media.readers import read_clip
from zoetrope.release.credentials import read_credentials
from zoetrope.release.door import release
from zoetrope.render.house import open_house, time_of_making
from zoetrope.render.joining import Piece
from zoetrope.render.likeness import Likenesses
from zoetrope.render.longer import Parent, check_longer, make_longer
from zoetrope.render.making import making_of
from zoetrope.render.stretches import Longer, Maker, _gap, settled, whole
from zoetrope.render.terms import ALONE, Means, Terms, Watch

RNG = np.random.default_rng(0)
ASKED = Request("dark", size="48x32", seconds=2, seed=3, steps=2, guidance=1.0)


def clip(frames, size=(48, 32)):
    pixels = RNG.integers(0, 255, (frames, size[1], size[0], 3), np.uint8)
    return Piece(pixels, RNG.uniform(-0.2, 0.2, (2, frames * 2000)).astype(np.float32))


@pytest.mark.parametrize(
    ("way", "given", "places"),
    [("after", 1, (0,)), ("before", 1, (30,)), ("loop", 1, (0,)), ("bridge", 2, (0, 12 + 12))],
)
def test_given_pictures_stay_and_new_ones_stand_beside_them(way, given, places):
    clips = [clip(12) for _ in range(given)]
    new = 30 if way in ("after", "before") else 12
    maker = Maker(ASKED, tiny_family.Tiny())
    made = whole(maker, clips, Longer(way, Fraction(new, 12)))
    assert len(made.frames) == 12 * given + new
    assert made.sound.shape[1] == 2000 * len(made.frames)
    for each, place in zip(clips, places, strict=True):
        assert np.array_equal(made.frames[place : place + 12], each.frames)
        heard = made.sound[:, (place + 1) * 2000 : (place + 11) * 2000]
        assert np.array_equal(heard, each.sound[:, 2000 : 11 * 2000])


def test_a_shot_between_two_pieces_is_given_both_in_whole_latents():
    first, second = clip(12), clip(12)
    clock = tiny_family.LIMITS.clock
    region = _gap(first, second, (7, 11, 7), clock)
    assert np.array_equal(region.frames[:7], first.frames[-7:])
    assert np.array_equal(region.frames[18:], second.frames[:7])
    assert region.mask[:, 0, 0].tolist() == [False] * 7 + [True] * 11 + [False] * 7
    assert region.sound is not None
    assert region.sound_mask is not None
    kept = ~region.sound_mask
    assert np.array_equal(
        region.sound[:, : 7 * 2000][:, kept[: 7 * 2000]], first.sound[:, -7 * 2000 :][:, kept[:14000]]
    )
    assert int(region.sound_mask.argmax()) % clock.samples_per_latent == 0
    assert not region.sound_mask[: 13 * 960].any()
    assert not region.sound_mask[-6 * 2000 :].any()


def test_what_one_shot_cannot_hold_and_clips_that_are_too_short_are_refused(tmp_path):
    parent = Parent(clip(12), tmp_path / "a.mp4")
    with pytest.raises(InvalidRequest, match=r"up to 1\.333 s"):
        check_longer(Longer("loop", Fraction(3, 2)), [parent], tiny_family.LIMITS)
    with pytest.raises(InvalidRequest, match="7 or more"):
        check_longer(Longer("after", Fraction(1)), [Parent(clip(6), tmp_path / "b.mp4")], tiny_family.LIMITS)
    with pytest.raises(InvalidRequest, match="no seconds"):
        check_longer(Longer("after", Fraction(0)), [parent], tiny_family.LIMITS)


def test_more_than_fits_into_memory_is_refused_with_what_does(tmp_path):
    parent = Parent(clip(12), tmp_path / "a.mp4")
    with pytest.raises(InvalidRequest, match=r"GB are free; ask for up to \d+ s, or for an endless stream"):
        check_longer(Longer("after", Fraction(10**12)), [parent], tiny_family.LIMITS)
    check_longer(Longer("after", Fraction(60)), [parent], tiny_family.LIMITS)


@dataclass(frozen=True)
class Scoring(tiny_family.Tiny):
    """The tiny family with a taste for one seed."""

    liked: int = 5

    def score(self, checkpoint, request):
        return -abs(request.seed - self.liked)


@pytest.mark.parametrize("way", ["before", "loop", "bridge"])
def test_the_best_of_several_seeds_makes_what_is_new_in_one_shot(way):
    clips, longer, family = [clip(12), clip(12)][: 1 + (way == "bridge")], Longer(way, Fraction(1)), Scoring()
    maker = Maker(replace(ASKED, best_of=4), family)
    chosen = settled(maker, clips, longer)
    assert (chosen.request.seed, chosen.request.best_of) == (5, 1)
    alone = Maker(replace(ASKED, seed=5), family)
    assert np.array_equal(whole(chosen, clips, longer).frames, whole(alone, clips, longer).frames)


def test_a_kept_bridge_goes_on_where_it_stood(tmp_path):
    clips, longer, cancel = [clip(12), clip(12)], Longer("bridge", Fraction(1)), Event()
    left = Maker(ASKED, tiny_family.Tiny(), Watch(lambda _: cancel.set(), cancel), kept_in=tmp_path / "kept")
    with pytest.raises(Cancelled):
        whole(left, clips, longer)
    assert (tmp_path / "kept").exists()
    again = whole(replace(left, watch=ALONE), clips, longer)
    assert np.array_equal(again.frames, whole(replace(left, watch=ALONE), clips, longer).frames)
    assert not (tmp_path / "kept").exists()


def test_what_is_made_chunk_by_chunk_has_neither(tmp_path):
    parents = [Parent(clip(12), tmp_path / "a.mp4")]
    for longer in (Longer("after", Fraction(1)), Longer("before", Fraction(3))):
        with pytest.raises(InvalidRequest, match="are for one shot: a bridge, a loop"):
            check_longer(longer, parents, tiny_family.LIMITS, alone=True)
    check_longer(Longer("before", Fraction(1)), parents, tiny_family.LIMITS, alone=True)


def test_the_whole_leaves_by_the_door_with_its_parent_named(tmp_path, home):
    environment = {"ZOETROPE_HOME": str(home)}
    policy, when = open_house(environment), time_of_making({})
    path, asked = tmp_path / "a.mp4", replace(ASKED, size="256x144")
    given = clip(12, (256, 144))
    release(path, making_of(asked, when), policy, frames=given.frames, sound=given.sound)
    _, asset = make_longer(
        tmp_path / "b.mp4",
        asked,
        [Parent(given, path)],
        Longer("after", Fraction(1)),
        Terms(policy, Likenesses(home, "nobody")),
        Means(Wide()),
    )
    assert len(read_clip(asset.path).frames) == 24
    assert [each.title for each in asset.making.ingredients] == ["a.mp4"]
    assert asset.making.ingredients[0].relation == "parent"
    assert read_credentials(asset.path, policy.signer.anchors).whole
