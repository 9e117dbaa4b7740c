"""8-bit weights with scales beside them, as files for ComfyUI and the authors' own have them. Knows no network.

Beside `layer.weight` in float8 lies `layer.scale_weight` or `layer.weight_scale`: one number, or one for each row, that
its weights are multiplied by. `scale_input` and `input_scale` are for products in 8 bits and not needed, since inputs
stay as they are; `comfy_quant` says in JSON what a layer is; `scaled_fp8` marks a file. All else is refused.
Sources: github.com/Comfy-Org/ComfyUI (comfy/quant_ops.py), github.com/leejet/stable-diffusion.cpp pull request 1898.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from zoetrope.core.errors import WeightsError
from zoetrope.engine.checkpoints.headers import Entry

if TYPE_CHECKING:
    from torch import Tensor

KINDS = ("F8_E4M3", "F8_E5M2")
_SCALES = (".scale_weight", ".weight_scale")
_INPUTS = (".scale_input", ".input_scale")
_QUANT = ".comfy_quant"
_MARK = "scaled_fp8"
_FORMAT = "float8_e4m3fn"
_SAID = {"format", "full_precision_matrix_mult"}  # what `comfy_quant` may say; the latter is done here in any case
# Ends of names that belong to packings which are not read: other scales, GPTQ's, bitsandbytes' of 8 bits and codebooks.
_OTHERS = re.compile(
    r"\.(weight_scale_\w+|weight_scalar|weight_scales|scales|absmax|nested_absmax|quant_map|nested_quant_map|SCB"
    r"|bitsandbytes__\w+|qweight|qzeros|g_idx|weight_packed|weight_s_\w+|weight_codebook|weight_zero_point|\w+_quant)$"
)


def take_scales(entries: Mapping[str, Entry]) -> tuple[dict[str, Entry], dict[str, Entry]]:
    """The tensors of a network, and the scales of those that have one, by the same names.

    Raises: WeightsError with the first that is packed in another way.
    """
    plain: dict[str, Entry] = {}
    scales: dict[str, Entry] = {}
    for key, entry in entries.items():
        ending = next((each for each in (*_SCALES, *_INPUTS, _QUANT) if key.endswith(each)), None)
        weight = f"{key.removesuffix(ending)}.weight" if ending else key
        if ending in _SCALES:
            scales[weight] = _checked(key, entry, entries.get(weight))
        elif ending == _QUANT:
            _check_said(key, entry)
        elif ending is None and key.rpartition(".")[2] != _MARK:
            if _OTHERS.search(key):
                raise WeightsError(_refusal(entry, f"holds {key}"))
            plain[key] = entry
    return plain, scales


def read_scales(scale: Tensor, rows: int) -> Tensor:
    """What each row of weights is multiplied by. Shapes: scale of one number or of `rows`; out (rows, 1), float32."""
    return scale.float().reshape(-1, 1).expand(rows, 1)


def _checked(key: str, scale: Entry, weight: Entry | None) -> Entry:
    if weight is None:
        raise WeightsError(f"{scale.file} holds {key} without the weights that it scales; the file is incomplete.")
    if weight.dtype not in KINDS:
        raise WeightsError(_refusal(scale, f"scales weights of {weight.dtype} ({key})"))
    shapes = ((), (1,), (1, 1), weight.shape[:1], (*weight.shape[:1], 1))
    if scale.dtype not in ("F32", "F16", "BF16") or scale.shape not in shapes or len(weight.shape) != 2:
        raise WeightsError(_refusal(scale, f"scales {key} by {scale.dtype} of shape {scale.shape}"))
    return scale


def _check_said(key: str, entry: Entry) -> None:
    """Hold what a file says of a layer against what is read here. Raises: WeightsError."""
    try:
        with entry.file.open("rb") as file:
            file.seek(entry.start)
            said = json.loads(file.read(entry.nbytes))
        known = said.get("format") == _FORMAT and said.keys() <= _SAID
    except (ValueError, AttributeError) as error:
        raise WeightsError(f"{entry.file} has a {key} that cannot be read ({error}); get the file again.") from error
    if not known:
        raise WeightsError(_refusal(entry, f"packs {key.removesuffix(_QUANT)} as {json.dumps(said)}"))


def _refusal(entry: Entry, found: str) -> str:
    return (
        f"{entry.file} {found}, a packing that is not read here; take the bf16 file, one of 8-bit weights with a scale "
        "for each tensor or row (fp8_scaled), one of bitsandbytes in 4 bits, or a GGUF."
    )
