"""HunyuanVideo 1.5's second pass, from a folder as it is published, against diffusers' network walked by hand.

The network and the upsampler are saved under their authors' names of tensors, configs and folders. Tolerance: float32,
where the padding of the text is left out. The authors' own pipeline of super-resolution was compared apart: it needs
packages that are not here.
"""

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from alike import LATENTS
from einops import rearrange
from open_checkpoints import diffusers
from safetensors.torch import save_file
from tiny_hunyuan import CHANNELS, SIGHT, TEXT, tiny_hunyuan

from zoetrope.core.conditions import Keyframe
from zoetrope.core.errors import InvalidRequest, WeightsError
from zoetrope.core.request import Request
from zoetrope.engine.checkpoints.folder import describe_folder
from zoetrope.engine.denoise import denoise
from zoetrope.engine.families.hunyuan.refining import covering
from zoetrope.engine.families.hunyuan.text import read_prompts
from zoetrope.engine.families.hunyuan.upsamplers import SRTo720pUpsampler, SRTo1080pUpsampler
from zoetrope.engine.families.opening import family_of
from zoetrope.engine.generate import generate
from zoetrope.engine.guidance import guided
from zoetrope.engine.memory.budget import settle_plan
from zoetrope.engine.memory.machine import card
from zoetrope.engine.noise import draw, seeds_of
from zoetrope.engine.numerics import Numerics

PROMPT = 'a red boat "Nina" on a lake'
CONFIG = {
    "_class_name": "HunyuanVideo_1_5_DiffusionTransformer",
    "concat_condition": False,
    "heads_num": 2,
    "hidden_size": 32,
    "ideal_resolution": "720p",
    "ideal_task": None,
    "in_channels": 3 * CHANNELS + 2,
    "mlp_width_ratio": 4,
    "mm_double_blocks_depth": 2,
    "out_channels": CHANNELS,
    "patch_size": [1, 1, 1],
    "rope_dim_list": [4, 6, 6],
    "rope_theta": 256,
    "text_states_dim": TEXT,
    "use_meanflow": True,
    "vision_states_dim": SIGHT,
}
# Tensors of diffusers, and what their authors call them.
AUTHORS = (
    ("time_embed.timestep_embedder_r.linear_1", "time_r_in.mlp.0"),
    ("time_embed.timestep_embedder_r.linear_2", "time_r_in.mlp.2"),
    ("time_embed.timestep_embedder.linear_1", "time_in.mlp.0"),
    ("time_embed.timestep_embedder.linear_2", "time_in.mlp.2"),
    ("context_embedder.time_text_embed.timestep_embedder.linear_1", "txt_in.t_embedder.mlp.0"),
    ("context_embedder.time_text_embed.timestep_embedder.linear_2", "txt_in.t_embedder.mlp.2"),
    ("context_embedder.time_text_embed.text_embedder", "txt_in.c_embedder"),
    ("context_embedder.proj_in", "txt_in.input_embedder"),
    ("context_embedder.token_refiner.refiner_blocks", "txt_in.individual_token_refiner.blocks"),
    ("context_embedder_2.norm", "byt5_in.layernorm"),
    ("context_embedder_2.linear_", "byt5_in.fc"),
    ("image_embedder.norm_in", "vision_in.proj.0"),
    ("image_embedder.linear_1", "vision_in.proj.1"),
    ("image_embedder.linear_2", "vision_in.proj.3"),
    ("image_embedder.norm_out", "vision_in.proj.4"),
    ("x_embedder", "img_in"),
    ("cond_type_embed", "cond_type_embedding"),
    ("proj_out", "final_layer.linear"),
)
OF_BLOCKS = (
    ("norm1_context", "txt_mod"),
    ("norm1", "img_mod"),
    ("attn.to_out.0", "img_attn_proj"),
    ("attn.to_add_out", "txt_attn_proj"),
    ("attn.norm_added_", "txt_attn_@_norm"),
    ("attn.norm_", "img_attn_@_norm"),
    ("attn.add_", "txt_attn_"),
    ("attn.to_", "img_attn_"),
    ("ff_context.net.0.proj", "txt_mlp.fc1"),
    ("ff_context.net.2", "txt_mlp.fc2"),
    ("ff.net.0.proj", "img_mlp.fc1"),
    ("ff.net.2", "img_mlp.fc2"),
)


def published(network: Any) -> dict[str, torch.Tensor]:
    """A network's tensors as its authors write them."""
    found, state = {}, dict(network.state_dict())
    for refiner in range(2):
        inside = f"context_embedder.token_refiner.refiner_blocks.{refiner}"
        theirs = f"txt_in.individual_token_refiner.blocks.{refiner}"
        for leaf in ("weight", "bias"):
            fused = [state.pop(f"{inside}.attn.to_{letter}.{leaf}") for letter in "qkv"]
            found[f"{theirs}.self_attn_qkv.{leaf}"] = torch.cat(fused)
            for name, other in (
                ("attn.to_out.0", "self_attn_proj"),
                ("ff.net.0.proj", "mlp.fc1"),
                ("ff.net.2", "mlp.fc2"),
                ("norm_out.linear", "adaLN_modulation.1"),
            ):
                found[f"{theirs}.{other}.{leaf}"] = state.pop(f"{inside}.{name}.{leaf}")
    for leaf in ("weight", "bias"):
        scale, shift = state.pop(f"norm_out.linear.{leaf}").chunk(2)
        found[f"final_layer.adaLN_modulation.1.{leaf}"] = torch.cat([shift, scale])
    return found | {_renamed(name): tensor.contiguous() for name, tensor in state.items()}


def _renamed(name: str) -> str:
    if not name.startswith("transformer_blocks."):
        ours, theirs = next(pair for pair in AUTHORS if name.startswith(pair[0]))
        return theirs + name.removeprefix(ours)
    _, number, rest = name.split(".", 2)
    ours, theirs = next(pair for pair in OF_BLOCKS if rest.startswith(pair[0]))
    tail = rest.removeprefix(ours)
    if "@" in theirs:
        return f"double_blocks.{number}.{theirs.replace('@', tail[0])}{tail[1:]}"
    return f"double_blocks.{number}.{theirs}{tail.replace('_proj', '')}"


class Tiny:
    """A checkpoint of 480 or of 720 rows, with the second pass that goes with it, saved as it is published."""

    def __init__(self, folder: Path, low: bool) -> None:
        self.folder, self.name = folder, "720p_sr_distilled" if low else "1080p_sr_distilled"
        self.pipeline = tiny_hunyuan(picture=True, glyphs=1472, target=640 if low else 960, guidance=1.0)
        self.pipeline.save_pretrained(folder)
        torch.manual_seed(5)
        self.network = diffusers.HunyuanVideo15Transformer3DModel(
            in_channels=3 * CHANNELS + 2,
            out_channels=CHANNELS,
            num_attention_heads=2,
            attention_head_dim=16,
            num_layers=2,
            text_embed_dim=TEXT,
            image_embed_dim=SIGHT,
            rope_axes_dim=(4, 6, 6),
            use_meanflow=True,
        ).eval()
        torch.nn.init.normal_(self.network.cond_type_embed.weight, std=0.5)
        self._write("transformer", CONFIG, published(self.network))
        kind = SRTo720pUpsampler if low else SRTo1080pUpsampler
        settings = (
            {"in_channels": CHANNELS, "out_channels": CHANNELS, "hidden_channels": 8, "num_blocks": 2}
            if low
            else {"z_channels": CHANNELS, "out_channels": CHANNELS, "block_out_channels": (8, 16), "num_res_blocks": 1}
        )
        self.upsampler = kind(**settings).eval()
        config = settings | {"_class_name": kind.__name__}
        self._write("upsampler", config, {key: each.contiguous() for key, each in self.upsampler.state_dict().items()})
        self.family: Any = family_of(describe_folder(folder))
        self.loaded: Any = self.family.load(Numerics("cpu", torch.float32))

    def _write(self, part: str, config: dict[str, Any], tensors: dict[str, torch.Tensor]) -> None:
        place = self.folder / part / self.name
        place.mkdir(parents=True)
        (place / "config.json").write_text(json.dumps(config))
        save_file(tensors, place / "diffusion_pytorch_model.safetensors")

    def request(self, **more) -> Request:
        asked = {"size": "96x64", "seed": 1, "steps": 2, "guidance": 1.0, "sound": False, "preset": "upscaled"} | more
        width, height = map(int, asked["size"].split("x"))
        asked["conditions"] = (Keyframe("first", more.pop("picture", picture(height, width))),)
        asked.pop("picture", None)
        request = Request(PROMPT, seconds=Fraction(5, 24), **asked)
        self.family.check(request)
        return request

    def walked(self, canvas, request: Request, number: int):
        walk = self.loaded.walk(request, self.family.presets["upscaled"], canvas, number)
        return denoise(guided(self.loaded.branches(request, canvas), walk.guider), canvas, walk.sigmas, step=walk.step)


def picture(height: int, width: int) -> np.ndarray:
    return np.random.default_rng(1).integers(0, 256, (height, width, 3), dtype=np.uint8)


def spread(canvas, tokens: torch.Tensor) -> torch.Tensor:
    count, rows, columns = canvas.grid
    return rearrange(tokens, "(f r w) c -> 1 c f r w", f=count, r=rows, w=columns)


@pytest.fixture(scope="module", params=["480p", "720p"])
def tiny(request, tmp_path_factory) -> Tiny:
    return Tiny(tmp_path_factory.mktemp(request.param), request.param == "480p")


def second_by_hand(made: Tiny, request: Request, done, second) -> torch.Tensor:
    """The second pass by diffusers' own forward call, as the authors' pipeline walks it."""
    said = read_prompts(made.loaded.parts, [PROMPT], made.family.descriptor.identity)[0]
    seen = picture(64, 96)
    sight = made.loaded._look(seen)
    with made.loaded.parts["codec"].resident() as codec:
        pixels = torch.from_numpy(seen).float().permute(2, 0, 1)[None, :, None] / 127.5 - 1
        first = codec.encode(pixels).latent_dist.mode() * codec.config.scaling_factor
    count, rows, columns = second.grid
    latent = spread(second, second.video.latent)
    given = torch.zeros(1, CHANNELS + 1, count, rows, columns)
    given[:, :CHANNELS, :1], given[:, CHANNELS, :1] = first, 1
    frames = spread(done, done.video.latent)[0].transpose(0, 1)
    larger = torch.nn.functional.interpolate(frames, (rows, columns), mode="bilinear", align_corners=False)
    larger = made.upsampler(larger.transpose(0, 1)[None])
    noise = draw(second.video.latent.shape, seeds_of(request).named("pass", "1").named("noise", "told"))
    told = torch.cat([0.3 * larger + 0.7 * spread(second, noise), torch.ones(1, 1, count, rows, columns)], 1)
    steps = 6 if made.name.startswith("720p") else 8
    scheduler = diffusers.FlowMatchEulerDiscreteScheduler(shift=2.0)
    scheduler.set_timesteps(sigmas=np.linspace(1, 0, steps + 1)[:-1].tolist())
    for number, level in enumerate(scheduler.timesteps):
        after = scheduler.timesteps[number + 1] if number + 1 < steps else torch.tensor(0.0)
        beside = told if level >= 700 else torch.zeros_like(told)
        velocity = made.network(
            torch.cat([latent, given, beside], 1),
            level[None],
            said["text"][None],
            torch.ones(1, len(said["text"])),
            timestep_r=after[None],
            encoder_hidden_states_2=said["glyphs"][None],
            encoder_attention_mask_2=torch.ones(1, len(said["glyphs"])),
            image_embeds=sight[None],
            return_dict=False,
        )[0]
        latent = scheduler.step(velocity, level, latent, return_dict=False)[0]
    return latent


@torch.no_grad()
def test_the_second_pass_is_the_network_walked_by_hand(tiny: Tiny) -> None:
    request = tiny.request()
    first = tiny.loaded.place(tiny.loaded.blank(request), request)
    assert first.grid == (2, 3, 4)
    done = tiny.walked(first, request, 0)
    second = tiny.loaded.next_pass(request, tiny.family.presets["upscaled"], done, 1)
    assert second.grid == (2, 4, 6)
    theirs = second_by_hand(tiny, request, done, second)
    finished = tiny.walked(second, request, 1)
    assert (spread(second, finished.video.latent) - theirs).abs().max() <= LATENTS
    assert tiny.loaded.next_pass(request, tiny.family.presets["upscaled"], finished, 2) is None


@torch.no_grad()
def test_the_first_pass_is_that_of_a_smaller_request(tiny: Tiny) -> None:
    seen = covering(picture(64, 96), 48, 64)
    large, small = tiny.request(), tiny.request(preset="standard", size="64x48", picture=seen)
    canvases = [tiny.loaded.place(tiny.loaded.blank(each), each) for each in (large, small)]
    assert torch.equal(canvases[0].beside, canvases[1].beside)
    one, other = (tiny.walked(canvas, each, 0) for canvas, each in zip(canvases, (large, small), strict=True))
    assert torch.equal(one.video.latent, other.video.latent)


def test_a_whole_request_comes_out_as_large_as_was_asked(tiny: Tiny) -> None:
    heard: list[Any] = []
    draft = generate(tiny.request(), on_event=heard.append, family=tiny.family)
    assert draft.frames.shape == (5, 64, 96, 3)


def test_more_pixels_than_one_pass_makes_want_the_second(tmp_path: Path) -> None:
    tiny = Tiny(tmp_path, low=False)
    tiny.request(size="1920x1072")
    with pytest.raises(InvalidRequest, match="'upscaled'"):
        tiny.request(size="1920x1072", preset="standard")
    low = Tiny(tmp_path / "low", low=True)
    with pytest.raises(InvalidRequest, match="1920x1072"):
        low.request(size="1920x1072")


def test_a_plan_counts_both_networks(tiny: Tiny) -> None:
    works = tiny.family.workload(tiny.request()).works
    networks = {work.part: (work.tokens, work.calls) for work in works if work.part.startswith("network")}
    assert networks == {"network": (24, 2), "network_fine": (48, 6 if tiny.name.startswith("720p") else 8)}
    plan = settle_plan(tiny.family, tiny.request(), card(24))
    assert {part.part for part in plan.parts} >= {"network", "network_fine"}


def test_without_a_second_pass_beside_there_is_no_preset_for_it(tiny: Tiny, tmp_path: Path) -> None:
    tiny.pipeline.save_pretrained(tmp_path)
    assert "upscaled" not in family_of(describe_folder(tmp_path)).presets


def test_a_config_that_says_too_little_is_refused(tiny: Tiny, tmp_path: Path) -> None:
    tiny.pipeline.save_pretrained(tmp_path)
    place = tmp_path / "transformer" / tiny.name
    place.mkdir()
    (place / "config.json").write_text(json.dumps({key: CONFIG[key] for key in CONFIG if key != "heads_num"}))
    with pytest.raises(WeightsError, match="heads_num"):
        describe_folder(tmp_path)


def test_a_picture_covers_a_size_around_its_middle() -> None:
    wide = np.zeros((40, 100, 3), np.uint8)
    wide[:, 45:55] = 255
    seen = covering(wide, 20, 20)
    assert seen.shape == (20, 20, 3)
    assert seen[10, 10].min() > 240
    assert seen[10, 0].max() < 5
    assert covering(seen, 20, 20) is seen
