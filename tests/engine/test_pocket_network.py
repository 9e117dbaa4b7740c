from dataclasses import replace

import pytest
import torch

from zoetrope.engine.families.pocket.layers import PART, attention
from zoetrope.engine.families.pocket.layout import Layout, layout
from zoetrope.engine.families.pocket.network import NetworkConfig, PocketNetwork
from zoetrope.engine.families.pocket.text import PAD, TextConfig, Tokeniser
from zoetrope.engine.families.pocket.words import Lexicon

TINY = NetworkConfig(
    TextConfig(entries=60, width=64, layers=1, length=8), video_channels=8, sound_channels=8, width=64, layers=2
)
VIDEO, SOUND = 3 * 2 * 3, 10


@pytest.fixture(scope="module")
def network() -> PocketNetwork:
    torch.manual_seed(0)
    made = PocketNetwork(TINY).eval().requires_grad_(False)
    for name, weight in made.named_parameters():
        if name.endswith("_out.weight") or "modulation.weight" in name:
            torch.nn.init.normal_(weight, std=0.2)
    return made


def predict(network: PocketNetwork, laid: Layout, video: torch.Tensor, sound: torch.Tensor) -> torch.Tensor:
    level = (laid.rank == laid.rank.max()).long()
    made = network(
        video,
        sound,
        prepared=network.prepare(laid),
        sigmas=torch.tensor([[0.0, 0.7]]),
        level=level,
        context=network.text(torch.tensor([[3, 4, PAD, PAD, PAD, PAD, PAD, PAD]])),
    )
    return torch.cat(made, dim=1)


def tokens(seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(1, VIDEO, 8, generator=generator), torch.randn(1, SOUND, 8, generator=generator)


def test_lower_ranks_do_not_see_higher_ones(network: PocketNetwork) -> None:
    rank = torch.cat([torch.arange(3).repeat_interleave(6), torch.ones(SOUND, dtype=torch.long)])
    laid = layout(3, 2, 3, SOUND, rank=rank)
    (video, sound), (other, _) = tokens(0), tokens(1)
    changed = video.clone()
    changed[:, 12:] = other[:, 12:]
    before, after = predict(network, laid, video, sound), predict(network, laid, changed, sound)
    torch.testing.assert_close(before[:, :12], after[:, :12])
    torch.testing.assert_close(before[:, VIDEO:], after[:, VIDEO:])
    assert not torch.allclose(before[:, 12:18], after[:, 12:18])


def test_higher_ranks_see_lower_ones(network: PocketNetwork) -> None:
    rank = torch.cat([torch.arange(3).repeat_interleave(6), torch.ones(SOUND, dtype=torch.long)])
    laid = layout(3, 2, 3, SOUND, rank=rank)
    (video, sound), (other, _) = tokens(0), tokens(1)
    changed = torch.cat([other[:, :6], video[:, 6:]], dim=1)
    before, after = predict(network, laid, video, sound), predict(network, laid, changed, sound)
    assert not torch.allclose(before[:, 12:18], after[:, 12:18])
    assert not torch.allclose(before[:, VIDEO:], after[:, VIDEO:])


def test_one_rank_in_any_order_of_tokens_is_full_attention(network: PocketNetwork) -> None:
    laid = layout(3, 2, 3, SOUND)
    one = predict(network, laid, *tokens(0))
    lifted = replace(laid, rank=laid.rank + 5)
    torch.testing.assert_close(one, predict(network, lifted, *tokens(0)))


def test_remembered_text_gives_the_same_velocities(network: PocketNetwork) -> None:
    laid = layout(3, 2, 3, SOUND)
    context = network.text(torch.tensor([[5, 6, 7, PAD, PAD, PAD, PAD, PAD]]))
    arguments = {
        "prepared": network.prepare(laid),
        "sigmas": torch.tensor([[0.5]]),
        "level": torch.zeros(VIDEO + SOUND, dtype=torch.long),
        "context": context,
    }
    video, sound = tokens(2)
    fresh = network(video, sound, **arguments)
    kept = network(video, sound, **arguments, memory=network.remember(context))
    for one, other in zip(fresh, kept, strict=True):
        assert torch.equal(one, other)


def test_keyframes_lie_beside_the_grid_at_their_own_time() -> None:
    laid = layout(3, 2, 3, SOUND, keyframe_seconds=(0.75,))
    assert laid.video == VIDEO + 6
    assert laid.place[VIDEO : VIDEO + 6, 0].unique().tolist() == [0.75]
    assert laid.place[0, 0] == 0
    assert laid.place[6, 0] == pytest.approx(3.5 / 12)


def test_words_and_characters_have_numbers_and_strangers_share_slots() -> None:
    read = Tokeniser(Lexicon(frozenset({"red", "ball"}), frozenset("红球")))
    numbers = read(["A red ball!", "红色的球 ball", ""], 6)
    assert numbers.shape == (3, 6)
    assert numbers[0, 1] == read.numbers["red"]
    assert (numbers[1] == read.numbers["ball"]).any()
    assert numbers[2].tolist() == [PAD] * 6
    assert (numbers < read.entries).all()


def test_attention_in_parts_is_attention() -> None:
    generator = torch.Generator().manual_seed(2)
    query, key, value = (
        torch.randn(2, 3, n, 16, generator=generator, dtype=torch.bfloat16) for n in (PART + 70, PART + 90, PART + 90)
    )
    with torch.inference_mode():
        made = attention(query, key, value)
    true = torch.nn.functional.scaled_dot_product_attention(query.float(), key.float(), value.float())
    assert (made.float() - true).abs().max() < 0.02  # scores and weights are rounded to 8 bits


def test_a_mask_hides_what_runs_hide(network: PocketNetwork) -> None:
    laid = layout(3, 2, 3, SOUND)
    laid = replace(laid, rank=torch.randint(3, (len(laid.rank),), generator=torch.Generator().manual_seed(4)))
    video, sound = tokens(5)
    told = {
        "sigmas": torch.tensor([[0.0, 0.4, 0.7]]),
        "level": laid.rank,
        "context": network.text(torch.tensor([[3, 4, PAD, PAD, PAD, PAD, PAD, PAD]])),
    }
    in_runs = network(video, sound, prepared=network.prepare(laid), **told)
    masked = network(video, sound, prepared=network.prepare(laid, masked=True), **told)
    for run, mask in zip(in_runs, masked, strict=True):
        torch.testing.assert_close(run, mask, rtol=1e-4, atol=1e-4)
