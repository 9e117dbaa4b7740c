"""LoRAs of every common spelling over small networks: what they add, to whom, and which are refused."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn
from written_checkpoints import write_tensors

from zoetrope.core.errors import WeightsError
from zoetrope.core.request import Adapter
from zoetrope.engine.adapters.files import check_adapters, identity_of, open_adapter
from zoetrope.engine.adapters.laying import adapted
from zoetrope.engine.memory.plan import Precision
from zoetrope.engine.memory.quantise import quantise

WIDTH, RANK = 6, 2
# One layer of each network: as diffusers calls it, as its authors do, and as kohya's programs do.
SPELLINGS = {
    "wan": ("blocks.1.attn1.to_q", "blocks.1.self_attn.q", "blocks_1_self_attn_q"),
    "wan-image": ("blocks.0.attn2.add_k_proj", "blocks.0.cross_attn.k_img", "blocks_0_cross_attn_k_img"),
    "wan-ffn": ("blocks.0.ffn.net.0.proj", "blocks.0.ffn.0", "blocks_0_ffn_0"),
    "ltx": ("transformer_blocks.0.attn1.to_out.0", "transformer_blocks.0.attn1.to_out.0", None),
    "ltx2": ("transformer_blocks.0.audio_attn1.to_q", "transformer_blocks.0.audio_attn1.to_q", None),
    "hunyuan": ("transformer_blocks.0.attn.to_q", "double_blocks.0.img_attn_q", "double_blocks_0_img_attn_q"),
    "hunyuan-text": (
        "transformer_blocks.0.attn.add_v_proj",
        "double_blocks.0.txt_attn_v",
        "double_blocks_0_txt_attn_v",
    ),
}


class Tree(nn.Module):
    """Linear layers under dotted names, called one after the other."""

    def __init__(self, *names: str) -> None:
        super().__init__()
        self.names = names
        torch.manual_seed(0)
        for name in names:
            owner: nn.Module = self
            *path, leaf = name.split(".")
            for step in path:
                if not hasattr(owner, step):
                    owner.add_module(step, nn.Module())
                owner = getattr(owner, step)
            owner.add_module(leaf, nn.Linear(WIDTH, WIDTH))

    def forward(self, given: torch.Tensor) -> torch.Tensor:
        for name in self.names:
            given = self.get_submodule(name)(given)
        return given


def matrices(seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    drawn = np.random.default_rng(seed)
    return drawn.normal(size=(RANK, WIDTH)).astype("f4"), drawn.normal(size=(WIDTH, RANK)).astype("f4")


def write_peft(path: Path, layer: str, seed: int = 0, prefix: str = "transformer.") -> Path:
    down, up = matrices(seed)
    return write_tensors(path, {f"{prefix}{layer}.lora_A.weight": down, f"{prefix}{layer}.lora_B.weight": up})


def written(folder: Path, network: str) -> dict[str, Path]:
    """The same LoRA as each program writes it; those that write an alpha have it at half the rank."""
    ours, authors, kohya = SPELLINGS[network]
    down, up = matrices()
    kohya = kohya or ours.replace(".", "_")
    half = {"alpha": np.array(RANK / 2, "f4"), "down": down * 2, "up": up}
    files = {
        "peft": {f"transformer.{ours}.lora_A.weight": down, f"transformer.{ours}.lora_B.weight": up},
        "comfy": {f"diffusion_model.{authors}.lora_down.weight": down, f"diffusion_model.{authors}.lora_up.weight": up},
        "plain": {f"{authors}.lora_A.default.weight": down, f"{authors}.lora_B.default.weight": up},
        "musubi": {
            f"lora_unet_{kohya}.alpha": half["alpha"],
            f"lora_unet_{kohya}.lora_down.weight": half["down"],
            f"lora_unet_{kohya}.lora_up.weight": half["up"],
        },
        "underscored": {
            f"lora_unet_{ours.replace('.', '_')}.lora_down.weight": down[..., None, None],
            f"lora_unet_{ours.replace('.', '_')}.lora_up.weight": up[..., None, None],
        },
    }
    return {name: write_tensors(folder / f"{name}.safetensors", tensors) for name, tensors in files.items()}


def merged(network: Tree, layer: str, *additions: tuple[float, int]) -> Tree:
    """A copy whose weights have the products added by hand; additions are strengths and seeds."""
    copy = Tree(*network.names)
    with torch.no_grad():
        for strength, seed in additions:
            down, up = map(torch.from_numpy, matrices(seed))
            copy.get_submodule(layer).weight += strength * (up @ down)
    return copy


@torch.inference_mode()
def computed(network: nn.Module, *adapters: Adapter, part: str = "network", experts: bool = False) -> torch.Tensor:
    given = torch.linspace(-1, 1, 3 * WIDTH).reshape(3, WIDTH)
    with adapted(network, adapters, part, experts=experts):
        return network(given)


@pytest.mark.parametrize("network", SPELLINGS)
def test_every_spelling_is_the_merge_by_hand(tmp_path: Path, network: str):
    layer = SPELLINGS[network][0]
    tree = Tree(layer)
    expected = computed(merged(tree, layer, (0.7, 0)))
    for name, path in written(tmp_path, network).items():
        found = computed(tree, Adapter(str(path), 0.7))
        assert torch.allclose(found, expected, atol=1e-5), name
        assert open_adapter(str(path)).network == network.partition("-")[0], name


def test_stacking_adds_and_swapping_leaves_nothing(tmp_path: Path):
    layer = "blocks.0.attn1.to_q"
    tree = Tree(layer, "blocks.0.attn1.to_k")
    first, second = (write_peft(tmp_path / f"{seed}.safetensors", layer, seed) for seed in (1, 2))
    plain = computed(tree)
    one, two = Adapter(str(first), 0.5), Adapter(str(second), -1.5)
    both = computed(tree, one, two)
    assert torch.allclose(both, computed(merged(tree, layer, (0.5, 1), (-1.5, 2))), atol=1e-5)
    assert torch.allclose(computed(tree, two), computed(merged(tree, layer, (-1.5, 2))), atol=1e-5)
    assert torch.equal(computed(tree), plain)
    assert torch.equal(computed(tree, one, two), both)


def test_requests_in_other_threads_hear_nothing(tmp_path: Path):
    layer = "blocks.0.attn1.to_q"
    tree = Tree(layer)
    path = write_peft(tmp_path / "a.safetensors", layer)
    plain = computed(tree)
    given = torch.linspace(-1, 1, 3 * WIDTH).reshape(3, WIDTH)
    with torch.inference_mode(), adapted(tree, (Adapter(str(path)),), "network"):
        with ThreadPoolExecutor(1) as pool:
            assert torch.equal(pool.submit(computed, tree).result(), plain)
        assert not torch.equal(tree(given), plain)


def test_a_file_that_changed_is_read_again(tmp_path: Path):
    layer = "blocks.0.attn1.to_q"
    tree, path = Tree(layer), tmp_path / "a.safetensors"
    before = computed(tree, Adapter(str(write_peft(path, layer, 1))))
    stood = identity_of([Adapter(str(path))])
    write_tensors(path, {"README": np.zeros(3, "f4")})
    write_peft(path, layer, 2)
    assert not torch.equal(computed(tree, Adapter(str(path))), before)
    assert identity_of([Adapter(str(path))]) != stood
    assert identity_of([]) == ""


def test_packed_layers_take_adapters_too(tmp_path: Path):
    layer = "blocks.0.attn1.to_q"
    tree = nn.Module()
    tree.add_module("blocks", Tree("0.attn1.to_q"))
    path = write_peft(tmp_path / "a.safetensors", layer)
    given = torch.linspace(-1, 1, 3 * WIDTH).reshape(3, WIDTH)
    quantise(tree, Precision.INT8, torch.float32)
    with torch.inference_mode():
        plain = tree.get_submodule(layer)(given)
        with adapted(tree, (Adapter(str(path)),), "network"):
            found = tree.get_submodule(layer)(given)
    down, up = map(torch.from_numpy, matrices())
    assert torch.allclose(found, plain + given @ down.T @ up.T, atol=1e-5)


def test_whole_differences_and_biases_are_added(tmp_path: Path):
    layer = "blocks.0.attn1.to_q"
    tree, change, bias = Tree(layer), np.eye(WIDTH, dtype="f4"), np.arange(WIDTH, dtype="f4")
    path = write_tensors(
        tmp_path / "a.safetensors",
        {
            "diffusion_model.blocks.0.self_attn.q.diff": change,
            "diffusion_model.blocks.0.self_attn.q.diff_b": bias,
            "diffusion_model.blocks.0.norm3.diff": np.zeros(WIDTH, "f4"),
        },
    )
    expected = Tree(layer)
    with torch.no_grad():
        expected.get_submodule(layer).weight += 2 * torch.from_numpy(change)
        expected.get_submodule(layer).bias += 2 * torch.from_numpy(bias)
    assert torch.allclose(computed(tree, Adapter(str(path), 2.0)), computed(expected), atol=1e-5)


def test_layers_that_authors_fuse_are_split(tmp_path: Path):
    down, _ = matrices()
    up = np.random.default_rng(1).normal(size=(3 * WIDTH, RANK)).astype("f4")
    name = "diffusion_model.double_blocks.0.img_attn_qkv"
    path = write_tensors(tmp_path / "a.safetensors", {f"{name}.lora_down.weight": down, f"{name}.lora_up.weight": up})
    layers = [f"transformer_blocks.0.attn.to_{letter}" for letter in "qkv"]
    expected = Tree(*layers)
    with torch.no_grad():
        for number, layer in enumerate(layers):
            rows = torch.from_numpy(up[number * WIDTH : (number + 1) * WIDTH])
            expected.get_submodule(layer).weight += rows @ torch.from_numpy(down)
    assert torch.allclose(computed(Tree(*layers), Adapter(str(path))), computed(expected), atol=1e-4)


@pytest.mark.parametrize(
    ("name", "expert", "prefix", "laid"),
    [
        ("style", "both", "transformer.", {"network", "network_low"}),
        ("style", "high", "transformer.", {"network"}),
        ("style", "low", "transformer.", {"network_low"}),
        ("style_low_noise", "both", "transformer.", {"network_low"}),
        ("style_HighNoise", "both", "transformer.", {"network"}),
        ("style_high_noise", "low", "transformer.", {"network_low"}),
        ("style", "both", "transformer_2.", {"network_low"}),
        ("slow", "both", "transformer.", {"network", "network_low"}),
    ],
)
def test_an_expert_takes_what_is_for_it(tmp_path: Path, name: str, expert: str, prefix: str, laid: set[str]):
    layer = "blocks.0.attn1.to_q"
    path = write_peft(tmp_path / f"{name}.safetensors", layer, prefix=prefix)
    adapter, tree = Adapter(str(path), expert=expert), Tree(layer)
    plain = computed(tree)
    changed = {
        part
        for part in ("network", "network_low")
        if not torch.equal(computed(tree, adapter, part=part, experts=True), plain)
    }
    assert changed == laid
    assert not torch.equal(computed(tree, adapter), plain)


DOWN, UP = matrices()


@pytest.mark.parametrize(
    ("tensors", "said"),
    [
        ({"transformer.blocks.0.attn1.to_q.lora_A.weight": DOWN}, "lacks the matrix up of blocks.0.attn1.to_q"),
        ({"blocks.0.self_attn.q.lokr_w1": DOWN}, "is a LoKr adapter"),
        ({"blocks.0.self_attn.q.hada_w1_a": DOWN}, "is a LoHa adapter"),
        ({"blocks.0.self_attn.q.dora_scale": DOWN}, "is a DoRA adapter"),
        ({"blocks.0.self_attn.q.weight": UP}, "which is no part of a LoRA"),
        ({"lora_te1_text_model.lora_down.weight": DOWN}, "changes the text encoder too"),
        ({"lora_unet_down_blocks_0_attentions_1.lora_down.weight": DOWN}, "a layer of no network that is known"),
        ({"down_blocks.0.to_q.lora_A.weight": DOWN, "down_blocks.0.to_q.lora_B.weight": UP}, "LoRA for no network"),
        (
            {
                "transformer.blocks.0.attn1.to_q.lora_A.weight": DOWN,
                "transformer.blocks.0.attn1.to_q.lora_B.weight": DOWN,
            },
            "which do not fit",
        ),
    ],
)
def test_what_is_no_lora_is_refused_in_one_sentence(tmp_path: Path, tensors: dict, said: str):
    path = write_tensors(tmp_path / "odd.safetensors", tensors)
    with pytest.raises(WeightsError, match=said) as error:
        open_adapter(str(path))
    assert str(path) in str(error.value)


def test_files_that_cannot_be_read_are_refused(tmp_path: Path):
    (tmp_path / "a.pt").write_bytes(b"\x80\x04.")
    cut = write_peft(tmp_path / "cut.safetensors", "blocks.0.attn1.to_q")
    cut.write_bytes(cut.read_bytes()[:-4])
    for name, said in (("a.pt", "is a pickle"), ("cut.safetensors", "is truncated"), ("none", "is missing")):
        with pytest.raises(WeightsError, match=said) as error:
            open_adapter(str(tmp_path / name))
        assert name in str(error.value)


def test_a_lora_of_another_family_or_size_is_refused_before_anything_loads(tmp_path: Path):
    wan = Adapter(str(write_peft(tmp_path / "wan.safetensors", "blocks.3.attn1.to_q")))
    ltx = Adapter(str(write_peft(tmp_path / "ltx.safetensors", "transformer_blocks.0.attn1.to_q")))
    check_adapters([wan], "wan", WIDTH, "wan2.1-t2v-1.3b")
    with pytest.raises(WeightsError, match=r"ltx\.safetensors is a LoRA for LTX-Video, and wan2.1 is Wan"):
        check_adapters([wan, ltx], "wan", WIDTH, "wan2.1")
    with pytest.raises(WeightsError, match=r"wan\.safetensors is a LoRA for a network of width 6, .* has 5120"):
        check_adapters([wan], "wan", 5120, "wan2.1-t2v-14b")


def test_layers_that_the_network_has_not_are_named(tmp_path: Path):
    tree = Tree("blocks.0.attn1.to_q")
    more = write_peft(tmp_path / "more.safetensors", "blocks.7.attn1.to_q")
    with pytest.raises(WeightsError, match=r"more\.safetensors changes blocks\.7\.attn1\.to_q, which Tree does not"):
        computed(tree, Adapter(str(more)))
    down = np.zeros((RANK, WIDTH + 1), "f4")
    name = "transformer.blocks.0.attn1.to_q"
    wide = write_tensors(tmp_path / "w.safetensors", {f"{name}.lora_A.weight": down, f"{name}.lora_B.weight": UP})
    with pytest.raises(WeightsError, match=r"w\.safetensors has \(2, 7\) for blocks\.0\.attn1\.to_q.*another size"):
        computed(tree, Adapter(str(wide)))
