"""Single files of one part, and the facts that formats pack into them as tensors of bytes."""

import json
from pathlib import Path

import torch
from safetensors.torch import save_file

from zoetrope.engine.families.descriptor import PartFiles


def write(path: Path, tensors: dict[str, torch.Tensor]) -> PartFiles:
    save_file({key: tensor.contiguous() for key, tensor in tensors.items()}, path)
    return PartFiles("network", "Linear", "diffusers", files=(path,), layout="single")


def bytes_of(said: object) -> torch.Tensor:
    return torch.tensor(list(json.dumps(said).encode()), dtype=torch.uint8)
