"""Compiled blocks of a network: one graph for all sizes, kept on disk between processes. Knows no network.

Importing this loads no torch.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, cast

from zoetrope.core.errors import Unsupported

if TYPE_CHECKING:
    from torch import nn

KEPT = "TORCHINDUCTOR_CACHE_DIR"


def keep_compiled_in(folder: Path) -> None:
    """Keep from now on what is compiled in a folder, whence the next process takes it; a place the user set stays."""
    os.environ.setdefault(KEPT, str(folder))


def check_compiler(device: str) -> None:
    """Raises: Unsupported if nothing on this machine compiles for the device."""
    if device.startswith("cuda"):
        from torch.utils._triton import has_triton

        if not has_triton():
            raise Unsupported("compiling for a card needs Triton (pip install triton); install it, or do not compile.")
        return
    compiler = os.environ.get("CXX", "g++")
    if shutil.which(compiler) is None:
        raise Unsupported(
            f"compiling needs a C++ compiler, and there is no {compiler} here; install one (Debian, Ubuntu: apt-get "
            "install g++), name another by CXX, or do not compile."
        )


def compile_blocks(blocks: nn.ModuleList, backend: str = "inductor") -> None:
    """Compile equal blocks at their first use, all by one graph whose lengths and sizes are open.

    Only a change of kind compiles again: one sample or several, one noise level or several. `backend` is one of
    torch's; "aot_eager" traces the graph and writes no code.
    """
    for block in blocks:
        cast("nn.Module", block).compile(dynamic=True, backend=backend)
