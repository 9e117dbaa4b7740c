"""Where and how precisely a network computes. Decided once per load; knows no network."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import torch

from zoetrope.core.errors import Unsupported
from zoetrope.engine.compiling import check_compiler
from zoetrope.engine.memory.plan import Precision, Wish

if TYPE_CHECKING:
    from zoetrope.engine.memory.plan import Plan


@dataclass(frozen=True)
class Numerics:
    """A device and the precision of the weights on it; canvases stay in float32 whatever it is.

    `plan` says which part lies where in which precision; None is everything on the device in `dtype`, but for the
    network's blocks, which are in int8, or compiled, if these are set.
    """

    device: str
    dtype: torch.dtype
    plan: Plan | None = None
    int8: bool = False
    compiled: bool = False

    @property
    def precision(self) -> str:
        """What weights are in, as people write it; two that differ in it make other bytes of one request."""
        if self.plan is not None:
            return ", ".join(f"{part.part} {part.precision}" for part in self.plan.parts)
        plain = {torch.float32: Precision.F32, torch.bfloat16: Precision.BF16}.get(self.dtype, str(self.dtype))
        return f"{Precision.INT8 if self.int8 else plain}{', compiled' if self.compiled else ''}"


def choose_numerics(
    device: str | None = None,
    dtype: torch.dtype | None = None,
    precision: Precision | None = None,
    *,
    compiled: bool = False,
) -> Numerics:
    """Take what was asked for, else the best of this machine.

    `precision` and `compiled` are for checkpoints that need no plan; see `heed`.
    Raises: Unsupported if the device is not there, and as `heed`.
    """
    if device is None:
        device = "cuda" if torch.cuda.is_available() else "cpu"
    kind = torch.device(device).type
    if kind == "cuda" and not torch.cuda.is_available():
        raise Unsupported(f"device {device} was asked for, but this machine has no CUDA device; use cpu.")
    return heed(Numerics(device, dtype or _native_dtype(kind)), Wish(precision, compiled=compiled))


def heed(numerics: Numerics, wish: Wish | None) -> Numerics:
    """Settle in which precision a checkpoint that needs no plan computes, and whether it is compiled.

    Raises: Unsupported for a precision that only large checkpoints gain by; and to compile without a compiler, or int8.
    """
    wish = wish or Wish()
    if wish.compiled:
        check_compiler(numerics.device)
        numerics = replace(numerics, compiled=True)
    if numerics.compiled and (numerics.int8 or wish.precision is Precision.INT8):
        raise Unsupported("int8 is not compiled, which took longer than int8 alone; leave one of the two out.")
    match wish.precision:
        case None:
            return numerics
        case Precision.F32:
            return replace(numerics, dtype=torch.float32)
        case Precision.BF16:
            return replace(numerics, dtype=torch.bfloat16)
        case Precision.INT8:
            return replace(numerics, int8=True)
        case other:
            raise Unsupported(f"precision {other} is for large open weights; this checkpoint takes f32, bf16 or int8.")


def _native_dtype(kind: str) -> torch.dtype:
    if kind == "cpu":
        return torch.bfloat16 if _cpu_multiplies_bfloat16() else torch.float32
    return torch.bfloat16


def _cpu_multiplies_bfloat16() -> bool:
    """Elsewhere bfloat16 products are emulated and slower than float32."""
    able = torch.cpu.get_capabilities()
    return bool(able.get("avx512_bf16") or able.get("amx_bf16") or able.get("bf16"))
