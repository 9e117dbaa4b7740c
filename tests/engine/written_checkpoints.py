"""Small checkpoint folders and files, written without any library, for tests of what reads them. Needs no torch."""

import json
import math
import struct
from collections.abc import Mapping
from pathlib import Path

import numpy as np

INDEX = {
    "_class_name": "WanPipeline",
    "boundary_ratio": 0.875,
    "scheduler": ["diffusers", "UniPCMultistepScheduler"],
    "tokenizer": ["transformers", "T5TokenizerFast"],
    "text_encoder": ["transformers", "UMT5EncoderModel"],
    "transformer": ["diffusers", "WanTransformer3DModel"],
    "transformer_2": [None, None],
    "vae": ["diffusers", "AutoencoderKLWan"],
}


def write_json(path: Path, value: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value))
    return path


def write_tensors(path: Path, arrays: Mapping[str, np.ndarray], dtype: str = "F32", **facts: object) -> Path:
    """A safetensors file; BF16 is given as bits, uint16. `facts` replace what the header says of every tensor."""
    header, data = {}, b""
    for key, array in arrays.items():
        start, data = len(data), data + array.tobytes()
        header[key] = {"dtype": dtype, "shape": array.shape, "data_offsets": [start, len(data)]} | facts
    text = json.dumps(header).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)
    return path


def counted(*shape: int, start: float = 0) -> np.ndarray:
    """Numbers that differ from one another, float32."""
    return (np.arange(math.prod(shape), dtype=np.float32) + start).reshape(shape) / 8


def write_folder(path: Path, network: Mapping[str, np.ndarray] | None = None, config: Mapping | None = None) -> Path:
    """A folder whose network lies in two shards if none is given."""
    write_json(path / "model_index.json", INDEX)
    write_json(path / "scheduler" / "scheduler_config.json", {"flow_shift": 3.0})
    write_json(path / "tokenizer" / "tokenizer_config.json", {})
    for part, file in (("text_encoder", "model"), ("vae", "diffusion_pytorch_model")):
        write_json(path / part / "config.json", {"part": part})
        write_tensors(path / part / f"{file}.safetensors", {"weight": counted(2, 3)})
    write_json(path / "transformer" / "config.json", config or {"in_channels": 16})
    if network is not None:
        write_tensors(path / "transformer" / "diffusion_pytorch_model.safetensors", network)
        return path
    names = [f"diffusion_pytorch_model-0000{number}-of-00002.safetensors" for number in (1, 2)]
    write_tensors(path / "transformer" / names[0], {"a": counted(2, 3)})
    write_tensors(path / "transformer" / names[1], {"b": np.arange(4, dtype=np.uint16)}, "BF16")
    shards = {"a": names[0], "b": names[1]}
    write_json(path / "transformer" / "diffusion_pytorch_model.safetensors.index.json", {"weight_map": shards})
    return path


def as_pickle(folder: Path) -> None:
    """Let the codec's weights of a folder be of the kind that may run code."""
    file = folder / "vae" / "diffusion_pytorch_model.safetensors"
    file.rename(file.with_suffix(".bin"))
